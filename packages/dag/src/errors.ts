/** Everything this package throws on purpose: a stable `code`, the values as fields, and a message that says what to do. */
export type DagErrorCode =
  | "ERR_DAG_ID"
  | "ERR_DAG_OPTION"
  | "ERR_DAG_DUPLICATE_TASK"
  | "ERR_DAG_UPSTREAM"
  | "ERR_DAG_CYCLE"
  | "ERR_DAG_TRIGGER_RULE"
  | "ERR_DAG_CRON"
  | "ERR_DAG_DATE"
  | "ERR_DAG_XCOM_VALUE"
  | "ERR_DAG_NOT_FOUND"
  | "ERR_DAG_RUN_NOT_FOUND"
  | "ERR_DAG_TASK_INSTANCE_NOT_FOUND"
  | "ERR_DAG_XCOM_NOT_FOUND"
  | "ERR_DAG_VARIABLE_NOT_FOUND"
  | "ERR_DAG_RUN_ID"
  | "ERR_DAG_RUN_EXISTS"
  | "ERR_DAG_XCOM_EXISTS"
  | "ERR_DAG_VARIABLE_EXISTS"
  | "ERR_DAG_RUN_STATE"
  | "ERR_DAG_BUSY"
  | "ERR_DAG_HOME_IN_USE"
  | "ERR_DAG_DATABASE"
  | "ERR_DAG_SKIP_TASK"
  | "ERR_DAG_FAIL_WITHOUT_RETRY"
  | "ERR_DAG_IMPORT"
  | "ERR_DAG_SERVER"
  | "ERR_DAG_CONFIG"
  | "ERR_DAG_CLIENT";

export abstract class DagError extends Error {
  abstract readonly code: DagErrorCode;
}

/* What a task throws on purpose. Recognised by `code`, so that a second copy of this package in a dags folder works. */

/** Thrown by a task: it ends skipped, and so does what depends on its success. */
export class SkipTask extends DagError {
  override readonly name = "SkipTask";
  readonly code = "ERR_DAG_SKIP_TASK";
  constructor(message = "skipped by the task itself", options?: ErrorOptions) {
    super(message, options);
  }
}

/** Thrown by a task: it fails at once, whatever retries are left. */
export class FailWithoutRetry extends DagError {
  override readonly name = "FailWithoutRetry";
  readonly code = "ERR_DAG_FAIL_WITHOUT_RETRY";
}

/* Definition */

export class IdError extends DagError {
  override readonly name = "IdError";
  readonly code = "ERR_DAG_ID";
  constructor(
    readonly what: "DAG" | "task",
    readonly id: unknown,
    readonly dagId?: string,
  ) {
    super(
      `${what} id ${show(id)}${dagId === undefined ? "" : ` in DAG "${dagId}"`} is not valid: use 1 to 250 of the characters A-Z a-z 0-9 _ . -`,
    );
  }
}

export class OptionError extends DagError {
  override readonly name = "OptionError";
  readonly code = "ERR_DAG_OPTION";
  constructor(
    readonly dagId: string,
    readonly taskId: string | null,
    readonly option: string,
    readonly value: unknown,
    readonly wanted: string,
  ) {
    super(`${place(dagId, taskId)}: ${option} is ${show(value)}, but it must be ${wanted}`);
  }
}

export class DuplicateTaskError extends DagError {
  override readonly name = "DuplicateTaskError";
  readonly code = "ERR_DAG_DUPLICATE_TASK";
  constructor(
    readonly dagId: string,
    readonly taskId: string,
  ) {
    super(`DAG "${dagId}" has two tasks with the id "${taskId}": give one of them another id`);
  }
}

export class UpstreamError extends DagError {
  override readonly name = "UpstreamError";
  readonly code = "ERR_DAG_UPSTREAM";
  constructor(
    readonly dagId: string,
    readonly taskId: string,
    readonly upstream: unknown,
    readonly reason: string,
  ) {
    super(`${place(dagId, taskId)}: upstream ${show(upstream)} ${reason}`);
  }
}

