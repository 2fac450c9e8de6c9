/** Warm worker processes: each runs one try after another, and is replaced when it dies. */
import { hostname } from "node:os";
import type { Logger } from "pino";
import type { Json } from "../states";
import type { Executor, ExecutorHost, TryJob } from "./executor";
import { logFilePath, type LogSink, openLog } from "./log-file";
import type { Ask, FromWorker } from "./protocol";
import { startWorker, type WorkerProcess } from "./worker-process";

export interface WorkerPoolOptions {
  /** Processes, and so tries at a time. */
  readonly workers: number;
  readonly logsFolder: string;
  readonly logger?: Pick<Logger, "debug" | "info" | "warn" | "error">;
  /** How long a try may go on after its signal was aborted, before its process is killed. Default 5. */
  readonly graceSeconds?: number;
}

interface Slot {
  process: WorkerProcess | null;
  isReady: boolean;
  /** Exits before it was ready, in a row. */
  nFailedStarts: number;
  current: Current | null;
}

interface Current {
  readonly id: string;
  job: TryJob | null;
  log: LogSink;
  /** Why it is to end, once it is. */
  ending: { readonly reason: string; readonly isTimeout: boolean } | null;
  isReported: boolean;
  readonly timers: NodeJS.Timeout[];
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const RESTART_MILLIS = 1000;
const LOAD_SECONDS_MAX = 60;

export function createWorkerPool(options: WorkerPoolOptions): Executor {
  const { workers, logsFolder, logger = quiet, graceSeconds = 5 } = options;
  const waiting: string[] = [];
  const live = new Set<string>();
  const slots: Slot[] = Array.from({ length: workers }, () => ({
    process: null,
    isReady: false,
    nFailedStarts: 0,
    current: null,
  }));
  let host: ExecutorHost | null = null;
  let isStopped = false;
  let onIdle: (() => void) | null = null;

  function spawn(slot: Slot): void {
    if (isStopped) return;
    slot.isReady = false;
    slot.process = startWorker({
      onMessage: (message) => receive(slot, message),
      onOutput(stream, line) {
        const level = stream === "stdout" ? "info" : "error";
        if (slot.current === null) logger.debug({ stream, line }, "a worker printed outside of a task");
        else slot.current.log({ level, logger: `task.${stream}`, event: line });
      },
      onExit: (how) => void exited(slot, how),
    });
  }

  function receive(slot: Slot, message: FromWorker): void {
    const { current, process } = slot;
    if (message.kind === "ready") {
      slot.isReady = true;
      slot.nFailedStarts = 0;
      fill();
    } else if (message.kind === "started" && current !== null) {
      started(slot, current);
    } else if (message.kind === "call" && current?.job) {
      const { call, ask } = message;
      answer(host!, current.job, ask).then(
        (value) => process?.send({ kind: "answer", call, value }),
        (error: unknown) =>
          process?.send({ kind: "refusal", call, message: error instanceof Error ? error.message : String(error) }),
      );
    } else if (message.kind === "ended" && current?.id === message.report.id) {
      const { report } = message;
      const isTimeout = current.ending?.isTimeout === true;
      void ended(slot, isTimeout ? { ...report, outcome: "failed", mayRetry: true } : report);
    }
  }

  async function ended(slot: Slot, report: Parameters<ExecutorHost["end"]>[0]): Promise<void> {
    const { current } = slot;
    if (current === null || current.isReported) return;
    current.isReported = true;
    for (const timer of current.timers) clearTimeout(timer);
    // While stopping, a failure may be of our making: left as it is, the next start does this try again.
    const isOurs = isStopped && report.outcome === "failed";
    try {
      if (!isOurs) await host!.end(report);
    } catch (error) {
      // Its lease runs out, and it is tried again.
      logger.error({ err: error, tryId: report.id }, "could not write the end of a try");
    } finally {
      live.delete(report.id);
      slot.current = null;
      fill();
      if (slots.every((other) => other.current === null)) onIdle?.();
    }
  }

  async function exited(slot: Slot, how: string): Promise<void> {
    const { current, isReady } = slot;
    slot.process = null;
    slot.isReady = false;
    if (!isStopped) {
      if (isReady) spawn(slot);
      else {
        slot.nFailedStarts += 1;
        logger.error({ how, nFailedStarts: slot.nFailedStarts }, "a worker process ended before it was ready");
        setTimeout(() => spawn(slot), RESTART_MILLIS).unref();
      }
    }
    if (current === null || current.isReported) return;
    const why = current.ending === null ? `died (${how})` : `was ended: ${current.ending.reason}`;
    logger.warn({ tryId: current.id, how }, "a worker process ended during a task");
    if (!isStopped) current.log({ level: "error", logger: "executor", event: `The worker process of this try ${why}` });
    await ended(slot, { id: current.id, outcome: "failed", mayRetry: true, xcoms: [] });
  }

  function fill(): void {
    if (isStopped || host === null) return;
    for (const slot of slots) {
      if (waiting.length === 0) return;
      if (slot.isReady && slot.current === null) void begin(slot, waiting.shift()!);
    }
  }

  async function begin(slot: Slot, id: string): Promise<void> {
    const current: Current = { id, job: null, log: () => {}, ending: null, isReported: false, timers: [] };
    slot.current = current;
    const { workerId, pid } = slot.process!;
    let job: TryJob | null = null;
    try {
      job = await host!.claim(id, { workerId, pid, hostname: hostname() });
    } catch (error) {
      logger.error({ err: error, tryId: id }, "could not claim a try");
    }
    if (slot.current !== current) return; // the process died meanwhile, and that was reported
    if (job === null || isStopped) {
      slot.current = null;
      live.delete(id);
      fill();
      if (slots.every((other) => other.current === null)) onIdle?.();
      return;
    }
    const logPath = logFilePath(logsFolder, job.facts);
    current.job = job;
    current.log = openLog(logPath);
    slot.process?.send({ kind: "run", job, logPath });
    const tooSlow = `its DAG file takes longer than ${LOAD_SECONDS_MAX} s to load`;
    current.timers.push(setTimeout(() => endTask(slot, tooSlow, true), LOAD_SECONDS_MAX * 1000));
    // Asked to end while it was being claimed.
    if (current.ending !== null) askToEnd(slot, current);
  }

  /** The execution timeout is the task's own: it does not count the loading of the file. */
  function started(slot: Slot, current: Current): void {
    for (const timer of current.timers.splice(0)) clearTimeout(timer);
    const seconds = current.job?.executionTimeoutSeconds ?? null;
    if (current.ending !== null) askToEnd(slot, current);
    else if (seconds !== null)
      current.timers.push(
        setTimeout(() => endTask(slot, `execution timeout of ${seconds} s passed`, true), seconds * 1000),
      );
  }

  /** The first reason counts. */
  function endTask(slot: Slot, reason: string, isTimeout: boolean): void {
    const { current } = slot;
    if (current === null || current.isReported || current.ending !== null) return;
    current.ending = { reason, isTimeout };
    if (current.job === null) return; // being claimed: told when it begins
    current.log({ level: "error", logger: "executor", event: `The task is asked to end: ${reason}` });
    askToEnd(slot, current);
  }

  /** Makes it end when it does not. */
  function askToEnd(slot: Slot, { ending, timers }: Current): void {
    slot.process?.send({ kind: "abort", reason: ending!.reason });
    timers.push(setTimeout(() => slot.process?.kill(), graceSeconds * 1000));
  }

  return {
    slots: workers,
    start(newHost) {
      host = newHost;
      for (const slot of slots) spawn(slot);
      return Promise.resolve();
    },
    submit(id) {
      live.add(id);
      waiting.push(id);
      fill();
    },
    cancel(id, reason) {
      const index = waiting.indexOf(id);
      if (index >= 0) {
        waiting.splice(index, 1);
        live.delete(id);
      }
      const slot = slots.find(({ current }) => current?.id === id);
      if (slot !== undefined && slot.current?.ending === null) endTask(slot, reason, false);
    },
    live: () => live,
    async stop() {
      isStopped = true;
      waiting.length = 0;
      const busy = slots.filter(({ current }) => current !== null);
      if (busy.length > 0) {
        const idle = new Promise<void>((resolve) => (onIdle = resolve));
        for (const slot of busy) if (slot.current?.ending === null) endTask(slot, "the scheduler stops", false);
        await idle;
      }
      const gone = slots.map(({ process }) => process).filter((process) => process !== null);
      for (const process of gone) process.kill();
    },
  };
}

async function answer(host: ExecutorHost, job: TryJob, ask: Ask): Promise<Json> {
  switch (ask.what) {
    case "getVariable":
      return host.getVariable(ask.key);
    case "setVariable":
      await host.setVariable(ask.key, ask.value);
      return null;
    case "deleteVariable":
      return host.deleteVariable(ask.key);
    case "pull":
      return host.pull(job, ask.options);
    default:
      return ask satisfies never;
  }
}
