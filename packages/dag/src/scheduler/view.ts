/** What `decide` looks at: plain data, read in one go. */
import type { EpochMillis, RunState, TaskState } from "../states";
import type { DagStructure, TaskStructure } from "../structure";
import type { Interval, RunDates } from "../timetable/timetable";
import type { UpstreamCounts } from "../trigger-rule";

/** A DAG that is neither paused nor stale. */
export interface DagView {
  readonly structure: DagStructure;
  readonly lastInterval: Interval | null;
  readonly nextRunAfter: EpochMillis | null;
  /** Queued and running runs; running ones alone. */
  readonly nActiveRuns: number;
  readonly nRunningRuns: number;
}

/** A queued or running run of such a DAG. */
export interface RunView {
  readonly pk: number;
  readonly dagId: string;
  readonly state: Extract<RunState, "queued" | "running">;
  readonly logicalDate: EpochMillis | null;
  readonly runAfter: EpochMillis;
  readonly maxActiveTasks: number;
  /** Task instances by what they mean for the run. */
  readonly nUnfinished: number;
  readonly nLeavesFailed: number;
  /** Queued or running now. */
  readonly nActive: number;
}

/** An unfinished task instance of a running run in `View.runs`. */
export interface TaskView {
  readonly pk: number;
  /** Of the try. */
  readonly id: string;
  readonly runPk: number;
  readonly mapIndex: number;
  readonly state: TaskState | null;
  readonly retryAt: EpochMillis | null;
  readonly task: Pick<TaskStructure, "taskId" | "triggerRule" | "totalWeight" | "isMapped">;
  readonly upstream: UpstreamCounts;
  /** Of a mapped task that is not expanded yet: elements of each source, null where there is no value. */
  readonly mapLengths: readonly (number | null)[] | null;
}

/** A task instance that a worker has or should have, whatever becomes of its DAG. */
export interface ActiveView {
  readonly pk: number;
  readonly id: string;
  readonly state: Extract<TaskState, "queued" | "running" | "restarting">;
  readonly leaseUntil: EpochMillis | null;
  /** The executor of this process has it. */
  readonly isLive: boolean;
}

export interface View {
  /** Task instances that may run at a time, in all. */
  readonly parallelism: number;
  readonly dags: readonly DagView[];
  readonly runs: readonly RunView[];
  readonly taskInstances: readonly TaskView[];
  readonly active: readonly ActiveView[];
}

/** What to do. Each is applied only when the row is still as it was seen. */
export type Action =
  | { readonly kind: "createRun"; readonly dagId: string; readonly dates: RunDates }
  | { readonly kind: "startRun"; readonly pk: number }
  | { readonly kind: "endRun"; readonly pk: number; readonly state: "success" | "failed" }
  | { readonly kind: "schedule"; readonly pk: number; readonly id: string }
  | { readonly kind: "queue"; readonly pk: number; readonly id: string }
  | { readonly kind: "end"; readonly pk: number; readonly id: string; readonly state: "skipped" | "upstream_failed" }
  | { readonly kind: "expand"; readonly pk: number; readonly id: string; readonly length: number }
  | { readonly kind: "reclaim"; readonly pk: number; readonly id: string }
  | { readonly kind: "restart"; readonly pk: number; readonly id: string };
