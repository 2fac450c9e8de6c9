import cluster, { type Worker } from "node:cluster";
import { addDeparted, sumMetrics, type MetricsSnapshot } from "./metrics";
import { WAIT_FOR_MODEL, type FromReplica, type ToReplica } from "./replica";
import type { DrainOptions } from "./listen";
import type { Logger } from "./serving";

export interface ReplicasOptions {
  readonly replicas: number;
  readonly drain: Required<DrainOptions>;
  readonly logger: Logger;
  /** All replicas listen. */
  onListening(url: string, port: number): void;
}

interface Replica {
  readonly worker: Worker;
  readonly startedMillis: number;
  listening: boolean;
  loaded: boolean;
  last: MetricsSnapshot | undefined;
}

const RESPAWN_MILLIS_MIN = 100;
const RESPAWN_MILLIS_MAX = 10_000;
/** A replica that lived for so long died of something new. */
const SETTLED_MILLIS = 10_000;
const SNAPSHOT_MILLIS = 1000;

/** The primary of node:cluster: starts the replicas, replaces those that die, sums their metrics, ends them. */
export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #live = new Map<number, Replica>();
  readonly #questions = new Map<number, (id: number, snapshot: MetricsSnapshot) => void>();
  #departed: MetricsSnapshot = [];
  #folding: Promise<void> = Promise.resolve();
  #restarts = 0;
  #lastQuestion = 0;
  #quickDeaths = 0;
  #announced = false;
  #ending = false;
  #finish: (end: { code: number; why?: string }) => void = () => {};

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** Starts them. @returns when all have ended: the exit code, and in words why, if it is not 0. */
  run(): Promise<{ code: number; why?: string }> {
    const done = new Promise<{ code: number; why?: string }>((resolve) => (this.#finish = resolve));
    cluster.setupPrimary({ serialization: "advanced" });
    cluster.on("message", (worker, message: FromReplica) => this.#onMessage(worker, message));
    cluster.on("exit", (worker, code, signal) => this.#onExit(worker, code, signal));
    for (let i = 0; i < this.#options.replicas; i++) this.#spawn({});
    return done;
  }

  /** Drains all replicas. Called again, cuts them. */
  end(): void {
    if (this.#ending) {
      for (const { worker } of this.#live.values()) worker.process.kill("SIGKILL");
      return;
    }
    this.#end({ code: 0 });
  }

  #end(end: { code: number; why?: string }): void {
    this.#ending = true;
    const { graceMillis, limitMillis } = this.#options.drain;
    for (const { worker } of this.#live.values()) tell(worker, { p300: "drain" });
    const cut = setTimeout(() => this.end(), graceMillis + limitMillis + 5000);
    const finish = this.#finish;
    const check = () => {
      if (this.#live.size > 0) return;
      clearTimeout(cut);
      finish(end);
    };
    cluster.on("exit", check);
    check();
  }

  #spawn(env: Record<string, string>): void {
    const worker = cluster.fork(env);
    this.#live.set(worker.id, { worker, startedMillis: Date.now(), listening: false, loaded: false, last: undefined });
  }

  #onMessage(worker: Worker, message: FromReplica): void {
    const replica = this.#live.get(worker.id);
    if (replica === undefined) return;
    switch (message.p300) {
      case "listening":
        replica.listening = true;
        this.#options.logger.info({ replica: worker.id, replicaPid: worker.process.pid }, "replica listening");
        if (!this.#announced && [...this.#live.values()].every(({ listening }) => listening)) {
          this.#announced = true;
          this.#options.onListening(message.url, message.port);
        }
        break;
      case "loaded":
        replica.loaded = true;
        break;
      case "failed":
        if (!this.#ending && !this.#announced) this.#end({ code: 1, why: message.message });
        else this.#options.logger.error({ replica: worker.id, problem: message.message }, "replica failed to start");
        break;
      case "snapshot":
        replica.last = message.snapshot;
        this.#questions.get(message.id)?.(worker.id, message.snapshot);
        break;
      case "sum?":
        void this.#sum().then((text) => tell(worker, { p300: "sum", id: message.id, text }));
        break;
    }
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    const replica = this.#live.get(worker.id);
    if (replica === undefined) return;
    this.#live.delete(worker.id);
    const { last } = replica;
    if (last !== undefined)
      this.#folding = this.#folding.then(async () => void (this.#departed = await addDeparted(this.#departed, last)));
    if (this.#ending) return;
    const { logger } = this.#options;
    if (!this.#announced) {
      const how = signal === null ? `exit code ${code}` : signal;
      this.#end({ code: 1, why: `a replica ended while starting (${how}): its log is above` });
      return;
    }
    this.#quickDeaths = Date.now() - replica.startedMillis < SETTLED_MILLIS ? this.#quickDeaths + 1 : 0;
    const delayMillis = Math.min(RESPAWN_MILLIS_MIN * 2 ** Math.min(this.#quickDeaths, 20), RESPAWN_MILLIS_MAX);
    logger.warn({ replica: worker.id, code, signal, delayMillis }, "replica ended, starting another");
    this.#restarts += 1;
    setTimeout(() => {
      if (!this.#ending) this.#spawn(this.#othersServe() ? { [WAIT_FOR_MODEL]: "1" } : {});
    }, delayMillis);
    // Nobody left who serves: one that waits for its model had better say 503 than nothing.
    if (!this.#othersServe())
      for (const { worker: waiting, listening } of this.#live.values())
        if (!listening) tell(waiting, { p300: "listen" });
  }

  #othersServe(): boolean {
    return [...this.#live.values()].some(({ listening, loaded }) => listening && loaded);
  }

  async #sum(): Promise<string> {
    const id = ++this.#lastQuestion;
    const waiting = new Set<number>();
    for (const [workerId, { worker }] of this.#live) if (tell(worker, { p300: "snapshot?", id })) waiting.add(workerId);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SNAPSHOT_MILLIS);
      this.#questions.set(id, (workerId) => {
        waiting.delete(workerId);
        if (waiting.size > 0) return;
        clearTimeout(timer);
        resolve();
      });
    });
    this.#questions.delete(id);
    await this.#folding;
    // A replica that did not answer in time counts with what it said last: a sum never falls.
    const lasts = [...this.#live.values()].flatMap(({ last }) => (last === undefined ? [] : [last]));
    const text = await sumMetrics(this.#departed.length === 0 ? lasts : [this.#departed, ...lasts]);
    return `${text}\n# HELP p300_replica_restarts_total Replicas that were started in the place of one that ended\n# TYPE p300_replica_restarts_total counter\np300_replica_restarts_total ${this.#restarts}\n`;
  }
}

function tell(worker: Worker, message: ToReplica): boolean {
  if (!worker.isConnected()) return false;
  worker.send(message, () => {}); // a replica that is just dying: its exit event comes next
  return true;
}
