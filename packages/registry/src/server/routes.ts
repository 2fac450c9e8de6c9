import * as z from "zod";
import * as wire from "../schemas";
import type { Answer, Call } from "./call";
import * as artifacts from "./handlers/artifacts";
import * as experiments from "./handlers/experiments";
import * as info from "./handlers/info";
import * as loggedModels from "./handlers/logged-models";
import * as metrics from "./handlers/metrics";
import * as versions from "./handlers/model-versions";
import * as models from "./handlers/registered-models";
import * as runs from "./handlers/runs";
import { messageHandler } from "./message-handler";
import type { Registry } from "./registry";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Route {
  readonly method: Method;
  /** May have `:name` parts, and end in `/*`. */
  readonly path: string;
  readonly handle: (call: Call, registry: Registry) => Promise<Answer>;
}

const API = "/api/2.0/mlflow";
const AJAX = "/ajax-api/2.0/mlflow"; // the web page's prefix
const BOTH = [API, AJAX];
const V3 = ["/api/3.0/mlflow", "/ajax-api/3.0/mlflow"];
const PROXY = ["/api/2.0/mlflow-artifacts", "/ajax-api/2.0/mlflow-artifacts"];

/** A route that takes a message and answers one. */
function api<T extends z.ZodType>(
  methods: string,
  path: string,
  message: T,
  handle: (request: z.output<T>, registry: Registry) => Promise<object>,
  prefixes: readonly string[] = BOTH,
): Route[] {
  const handler = messageHandler(message, handle);
  return methods
    .split(" ")
    .flatMap((method) =>
      prefixes.map((prefix) => ({ method: method as Method, path: `${prefix}/${path}`, handle: handler })),
    );
}

/** A route that takes and answers something else than messages. */
const raw = (method: Method, path: string, handle: Route["handle"], prefixes: readonly string[] = [""]): Route[] =>
  prefixes.map((prefix) => ({ method, path: `${prefix}/${path}`, handle }));

