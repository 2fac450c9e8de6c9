/** Where tries run: handed over by id, claimed when a worker is free, reported once. */
import type { TryEnd, TryReport } from "../store/sql/tries";
import type { Json } from "../states";
import type { TryFacts, XComPull } from "../task";

/** All that a worker needs to run one try. JSON. */
export interface TryJob {
  readonly id: string;
  readonly facts: TryFacts;
  /** File that defines the DAG. */
  readonly fileloc: string;
  /** Another task expands over what it returns, so that must be a list or an object. */
  readonly isMappedOver: boolean;
  readonly executionTimeoutSeconds: number | null;
  /** Values of the outputs among its arguments, by task id; absent where there is none. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** For each key it is mapped over: the element, or which element of the literal in the definition. */
  readonly elements: Readonly<Record<string, { readonly value: Json } | { readonly index: number }>>;
}

export interface WorkerFacts {
  readonly workerId: string;
  readonly pid: number;
  readonly hostname: string;
}

/** What a running task may ask of the owner of the state. */
export interface TaskServices {
  getVariable(key: string): Promise<string | null>;
  setVariable(key: string, value: string): Promise<void>;
  deleteVariable(key: string): Promise<boolean>;
  /** `null` for what is not there. */
  pull(job: TryJob, options: XComPull): Promise<Json>;
}

/** The owner of the state, as the executor sees it. */
export interface ExecutorHost extends TaskServices {
  /** The try is running from now on; null when it is not to run any more. */
  claim(id: string, worker: WorkerFacts): Promise<TryJob | null>;
  end(report: TryReport): Promise<TryEnd>;
}

export interface Executor {
  /** Tries that can run at the same time. */
  readonly slots: number;
  start(host: ExecutorHost): Promise<void>;
  /** Runs the try as soon as a worker is free. */
  submit(id: string): void;
  /** Ends a try: its signal is aborted, and after a grace its process killed. No-op for one that is not here. */
  cancel(id: string, reason: string): void;
  /** Tries that were submitted and have not ended. */
  live(): ReadonlySet<string>;
  /** Ends everything. What does not end within the grace is left as it is in the store: the next start does it again. */
  stop(): Promise<void>;
}