export class CycleError extends DagError {
  override readonly name = "CycleError";
  readonly code = "ERR_DAG_CYCLE";
  constructor(
    readonly dagId: string,
    readonly cycle: readonly string[],
  ) {
    super(`DAG "${dagId}" has a cycle, ${cycle.join(" -> ")}: remove one of these dependencies`);
  }
}

export class TriggerRuleError extends DagError {
  override readonly name = "TriggerRuleError";
  readonly code = "ERR_DAG_TRIGGER_RULE";
  constructor(
    readonly dagId: string,
    readonly taskId: string,
    readonly rule: unknown,
    readonly rules: readonly string[],
  ) {
    super(`${place(dagId, taskId)}: trigger rule ${show(rule)} is unknown: use one of ${rules.join(", ")}`);
  }
}

export class CronError extends DagError {
  override readonly name = "CronError";
  readonly code = "ERR_DAG_CRON";
  constructor(
    readonly expression: unknown,
    readonly reason: string,
    readonly dagId?: string,
    options?: ErrorOptions,
  ) {
    super(
      `${dagId === undefined ? "" : `DAG "${dagId}": `}schedule ${show(expression)} ${reason}: give five cron fields ("0 6 * * *"), a preset such as "@daily", "@once", or null`,
      options,
    );
  }
}

export class DateError extends DagError {
  override readonly name = "DateError";
  readonly code = "ERR_DAG_DATE";
  constructor(
    readonly what: string,
    readonly value: unknown,
    readonly reason = 'is not a date: give a Date, or ISO-8601 text such as "2026-01-31T06:00:00Z"',
  ) {
    super(`${what} ${show(value)} ${reason}`);
  }
}

/* Running */

export class XComValueError extends DagError {
  override readonly name = "XComValueError";
  readonly code = "ERR_DAG_XCOM_VALUE";
  constructor(
    readonly key: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`XCom "${key}" ${reason}`, options);
  }
}

/* Store: absent things */

export class DagNotFoundError extends DagError {
  override readonly name = "DagNotFoundError";
  readonly code = "ERR_DAG_NOT_FOUND";
  constructor(readonly dagId: string) {
    super(`The Dag with ID: \`${dagId}\` was not found`);
  }
}
export class RunNotFoundError extends DagError {
  override readonly name = "RunNotFoundError";
  readonly code = "ERR_DAG_RUN_NOT_FOUND";
  constructor(
    readonly dagId: string,
    readonly runId: string,
  ) {
    super(`The DagRun with dag_id: \`${dagId}\` and run_id: \`${runId}\` was not found`);
  }
}
export class TaskInstanceNotFoundError extends DagError {
  override readonly name = "TaskInstanceNotFoundError";
  readonly code = "ERR_DAG_TASK_INSTANCE_NOT_FOUND";
  constructor(
    readonly dagId: string,
    readonly runId: string,
    readonly taskId: string,
    readonly mapIndex: number | null,
  ) {
    super(
      `The Task Instance with dag_id: \`${dagId}\`, run_id: \`${runId}\`, task_id: \`${taskId}\`${mapIndex === null || mapIndex < 0 ? "" : ` and map_index: \`${mapIndex}\``} was not found`,
    );
  }
}
export class XComNotFoundError extends DagError {
  override readonly name = "XComNotFoundError";
  readonly code = "ERR_DAG_XCOM_NOT_FOUND";
  constructor(readonly key: string) {
    super(`XCom entry with key: \`${key}\` was not found`);
  }
}
export class VariableNotFoundError extends DagError {
  override readonly name = "VariableNotFoundError";
  readonly code = "ERR_DAG_VARIABLE_NOT_FOUND";
  constructor(readonly key: string) {
    super(`The Variable with key: \`${key}\` was not found`);
  }
}

/* Store: refusals */

