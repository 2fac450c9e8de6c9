/* Rows to the objects of Airflow's REST API v2. Every member that its official client requires is there, null where we have none. */
import { userInfo } from "node:os";
import type { TaskStructure } from "../structure";
import type {
  DagRow,
  DagRunRow,
  DagVersionRow,
  ImportErrorRow,
  JobRow,
  TaskInstanceRow,
  VariableRow,
  XComRow,
} from "../store/store";
import { isoUtc } from "./dates";
import { maskValue } from "./mask";

const BUNDLE = "dags-folder";
const UNIX_NAME = ((): string => {
  try {
    return userInfo().username;
  } catch {
    return ""; // a user id without an account, as in some containers
  }
})();

const seconds = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : (to - from) / 1000;

export const fileToken = (relativeFileloc: string): string => Buffer.from(relativeFileloc).toString("base64url");

export type WireDagVersion = ReturnType<typeof dagVersionToWire>;
export const dagVersionToWire = (row: DagVersionRow) => ({
  id: row.id,
  version_number: row.versionNumber,
  dag_id: row.dagId,
  bundle_name: BUNDLE,
  bundle_version: null,
  bundle_url: null,
  created_at: isoUtc(row.createdAt),
  dag_display_name: row.dagId,
});

export type WireDag = ReturnType<typeof dagToWire>;
export const dagToWire = (row: DagRow) => ({
  dag_id: row.dagId,
  dag_display_name: row.dagId,
  is_paused: row.isPaused,
  is_stale: row.isStale,
  last_parsed_time: isoUtc(row.lastParsedAt),
  last_parse_duration: row.lastParseDurationMillis === null ? null : row.lastParseDurationMillis / 1000,
  last_expired: null,
  bundle_name: BUNDLE,
  bundle_version: null,
  relative_fileloc: row.relativeFileloc,
  fileloc: row.fileloc,
  description: row.description,
  timetable_summary: row.timetableSummary,
  timetable_description: row.timetableDescription,
  timetable_partitioned: false,
  tags: row.tags.map((name) => ({ name, dag_id: row.dagId, dag_display_name: row.dagId })),
  max_active_tasks: row.maxActiveTasks,
  max_active_runs: row.maxActiveRuns,
  max_consecutive_failed_dag_runs: 0,
  has_task_concurrency_limits: false,
  has_import_errors: row.hasImportErrors,
  next_dagrun_logical_date: isoUtc(row.nextLogicalDate),
  next_dagrun_data_interval_start: isoUtc(row.nextDataIntervalStart),
  next_dagrun_data_interval_end: isoUtc(row.nextDataIntervalEnd),
  next_dagrun_run_after: isoUtc(row.nextRunAfter),
  allowed_run_types: null,
  owners: row.owners,
  file_token: fileToken(row.relativeFileloc),
});

export const dagDetailsToWire = (row: DagRow, version: DagVersionRow, activeRuns: number) => {
  const { structure } = version;
  return {
    ...dagToWire(row),
    catchup: structure.catchup,
    dag_run_timeout: null,
    asset_expression: null,
    doc_md: structure.docMd,
    start_date: isoText(structure.startDate),
    end_date: isoText(structure.endDate),
    is_paused_upon_creation: structure.isPausedUponCreation,
    params: Object.fromEntries(
      Object.entries(structure.params).map(([name, value]) => [
        name,
        { value, schema: {}, description: null, source: "dag" },
      ]),
    ),
    render_template_as_native_obj: false,
    template_search_path: null,
    timezone: structure.timezone,
    last_parsed: isoUtc(row.lastParsedAt),
    default_args: null,
    owner_links: {},
    is_favorite: false,
    active_runs_count: activeRuns,
    concurrency: row.maxActiveTasks,
    latest_dag_version: dagVersionToWire(version),
  };
};

const isoText = (text: string | null): string | null => (text === null ? null : isoUtc(Date.parse(text)));

const timeDelta = (durationSeconds: number | null) => {
  if (durationSeconds === null) return null;
  const micros = Math.round(durationSeconds * 1e6);
  const perDay = 86_400 * 1e6;
  const days = Math.floor(micros / perDay);
  const rest = micros - days * perDay;
  return { __type: "TimeDelta", days, seconds: Math.floor(rest / 1e6), microseconds: rest % 1e6 };
};

