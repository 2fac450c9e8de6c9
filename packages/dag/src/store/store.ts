import type { EpochMillis, Json, RunState, RunType, TaskState, TriggeredBy } from "../states";
import type { DagStructure } from "../structure";

/* Rows as the rest of the package sees them: camelCase, booleans as booleans, JSON parsed, dates as epoch milliseconds. */

export interface DagRow {
  readonly dagId: string;
  readonly description: string | null;
  /** Absolute path of the file that defines it, and the path inside the dags folder. */
  readonly fileloc: string;
  readonly relativeFileloc: string;
  readonly isPaused: boolean;
  readonly isStale: boolean;
  readonly hasImportErrors: boolean;
  readonly timetableSummary: string | null;
  readonly timetableDescription: string | null;
  readonly tags: readonly string[];
  readonly owners: readonly string[];
  readonly maxActiveRuns: number;
  readonly maxActiveTasks: number;
  readonly nextLogicalDate: EpochMillis | null;
  readonly nextDataIntervalStart: EpochMillis | null;
  readonly nextDataIntervalEnd: EpochMillis | null;
  readonly nextRunAfter: EpochMillis | null;
  readonly lastParsedAt: EpochMillis | null;
  readonly lastParseDurationMillis: number | null;
  /** The newest version. */
  readonly dagVersionId: string;
  readonly versionNumber: number;
}

export interface DagVersionRow {
  readonly id: string;
  readonly dagId: string;
  readonly versionNumber: number;
  readonly hash: string;
  readonly structure: DagStructure;
  /** Text of the file when this version was first seen. */
  readonly source: string;
  readonly createdAt: EpochMillis;
}

export interface DagRunRow {
  readonly id: number;
  readonly dagId: string;
  readonly runId: string;
  readonly runType: RunType;
  readonly state: RunState;
  readonly logicalDate: EpochMillis | null;
  readonly dataIntervalStart: EpochMillis | null;
  readonly dataIntervalEnd: EpochMillis | null;
  readonly runAfter: EpochMillis;
  readonly queuedAt: EpochMillis | null;
  readonly startDate: EpochMillis | null;
  readonly endDate: EpochMillis | null;
  readonly updatedAt: EpochMillis;
  readonly lastSchedulingDecision: EpochMillis | null;
  readonly conf: Readonly<Record<string, Json>>;
  readonly note: string | null;
  readonly triggeredBy: TriggeredBy | null;
  readonly triggeringUserName: string | null;
  readonly dagVersionId: string;
  readonly versionNumber: number;
}

export interface TaskInstanceRow {
  /** UUIDv7 of the current try; a new one for each try. Fences a worker that comes back late. */
  readonly id: string;
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  /** -1: not mapped, or mapped and not expanded yet. */
  readonly mapIndex: number;
  readonly state: TaskState | null;
  /** 0 before the first try. */
  readonly tryNumber: number;
  readonly maxTries: number;
  readonly scheduledAt: EpochMillis | null;
  readonly queuedAt: EpochMillis | null;
  readonly startDate: EpochMillis | null;
  readonly endDate: EpochMillis | null;
  readonly updatedAt: EpochMillis;
  /** When the next try is due, in up_for_retry. */
  readonly retryAt: EpochMillis | null;
  readonly hostname: string | null;
  readonly pid: number | null;
  readonly operator: string;
  readonly pool: string;
  readonly poolSlots: number;
  readonly queue: string;
  readonly priorityWeight: number;
  readonly note: string | null;
  readonly dagVersionId: string;
  readonly versionNumber: number;
  /** Of the run: what REST repeats on each instance. */
  readonly logicalDate: EpochMillis | null;
  readonly runAfter: EpochMillis;
}

/** One try: of the history, or the current one. `state` of a retried try is failed. */
export type TaskInstanceTryRow = TaskInstanceRow;

