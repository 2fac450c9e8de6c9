/**
 * MLflow's messages as they stand on the wire, in the wire's own snake_case: what the server reads and the client
 * sends (`…Request`), and what the server sends and the client reads (`Run`, `Experiment`, …).
 *
 * MLflow's JSON is protobuf's: a 64-bit integer may arrive as a number or a decimal string, a double as a number or as
 * "NaN", "Infinity", "-Infinity", an enum by name or number, `null` means absent, and an empty list is not sent at all.
 */
import * as z from "zod";

/** The prefixes under which every route is answered. */
export const API_PREFIX = "/api/2.0/mlflow";
export const AJAX_PREFIX = "/ajax-api/2.0/mlflow";
export const ARTIFACTS_PREFIX = "/api/2.0/mlflow-artifacts";

// ── Scalars ──────────────────────────────────────────────────────────────────────────────────────────────────────────
export const INT64_MAX = 9_223_372_036_854_775_807n;
const isInt64 = (text: string): boolean =>
  /^-?\d{1,19}$/.test(text) && BigInt(text) <= INT64_MAX && BigInt(text) >= -INT64_MAX - 1n;

/** A 64-bit integer; beyond 2^53 it is rounded, as in every JSON reader that knows only doubles. */
export const int64 = z
  .union([z.number().refine(Number.isInteger), z.string().refine(isInt64)])
  .transform((value) => Number(value));

const DOUBLE_NAMES: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };
const isDoubleText = (text: string): boolean =>
  text in DOUBLE_NAMES || /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);

export const double = z
  .union([z.number(), z.string().refine(isDoubleText)])
  .transform((value) => (typeof value === "number" ? value : (DOUBLE_NAMES[value] ?? Number(value))));

/** A double as JSON can carry it. */
export type WireDouble = number | "NaN" | "Infinity" | "-Infinity";
export const toWireDouble = (value: number): WireDouble =>
  Number.isNaN(value) ? "NaN" : value === Infinity ? "Infinity" : value === -Infinity ? "-Infinity" : value;

/** An enum that arrives by name or by protobuf number and is kept by name. */
const enumeration = <const T extends readonly string[]>(names: T, firstNumber: number) =>
  z.preprocess(
    (value) => (typeof value === "number" ? (names[value - firstNumber] ?? value) : value),
    z.enum(names as unknown as readonly [T[number], ...T[number][]]),
  );

/** A required string: absent, null and "" are all missing to MLflow. */
const required = z.string().min(1);
const optional = <T extends z.ZodType>(type: T) =>
  type.nullish().transform((value): z.output<T> | undefined => value ?? undefined);
const text = optional(z.string());
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items): z.output<T>[] => items ?? []);
/** A query string has only text; a JSON body has booleans. */
const flag = optional(
  z
    .union([z.boolean(), z.string().refine((value) => /^(true|false)$/i.test(value))])
    .transform((value) => (typeof value === "boolean" ? value : value.toLowerCase() === "true")),
);

export const RUN_STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export const RunStatus = enumeration(RUN_STATUSES, 1);
export type RunStatus = (typeof RUN_STATUSES)[number];

export const VIEW_TYPES = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"] as const;
export const ViewType = enumeration(VIEW_TYPES, 1);
export type ViewType = (typeof VIEW_TYPES)[number];

export const MODEL_STAGES = ["None", "Staging", "Production", "Archived"] as const;
export type ModelStage = (typeof MODEL_STAGES)[number];

export const LOGGED_MODEL_STATUSES = [
  "LOGGED_MODEL_STATUS_UNSPECIFIED",
  "LOGGED_MODEL_PENDING",
  "LOGGED_MODEL_READY",
  "LOGGED_MODEL_UPLOAD_FAILED",
] as const;
export const LoggedModelStatus = enumeration(LOGGED_MODEL_STATUSES, 0);
export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number];

// ── Entities ─────────────────────────────────────────────────────────────────────────────────────────────────────────
export const Tag = z.object({ key: z.string(), value: z.string().default("") });
export type Tag = z.infer<typeof Tag>;
export const Param = Tag;
export type Param = Tag;

export const Metric = z.object({
  key: z.string(),
  value: double,
  timestamp: int64.default(0),
  step: int64.default(0),
  run_id: text,
  model_id: text,
  dataset_name: text,
  dataset_digest: text,
});
export type Metric = z.infer<typeof Metric>;

export const Experiment = z.object({
  experiment_id: z.string(),
  name: z.string(),
  artifact_location: z.string().default(""),
  lifecycle_stage: z.string().default("active"),
  creation_time: int64.optional(),
  last_update_time: int64.optional(),
  tags: list(Tag),
});
export type Experiment = z.infer<typeof Experiment>;

