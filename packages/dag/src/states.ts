/** The words for states and kinds that rows, REST and CLI share: Airflow's own. */

export const RUN_STATES = ["queued", "running", "success", "failed"] as const;
export type RunState = (typeof RUN_STATES)[number];

export const RUN_TYPES = ["scheduled", "manual", "backfill", "asset_triggered", "asset_materialization"] as const;
export type RunType = (typeof RUN_TYPES)[number];

export const TRIGGERED_BY = ["timetable", "rest_api", "cli", "ui", "operator", "test", "asset", "backfill"] as const;
export type TriggeredBy = (typeof TRIGGERED_BY)[number];

/** Every state of a task instance; `null` in a row is Airflow's "none". */
export const TASK_STATES = [
  "scheduled",
  "queued",
  "running",
  "success",
  "failed",
  "skipped",
  "upstream_failed",
  "up_for_retry",
  "up_for_reschedule",
  "deferred",
  "restarting",
  "removed",
] as const;
export type TaskState = (typeof TASK_STATES)[number];

export const FINISHED_TASK_STATES = ["success", "failed", "skipped", "upstream_failed", "removed"] as const;
export type FinishedTaskState = (typeof FINISHED_TASK_STATES)[number];

const finished: ReadonlySet<string> = new Set(FINISHED_TASK_STATES);

/** True for a task instance that will not move again by itself. */
export function isFinished(state: TaskState | null): state is FinishedTaskState {
  return state !== null && finished.has(state);
}

/** Milliseconds since 1970-01-01T00:00:00Z; every date in memory and in the database. */
export type EpochMillis = number & { readonly unit?: "epoch ms" };

/** What JSON can hold: XComs, conf, params. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
