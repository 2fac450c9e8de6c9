/** From what an author wrote to a checked graph and its serializable structure. */
import type { DirectedGraph } from "graphology";
import { topologicalSort } from "graphology-dag";
import type { DagOptions } from "./dag";
import { parseDate } from "./dates";
import {
  CronError,
  CycleError,
  DateError,
  OptionError,
  TriggerRuleError,
  UpstreamError,
  XComValueError,
} from "./errors";
import { describeArgs, outputsIn } from "./args";
import type { DagStructure, ExpandSource, ScheduleStructure, TaskStructure } from "./structure";
import { isOutput, type Task, type TaskFunction, type TaskOptions } from "./task";
import { parseCron } from "./timetable/cron";
import { isTimezone } from "./timetable/zone";
import { isTriggerRule, TRIGGER_RULES } from "./trigger-rule";
import { encodeXCom } from "./xcom";

export interface TaskDefinition {
  readonly task: Task;
  /** Its own options over the DAG's `defaultArgs`. */
  readonly options: TaskOptions;
  readonly run: TaskFunction<Readonly<Record<string, unknown>>, unknown>;
}

/** Fills `graph` and answers the structure.
 * @throws {DagError} */
export function buildStructure(
  options: DagOptions,
  definitions: ReadonlyMap<string, TaskDefinition>,
  graph: DirectedGraph,
): DagStructure {
  const { dagId } = options;
  const timezone = options.timezone ?? "UTC";
  if (!isTimezone(timezone))
    throw new OptionError(dagId, null, "timezone", timezone, 'an IANA name such as "Europe/Berlin"');
  const schedule = scheduleOf(options, timezone);
  const startDate = dateOf(options, "startDate", timezone);
  const endDate = dateOf(options, "endDate", timezone);
  const catchup = options.catchup ?? false;
  if (typeof catchup !== "boolean") throw new OptionError(dagId, null, "catchup", catchup, "true or false");
  if (catchup && schedule.kind === "cron" && startDate === null)
    throw new OptionError(dagId, null, "startDate", startDate, "given when catchup is on: the first tick to run");
  for (const tag of options.tags ?? [])
    if (typeof tag !== "string" || tag === "" || tag.length > 100)
      throw new OptionError(dagId, null, "tags", tag, "text of 1 to 100 characters each");

  for (const taskId of definitions.keys()) graph.addNode(taskId);
  for (const definition of definitions.values()) connect(dagId, definition, definitions, graph);
  const cycle = findCycle(graph);
  if (cycle !== null) throw new CycleError(dagId, cycle);

  const order = new Map([...definitions.keys()].map((taskId, index) => [taskId, index]));
  const byDefinition = (a: string, b: string): number => order.get(a)! - order.get(b)!;
  const tasks = topologicalSort(graph).map((taskId): TaskStructure =>
    taskStructure(dagId, definitions.get(taskId)!, {
      upstream: graph.inNeighbors(taskId).sort(byDefinition),
      downstream: graph.outNeighbors(taskId).sort(byDefinition),
      totalWeight: totalWeight(taskId, definitions, graph),
    }),
  );
  return {
    dagId,
    description: options.description ?? null,
    docMd: options.docMd ?? null,
    schedule,
    timezone,
    startDate,
    endDate,
    catchup,
    maxActiveRuns: wholeOf(dagId, null, "maxActiveRuns", options.maxActiveRuns, 16, 1),
    maxActiveTasks: wholeOf(dagId, null, "maxActiveTasks", options.maxActiveTasks, 16, 1),
    tags: [...new Set(options.tags ?? [])].sort(),
    owners: [...new Set(tasks.map((task) => task.owner))].sort(),
    params: paramsOf(options),
    isPausedUponCreation: options.isPausedUponCreation ?? null,
    tasks,
  };
}

function scheduleOf({ dagId, schedule, interval = "trigger" }: DagOptions, timezone: string): ScheduleStructure {
  if (interval !== "trigger" && interval !== "data-interval")
    throw new OptionError(dagId, null, "interval", interval, '"trigger" or "data-interval"');
  if (schedule === null || schedule === undefined) return { kind: "none" };
  if (typeof schedule !== "string") throw new CronError(schedule, "is not text", dagId);
  if (schedule.trim().toLowerCase() === "@once") return { kind: "once" };
  try {
    return { kind: "cron", expression: parseCron(schedule, timezone).expression, interval };
  } catch (error) {
    if (error instanceof CronError) throw new CronError(schedule, error.reason, dagId, { cause: error });
    throw error;
  }
}

