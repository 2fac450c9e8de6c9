import { request } from "node:http";
import { PipelineError } from "./command";
import type { EpochBody, PredictClient, Slot } from "./predict-client";

const SWITCH_MILLIS_MAX = 20_000;

export interface SwitchOver {
  readonly requests: number;
  /** Replicas that were seen to answer as the new version. */
  readonly replicas: readonly string[];
}

/** Keeps requests coming to the champion while `move` moves its alias, until every replica answers as the new version. */
export async function watchSwitchOver<T>(
  client: PredictClient,
  epochs: readonly EpochBody[],
  { replicas, signal, lanes = 2 }: { replicas: number; signal: AbortSignal; lanes?: number },
  move: () => Promise<{ value: T; version: string | null }>,
): Promise<{ value: T; switchOver: SwitchOver }> {
  const requestsBefore = client.requests;
  const versionOf = new Map<string, string>();
  const done = new AbortController();
  let next = 0;
  const stop = AbortSignal.any([done.signal, signal]);
  const lane = async () => {
    while (!stop.aborted) {
      const answer = await client.predict("champion", epochs[next++ % epochs.length]!);
      if (answer) versionOf.set(answer.replica ?? "server", answer.version);
      else await pause(20); // the failure is counted; do not spin on a server that is gone
    }
  };
  const traffic = Promise.all(Array.from({ length: lanes }, lane));
  try {
    const { value, version } = await move();
    const switched = () => [...versionOf].filter(([, seen]) => seen === version).map(([replica]) => replica);
    if (version !== null)
      await until(
        () => switched().length >= replicas,
        () => `${switched().length} of ${replicas} replicas answer as v${version}: ${JSON.stringify([...versionOf])}`,
        signal,
      );
    return { value, switchOver: { requests: client.requests - requestsBefore, replicas: switched() } };
  } finally {
    done.abort();
    await traffic;
  }
}

/** Waits until the server's replicas say, each asked over a connection of its own, that the slot has loaded the version. */
export async function untilServed(
  url: string,
  slot: Slot,
  version: string,
  { replicas, signal }: { replicas: number; signal: AbortSignal },
): Promise<void> {
  const wanted = `v${version}`;
  let inARow = 0;
  let last = "";
  await until(
    async () => {
      last = await loadedVersion(`${url}/health-${slot}`);
      inARow = last === wanted ? inARow + 1 : 0;
      return inARow >= 4 * replicas; // connections are dealt out in turn, so each replica has been asked several times
    },
    () => `the server has ${slot} ${last || "not loaded"}, not ${wanted}`,
    signal,
    () => (inARow > 0 ? 0 : 50),
  );
}

function loadedVersion(url: string): Promise<string> {
  return new Promise((resolve) => {
    request(url, { agent: false, timeout: 5000 }, (res) => {
      let text = "";
      res.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      res.once("end", () => resolve(/"model_version_loaded":\s*"([^"]+)"/.exec(text)?.[1] ?? ""));
    })
      .once("error", () => resolve(""))
      .end();
  });
}

async function until(
  holds: () => boolean | Promise<boolean>,
  otherwise: () => string,
  signal: AbortSignal,
  wait: () => number = () => 20,
): Promise<void> {
  const deadline = Date.now() + SWITCH_MILLIS_MAX;
  while (!(await holds())) {
    signal.throwIfAborted();
    if (Date.now() > deadline) throw new PipelineError(`after ${SWITCH_MILLIS_MAX / 1000} s ${otherwise()}`);
    await pause(wait());
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