export interface XComRow {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly key: string;
  readonly timestamp: EpochMillis;
  readonly logicalDate: EpochMillis | null;
  readonly runAfter: EpochMillis;
}
export interface XComValueRow extends XComRow {
  readonly value: Json;
}

export interface VariableRow {
  readonly key: string;
  readonly value: string;
  readonly description: string | null;
  readonly isEncrypted: boolean;
  readonly updatedAt: EpochMillis;
}

export interface ImportErrorRow {
  readonly id: number;
  /** Path inside the dags folder. */
  readonly filename: string;
  readonly stackTrace: string;
  readonly timestamp: EpochMillis;
}

export type JobType = "SchedulerJob" | "DagProcessorJob";
export interface JobRow {
  readonly id: number;
  readonly jobType: JobType;
  readonly state: "running" | "success" | "failed";
  readonly startDate: EpochMillis;
  readonly endDate: EpochMillis | null;
  readonly latestHeartbeat: EpochMillis;
  readonly hostname: string;
  readonly pid: number;
}

/* Lists */

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** After filters, before limit and offset. */
  readonly total: number;
}
export interface OrderBy<Column extends string> {
  readonly column: Column;
  readonly descending?: boolean;
}
export interface Paging<Column extends string> {
  /** The primary key is appended as a tie-break. */
  readonly orderBy?: readonly OrderBy<Column>[];
  /** Absent: no limit. */
  readonly limit?: number;
  readonly offset?: number;
}
export interface Range {
  readonly gte?: EpochMillis;
  readonly gt?: EpochMillis;
  readonly lte?: EpochMillis;
  readonly lt?: EpochMillis;
}

/** `*Pattern`: case-insensitive, found anywhere, `%` and `_` are wild, `|` is "or", `~` is everything. */
export interface DagFilter extends Paging<"dagId" | "nextRunAfter" | "lastRunState" | "lastRunStartDate"> {
  readonly dagIds?: readonly string[];
  readonly dagIdPattern?: string;
  readonly tags?: readonly string[];
  readonly tagsMatchMode?: "any" | "all";
  readonly owners?: readonly string[];
  readonly paused?: boolean;
  /** Default true. */
  readonly excludeStale?: boolean;
  readonly hasImportErrors?: boolean;
  /** State of the newest run. */
  readonly lastRunState?: RunState;
  /** Any run in this state. */
  readonly runState?: RunState;
}

export const RUN_ORDER_COLUMNS = [
  "id",
  "state",
  "dagId",
  "runId",
  "logicalDate",
  "runAfter",
  "startDate",
  "endDate",
  "updatedAt",
  "conf",
  "duration",
] as const;
export type RunOrderColumn = (typeof RUN_ORDER_COLUMNS)[number];
export interface RunFilter extends Paging<RunOrderColumn> {
  readonly dagIds?: readonly string[];
  readonly runIds?: readonly string[];
  readonly runIdPattern?: string;
  readonly states?: readonly RunState[];
  readonly runTypes?: readonly RunType[];
  readonly triggeringUserNamePattern?: string;
  readonly confContains?: string;
  readonly logicalDate?: Range;
  readonly runAfter?: Range;
  readonly startDate?: Range;
  readonly endDate?: Range;
  readonly updatedAt?: Range;
  /** Seconds. */
  readonly durationSeconds?: Range;
  readonly versionNumbers?: readonly number[];
}

export const TASK_INSTANCE_ORDER_COLUMNS = [
  "id",
  "state",
  "duration",
  "startDate",
  "endDate",
  "mapIndex",
  "tryNumber",
  "logicalDate",
  "runAfter",
  "operator",
] as const;
export type TaskInstanceOrderColumn = (typeof TASK_INSTANCE_ORDER_COLUMNS)[number];
export interface TaskInstanceFilter extends Paging<TaskInstanceOrderColumn> {
  /** Of current tries. */
  readonly ids?: readonly string[];
  readonly dagIds?: readonly string[];
  readonly runIds?: readonly string[];
  readonly taskIds?: readonly string[];
  readonly taskIdPattern?: string;
  readonly mapIndexes?: readonly number[];
  /** `null` is the state none. */
  readonly states?: readonly (TaskState | null)[];
  readonly pools?: readonly string[];
  readonly queues?: readonly string[];
  readonly operators?: readonly string[];
  readonly tryNumbers?: readonly number[];
  readonly versionNumbers?: readonly number[];
  readonly logicalDate?: Range;
  readonly runAfter?: Range;
  readonly startDate?: Range;
  readonly endDate?: Range;
  readonly updatedAt?: Range;
  readonly durationSeconds?: Range;
}

