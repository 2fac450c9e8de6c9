export { dag, isDag, type Dag, type DagBuilder, type DagOptions } from "./dag";
export * from "./errors";
export {
  FINISHED_TASK_STATES,
  isFinished,
  RUN_STATES,
  RUN_TYPES,
  TASK_STATES,
  TRIGGERED_BY,
  type EpochMillis,
  type FinishedTaskState,
  type Json,
  type RunState,
  type RunType,
  type TaskState,
  type TriggeredBy,
} from "./states";
export type { DagStructure, ExpandSource, ScheduleStructure, TaskStructure } from "./structure";
export {
  isOutput,
  type Output,
  type ResolvedArgs,
  type Task,
  type TaskContext,
  type TaskDefaults,
  type TaskFunction,
  type TaskLog,
  type TaskOptions,
  type Variables,
  type XComPull,
  type XComs,
} from "./task";
export {
  evaluateTriggerRule,
  TRIGGER_RULES,
  type TriggerRule,
  type UpstreamCounts,
  type Verdict,
} from "./trigger-rule";