export const RunInfo = z.object({
  run_id: z.string(),
  run_uuid: text,
  run_name: text,
  experiment_id: z.string(),
  user_id: text,
  status: RunStatus,
  start_time: int64.optional(),
  end_time: int64.optional(),
  artifact_uri: z.string().default(""),
  lifecycle_stage: z.string().default("active"),
});
export type RunInfo = z.infer<typeof RunInfo>;

export const Dataset = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: z.string(),
  source: z.string(),
  schema: text,
  profile: text,
});
export type Dataset = z.infer<typeof Dataset>;
export const DatasetInput = z.object({ tags: list(Tag), dataset: Dataset });
export type DatasetInput = z.infer<typeof DatasetInput>;
export const ModelInput = z.object({ model_id: z.string() });
export const ModelOutput = z.object({ model_id: z.string(), step: int64.default(0) });

export const Run = z.object({
  info: RunInfo,
  data: z.object({ metrics: list(Metric), params: list(Param), tags: list(Tag) }).prefault({}),
  inputs: z.object({ dataset_inputs: list(DatasetInput), model_inputs: list(ModelInput) }).prefault({}),
  outputs: z.object({ model_outputs: list(ModelOutput) }).prefault({}),
});
export type Run = z.infer<typeof Run>;

export const FileInfo = z.object({ path: z.string(), is_dir: z.boolean().default(false), file_size: int64.optional() });
export type FileInfo = z.infer<typeof FileInfo>;

export const RegisteredModelAlias = z.object({ alias: z.string(), version: z.string() });