export interface TaskInstanceKey {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  /** Default -1. */
  readonly mapIndex?: number;
}
export interface XComFilter extends Paging<"key" | "timestamp" | "taskId" | "mapIndex"> {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId?: string;
  readonly mapIndex?: number;
  readonly key?: string;
  readonly keyPattern?: string;
}

/* Commands */

export interface SyncDag {
  readonly structure: DagStructure;
  readonly fileloc: string;
  readonly relativeFileloc: string;
  readonly source: string;
  readonly parseDurationMillis?: number;
  /** When the DAG is new and does not say itself; Airflow's default is true. */
  readonly pausedAtCreation?: boolean;
}

export interface CreateRun {
  readonly dagId: string;
  /** Made from type and date when absent. */
  readonly runId?: string;
  /** Default manual. */
  readonly runType?: RunType;
  readonly logicalDate?: EpochMillis | null;
  /** Both or neither; inferred by the timetable when absent. */
  readonly dataIntervalStart?: EpochMillis;
  readonly dataIntervalEnd?: EpochMillis;
  /** Default now. */
  readonly runAfter?: EpochMillis;
  readonly conf?: Readonly<Record<string, Json>>;
  readonly note?: string | null;
  readonly triggeredBy?: TriggeredBy;
  readonly triggeringUserName?: string | null;
}

export interface ClearTaskInstances {
  readonly dagId: string;
  /** Absent: all runs of the DAG, inside `logicalDate` when given. */
  readonly runId?: string;
  readonly logicalDate?: Range;
  /** Task ids, or [task id, map index]; absent: all tasks. */
  readonly tasks?: readonly (string | readonly [taskId: string, mapIndex: number])[];
  readonly includeUpstream?: boolean;
  readonly includeDownstream?: boolean;
  readonly includePast?: boolean;
  readonly includeFuture?: boolean;
  readonly onlyFailed?: boolean;
  readonly onlyRunning?: boolean;
  /** Default true: finished runs go back to queued. */
  readonly resetDagRuns?: boolean;
  /** Only say what would be cleared. */
  readonly dryRun?: boolean;
}

export interface SetTaskInstanceState extends TaskInstanceKey {
  /** mapIndex absent: every instance of the task. */
  readonly state: "success" | "failed" | "skipped";
  readonly includeUpstream?: boolean;
  readonly includeDownstream?: boolean;
  readonly includePast?: boolean;
  readonly includeFuture?: boolean;
  readonly dryRun?: boolean;
}

/** What REST, the CLI and the loader need of the database. Every method that changes something is one transaction.
 * Absent things are `null` in `get*`, and a typed error (errors.ts, with a `code`) in commands. */