export class RunIdError extends DagError {
  override readonly name = "RunIdError";
  readonly code = "ERR_DAG_RUN_ID";
  constructor(
    readonly runId: string,
    readonly reason: string,
  ) {
    super(`run id "${runId}" ${reason}`);
  }
}
export class RunExistsError extends DagError {
  override readonly name = "RunExistsError";
  readonly code = "ERR_DAG_RUN_EXISTS";
  constructor(
    readonly dagId: string,
    readonly clash: { readonly runId: string } | { readonly logicalDate: string },
  ) {
    super(
      `DAG "${dagId}" already has a run with the ${"runId" in clash ? `id "${clash.runId}"` : `logical date ${clash.logicalDate}`}`,
    );
  }
}
export class XComExistsError extends DagError {
  override readonly name = "XComExistsError";
  readonly code = "ERR_DAG_XCOM_EXISTS";
  constructor(readonly key: string) {
    super(`XCom entry with key: \`${key}\` already exists`);
  }
}
export class VariableExistsError extends DagError {
  override readonly name = "VariableExistsError";
  readonly code = "ERR_DAG_VARIABLE_EXISTS";
  constructor(readonly key: string) {
    super(`The Variable with key: \`${key}\` already exists`);
  }
}
export class RunStateError extends DagError {
  override readonly name = "RunStateError";
  readonly code = "ERR_DAG_RUN_STATE";
  constructor(
    readonly runId: string,
    readonly state: string,
    readonly wanted: string,
  ) {
    super(`run "${runId}" is ${state}: ${wanted}`);
  }
}
export class DagBusyError extends DagError {
  override readonly name = "DagBusyError";
  readonly code = "ERR_DAG_BUSY";
  constructor(
    readonly dagId: string,
    readonly nRunning: number,
  ) {
    super(`DAG "${dagId}" has ${nRunning} task instance(s) running: wait for them, or mark their runs failed first`);
  }
}
export class HomeInUseError extends DagError {
  override readonly name = "HomeInUseError";
  readonly code = "ERR_DAG_HOME_IN_USE";
  constructor(
    readonly home: string,
    readonly pid: number | null,
  ) {
    super(
      `${home} is in use by another p300-dag${pid === null ? "" : ` (process ${pid})`}: stop that one, or give another --home`,
    );
  }
}
export class DatabaseError extends DagError {
  override readonly name = "DatabaseError";
  readonly code = "ERR_DAG_DATABASE";
  constructor(
    readonly database: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`database ${database} ${reason}`, options);
  }
}

/* Server, loader and client */

/** A setting, of the environment or an option, that cannot be taken. */
export class ConfigError extends DagError {
  override readonly name = "ConfigError";
  readonly code = "ERR_DAG_CONFIG";
  constructor(
    readonly setting: string,
    readonly value: unknown,
    readonly wanted: string,
  ) {
    super(`${setting} is ${show(value)}, but it must be ${wanted}`);
  }
}
/** The server cannot start. */
export class ServerStartError extends DagError {
  override readonly name = "ServerStartError";
  readonly code = "ERR_DAG_SERVER";
}
/** A DAG file does not give what was asked of it. */
export class DagImportError extends DagError {
  override readonly name = "DagImportError";
  readonly code = "ERR_DAG_IMPORT";
  constructor(
    readonly file: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${reason}`, options);
  }
}
/** The API refused a call, or could not be reached (`status` null). */
export class ClientError extends DagError {
  override readonly name = "ClientError";
  readonly code = "ERR_DAG_CLIENT";
  constructor(
    message: string,
    readonly status: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

function place(dagId: string, taskId: string | null): string {
  return taskId === null ? `DAG "${dagId}"` : `task "${taskId}" of DAG "${dagId}"`;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 300 ? `${value.slice(0, 300)}…` : value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) {
    try {
      return JSON.stringify(value)?.slice(0, 300) ?? "an object";
    } catch {
      return "an object";
    }
  }
  return String(value);
}
