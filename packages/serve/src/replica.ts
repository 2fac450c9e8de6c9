import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { p300App } from "./express";
import { ListenError, ServeError } from "./errors";
import { listen, type DrainOptions } from "./listen";
import type { MetricsSnapshot } from "./metrics";
import type { ServingOptions } from "./start";

/** What a replica says to the primary. */
export type FromReplica =
  | { readonly p300: "listening"; readonly url: string; readonly port: number }
  | { readonly p300: "failed"; readonly message: string }
  | { readonly p300: "loaded" }
  | { readonly p300: "sum?"; readonly id: number }
  | { readonly p300: "snapshot"; readonly id: number; readonly snapshot: MetricsSnapshot };

/** What the primary says to a replica. */
export type ToReplica =
  | { readonly p300: "drain" }
  | { readonly p300: "listen" }
  | { readonly p300: "sum"; readonly id: number; readonly text: string }
  | { readonly p300: "snapshot?"; readonly id: number };

export interface ServeOptions extends ServingOptions {
  readonly host: string;
  readonly port: number;
  readonly drain: DrainOptions;
}

/** In the environment of a replica that takes the place of another: it listens only once it has a model. */
export const WAIT_FOR_MODEL = "P300_SERVE_WAIT_FOR_MODEL";

/** So long may the first models take before the server listens without them. */
export const FIRST_TRY_MILLIS = 3000;

const SUM_MILLIS = 2000;

/** One replica: a process that node:cluster has forked. It ends when told to, on a signal, or with the primary; then it resolves. */
export async function runReplica({ host, port, drain, ...options }: ServeOptions): Promise<void> {
  const { worker } = cluster;
  if (worker === undefined) throw new TypeError("runReplica is for processes of node:cluster");
  const say = (message: FromReplica, then?: () => void) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => then?.());
    else then?.();
  };
  const sums = new Map<number, (text: string) => void>();
  let lastSum = 0;
  let listenNow: () => void = () => {};
  const toldToListen = new Promise<void>((resolve) => (listenNow = resolve));
  let end: () => void = () => process.exit(0);
  let tellCounts: (id: number) => Promise<void> = () => Promise.resolve();
  process.on("message", (message: ToReplica) => {
    if (message.p300 === "drain") end();
    else if (message.p300 === "listen") listenNow();
    else if (message.p300 === "sum") sums.get(message.id)?.(message.text);
    else if (message.p300 === "snapshot?") void tellCounts(message.id);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end());
  try {
    const { app, router } = p300App(options);
    const { serving } = router;
    serving.replica = String(worker.id);
    tellCounts = async (id) => say({ p300: "snapshot", id, snapshot: await serving.metrics.snapshot() });
    serving.metricsText = async () => {
      const id = ++lastSum;
      // A primary too busy to answer: this replica's own share is better than no metrics.
      const alone = sleep(SUM_MILLIS, undefined, { ref: false }).then(() => serving.metrics.text());
      const sum = new Promise<string>((resolve) => sums.set(id, resolve));
      say({ p300: "sum?", id });
      return Promise.race([sum, alone]).finally(() => sums.delete(id));
    };
    const loaded = serving.slots.champion.whenLoaded();
    void loaded.then(() => say({ p300: "loaded" }));
    if (process.env[WAIT_FOR_MODEL] === undefined) await Promise.race([router.firstTry, sleep(FIRST_TRY_MILLIS)]);
    else await Promise.race([loaded, toldToListen]);
    const server = await listen(app, router, { host, port });
    end = () => {
      void server.close(drain).then(async () => {
        // The counts as they are at the end, then off the primary's list, then out.
        const last = await serving.metrics.snapshot();
        say({ p300: "snapshot", id: 0, snapshot: last }, () => worker.disconnect());
      });
    };
    const ended = new Promise<void>((resolve) => worker.once("disconnect", resolve));
    say({ p300: "listening", url: server.url, port: server.port });
    await ended;
  } catch (error) {
    if (!(error instanceof ServeError)) throw error;
    say({ p300: "failed", message: error.message }, () => process.exit(error instanceof ListenError ? 1 : 2));
  }
}
