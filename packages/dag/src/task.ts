/** What an author writes for one task, and what its function gets. */
import type { EpochMillis, Json } from "./states";
import type { TriggerRule } from "./trigger-rule";

const outputBrand: unique symbol = Symbol.for("@p300/dag.Output") as never;

/** What a task will return, used as an argument of another one: a dependency, and a type. It holds no value itself. */
export interface Output<T> {
  readonly [outputBrand]: true;
  readonly taskId: string;
  readonly dagId: string;
  /** Never there; carries the type. */
  readonly type?: T;
}

export function createOutput<T>(dagId: string, taskId: string): Output<T> {
  return Object.freeze({ [outputBrand]: true as const, dagId, taskId });
}

export function isOutput(value: unknown): value is Output<unknown> {
  return typeof value === "object" && value !== null && outputBrand in value;
}

/** A task of a DAG. `output` of a mapped task is the list of its instances' results, in map order. */
export interface Task<R = unknown> {
  readonly taskId: string;
  readonly dagId: string;
  readonly output: Output<R>;
}

type Plain<T> =
  T extends Output<infer U>
    ? U
    : T extends (...args: never[]) => unknown
      ? T
      : T extends Date | ArrayBufferView
        ? T
        : T extends object
          ? { [K in keyof T]: Plain<T[K]> }
          : T;

type ElementOf<T> = T extends readonly (infer V)[] ? V : T extends object ? [key: string, value: T[keyof T]] : never;

/** The `args` of a function: `args` with each output replaced by its value, and one element for each key of `expand`. */
export type ResolvedArgs<A, E> = { readonly [K in keyof A]: Plain<A[K]> } & {
  readonly [K in keyof E]: ElementOf<Plain<E[K]>>;
};

/** Options that `defaultArgs` of the DAG may give to all tasks. */
export interface TaskDefaults {
  /** Further tries after a failure. Default 0. */
  readonly retries?: number;
  /** Default 300. */
  readonly retryDelaySeconds?: number;
  /** The delay is multiplied by this for each further try; 0 is off, true is 2. */
  readonly retryExponentialBackoff?: number | boolean;
  readonly maxRetryDelaySeconds?: number;
  /** Of one try; when passed, the try is ended and fails. */
  readonly executionTimeoutSeconds?: number;
  readonly triggerRule?: TriggerRule;
  readonly priorityWeight?: number;
  readonly weightRule?: "downstream" | "upstream" | "absolute";
  readonly owner?: string;
}

export interface TaskOptions<A = unknown, E = unknown> extends TaskDefaults {
  /** Tasks of this DAG that must end before, besides those whose outputs are arguments. */
  readonly upstream?: readonly (Task | string)[];
  readonly args?: A;
  /** One instance of the task for each element of the cross product, last key fastest: a list, or an output that is a list
   * or an object (whose elements are [key, value]). */
  readonly expand?: E;
  readonly docMd?: string;
}

export interface TaskLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Variables of the installation: text by key, shared by all DAGs. Written at once, whatever becomes of the task. */
export interface Variables {
  get(key: string): Promise<string | undefined>;
  get(key: string, fallback: string): Promise<string>;
  getJson<T = unknown>(key: string, fallback?: T): Promise<T>;
  /** Text as it is, anything else as JSON. */
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<boolean>;
}

export interface XComPull {
  /** A task, or several: then the answer is a list, a task an element. Default: all direct upstream tasks. */
  readonly taskIds?: string | readonly string[];
  /** Default `return_value`. */
  readonly key?: string;
  /** Default: the unmapped instance, or all of a mapped task as a list in map order. */
  readonly mapIndexes?: number | readonly number[];
}

export interface XComs {
  /** Kept until the task ends, and written with its end. */
  push(key: string, value: unknown): void;
  /** `undefined` when it is not there. */
  pull<T = unknown>(options?: XComPull): Promise<T>;
}

export interface TaskContext<Args = Readonly<Record<string, unknown>>> {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  /** -1 when the task is not mapped. */
  readonly mapIndex: number;
  /** 1 for the first try. */
  readonly tryNumber: number;
  readonly logicalDate: Date | null;
  readonly dataIntervalStart: Date | null;
  readonly dataIntervalEnd: Date | null;
  /** What the run was triggered with. */
  readonly conf: Readonly<Record<string, Json>>;
  /** The DAG's params, overridden by `conf`. */
  readonly params: Readonly<Record<string, Json>>;
  readonly args: Args;
  readonly variables: Variables;
  readonly xcom: XComs;
  readonly log: TaskLog;
  /** Aborted when the try is to end: timeout, cleared or marked by hand, shutdown. */
  readonly signal: AbortSignal;
}

/** Its result, when not undefined or null, is the XCom `return_value`: it must be JSON. */
export type TaskFunction<Args, R> = (context: TaskContext<Args>) => R | Promise<R>;

/** Facts of a try that a context is made of; all JSON. */
export interface TryFacts {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly tryNumber: number;
  readonly logicalDate: EpochMillis | null;
  readonly dataIntervalStart: EpochMillis | null;
  readonly dataIntervalEnd: EpochMillis | null;
  readonly conf: Readonly<Record<string, Json>>;
  readonly params: Readonly<Record<string, Json>>;
}
