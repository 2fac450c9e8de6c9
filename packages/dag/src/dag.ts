/** What an author writes for a DAG, checked when defined. */
import { DirectedGraph } from "graphology";
import { DuplicateTaskError, IdError, OptionError } from "./errors";
import type { Json } from "./states";
import { buildStructure, type TaskDefinition } from "./definition";
import type { DagStructure } from "./structure";
import {
  createOutput,
  type ResolvedArgs,
  type Task,
  type TaskDefaults,
  type TaskFunction,
  type TaskOptions,
} from "./task";

export interface DagOptions {
  readonly dagId: string;
  /** Five cron fields, a preset ("@daily"), "@once", or null: only by hand. */
  readonly schedule: string | null;
  /** How a cron schedule gives dates. `trigger` (default): logical date, interval and run in one, at the tick.
   * `data-interval` (Airflow 2): the run over [tick, next tick] is dated by the first and starts at the second. */
  readonly interval?: "trigger" | "data-interval";
  /** Inclusive. Text without offset is wall time in `timezone`. */
  readonly startDate?: Date | string;
  /** No run has a later logical date. */
  readonly endDate?: Date | string;
  /** A run for each tick since the start date, or only for the newest. Default false. */
  readonly catchup?: boolean;
  /** IANA name. Default UTC. */
  readonly timezone?: string;
  /** Defaults of what a run may be triggered with; JSON. */
  readonly params?: Readonly<Record<string, Json>>;
  /** Runs of this DAG that may run at a time; others wait queued. Default 16. */
  readonly maxActiveRuns?: number;
  /** Task instances of one run that may run at a time. Default 16. */
  readonly maxActiveTasks?: number;
  readonly tags?: readonly string[];
  readonly description?: string;
  readonly docMd?: string;
  /** Default: as the installation says (paused). */
  readonly isPausedUponCreation?: boolean;
  readonly defaultArgs?: TaskDefaults;
}

const dagBrand: unique symbol = Symbol.for("@p300/dag.Dag") as never;

export interface Dag {
  readonly [dagBrand]: true;
  readonly dagId: string;
  readonly structure: DagStructure;
  readonly definitions: ReadonlyMap<string, TaskDefinition>;
  /** An edge from each task to each of its direct downstream tasks. */
  readonly graph: DirectedGraph;
}

/** True for what `dag` made, also by another copy of this package. */
export function isDag(value: unknown): value is Dag {
  return typeof value === "object" && value !== null && dagBrand in value;
}

type NoKeys = Readonly<Record<never, never>>;
type Arguments = Readonly<Record<string, unknown>>;

export interface DagBuilder {
  task<R>(taskId: string, run: TaskFunction<NoKeys, R>): Task<Awaited<R>>;
  /** Mapped: one instance for each element of the cross product over `expand`. */
  task<E extends Arguments, R, A extends Arguments = NoKeys>(
    taskId: string,
    options: TaskOptions<A, E> & { readonly expand: E },
    run: TaskFunction<ResolvedArgs<A, E>, R>,
  ): Task<Awaited<R>[]>;
  task<R, A extends Arguments = NoKeys>(
    taskId: string,
    options: TaskOptions<A, undefined> & { readonly expand?: undefined },
    run: TaskFunction<ResolvedArgs<A, NoKeys>, R>,
  ): Task<Awaited<R>>;
}

const validId = /^[A-Za-z0-9_.-]{1,250}$/;

/** Defines a DAG. `build` is called at once; each `d.task` in it adds a task.
 * @throws {DagError} naming the DAG, the task and what to do: a bad id, option, date, cron expression or trigger rule, a
 * duplicate task id, an upstream that is missing or of another DAG, a cycle.
 * @example
 * export default dag({ dagId: "hello", schedule: "@daily" }, (d) => {
 *   const names = d.task("names", async () => ["Ada", "Bo"]);
 *   d.task("greet", { expand: { name: names.output } }, async ({ args, log }) => log.info(`hello ${args.name}`));
 * }); */
export function dag(options: DagOptions, build: (d: DagBuilder) => void): Dag {
  const { dagId } = options;
  if (typeof dagId !== "string" || !validId.test(dagId)) throw new IdError("DAG", dagId);
  const definitions = new Map<string, TaskDefinition>();
  let isSealed = false;

  const add = (taskId: string, ...rest: readonly unknown[]): Task => {
    const [taskOptions, run] = rest.length < 2 ? [{}, rest[0]] : rest;
    if (typeof taskId !== "string" || !validId.test(taskId)) throw new IdError("task", taskId, dagId);
    if (isSealed)
      throw new OptionError(
        dagId,
        taskId,
        "d.task",
        "called after dag() returned",
        "called inside the function of dag()",
      );
    if (definitions.has(taskId)) throw new DuplicateTaskError(dagId, taskId);
    if (typeof taskOptions !== "object" || taskOptions === null)
      throw new OptionError(dagId, taskId, "options", taskOptions, "an object");
    if (typeof run !== "function")
      throw new OptionError(dagId, taskId, "the last argument", run, "the task's function");
    const task = Object.freeze({ dagId, taskId, output: createOutput<unknown>(dagId, taskId) });
    definitions.set(taskId, {
      task,
      options: { ...options.defaultArgs, ...(taskOptions as TaskOptions) },
      run: run as TaskDefinition["run"],
    });
    return task;
  };
  const result: unknown = build({ task: add } as DagBuilder);
  if (result instanceof Promise)
    throw new OptionError(dagId, null, "the function of dag()", "async", "synchronous: put the waiting into a task");
  isSealed = true;
  const graph = new DirectedGraph();
  const structure = buildStructure(options, definitions, graph);
  return Object.freeze({ [dagBrand]: true as const, dagId, structure, definitions, graph });
}
