import { z } from "zod";
import { parseDate } from "./dates";

/** ISO-8601 text in, milliseconds out. */
const date = z.string().transform((text, context) => {
  const millis = parseDate(text);
  if (millis === null) context.addIssue({ code: "custom", message: "Input should be a valid datetime" });
  return millis ?? 0;
});
const note = z.string().max(1000).nullable();
const conf = z.record(z.string(), z.unknown());

export const DAG_RUN_STATES = ["queued", "running", "success", "failed"] as const;
export const TASK_INSTANCE_STATES = [
  "removed",
  "scheduled",
  "queued",
  "running",
  "success",
  "restarting",
  "failed",
  "up_for_retry",
  "up_for_reschedule",
  "upstream_failed",
  "skipped",
  "deferred",
] as const;
export const RUN_TYPES = ["backfill", "scheduled", "manual", "asset_triggered", "asset_materialization"] as const;

export const TokenBody = z.strictObject({ username: z.string(), password: z.string() });

export const PatchDagBody = z.strictObject({ is_paused: z.boolean() });

export const TriggerBody = z.strictObject({
  logical_date: date.nullable(),
  dag_run_id: z.string().nullish(),
  data_interval_start: date.nullish(),
  data_interval_end: date.nullish(),
  run_after: date.nullish(),
  conf: conf.nullish(),
  note: note.nullish(),
  partition_key: z.string().nullish(),
});

export const PatchRunBody = z.strictObject({
  state: z.enum(["queued", "success", "failed"]).nullish(),
  note: note.optional(),
});

export const ClearRunBody = z.strictObject({
  dry_run: z.boolean().default(true),
  only_failed: z.boolean().default(false),
  only_new: z.boolean().default(false),
  run_on_latest_version: z.boolean().default(false),
  note: note.optional(),
});

const include = {
  include_upstream: z.boolean().default(false),
  include_downstream: z.boolean().default(false),
  include_future: z.boolean().default(false),
  include_past: z.boolean().default(false),
};

export const PatchTaskInstanceBody = z.strictObject({
  new_state: z.enum(["success", "failed", "skipped"]).nullish(),
  note: note.optional(),
  ...include,
});

export const ClearTaskInstancesBody = z.strictObject({
  dry_run: z.boolean().default(true),
  start_date: date.nullish(),
  end_date: date.nullish(),
  only_failed: z.boolean().default(true),
  only_running: z.boolean().default(false),
  reset_dag_runs: z.boolean().default(true),
  task_ids: z.array(z.union([z.string(), z.tuple([z.string(), z.int()])])).nullish(),
  dag_run_id: z.string().nullish(),
  ...include,
  run_on_latest_version: z.boolean().default(false),
  prevent_running_task: z.boolean().default(false),
  note: note.optional(),
});

const bounds = <Value extends z.ZodType>(column: string, value: Value) =>
  Object.fromEntries(["gte", "gt", "lte", "lt"].map((bound) => [`${column}_${bound}`, value.nullish()]));

const paging = {
  order_by: z.string().nullish(),
  page_limit: z.int().nonnegative().default(100),
  page_offset: z.int().nonnegative().default(0),
};

/** Fixed members are typed; the bounds (`start_date_gte` …) are read by name. */
export const ListRunsBody = z.strictObject({
  ...paging,
  dag_ids: z.array(z.string()).nullish(),
  states: z.array(z.enum(DAG_RUN_STATES).nullable()).nullish(),
  ...bounds("logical_date", date),
  ...bounds("run_after", date),
  ...bounds("start_date", date),
  ...bounds("end_date", date),
  ...bounds("duration", z.number()),
  conf_contains: z.string().nullish(),
});

export const ListTaskInstancesBody = z.strictObject({
  ...paging,
  dag_ids: z.array(z.string()).nullish(),
  dag_run_ids: z.array(z.string()).nullish(),
  task_ids: z.array(z.string()).nullish(),
  state: z.array(z.enum(TASK_INSTANCE_STATES).nullable()).nullish(),
  pool: z.array(z.string()).nullish(),
  queue: z.array(z.string()).nullish(),
  executor: z.array(z.string()).nullish(),
  ...bounds("logical_date", date),
  ...bounds("run_after", date),
  ...bounds("start_date", date),
  ...bounds("end_date", date),
  ...bounds("duration", z.number()),
});

const variableKey = z.string().min(1).max(250);

export const VariableBody = z.strictObject({
  key: variableKey,
  value: z.unknown(),
  description: z.string().nullish(),
  team_name: z.string().nullish(),
});

export const XComBody = z.strictObject({
  key: z.string().min(1).max(512),
  value: z.unknown(),
  map_index: z.int().gte(-1).default(-1),
});
export const XComUpdateBody = z.strictObject({ value: z.unknown(), map_index: z.int().gte(-1).default(-1) });

/** The body of a bulk call over one kind of thing. */
export const bulkBody = <Entity extends z.ZodType>(entity: Entity) =>
  z.strictObject({
    actions: z.array(
      z.discriminatedUnion("action", [
        z.strictObject({
          action: z.literal("create"),
          entities: z.array(entity),
          action_on_existence: z.enum(["fail", "skip", "overwrite"]).default("fail"),
        }),
        z.strictObject({
          action: z.literal("update"),
          entities: z.array(entity),
          update_mask: z.array(z.string()).nullish(),
          action_on_non_existence: z.enum(["fail", "skip"]).default("fail"),
        }),
        z.strictObject({
          action: z.literal("delete"),
          entities: z.array(z.union([z.string(), z.looseObject({})])),
          action_on_non_existence: z.enum(["fail", "skip"]).default("fail"),
        }),
      ]),
    ),
  });
