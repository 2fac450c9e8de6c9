/** A scheduler without time or processes: a clock that is set, and an executor whose tries end as the test says. */
import type { Dag } from "../src/dag";
import type { Executor, ExecutorHost, TryJob } from "../src/executor/executor";
import { createHost } from "../src/scheduler/host";
import { tick } from "../src/scheduler/tick";
import type { TaskState } from "../src/states";
import { openStore } from "../src/store/open";
import type { SqlStore } from "../src/store/sql-store";
import type { TryEnd, TryReport } from "../src/store/sql/tries";
import type { TaskInstanceRow } from "../src/store/store";

export const START = Date.parse("2026-11-21T06:00:00Z");

/** How a try ends; a value is a success that returns it. */
export type Ending = "success" | "failed" | "skipped" | "fatal" | { readonly value: unknown };

export class FakeExecutor implements Executor {
  readonly slots: number;
  readonly waiting: string[] = [];
  readonly running = new Map<string, TryJob>();
  readonly cancelled: string[] = [];
  host: ExecutorHost | null = null;

  constructor(slots = 16) {
    this.slots = slots;
  }
  start(host: ExecutorHost): Promise<void> {
    this.host = host;
    return Promise.resolve();
  }
  submit(id: string): void {
    this.waiting.push(id);
  }
  cancel(id: string): void {
    this.cancelled.push(id);
    this.running.delete(id);
    const index = this.waiting.indexOf(id);
    if (index >= 0) this.waiting.splice(index, 1);
  }
  live(): ReadonlySet<string> {
    return new Set([...this.waiting, ...this.running.keys()]);
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
  /** Claims all that was submitted. */
  async claim(): Promise<TryJob[]> {
    const jobs: TryJob[] = [];
    for (let id = this.waiting.shift(); id !== undefined; id = this.waiting.shift()) {
      const job = await this.host!.claim(id, { workerId: "fake", pid: 1, hostname: "test" });
      if (job === null) continue;
      this.running.set(id, job);
      jobs.push(job);
    }
    return jobs;
  }
  async end(id: string, ending: Ending): Promise<TryEnd> {
    const end = await this.host!.end(reportOf(id, ending));
    this.running.delete(id);
    return end;
  }
}

export function reportOf(id: string, ending: Ending): TryReport {
  if (typeof ending === "string") {
    const outcome = ending === "fatal" ? "failed" : ending;
    return { id, outcome, mayRetry: ending !== "fatal", xcoms: [] };
  }
  const text = JSON.stringify(ending.value);
  const isMany = typeof ending.value === "object" && ending.value !== null;
  const length = isMany ? Object.keys(ending.value as object).length : null;
  return { id, outcome: "success", mayRetry: true, xcoms: [{ key: "return_value", text, length }] };
}

export interface Simulation {
  readonly store: SqlStore;
  executor: FakeExecutor;
  now: number;
  /** Decides until there is nothing to do. */
  tick(): Promise<void>;
  /** Ticks and runs everything, moving the clock to the next retry, until every run has ended. */
  runToEnd(endingOf: (job: TryJob) => Ending): Promise<void>;
  /** A scheduler that was killed is followed by a new one. */
  restart(): Promise<void>;
  states(runId?: string): Promise<Record<string, TaskState | null>>;
  instance(taskId: string, mapIndex?: number): Promise<TaskInstanceRow>;
}

export async function simulate(
  dags: readonly Dag[],
  {
    slots = 16,
    parallelism = slots,
    database = ":memory:",
  }: { slots?: number; parallelism?: number; database?: string } = {},
): Promise<Simulation> {
  const simulation = { now: START } as { -readonly [K in keyof Simulation]: Simulation[K] };
  const store = await openStore({ database, clock: () => simulation.now });
  simulation.store = store;
  const begin = async (): Promise<void> => {
    simulation.executor = new FakeExecutor(slots);
    await simulation.executor.start(createHost({ store, leaseMillis: 300_000, onEnd: () => {} }));
  };
  for (const { structure } of dags)
    await store.syncDag({
      structure,
      fileloc: "/dags/x.ts",
      relativeFileloc: "x.ts",
      source: "",
      pausedAtCreation: false,
    });
  await begin();
  simulation.tick = async () => {
    await tick(store, simulation.executor, parallelism);
  };
  simulation.restart = async () => {
    await store.resetOrphans();
    await begin();
  };
  simulation.runToEnd = async (endingOf) => {
    for (let round = 0; round < 10_000; round++) {
      await simulation.tick();
      const { executor } = simulation;
      await executor.claim();
      for (const job of executor.running.values()) await executor.end(job.id, endingOf(job));
      await simulation.tick();
      if (executor.live().size > 0) continue;
      const { total } = await store.listRuns({ states: ["queued", "running"], limit: 0 });
      if (total === 0) return;
      const { rows } = await store.listTaskInstances({ states: ["up_for_retry"] });
      const due = Math.min(...rows.map(({ retryAt }) => retryAt!));
      if (!Number.isFinite(due)) throw new Error(`stuck: ${JSON.stringify(await simulation.states())}`);
      simulation.now = Math.max(simulation.now, due);
    }
    throw new Error("does not end");
  };
  simulation.states = async (runId) => {
    const { rows } = await store.listTaskInstances(runId === undefined ? {} : { runIds: [runId] });
    const entries = rows.map(({ taskId, mapIndex, state }) => [
      mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`,
      state,
    ]);
    return Object.fromEntries(entries) as Record<string, TaskState | null>;
  };
  simulation.instance = async (taskId, mapIndex = -1) => {
    const { rows } = await store.listTaskInstances({ taskIds: [taskId], mapIndexes: [mapIndex] });
    if (rows[0] === undefined) throw new Error(`no instance ${taskId}[${mapIndex}]`);
    return rows[0];
  };
  return simulation;
}