function dateOf(options: DagOptions, name: "startDate" | "endDate", timezone: string): string | null {
  const value = options[name];
  if (value === undefined || value === null) return null;
  try {
    return new Date(parseDate(name, value, timezone)).toISOString();
  } catch (error) {
    if (error instanceof DateError) throw new DateError(`DAG "${options.dagId}": ${name}`, value);
    throw error;
  }
}

function paramsOf({ dagId, params = {} }: DagOptions): DagStructure["params"] {
  try {
    return JSON.parse(encodeXCom("params", params) ?? "{}") as DagStructure["params"];
  } catch (error) {
    if (error instanceof XComValueError) throw new OptionError(dagId, null, "params", error.reason, "plain JSON");
    throw error;
  }
}

/** Adds the edges into one task: its `upstream`, and every output among its arguments. */
function connect(
  dagId: string,
  { task: { taskId }, options }: TaskDefinition,
  definitions: ReadonlyMap<string, TaskDefinition>,
  graph: DirectedGraph,
): void {
  const { upstream = [] } = options;
  const args: object = options.args ?? {};
  const expand: object = options.expand ?? {};
  if (!Array.isArray(upstream)) throw new OptionError(dagId, taskId, "upstream", upstream, "a list of tasks");
  for (const [name, value] of [
    ["args", args],
    ["expand", expand],
  ] as const)
    if (typeof value !== "object" || value === null || Array.isArray(value) || isOutput(value))
      throw new OptionError(dagId, taskId, name, value, "an object: an argument a key");
  if (options.expand !== undefined && Object.keys(expand).length === 0)
    throw new OptionError(dagId, taskId, "expand", expand, "an object with at least one key to map over");
  for (const key of Object.keys(expand))
    if (key in args) throw new OptionError(dagId, taskId, `"${key}"`, "both in args and in expand", "in one of them");

  const isReference = (value: unknown): value is { dagId: string; taskId: string } =>
    typeof value === "object" && value !== null && "taskId" in value && "dagId" in value;
  const references = [...(upstream as readonly unknown[]), ...outputsIn(args), ...outputsIn(expand)];
  for (const reference of references) {
    const id = isReference(reference) ? reference.taskId : reference;
    if (typeof id !== "string")
      throw new UpstreamError(dagId, taskId, reference, "is not a task: give what d.task returned, or a task id");
    if (isReference(reference) && reference.dagId !== dagId)
      throw new UpstreamError(
        dagId,
        taskId,
        id,
        `is of DAG "${reference.dagId}": only tasks of the same DAG can be upstream`,
      );
    const found = definitions.get(id);
    const isForeign = isReference(reference) && !isOutput(reference) && found !== undefined && found.task !== reference;
    if (found === undefined || isForeign)
      throw new UpstreamError(dagId, taskId, id, "is not a task of this DAG: define it, or correct its id");
    graph.mergeDirectedEdge(id, taskId);
  }
}

/** The task ids along a cycle, the first one again at the end; null when there is none. */
function findCycle(graph: DirectedGraph): string[] | null {
  const finished = new Set<string>();
  for (const root of graph.nodes()) {
    if (finished.has(root)) continue;
    // An explicit stack: a chain of ten thousand tasks must not overflow the call stack.
    const path: { node: string; rest: string[] }[] = [{ node: root, rest: graph.outNeighbors(root) }];
    const onPath = new Set([root]);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const next = top.rest.pop();
      if (next === undefined) {
        path.pop();
        onPath.delete(top.node);
        finished.add(top.node);
      } else if (onPath.has(next)) {
        const nodes = path.map(({ node }) => node);
        return [...nodes.slice(nodes.indexOf(next)), next];
      } else if (!finished.has(next)) {
        path.push({ node: next, rest: graph.outNeighbors(next) });
        onPath.add(next);
      }
    }
  }
  return null;
}