export type WireTask = ReturnType<typeof taskToWire>;
export const taskToWire = (task: TaskStructure, startDate: string | null) => ({
  task_id: task.taskId,
  task_display_name: task.taskId,
  owner: task.owner,
  start_date: isoText(startDate),
  end_date: null,
  trigger_rule: task.triggerRule,
  depends_on_past: false,
  wait_for_downstream: false,
  retries: task.retries,
  queue: task.queue,
  pool: task.pool,
  pool_slots: task.poolSlots,
  execution_timeout: timeDelta(task.executionTimeoutSeconds),
  retry_delay: timeDelta(task.retryDelaySeconds),
  retry_exponential_backoff: task.retryExponentialBackoff,
  priority_weight: task.priorityWeight,
  weight_rule: task.weightRule,
  ui_color: "#ffefeb",
  ui_fgcolor: "#000",
  template_fields: [],
  downstream_task_ids: [...task.downstream].sort(),
  doc_md: task.docMd,
  operator_name: task.operator,
  params: {},
  class_ref: { module_path: "@p300/dag", class_name: task.operator },
  is_mapped: task.isMapped,
  extra_links: [],
});

export type WireRun = ReturnType<typeof runToWire>;
export const runToWire = (row: DagRunRow, version: WireDagVersion | null) => ({
  dag_run_id: row.runId,
  dag_id: row.dagId,
  dag_display_name: row.dagId,
  logical_date: isoUtc(row.logicalDate),
  queued_at: isoUtc(row.queuedAt),
  start_date: isoUtc(row.startDate),
  end_date: isoUtc(row.endDate),
  duration: seconds(row.startDate, row.endDate),
  data_interval_start: isoUtc(row.dataIntervalStart),
  data_interval_end: isoUtc(row.dataIntervalEnd),
  run_after: isoUtc(row.runAfter),
  last_scheduling_decision: isoUtc(row.lastSchedulingDecision),
  run_type: row.runType,
  state: row.state,
  triggered_by: row.triggeredBy,
  triggering_user_name: row.triggeringUserName,
  conf: row.conf,
  note: row.note,
  dag_versions: version === null ? [] : [version],
  bundle_version: null,
  partition_key: null,
});

/** What a task instance and a try in its history have in common. */
export const tryToWire = (row: TaskInstanceRow, version: WireDagVersion | null) => ({
  task_id: row.taskId,
  dag_id: row.dagId,
  dag_run_id: row.runId,
  map_index: row.mapIndex,
  start_date: isoUtc(row.startDate),
  end_date: isoUtc(row.endDate),
  duration: seconds(row.startDate, row.endDate),
  state: row.state,
  try_number: row.tryNumber,
  max_tries: row.maxTries,
  task_display_name: row.taskId,
  dag_display_name: row.dagId,
  hostname: row.hostname,
  unixname: UNIX_NAME,
  pool: row.pool,
  pool_slots: row.poolSlots,
  queue: row.queue,
  priority_weight: row.priorityWeight,
  operator: row.operator,
  operator_name: row.operator,
  queued_when: isoUtc(row.queuedAt),
  scheduled_when: isoUtc(row.scheduledAt),
  pid: row.pid,
  executor: null,
  executor_config: "{}",
  dag_version: version,
});

export type WireTaskInstance = ReturnType<typeof taskInstanceToWire>;
export const taskInstanceToWire = (row: TaskInstanceRow, version: WireDagVersion | null) => ({
  id: row.id,
  ...tryToWire(row, version),
  logical_date: isoUtc(row.logicalDate),
  run_after: isoUtc(row.runAfter),
  note: row.note,
  rendered_map_index: row.mapIndex < 0 ? null : String(row.mapIndex),
  rendered_fields: {},
  trigger: null,
  triggerer_job: null,
});

export type WireXCom = ReturnType<typeof xcomToWire>;
export const xcomToWire = (row: XComRow) => ({
  key: row.key,
  timestamp: isoUtc(row.timestamp),
  logical_date: isoUtc(row.logicalDate),
  map_index: row.mapIndex,
  task_id: row.taskId,
  dag_id: row.dagId,
  run_id: row.runId,
  run_after: isoUtc(row.runAfter),
  dag_display_name: row.dagId,
  task_display_name: row.taskId,
});

export type WireVariable = ReturnType<typeof variableToWire>;
export const variableToWire = (row: VariableRow) => ({
  key: row.key,
  value: maskValue(row.key, row.value),
  description: row.description,
  is_encrypted: row.isEncrypted,
  team_name: null,
});

export type WireImportError = ReturnType<typeof importErrorToWire>;
export const importErrorToWire = (row: ImportErrorRow) => ({
  import_error_id: row.id,
  timestamp: isoUtc(row.timestamp),
  filename: row.filename,
  bundle_name: BUNDLE,
  stack_trace: row.stackTrace,
});

export const jobToWire = (row: JobRow) => ({
  id: row.id,
  dag_id: null,
  state: row.state,
  job_type: row.jobType,
  start_date: isoUtc(row.startDate),
  end_date: isoUtc(row.endDate),
  latest_heartbeat: isoUtc(row.latestHeartbeat),
  executor_class: null,
  hostname: row.hostname,
  unixname: UNIX_NAME,
  dag_display_name: null,
});