export const ModelVersion = z.object({
  name: z.string(),
  version: z.string(),
  creation_timestamp: int64.optional(),
  last_updated_timestamp: int64.optional(),
  user_id: text,
  current_stage: z.string().default("None"),
  description: text,
  source: z.string().default(""),
  run_id: text,
  status: z.string().default("READY"),
  status_message: text,
  run_link: text,
  tags: list(Tag),
  aliases: list(z.string()),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

export const RegisteredModel = z.object({
  name: z.string(),
  creation_timestamp: int64.optional(),
  last_updated_timestamp: int64.optional(),
  user_id: text,
  description: text,
  latest_versions: list(ModelVersion),
  tags: list(Tag),
  aliases: list(RegisteredModelAlias),
});
export type RegisteredModel = z.infer<typeof RegisteredModel>;

export const LoggedModel = z.object({
  info: z.object({
    model_id: z.string(),
    experiment_id: z.string(),
    name: z.string().default(""),
    creation_timestamp_ms: int64.optional(),
    last_updated_timestamp_ms: int64.optional(),
    artifact_uri: z.string().default(""),
    status: LoggedModelStatus.default("LOGGED_MODEL_STATUS_UNSPECIFIED"),
    model_type: text,
    source_run_id: text,
    status_message: text,
    tags: list(Tag),
  }),
  data: z.object({ params: list(Param), metrics: list(Metric) }).prefault({}),
});
export type LoggedModel = z.infer<typeof LoggedModel>;

export const ErrorBody = z.object({ error_code: z.string(), message: z.string().default("") });
export type ErrorBody = z.infer<typeof ErrorBody>;

// ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
const nextPage = { next_page_token: text };
export const CreateExperimentResponse = z.object({ experiment_id: z.string() });
export const ExperimentResponse = z.object({ experiment: Experiment });
export const SearchExperimentsResponse = z.object({ experiments: list(Experiment), ...nextPage });
export const RunResponse = z.object({ run: Run });
export const UpdateRunResponse = z.object({ run_info: RunInfo });
export const SearchRunsResponse = z.object({ runs: list(Run), ...nextPage });
export const MetricHistoryResponse = z.object({ metrics: list(Metric), ...nextPage });
export const ListArtifactsResponse = z.object({ root_uri: text, files: list(FileInfo), ...nextPage });
export const RegisteredModelResponse = z.object({ registered_model: RegisteredModel });
export const SearchRegisteredModelsResponse = z.object({ registered_models: list(RegisteredModel), ...nextPage });
export const ModelVersionResponse = z.object({ model_version: ModelVersion });
export const ModelVersionsResponse = z.object({ model_versions: list(ModelVersion), ...nextPage });
export const DownloadUriResponse = z.object({ artifact_uri: z.string() });
export const LoggedModelResponse = z.object({ model: LoggedModel });
export const SearchLoggedModelsResponse = z.object({ models: list(LoggedModel), ...nextPage });

// ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────
const RequestTag = z.object({ key: required, value: text });
const page = { max_results: optional(int64), page_token: text };
const search = { filter: text, order_by: list(z.string()), ...page };

export const NoRequest = z.object({});
export const CreateExperimentRequest = z.object({ name: required, artifact_location: text, tags: list(RequestTag) });
export const ExperimentIdRequest = z.object({ experiment_id: required });
export const ExperimentNameRequest = z.object({ experiment_name: required });
export const UpdateExperimentRequest = z.object({ experiment_id: required, new_name: required });
export const ExperimentTagRequest = z.object({ experiment_id: required, key: required, value: text });
export const SearchExperimentsRequest = z.object({ view_type: optional(ViewType), ...search });
export const SearchDatasetsRequest = z.object({ experiment_ids: list(z.string()) });

export const CreateRunRequest = z.object({
  experiment_id: text,
  user_id: text,
  run_name: text,
  start_time: optional(int64),
  tags: list(RequestTag),
});
export const RunIdRequest = z.object({ run_id: required });
export const UpdateRunRequest = z.object({
  run_id: required,
  status: optional(RunStatus),
  end_time: optional(int64),
  run_name: text,
});
export const LogMetricRequest = z.object({
  run_id: required,
  key: required,
  value: double,
  timestamp: int64,
  step: optional(int64),
  model_id: text,
  dataset_name: text,
  dataset_digest: text,
});
export const RunKeyValueRequest = z.object({ run_id: required, key: required, value: text });
export const RunKeyRequest = z.object({ run_id: required, key: required });
export const LogBatchRequest = z.object({
  run_id: required,
  metrics: list(
    z.object({
      key: required,
      value: double,
      timestamp: int64,
      step: optional(int64),
      model_id: text,
      dataset_name: text,
      dataset_digest: text,
    }),
  ),
  params: list(RequestTag),
  tags: list(RequestTag),
});
export const LogModelRequest = z.object({ run_id: required, model_json: required });
export const LogInputsRequest = z.object({
  run_id: required,
  datasets: list(
    z.object({
      tags: list(z.object({ key: text, value: text })),
      dataset: optional(
        z.object({ name: text, digest: text, source_type: text, source: text, schema: text, profile: text }),
      ),
    }),
  ),
  models: list(z.object({ model_id: text })),
});
export const LogOutputsRequest = z.object({
  run_id: required,
  models: list(z.object({ model_id: required, step: optional(int64) })),
});
export const SearchRunsRequest = z.object({
  experiment_ids: list(z.string()),
  run_view_type: optional(ViewType),
  ...search,
});
export const MetricHistoryRequest = z.object({ run_id: required, metric_key: required, ...page });
export const MetricHistoryBulkRequest = z.object({ run_id: list(z.string()), metric_key: required, ...page });
export const MetricHistoryIntervalRequest = z.object({
  run_ids: list(z.string()),
  metric_key: required,
  start_step: optional(int64),
  end_step: optional(int64),
  max_results: optional(int64),
});
export const ListArtifactsRequest = z.object({ run_id: required, path: text, page_token: text });

export const CreateRegisteredModelRequest = z.object({ name: required, tags: list(RequestTag), description: text });
export const ModelNameRequest = z.object({ name: required });
export const UpdateRegisteredModelRequest = z.object({ name: required, description: text });
export const RenameRegisteredModelRequest = z.object({ name: required, new_name: required });
export const SearchRegistryRequest = z.object(search);
export const LatestVersionsRequest = z.object({ name: required, stages: list(z.string()) });
export const ModelTagRequest = z.object({ name: required, key: required, value: text });
export const SetAliasRequest = z.object({ name: required, alias: required, version: required });
export const AliasRequest = z.object({ name: required, alias: required });
export const CreateModelVersionRequest = z.object({
  name: required,
  source: required,
  run_id: text,
  tags: list(RequestTag),
  run_link: text,
  description: text,
  model_id: text,
});
export const ModelVersionRequest = z.object({ name: required, version: required });
export const UpdateModelVersionRequest = z.object({ name: required, version: required, description: text });
export const TransitionStageRequest = z.object({
  name: required,
  version: required,
  stage: required,
  archive_existing_versions: flag,
});
export const ModelVersionTagRequest = z.object({ name: required, version: required, key: required, value: text });

export const CreateLoggedModelRequest = z.object({
  experiment_id: required,
  name: text,
  model_type: text,
  source_run_id: text,
  params: list(RequestTag),
  tags: list(RequestTag),
});
export const LoggedModelIdRequest = z.object({ model_id: required, allow_deleted: flag });
export const FinalizeLoggedModelRequest = z.object({ model_id: required, status: LoggedModelStatus });
export const LoggedModelTagsRequest = z.object({ model_id: required, tags: list(RequestTag) });
export const LoggedModelTagRequest = z.object({ model_id: required, tag_key: required });
export const LoggedModelParamsRequest = z.object({ model_id: required, params: list(RequestTag) });
export const LoggedModelDirectoryRequest = z.object({ model_id: required, artifact_directory_path: text });
export const SearchLoggedModelsRequest = z.object({
  experiment_ids: list(z.string()),
  filter: text,
  datasets: list(z.object({ dataset_name: text, dataset_digest: text })),
  order_by: list(z.object({ field_name: required, ascending: flag, dataset_name: text, dataset_digest: text })),
  ...page,
});
