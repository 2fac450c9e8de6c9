import { schedule as everyTick } from "node-cron";
import type { Logger } from "pino";
import type { Executor } from "../executor/executor";
import { endProcess } from "../executor/end-process";
import type { SqlStore } from "../store/sql-store";
import { createHost } from "./host";
import { tick } from "./tick";

export interface SchedulerOptions {
  readonly store: SqlStore;
  readonly executor: Executor;
  /** Task instances that may run at a time, in all. Default: what the executor has room for. */
  readonly parallelism?: number;
  readonly logger?: Pick<Logger, "debug" | "info" | "warn" | "error">;
  /** How long a running try may go without a sign of life. Default 300 s. */
  readonly leaseSeconds?: number;
  /** How often to look for what is due, in whole seconds up to 60; default 1. 0: only `nudge` moves anything (tests). */
  readonly tickSeconds?: number;
}

export interface Scheduler {
  /** Takes over what a dead scheduler left, and begins. */
  start(): Promise<void>;
  /** Something changed: look now. */
  nudge(): void;
  /** Resolves when nothing is being decided, queued or run (a retry may still be due later). */
  settled(): Promise<void>;
  /** Ends running tasks; what does not end in time is done again at the next start. */
  stop(): Promise<void>;
}

const HEARTBEAT_MILLIS = 5000;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { store, executor, logger = quiet, leaseSeconds = 300, tickSeconds = 1 } = options;
  // What no worker is free for stays scheduled, where its order can still change.
  const parallelism = Math.min(options.parallelism ?? Number.POSITIVE_INFINITY, executor.slots);
  const leaseMillis = leaseSeconds * 1000;
  let timer: ReturnType<typeof everyTick> | null = null;
  let loop: Promise<void> | null = null;
  let isWanted = false;
  let isStopped = true;
  let lastBeat = Number.NEGATIVE_INFINITY;

  const host = createHost({
    store,
    leaseMillis,
    onEnd({ id, outcome }, end) {
      if (end === "refused") logger.warn({ tryId: id, outcome }, "a try that is over reported its end: refused");
      else logger.debug({ tryId: id, outcome, end }, "task instance ended");
      nudge();
    },
  });

  async function beat(): Promise<void> {
    const now = store.clock();
    // A clock that was set back must not silence the heart.
    if (now >= lastBeat && now - lastBeat < HEARTBEAT_MILLIS) return;
    lastBeat = now;
    await store.heartbeat("SchedulerJob");
    await store.renewLeases([...executor.live()], now + leaseMillis);
  }

  async function drain(): Promise<void> {
    do {
      isWanted = false;
      try {
        await beat();
        await tick(store, executor, parallelism);
      } catch (error) {
        // A busy or full database: the state is as it was, and the next tick tries again.
        logger.error({ err: error }, "scheduler tick failed");
      }
    } while (goesOn());
    loop = null;
  }

  const goesOn = (): boolean => isWanted && !isStopped;
  const isIdle = (): boolean => loop === null && executor.live().size === 0;

  function nudge(): void {
    if (isStopped) return;
    isWanted = true;
    loop ??= drain();
  }

  /** Processes of a scheduler that was killed may still be at their tasks: they end before anybody does these again. */
  async function takeOver(): Promise<void> {
    const orphans = await store.listOrphans();
    for (const { pid, workerId } of orphans)
      if (pid !== null && workerId !== null && (await endProcess(pid, workerId)))
        logger.warn({ pid }, "ended a worker process that a dead scheduler had left");
    const reset = await store.resetOrphans();
    for (const { taskId, mapIndex, tryNumber, isLost } of reset)
      logger.warn(
        { taskId, mapIndex, tryNumber },
        isLost
          ? "task instance failed: the scheduler died too often while it ran"
          : "task instance of a dead scheduler is scheduled again, in the same try",
      );
  }

  return {
    async start() {
      await takeOver();
      await executor.start(host);
      isStopped = false;
      if (tickSeconds > 0)
        timer = everyTick(`*/${Math.min(59, Math.ceil(tickSeconds))} * * * * *`, nudge, {
          suppressMissedWarning: true,
        });
      nudge();
    },
    nudge,
    async settled() {
      for (;;) {
        await loop;
        if (isIdle()) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await timer?.destroy();
      await loop;
      await executor.stop();
      await store.endJobs("SchedulerJob", "success");
    },
  };
}
