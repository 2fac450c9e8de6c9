/** Messages between the pool and a worker process, over Node's IPC channel. */
import type { Json } from "../states";
import type { TryReport } from "../store/sql/tries";
import type { XComPull } from "../task";
import type { TryJob } from "./executor";

export type ToWorker =
  | { readonly kind: "run"; readonly job: TryJob; readonly logPath: string }
  | { readonly kind: "abort"; readonly reason: string }
  | { readonly kind: "answer"; readonly call: number; readonly value: Json }
  | { readonly kind: "refusal"; readonly call: number; readonly message: string };

export type FromWorker =
  | { readonly kind: "ready" }
  /** The DAG file is loaded, and the task's function begins. */
  | { readonly kind: "started" }
  | { readonly kind: "call"; readonly call: number; readonly ask: Ask }
  | { readonly kind: "ended"; readonly report: TryReport };

/** What a task asks of the owner of the state. */
export type Ask =
  | { readonly what: "getVariable"; readonly key: string }
  | { readonly what: "setVariable"; readonly key: string; readonly value: string }
  | { readonly what: "deleteVariable"; readonly key: string }
  | { readonly what: "pull"; readonly options: XComPull };

/** Whether it is one of these messages: code that a task runs shares the process, and may send what it likes. */
export function isFromWorker(message: unknown): message is FromWorker {
  if (!isObject(message)) return false;
  switch (message["kind"]) {
    case "ready":
    case "started":
      return true;
    case "call":
      return typeof message["call"] === "number" && isObject(message["ask"]);
    case "ended":
      return isObject(message["report"]);
    default:
      return false;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Stands in a worker's command line before its id. */
export const WORKER_FLAG = "--p300-dag-worker=";
