import type { Generated } from "kysely";

/**
 * The tables that this server reads and writes, column for column as MLflow made them (`migrations/`).
 *
 * Times are milliseconds since 1970 UTC, booleans 0 or 1. `workspace` is always `"default"`: written and filtered
 * everywhere, so that a server with workspaces can open the file. A string that is absent may be NULL or `""`: MLflow
 * writes both, so both are read as absent.
 */
export interface Tables {
  alembic_version: { version_num: string };
  workspaces: { name: string; description: string | null };

  experiments: {
    experiment_id: Generated<number>;
    name: string;
    artifact_location: string | null;
    lifecycle_stage: LifecycleStage;
    creation_time: number | null;
    last_update_time: number | null;
    workspace: string;
  };
  experiment_tags: { key: string; value: string | null; experiment_id: number };

  runs: {
    run_uuid: string;
    name: string | null;
    source_type: string | null;
    source_name: string | null;
    entry_point_name: string | null;
    user_id: string | null;
    status: string | null;
    start_time: number | null;
    end_time: number | null;
    source_version: string | null;
    lifecycle_stage: LifecycleStage;
    artifact_uri: string | null;
    experiment_id: number;
    deleted_time: number | null;
  };
  params: { key: string; value: string; run_uuid: string };
  tags: { key: string; value: string | null; run_uuid: string };
  /** Every point that was logged, once. */
  metrics: MetricPoint;
  /** The newest point of each key of each run; the writer keeps it, there is no trigger. */
  latest_metrics: MetricPoint;

  datasets: {
    dataset_uuid: string;
    experiment_id: number;
    name: string;
    digest: string;
    dataset_source_type: string;
    dataset_source: string;
    dataset_schema: string | null;
    dataset_profile: string | null;
  };
  /** What went into or came out of a run: DATASET → RUN, RUN_INPUT → MODEL_INPUT, RUN_OUTPUT → MODEL_OUTPUT. */
  inputs: {
    input_uuid: string;
    source_type: string;
    source_id: string;
    destination_type: string;
    destination_id: string;
    step: Generated<number>;
  };
  input_tags: { input_uuid: string; name: string; value: string };

  logged_models: {
    model_id: string;
    experiment_id: number;
    name: string;
    artifact_location: string;
    creation_timestamp_ms: number;
    last_updated_timestamp_ms: number;
    /** 1 pending, 2 ready, 3 upload failed. */
    status: number;
    lifecycle_stage: LifecycleStage;
    model_type: string | null;
    source_run_id: string | null;
    status_message: string | null;
  };
  logged_model_params: { model_id: string; experiment_id: number; param_key: string; param_value: string };
  logged_model_tags: { model_id: string; experiment_id: number; tag_key: string; tag_value: string };
  logged_model_metrics: {
    model_id: string;
    metric_name: string;
    metric_timestamp_ms: number;
    metric_step: number;
    metric_value: number | null;
    experiment_id: number;
    run_id: string;
    dataset_uuid: string | null;
    dataset_name: string | null;
    dataset_digest: string | null;
  };

  registered_models: {
    name: string;
    creation_time: number | null;
    last_updated_time: number | null;
    description: string | null;
    workspace: string;
  };
  registered_model_tags: { key: string; value: string | null; name: string; workspace: string };
  registered_model_aliases: { alias: string; version: number; name: string; workspace: string };
  model_versions: {
    name: string;
    version: number;
    creation_time: number | null;
    last_updated_time: number | null;
    description: string | null;
    user_id: string | null;
    /** One of the four stages, or `DELETED_STAGE`: a deleted version keeps its row, so its number is never reused. */
    current_stage: string | null;
    source: string | null;
    run_id: string | null;
    status: string | null;
    status_message: string | null;
    run_link: string | null;
    storage_location: string | null;
    workspace: string;
  };
  model_version_tags: { key: string; value: string | null; name: string; version: number; workspace: string };
}

export type LifecycleStage = "active" | "deleted";

export interface MetricPoint {
  key: string;
  /** 0 when `is_nan`; an infinity is the largest double of its sign. */
  value: number;
  timestamp: number;
  step: number;
  is_nan: number;
  run_uuid: string;
}

export const DEFAULT_WORKSPACE = "default";
export const DELETED_STAGE = "Deleted_Internal";