function totalWeight(taskId: string, definitions: ReadonlyMap<string, TaskDefinition>, graph: DirectedGraph): number {
  const own = (id: string): number => definitions.get(id)!.options.priorityWeight ?? 1;
  const rule = definitions.get(taskId)!.options.weightRule ?? "downstream";
  if (rule === "absolute") return own(taskId);
  const seen = new Set([taskId]);
  const stack = [taskId];
  while (stack.length > 0) {
    const node = stack.pop()!;
    for (const next of rule === "downstream" ? graph.outNeighbors(node) : graph.inNeighbors(node)) {
      if (seen.has(next)) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  return [...seen].reduce((sum, id) => sum + own(id), 0);
}

function taskStructure(
  dagId: string,
  { task: { taskId }, options }: TaskDefinition,
  graphFacts: Pick<TaskStructure, "upstream" | "downstream" | "totalWeight">,
): TaskStructure {
  const { triggerRule = "all_success", weightRule = "downstream", retryExponentialBackoff: backoff = 0 } = options;
  if (!isTriggerRule(triggerRule)) throw new TriggerRuleError(dagId, taskId, triggerRule, TRIGGER_RULES);
  if (!["downstream", "upstream", "absolute"].includes(weightRule))
    throw new OptionError(dagId, taskId, "weightRule", weightRule, '"downstream", "upstream" or "absolute"');
  const whole = (name: "retries" | "priorityWeight", fallback: number, minimum: number): number =>
    wholeOf(dagId, taskId, name, options[name], fallback, minimum);
  const seconds = (name: "retryDelaySeconds" | "maxRetryDelaySeconds" | "executionTimeoutSeconds"): number | null => {
    const value = options[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== "number" || !(value >= 0) || !Number.isFinite(value))
      throw new OptionError(dagId, taskId, name, value, "a number of seconds, 0 or more");
    return value;
  };
  const multiplier = typeof backoff === "boolean" ? (backoff ? 2 : 0) : backoff;
  if (typeof multiplier !== "number" || !(multiplier === 0 || multiplier >= 1) || !Number.isFinite(multiplier))
    throw new OptionError(
      dagId,
      taskId,
      "retryExponentialBackoff",
      backoff,
      "0 (off), true (2), or a number from 1 up",
    );
  const expand = Object.entries((options.expand ?? {}) as Readonly<Record<string, unknown>>);
  return {
    taskId,
    docMd: options.docMd ?? null,
    owner: options.owner ?? "airflow",
    operator: "FunctionOperator",
    triggerRule,
    retries: whole("retries", 0, 0),
    retryDelaySeconds: seconds("retryDelaySeconds") ?? 300,
    retryExponentialBackoff: multiplier,
    maxRetryDelaySeconds: seconds("maxRetryDelaySeconds"),
    executionTimeoutSeconds: seconds("executionTimeoutSeconds"),
    pool: "default_pool",
    poolSlots: 1,
    queue: "default",
    priorityWeight: whole("priorityWeight", 1, Number.MIN_SAFE_INTEGER),
    weightRule,
    ...graphFacts,
    isMapped: options.expand !== undefined && options.expand !== null,
    expand: expand.map(([key, value]) => expandSource(dagId, taskId, key, value)),
    args: describeArgs({ ...(options.args as object | undefined), ...(options.expand as object | undefined) }),
  };
}

function expandSource(dagId: string, taskId: string, key: string, value: unknown): ExpandSource {
  if (isOutput(value)) return { key, kind: "output", taskId: value.taskId };
  const isObject = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!Array.isArray(value) && !isObject)
    throw new OptionError(dagId, taskId, `expand.${key}`, value, "a list, an object, or the output of a task");
  const length = Object.keys(value as object).length;
  return { key, kind: "literal", length };
}

function wholeOf(
  dagId: string,
  taskId: string | null,
  name: string,
  value: unknown,
  fallback: number,
  minimum: number,
): number {
  if (value === undefined || value === null) return fallback;
  if (!Number.isSafeInteger(value) || (value as number) < minimum)
    throw new OptionError(
      dagId,
      taskId,
      name,
      value,
      minimum < 0 ? "a whole number" : `a whole number, ${minimum} or more`,
    );
  return value as number;
}
