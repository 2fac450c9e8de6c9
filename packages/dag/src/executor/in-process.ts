/** Runs tries in this process: for tests, and for `dags test`. Nothing can be killed here, only asked to end. */
import { hostname } from "node:os";
import type { Dag } from "../dag";
import type { Executor, ExecutorHost } from "./executor";
import { logFilePath, type LogSink, openLog } from "./log-file";
import { runTask } from "./run-task";

export interface InProcessOptions {
  readonly dags: Iterable<Dag>;
  /** Default 4. */
  readonly slots?: number;
  readonly logsFolder?: string;
  /** Instead of files. */
  readonly log?: LogSink;
}

export function createInProcessExecutor({ dags, slots = 4, logsFolder, log }: InProcessOptions): Executor {
  const all = [...dags];
  const waiting: string[] = [];
  const running = new Map<string, AbortController>();
  const live = new Set<string>();
  const ends = new Set<Promise<void>>();
  let host: ExecutorHost | null = null;
  let isStopped = false;

  async function run(id: string, controller: AbortController): Promise<void> {
    try {
      const job = await host!.claim(id, { workerId: "in-process", pid: process.pid, hostname: hostname() });
      if (job === null) return;
      const sink = log ?? (logsFolder === undefined ? () => {} : openLog(logFilePath(logsFolder, job.facts)));
      const seconds = job.executionTimeoutSeconds;
      const timeout = new Error(`execution timeout of ${seconds} s passed`);
      const timer = seconds === null ? undefined : setTimeout(() => controller.abort(timeout), seconds * 1000);
      const report = await runTask({ dags: all, job, services: host!, log: sink, signal: controller.signal });
      clearTimeout(timer);
      const isTooLate = controller.signal.aborted && controller.signal.reason === timeout;
      if (isTooLate) sink({ level: "error", logger: "executor", event: timeout.message });
      if (!isStopped) await host!.end(isTooLate ? { ...report, outcome: "failed", mayRetry: true } : report);
    } finally {
      live.delete(id);
      running.delete(id);
      fill();
    }
  }

  function fill(): void {
    if (isStopped || host === null) return;
    for (const id of waiting.splice(0, slots - running.size)) {
      const controller = new AbortController();
      running.set(id, controller);
      // The owner's failure (its database is gone) has nobody here to tell: the try's lease runs out.
      const end = run(id, controller).catch(() => {});
      ends.add(end);
      void end.then(() => ends.delete(end));
    }
  }

  return {
    slots,
    start(newHost) {
      host = newHost;
      fill();
      return Promise.resolve();
    },
    submit(id) {
      live.add(id);
      waiting.push(id);
      fill();
    },
    cancel(id, reason) {
      running.get(id)?.abort(new Error(reason));
      const index = waiting.indexOf(id);
      if (index < 0) return;
      waiting.splice(index, 1);
      live.delete(id);
    },
    live: () => live,
    async stop() {
      isStopped = true;
      for (const controller of running.values()) controller.abort(new Error("the scheduler stops"));
      await Promise.all(ends);
    },
  };
}