/** The whole surface. */
export const routes: readonly Route[] = [
  api("POST", "experiments/create", wire.CreateExperimentRequest, experiments.createExperiment),
  api("GET", "experiments/get", wire.ExperimentIdRequest, experiments.getExperiment),
  api("GET", "experiments/get-by-name", wire.ExperimentNameRequest, experiments.getExperimentByName),
  api("POST", "experiments/update", wire.UpdateExperimentRequest, experiments.updateExperiment),
  api("POST", "experiments/delete", wire.ExperimentIdRequest, experiments.deleteExperiment),
  api("POST", "experiments/restore", wire.ExperimentIdRequest, experiments.restoreExperiment),
  api("POST", "experiments/set-experiment-tag", wire.ExperimentTagRequest, experiments.setExperimentTag),
  api("POST", "experiments/delete-experiment-tag", wire.ExperimentTagRequest, experiments.deleteExperimentTag),
  api("POST GET", "experiments/search", wire.SearchExperimentsRequest, experiments.searchExperiments),
  api("POST", "experiments/search-datasets", wire.SearchDatasetsRequest, experiments.searchDatasets, [AJAX]),

  api("POST", "runs/create", wire.CreateRunRequest, runs.createRun),
  api("GET", "runs/get", wire.RunIdRequest, runs.getRun),
  api("POST", "runs/update", wire.UpdateRunRequest, runs.updateRun),
  api("POST", "runs/delete", wire.RunIdRequest, runs.deleteRun),
  api("POST", "runs/restore", wire.RunIdRequest, runs.restoreRun),
  api("POST", "runs/search", wire.SearchRunsRequest, runs.searchRuns),
  api("POST", "runs/log-metric", wire.LogMetricRequest, runs.logMetric),
  api("POST", "runs/log-parameter", wire.RunKeyValueRequest, runs.logParam),
  api("POST", "runs/set-tag", wire.RunKeyValueRequest, runs.setTag),
  api("POST", "runs/delete-tag", wire.RunKeyRequest, runs.deleteTag),
  api("POST", "runs/log-batch", wire.LogBatchRequest, runs.logBatch),
  api("POST", "runs/log-model", wire.LogModelRequest, runs.logModel),
  api("POST", "runs/log-inputs", wire.LogInputsRequest, runs.logInputs),
  api("POST", "runs/outputs", wire.LogOutputsRequest, runs.logOutputs),
  api("GET", "metrics/get-history", wire.MetricHistoryRequest, metrics.getHistory),
  api("GET", "metrics/get-history-bulk", wire.MetricHistoryBulkRequest, metrics.getHistoryBulk, [AJAX]),
  api("GET", "metrics/get-history-bulk-interval", wire.MetricHistoryIntervalRequest, metrics.getHistoryInterval),

  api("POST", "registered-models/create", wire.CreateRegisteredModelRequest, models.createRegisteredModel),
  api("GET", "registered-models/get", wire.ModelNameRequest, models.getRegisteredModel),
  api("PATCH", "registered-models/update", wire.UpdateRegisteredModelRequest, models.updateRegisteredModel),
  api("POST", "registered-models/rename", wire.RenameRegisteredModelRequest, models.renameRegisteredModel),
  api("DELETE", "registered-models/delete", wire.ModelNameRequest, models.deleteRegisteredModel),
  api("GET", "registered-models/search", wire.SearchRegistryRequest, models.searchRegisteredModels),
  api("GET POST", "registered-models/get-latest-versions", wire.LatestVersionsRequest, models.getLatestVersions),
  api("POST", "registered-models/set-tag", wire.ModelTagRequest, models.setRegisteredModelTag),
  api("DELETE", "registered-models/delete-tag", wire.ModelTagRequest, models.deleteRegisteredModelTag),
  api("POST", "registered-models/alias", wire.SetAliasRequest, versions.setAlias),
  api("DELETE", "registered-models/alias", wire.AliasRequest, versions.deleteAlias),
  api("GET", "registered-models/alias", wire.AliasRequest, versions.getVersionByAlias),

  api("POST", "model-versions/create", wire.CreateModelVersionRequest, versions.createModelVersion),
  api("GET", "model-versions/get", wire.ModelVersionRequest, versions.getModelVersion),
  api("PATCH", "model-versions/update", wire.UpdateModelVersionRequest, versions.updateModelVersion),
  api("DELETE", "model-versions/delete", wire.ModelVersionRequest, versions.deleteModelVersion),
  api("POST", "model-versions/transition-stage", wire.TransitionStageRequest, versions.transitionStage),
  api("GET", "model-versions/get-download-uri", wire.ModelVersionRequest, versions.getDownloadUri),
  api("GET", "model-versions/search", wire.SearchRegistryRequest, versions.searchModelVersions),
  api("POST", "model-versions/set-tag", wire.ModelVersionTagRequest, versions.setVersionTag),
  api("DELETE", "model-versions/delete-tag", wire.ModelVersionTagRequest, versions.deleteVersionTag),

  api("POST", "logged-models", wire.CreateLoggedModelRequest, loggedModels.createLoggedModel),
  api("POST", "logged-models/search", wire.SearchLoggedModelsRequest, loggedModels.searchLoggedModels),
  api("GET", "logged-models/:model_id", wire.LoggedModelIdRequest, loggedModels.getLoggedModel),
  api("PATCH", "logged-models/:model_id", wire.FinalizeLoggedModelRequest, loggedModels.finalizeLoggedModel),
  api("DELETE", "logged-models/:model_id", wire.LoggedModelIdRequest, loggedModels.deleteLoggedModel),
  api("PATCH", "logged-models/:model_id/tags", wire.LoggedModelTagsRequest, loggedModels.setLoggedModelTags),
  api("DELETE", "logged-models/:model_id/tags/:tag_key", wire.LoggedModelTagRequest, loggedModels.deleteLoggedModelTag),
  api("POST", "logged-models/:model_id/params", wire.LoggedModelParamsRequest, loggedModels.logLoggedModelParams),
  api(
    "GET",
    "logged-models/:model_id/artifacts/directories",
    wire.LoggedModelDirectoryRequest,
    loggedModels.listLoggedModelArtifacts,
  ),
  raw("GET", "logged-models/:model_id/artifacts/files", artifacts.downloadLoggedModelArtifact, BOTH),

  api("GET", "artifacts/list", wire.ListArtifactsRequest, artifacts.listRunArtifacts),
  raw("POST", "upload-artifact", artifacts.uploadRunArtifact, [AJAX]),
  raw("GET", "get-artifact", artifacts.downloadRunArtifact),
  raw("GET", "model-versions/get-artifact", artifacts.downloadVersionArtifact),
  api("GET", "artifacts", z.object({ path: z.string().optional() }), artifacts.listProxied, PROXY),
  raw("GET", "artifacts/*", artifacts.downloadProxied, PROXY),
  raw("PUT", "artifacts/*", artifacts.uploadProxied, PROXY),
  raw("DELETE", "artifacts/*", artifacts.deleteProxied, PROXY),
  raw("POST", "mpu/create/*", artifacts.notImplemented("Multipart upload"), PROXY),
  raw("POST", "mpu/complete/*", artifacts.notImplemented("Multipart upload"), PROXY),
  raw("POST", "mpu/abort/*", artifacts.notImplemented("Multipart upload"), PROXY),
  raw("GET", "presigned/*", artifacts.notImplemented("Presigned download"), PROXY),

  api("GET", "server-info", wire.NoRequest, info.serverInfo, V3),
  raw("GET", "health", info.health),
  raw("GET", "version", info.version),
].flat();
