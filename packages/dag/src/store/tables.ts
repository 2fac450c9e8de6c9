/** The tables as Kysely types; snake_case in the database (CamelCasePlugin). Booleans are 0 or 1, dates epoch milliseconds. */
import type { Generated, Kysely, Transaction } from "kysely";
import type { RunState, RunType, TaskState, TriggeredBy } from "../states";

export interface Tables {
  dag: DagTable;
  dagTag: { dagId: string; name: string };
  dagVersion: DagVersionTable;
  dagRun: DagRunTable;
  taskInstance: TaskInstanceTable;
  taskInstanceHistory: TaskInstanceHistoryTable;
  xcom: XComTable;
  variable: VariableTable;
  importError: ImportErrorTable;
  job: JobTable;
}

export interface DagTable {
  dagId: string;
  description: string | null;
  fileloc: string;
  relativeFileloc: string;
  isPaused: number;
  isStale: number;
  hasImportErrors: number;
  timetableSummary: string | null;
  timetableDescription: string | null;
  /** JSON list. */
  owners: string;
  maxActiveRuns: number;
  maxActiveTasks: number;
  /** The interval of the newest automated run, and the dates of the next one. */
  lastIntervalStart: number | null;
  lastIntervalEnd: number | null;
  nextLogicalDate: number | null;
  nextDataIntervalStart: number | null;
  nextDataIntervalEnd: number | null;
  nextRunAfter: number | null;
  lastParsedAt: number | null;
  lastParseDurationMillis: number | null;
  dagVersionId: string;
}

export interface DagVersionTable {
  id: string;
  dagId: string;
  versionNumber: number;
  hash: string;
  /** DagStructure as JSON. */
  structure: string;
  source: string;
  createdAt: number;
}

export interface DagRunTable {
  id: Generated<number>;
  dagId: string;
  runId: string;
  runType: RunType;
  state: RunState;
  logicalDate: number | null;
  dataIntervalStart: number | null;
  dataIntervalEnd: number | null;
  runAfter: number;
  queuedAt: number | null;
  startDate: number | null;
  endDate: number | null;
  updatedAt: number;
  lastSchedulingDecision: number | null;
  conf: string;
  note: string | null;
  triggeredBy: TriggeredBy | null;
  triggeringUserName: string | null;
  dagVersionId: string;
}

interface TryColumns {
  /** UUIDv7 of the try: the fencing token. */
  id: string;
  runPk: number;
  taskId: string;
  mapIndex: number;
  state: TaskState | null;
  tryNumber: number;
  maxTries: number;
  scheduledAt: number | null;
  queuedAt: number | null;
  startDate: number | null;
  endDate: number | null;
  updatedAt: number;
  hostname: string | null;
  pid: number | null;
  operator: string;
  pool: string;
  poolSlots: number;
  queue: string;
  priorityWeight: number;
  note: string | null;
}

export interface TaskInstanceTable extends TryColumns {
  pk: Generated<number>;
  retryAt: number | null;
  /** Stands in the command line of the worker process, so that a restart ends that process and no other. */
  workerId: string | null;
  leaseUntil: number | null;
  /** Restarts of the scheduler that this try has lived through. */
  nResets: number;
  /** 1 when its task has nothing downstream: it decides how the run ends. */
  isLeaf: number;
  upTotal: number;
  upSuccess: number;
  upSkipped: number;
  upFailed: number;
  upUpstreamFailed: number;
  upRemoved: number;
}

export interface TaskInstanceHistoryTable extends TryColumns {
  pk: Generated<number>;
}

export interface XComTable {
  runPk: number;
  taskId: string;
  mapIndex: number;
  key: string;
  /** JSON text. */
  value: string;
  /** Elements, when it is a list or an object: what a mapped task expands to. */
  length: number | null;
  timestamp: number;
}

export interface VariableTable {
  key: string;
  value: string;
  description: string | null;
  updatedAt: number;
}

export interface ImportErrorTable {
  id: Generated<number>;
  filename: string;
  stackTrace: string;
  timestamp: number;
}

export interface JobTable {
  id: Generated<number>;
  jobType: "SchedulerJob" | "DagProcessorJob";
  state: "running" | "success" | "failed";
  startDate: number;
  endDate: number | null;
  latestHeartbeat: number;
  hostname: string;
  pid: number;
}

export type Db = Kysely<Tables>;
/** The body of one transaction. */
export type Tx = Transaction<Tables>;