export interface Store {
  /* DAGs */
  listDags(filter?: DagFilter): Promise<Page<DagRow>>;
  getDag(dagId: string): Promise<DagRow | null>;
  listDagTags(filter?: { tagPattern?: string; limit?: number; offset?: number }): Promise<Page<string>>;
  listDagVersions(dagId: string, paging?: Paging<"versionNumber">): Promise<Page<DagVersionRow>>;
  /** The newest without `versionNumber`. */
  getDagVersion(dagId: string, versionNumber?: number): Promise<DagVersionRow | null>;
  /** Runs by state; all four states, zeros included. */
  dagStats(dagIds?: readonly string[]): Promise<readonly { dagId: string; stats: Record<RunState, number> }[]>;
  /** Writes a DAG that was loaded: a new version when its structure changed. `true` when something changed. */
  syncDag(dag: SyncDag): Promise<boolean>;
  /** Marks stale every DAG that is not in the list; answers those that became stale. */
  markStaleExcept(dagIds: readonly string[]): Promise<readonly string[]>;
  setDagPaused(dagId: string, isPaused: boolean): Promise<DagRow>;
  /** With runs, instances, XComs; refused while a task instance runs. */
  deleteDag(dagId: string): Promise<void>;
  listImportErrors(paging?: Paging<"id" | "timestamp" | "filename">): Promise<Page<ImportErrorRow>>;
  getImportError(id: number): Promise<ImportErrorRow | null>;
  /** Replaces all import errors by these (a file once), and each DAG's `hasImportErrors` with them. */
  setImportErrors(errors: readonly { filename: string; stackTrace: string }[]): Promise<void>;

  /* Runs */
  createRun(run: CreateRun): Promise<DagRunRow>;
  listRuns(filter?: RunFilter): Promise<Page<DagRunRow>>;
  getRun(dagId: string, runId: string): Promise<DagRunRow | null>;
  /** By hand. success: every instance success. failed: running failed, pending skipped. queued: clears. */
  setRunState(dagId: string, runId: string, state: "queued" | "success" | "failed"): Promise<DagRunRow>;
  setRunNote(dagId: string, runId: string, note: string | null): Promise<DagRunRow>;
  /** Refused while running. */
  deleteRun(dagId: string, runId: string): Promise<void>;
  /** Structure of the version that this run was made from. */
  getRunStructure(dagId: string, runId: string): Promise<DagStructure | null>;

  /* Task instances */
  listTaskInstances(filter?: TaskInstanceFilter): Promise<Page<TaskInstanceRow>>;
  getTaskInstance(key: TaskInstanceKey): Promise<TaskInstanceRow | null>;
  /** History and the current try, ascending; none before the first try. */
  listTries(key: TaskInstanceKey): Promise<readonly TaskInstanceTryRow[]>;
  /** Answers the rows it cleared (as they were before, when `dryRun`). Running ones end and are tried again. */
  clearTaskInstances(options: ClearTaskInstances): Promise<readonly TaskInstanceRow[]>;
  /** Answers the rows it set. Downstream instances that failed or were upstream_failed are cleared. */
  setTaskInstanceState(options: SetTaskInstanceState): Promise<readonly TaskInstanceRow[]>;
  setTaskInstanceNote(key: TaskInstanceKey, note: string | null): Promise<TaskInstanceRow>;

  /* XCom */
  listXComs(filter: XComFilter): Promise<Page<XComRow>>;
  getXCom(key: TaskInstanceKey & { key: string }): Promise<XComValueRow | null>;
  /** `create` refuses a key that is there, `update` one that is not, `upsert` nothing. */
  setXCom(
    key: TaskInstanceKey & { key: string; value: Json },
    mode: "create" | "update" | "upsert",
  ): Promise<XComValueRow>;
  deleteXCom(key: TaskInstanceKey & { key: string }): Promise<boolean>;

  /* Variables: the value is text; JSON is text that parses */
  listVariables(filter?: { keyPattern?: string } & Paging<"key">): Promise<Page<VariableRow>>;
  getVariable(key: string): Promise<VariableRow | null>;
  setVariable(
    variable: { key: string; value: string; description?: string | null },
    mode: "create" | "update" | "upsert",
  ): Promise<VariableRow>;
  deleteVariable(key: string): Promise<boolean>;

  /* Jobs: who is alive. The scheduler writes its own heartbeat; the loader calls heartbeat("DagProcessorJob"). */
  listJobs(filter?: { jobType?: JobType; state?: JobRow["state"] } & Paging<"id">): Promise<Page<JobRow>>;
  heartbeat(jobType: JobType): Promise<void>;

  /** True when the database answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
