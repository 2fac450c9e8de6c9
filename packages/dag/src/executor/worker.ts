/** The program of a worker process: loads DAG files, keeps them warm, and runs one try at a time. */
import { DagFileCache } from "../loader";
import { dieWithParent } from "../orphan-guard";
import type { Json } from "../states";
import { captureOutput } from "./capture";
import { killGroup } from "./end-process";
import type { TaskServices } from "./executor";
import { collectWhenIdle, isBusy } from "./idle-memory";
import { errorDetail, type LogSink, openLog } from "./log-file";
import type { Ask, FromWorker, ToWorker } from "./protocol";
import { runTask } from "./run-task";

const files = new DagFileCache();
const calls = new Map<number, { resolve(value: Json): void; reject(error: Error): void }>();
let nCalls = 0;
let abort: AbortController | null = null;

// The channel is ours: what a task sends to its parent must not be taken for our word.
const channel = process.send?.bind(process);
delete process.send;
const send = (message: FromWorker): void => void channel?.(message);

function ask(question: Ask): Promise<Json> {
  return new Promise((resolve, reject) => {
    const call = nCalls++;
    calls.set(call, { resolve, reject });
    send({ kind: "call", call, ask: question });
  });
}

const services: TaskServices = {
  getVariable: async (key) => (await ask({ what: "getVariable", key })) as string | null,
  setVariable: async (key, value) => void (await ask({ what: "setVariable", key, value })),
  deleteVariable: async (key) => (await ask({ what: "deleteVariable", key })) === true,
  pull: (_job, options) => ask({ what: "pull", options }),
};

async function run({ job, logPath }: Extract<ToWorker, { kind: "run" }>): Promise<void> {
  isBusy();
  abort = new AbortController();
  const { signal } = abort;
  const log: LogSink = openLog(logPath);
  const release = captureOutput(log);
  try {
    const dags = await files.get(job.fileloc);
    send({ kind: "started" });
    const report = await runTask({ dags, job, services, log, signal });
    release();
    send({ kind: "ended", report });
  } catch (error) {
    // The file that defined the DAG does not load any more.
    release();
    log({ level: "error", logger: "executor", event: `Cannot load ${job.fileloc}`, error_detail: errorDetail(error) });
    send({ kind: "ended", report: { id: job.id, outcome: "failed", mayRetry: true, xcoms: [] } });
  } finally {
    abort = null;
    collectWhenIdle();
  }
}

function receive(message: ToWorker): void {
  switch (message.kind) {
    case "run":
      void run(message);
      break;
    case "abort":
      abort?.abort(new Error(message.reason));
      break;
    default: {
      const call = calls.get(message.call);
      calls.delete(message.call);
      if (message.kind === "answer") call?.resolve(message.value);
      else call?.reject(new Error(message.message));
    }
  }
}

// Without its owner a try is nobody's: it ends, with all that it started.
process.on("disconnect", () => killGroup(process.pid));
dieWithParent({ isGroupLeader: process.platform !== "win32" });
process.on("message", receive);
// A Ctrl-C or a service manager's signal reaches the whole group: the pool decides when a worker ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
send({ kind: "ready" });
