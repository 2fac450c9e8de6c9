import {
  defined,
  number,
  object,
  objects,
  optionalNumber,
  optionalText,
  record,
  text,
  texts,
  type Json,
  type Wire,
} from "./wire";

export type RunStatus = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";
export type LifecycleStage = "active" | "deleted";
export type ViewType = "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL";
export type ModelStage = "None" | "Staging" | "Production" | "Archived";
export type LoggedModelStatus = "LOGGED_MODEL_PENDING" | "LOGGED_MODEL_READY" | "LOGGED_MODEL_UPLOAD_FAILED";

/** One page of a search: an array, with the token of the next page while there is one. */
export type Page<T> = T[] & { readonly nextPageToken?: string };

/** Times are milliseconds since 1970, UTC, everywhere. */
export interface Experiment {
  readonly experimentId: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  readonly creationTime?: number;
  readonly lastUpdateTime?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface RunInfo {
  readonly runId: string;
  readonly runName: string;
  readonly experimentId: string;
  readonly userId?: string;
  readonly status: RunStatus;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly artifactUri: string;
  readonly lifecycleStage: LifecycleStage;
}

export interface DatasetInput {
  readonly dataset: {
    readonly name: string;
    readonly digest: string;
    readonly sourceType: string;
    readonly source: string;
    readonly schema?: string;
    readonly profile?: string;
  };
  readonly tags: Readonly<Record<string, string>>;
}

export interface Run {
  readonly info: RunInfo;
  readonly data: {
    /** The latest value of each metric. */
    readonly metrics: Readonly<Record<string, number>>;
    /** The same with its step and time. */
    readonly latestMetrics: readonly Metric[];
    readonly params: Readonly<Record<string, string>>;
    readonly tags: Readonly<Record<string, string>>;
  };
  readonly inputs: { readonly datasetInputs: readonly DatasetInput[]; readonly modelInputs: readonly string[] };
  readonly outputs: { readonly modelOutputs: readonly { readonly modelId: string; readonly step: number }[] };
}

export interface FileInfo {
  /** Relative to the run's artifact root. */
  readonly path: string;
  readonly isDir: boolean;
  /** Bytes; absent for a folder. */
  readonly fileSize?: number;
}

export interface ModelVersion {
  readonly name: string;
  /** A decimal number, as text. */
  readonly version: string;
  readonly creationTimestamp?: number;
  readonly lastUpdatedTimestamp?: number;
  readonly userId?: string;
  readonly currentStage: ModelStage;
  readonly description: string;
  readonly source: string;
  readonly runId?: string;
  readonly runLink?: string;
  readonly status: string;
  readonly statusMessage?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
}

export interface RegisteredModel {
  readonly name: string;
  readonly creationTimestamp?: number;
  readonly lastUpdatedTimestamp?: number;
  readonly userId?: string;
  readonly description: string;
  /** The highest version of each stage. */
  readonly latestVersions: readonly ModelVersion[];
  readonly tags: Readonly<Record<string, string>>;
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, string>>;
}

export interface LoggedModel {
  readonly modelId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly creationTimestamp?: number;
  readonly lastUpdatedTimestamp?: number;
  readonly artifactUri: string;
  readonly status: string;
  readonly modelType?: string;
  readonly sourceRunId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: readonly Metric[];
}

export function page<T>(items: readonly Wire[], read: (wire: Wire) => T, token: Json): Page<T> {
  const next = optionalText(token);
  return Object.assign(items.map(read), next !== undefined && { nextPageToken: next });
}

const lifecycle = (value: Json): LifecycleStage => (text(value) === "deleted" ? "deleted" : "active");

export function toExperiment(wire: Wire): Experiment {
  return defined({
    experimentId: text(wire["experiment_id"]),
    name: text(wire["name"]),
    artifactLocation: text(wire["artifact_location"]),
    lifecycleStage: lifecycle(wire["lifecycle_stage"]),
    creationTime: optionalNumber(wire["creation_time"]),
    lastUpdateTime: optionalNumber(wire["last_update_time"]),
    tags: record(wire["tags"]),
  });
}

export function toMetric(wire: Wire): Metric {
  return {
    key: text(wire["key"]),
    value: number(wire["value"]),
    timestamp: number(wire["timestamp"]),
    step: number(wire["step"]),
  };
}

export function toRunInfo(wire: Wire): RunInfo {
  return defined({
    runId: text(wire["run_id"] ?? wire["run_uuid"]),
    runName: text(wire["run_name"]),
    experimentId: text(wire["experiment_id"]),
    userId: optionalText(wire["user_id"]),
    status: text(wire["status"]) as RunStatus,
    startTime: optionalNumber(wire["start_time"]),
    endTime: optionalNumber(wire["end_time"]),
    artifactUri: text(wire["artifact_uri"]),
    lifecycleStage: lifecycle(wire["lifecycle_stage"]),
  });
}

export function toRun(wire: Wire): Run {
  const data = object(wire["data"]);
  const inputs = object(wire["inputs"]);
  const latestMetrics = objects(data["metrics"]).map(toMetric);
  return {
    info: toRunInfo(object(wire["info"])),
    data: {
      metrics: Object.fromEntries(latestMetrics.map(({ key, value }) => [key, value])),
      latestMetrics,
      params: record(data["params"]),
      tags: record(data["tags"]),
    },
    inputs: {
      datasetInputs: objects(inputs["dataset_inputs"]).map(toDatasetInput),
      modelInputs: objects(inputs["model_inputs"]).map((input) => text(input["model_id"])),
    },
    outputs: {
      modelOutputs: objects(object(wire["outputs"])["model_outputs"]).map((output) => ({
        modelId: text(output["model_id"]),
        step: number(output["step"]),
      })),
    },
  };
}

function toDatasetInput(wire: Wire): DatasetInput {
  const dataset = object(wire["dataset"]);
  return {
    dataset: defined({
      name: text(dataset["name"]),
      digest: text(dataset["digest"]),
      sourceType: text(dataset["source_type"]),
      source: text(dataset["source"]),
      schema: optionalText(dataset["schema"]),
      profile: optionalText(dataset["profile"]),
    }),
    tags: record(wire["tags"]),
  };
}

export function toFileInfo(wire: Wire): FileInfo {
  const isDir = wire["is_dir"] === true;
  return defined({
    path: text(wire["path"]),
    isDir,
    fileSize: isDir ? undefined : number(wire["file_size"]),
  });
}

export function toModelVersion(wire: Wire): ModelVersion {
  return defined({
    name: text(wire["name"]),
    version: text(wire["version"]),
    creationTimestamp: optionalNumber(wire["creation_timestamp"]),
    lastUpdatedTimestamp: optionalNumber(wire["last_updated_timestamp"]),
    userId: optionalText(wire["user_id"]),
    currentStage: (text(wire["current_stage"]) || "None") as ModelStage,
    description: text(wire["description"]),
    source: text(wire["source"]),
    runId: optionalText(wire["run_id"]),
    runLink: optionalText(wire["run_link"]),
    status: text(wire["status"]) || "READY",
    statusMessage: optionalText(wire["status_message"]),
    tags: record(wire["tags"]),
    aliases: texts(wire["aliases"]),
  });
}

export function toRegisteredModel(wire: Wire): RegisteredModel {
  return defined({
    name: text(wire["name"]),
    creationTimestamp: optionalNumber(wire["creation_timestamp"]),
    lastUpdatedTimestamp: optionalNumber(wire["last_updated_timestamp"]),
    userId: optionalText(wire["user_id"]),
    description: text(wire["description"]),
    latestVersions: objects(wire["latest_versions"]).map(toModelVersion),
    tags: record(wire["tags"]),
    aliases: Object.fromEntries(objects(wire["aliases"]).map((item) => [text(item["alias"]), text(item["version"])])),
  });
}

export function toLoggedModel(wire: Wire): LoggedModel {
  const info = object(wire["info"]);
  const data = object(wire["data"]);
  return defined({
    modelId: text(info["model_id"]),
    experimentId: text(info["experiment_id"]),
    name: text(info["name"]),
    creationTimestamp: optionalNumber(info["creation_timestamp_ms"]),
    lastUpdatedTimestamp: optionalNumber(info["last_updated_timestamp_ms"]),
    artifactUri: text(info["artifact_uri"]),
    status: text(info["status"]),
    modelType: optionalText(info["model_type"]),
    sourceRunId: optionalText(info["source_run_id"]),
    tags: record(info["tags"]),
    params: record(data["params"]),
    metrics: objects(data["metrics"]).map(toMetric),
  });
}
