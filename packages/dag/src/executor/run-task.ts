/** Runs the function of one try, wherever that is: builds its context, and turns its end into a report. */
import { elementAt, resolveArgs } from "../args";
import type { TaskDefinition } from "../definition";
import type { Dag } from "../dag";
import { OptionError, XComValueError } from "../errors";
import type { TryReport } from "../store/sql/tries";
import type { TaskContext, TaskLog, Variables, XComs } from "../task";
import { encodeXCom, MAP_LENGTH_MAX, mapLength, RETURN_VALUE } from "../xcom";
import type { Json } from "../states";
import type { TaskServices, TryJob } from "./executor";
import { errorDetail, type LogLevel, type LogSink } from "./log-file";

export interface RunTask {
  readonly dags: readonly Dag[];
  readonly job: TryJob;
  readonly services: TaskServices;
  readonly log: LogSink;
  readonly signal: AbortSignal;
}

/** Never throws: whatever the task does becomes a report, and a line in its log. */
export async function runTask({ dags, job, services, log, signal }: RunTask): Promise<TryReport> {
  const { dagId, taskId, tryNumber, mapIndex } = job.facts;
  const pushed = new Map<string, string>();
  const xcoms = (): TryReport["xcoms"] =>
    [...pushed].map(([key, text]) => ({ key, text, length: mapLength(JSON.parse(text) as Json) }));
  log({
    level: "info",
    logger: "executor",
    event: "Task started",
    task_id: taskId,
    map_index: mapIndex,
    try_number: tryNumber,
  });
  try {
    const definition = definitionOf(dags, dagId, taskId, job.fileloc);
    const context = contextOf(definition, { job, services, log, signal, pushed });
    const value = await definition.run(context);
    const text = encodeXCom(RETURN_VALUE, value);
    if (job.isMappedOver) checkMappable(text);
    if (text !== null) pushed.set(RETURN_VALUE, text);
    log({ level: "info", logger: "executor", event: "Task ended with success" });
    return { id: job.id, outcome: "success", mayRetry: true, xcoms: xcoms() };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ERR_DAG_SKIP_TASK") {
      const reason = error instanceof Error ? error.message : String(error);
      log({ level: "info", logger: "executor", event: `Task skipped: ${reason}` });
      return { id: job.id, outcome: "skipped", mayRetry: false, xcoms: xcoms() };
    }
    log({ level: "error", logger: "task", event: "Task failed with exception", error_detail: errorDetail(error) });
    return { id: job.id, outcome: "failed", mayRetry: code !== "ERR_DAG_FAIL_WITHOUT_RETRY", xcoms: xcoms() };
  }
}

/** What is thrown may be anything, also an object whose properties throw. */
function codeOf(error: unknown): unknown {
  try {
    return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  } catch {
    return undefined;
  }
}

function definitionOf(dags: readonly Dag[], dagId: string, taskId: string, fileloc: string): TaskDefinition {
  const dag = dags.find((candidate) => candidate.dagId === dagId);
  if (dag === undefined)
    throw new OptionError(
      dagId,
      null,
      "the file",
      fileloc,
      "one that still defines this DAG: it was changed since the run began",
    );
  const definition = dag.definitions.get(taskId);
  if (definition === undefined)
    throw new OptionError(
      dagId,
      taskId,
      "the file",
      fileloc,
      "one that still defines this task: it was changed since the run began",
    );
  return definition;
}

/** @throws {XComValueError} for what a mapped task cannot expand over. */
function checkMappable(text: string | null): void {
  const value = text === null ? null : (JSON.parse(text) as Json);
  const length = mapLength(value);
  if (length === null)
    throw new XComValueError(
      RETURN_VALUE,
      `is ${value === null ? "null" : `a ${typeof value}`}, but another task is mapped over it: return a list or an object`,
    );
  if (length > MAP_LENGTH_MAX)
    throw new XComValueError(
      RETURN_VALUE,
      `has ${length} elements, but another task is mapped over it, and the limit is ${MAP_LENGTH_MAX}: return fewer, larger pieces`,
    );
}

function contextOf(
  definition: TaskDefinition,
  { job, services, log, signal, pushed }: Omit<RunTask, "dags"> & { readonly pushed: Map<string, string> },
): TaskContext<Readonly<Record<string, unknown>>> {
  const { facts } = job;
  const date = (millis: number | null): Date | null => (millis === null ? null : new Date(millis));
  return Object.freeze({
    ...facts,
    logicalDate: date(facts.logicalDate),
    dataIntervalStart: date(facts.dataIntervalStart),
    dataIntervalEnd: date(facts.dataIntervalEnd),
    args: argsOf(definition, job),
    variables: variablesOf(services),
    xcom: xcomsOf(job, services, pushed),
    log: logOf(log),
    signal,
  });
}

function argsOf({ options }: TaskDefinition, { outputs, elements }: TryJob): Readonly<Record<string, unknown>> {
  const args = resolveArgs(options.args ?? {}, outputs) as Record<string, unknown>;
  const expand = (options.expand ?? {}) as Readonly<Record<string, unknown>>;
  for (const [key, element] of Object.entries(elements))
    args[key] = "value" in element ? element.value : elementAt(expand[key], element.index);
  return args;
}

function variablesOf(services: TaskServices): Variables {
  async function get(key: string): Promise<string | undefined>;
  async function get(key: string, fallback: string): Promise<string>;
  async function get(key: string, fallback?: string): Promise<string | undefined> {
    return (await services.getVariable(key)) ?? fallback;
  }
  return {
    get,
    async getJson<T>(key: string, fallback?: T): Promise<T> {
      const text = await services.getVariable(key);
      return text === null ? (fallback as T) : (JSON.parse(text) as T);
    },
    async set(key, value) {
      const text = typeof value === "string" ? value : (encodeXCom(`variable ${key}`, value) ?? "null");
      await services.setVariable(key, text);
    },
    delete: (key) => services.deleteVariable(key),
  };
}

function xcomsOf(job: TryJob, services: TaskServices, pushed: Map<string, string>): XComs {
  return {
    push(key, value) {
      if (typeof key !== "string" || key === "") throw new XComValueError(String(key), "needs a key that is text");
      const text = encodeXCom(key, value);
      if (text === null) pushed.delete(key);
      else pushed.set(key, text);
    },
    async pull<T>(options = {}): Promise<T> {
      const value = await services.pull(job, options);
      return (value ?? undefined) as T;
    },
  };
}

function logOf(log: LogSink): TaskLog {
  const at =
    (level: LogLevel) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      log({ ...fields, level, logger: "task", event: String(message) });
  return { debug: at("debug"), info: at("info"), warn: at("warning"), error: at("error") };
}
