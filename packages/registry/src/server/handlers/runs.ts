import type * as z from "zod";
import { invalidParameter } from "../../errors";
import type * as wire from "../../schemas";
import { cutPage, parsePage } from "../../search/page-token";
import { logDatasetInput, logModelTie } from "../../store/sql/inputs";
import { logModelPoints, logPoints, type Point } from "../../store/sql/metrics";
import * as runs from "../../store/sql/runs";
import { searchRuns as findRuns } from "../../store/sql/search-runs";
import type { Registry } from "../registry";
import * as check from "../validate";

type Request<T extends z.ZodType> = z.output<T>;

export async function createRun(request: Request<typeof wire.CreateRunRequest>, { store }: Registry) {
  const tags = request.tags.map((tag, index) => check.checkNewRunTag(tag, `tags[${index}].key`));
  const row = await store.transaction((trx) =>
    runs.createRun(trx, {
      experimentId: request.experiment_id || "0",
      userId: request.user_id,
      runName: request.run_name,
      startTime: request.start_time,
      tags,
    }),
  );
  return { run: (await runs.readRuns(store.db, [row]))[0] };
}

export async function getRun({ run_id }: Request<typeof wire.RunIdRequest>, { store }: Registry) {
  const row = await runs.findRun(store.db, run_id);
  return { run: (await runs.readRuns(store.db, [row]))[0] };
}

export async function updateRun(request: Request<typeof wire.UpdateRunRequest>, { store }: Registry) {
  const { run_id, status, end_time: endTime, run_name: runName } = request;
  const row = await store.transaction((trx) => runs.updateRun(trx, run_id, { status, endTime, runName }));
  return { run_info: runs.readRunInfo(row) };
}

const move =
  (to: "active" | "deleted") =>
  async ({ run_id }: Request<typeof wire.RunIdRequest>, { store }: Registry) => {
    await store.transaction((trx) => runs.moveRun(trx, run_id, to));
    return {};
  };
export const deleteRun = move("deleted");
export const restoreRun = move("active");

export async function searchRuns(request: Request<typeof wire.SearchRunsRequest>, { store }: Registry) {
  const page = parsePage(request, { usual: 1000, max: 50_000 });
  const { experiment_ids: experimentIds, filter, run_view_type: view, order_by: orderBy } = request;
  const { rows, next } = cutPage(await findRuns(store.db, { experimentIds, filter, view, orderBy, page }), page);
  return { runs: await runs.readRuns(store.db, rows), next_page_token: next };
}

type WirePoint = Omit<Request<typeof wire.LogMetricRequest>, "run_id">;
const toPoint = (metric: WirePoint): Point => ({
  key: metric.key,
  value: metric.value,
  timestamp: metric.timestamp,
  step: metric.step ?? 0,
  modelId: metric.model_id || undefined,
  datasetName: metric.dataset_name,
  datasetDigest: metric.dataset_digest,
});

export async function logMetric({ run_id, ...metric }: Request<typeof wire.LogMetricRequest>, { store }: Registry) {
  check.checkMetric(metric, "");
  const points = [toPoint(metric)];
  await store.transaction(async (trx) => {
    const run = await runs.findActiveRun(trx, run_id);
    await logPoints(trx, run_id, points);
    await logModelPoints(trx, run_id, run.experiment_id, points);
  });
  return {};
}

export async function logParam({ run_id, ...param }: Request<typeof wire.RunKeyValueRequest>, { store }: Registry) {
  const checked = check.checkParam(param);
  await store.transaction(async (trx) => {
    await runs.findActiveRun(trx, run_id);
    await runs.logParams(trx, run_id, [checked]);
  });
  return {};
}

export async function setTag({ run_id, ...tag }: Request<typeof wire.RunKeyValueRequest>, { store }: Registry) {
  const checked = check.checkRunTag(tag);
  await store.transaction(async (trx) => {
    await runs.findActiveRun(trx, run_id);
    await runs.setTags(trx, run_id, [checked]);
  });
  return {};
}

export async function deleteTag({ run_id, key }: Request<typeof wire.RunKeyRequest>, { store }: Registry) {
  await store.transaction(async (trx) => {
    await runs.findActiveRun(trx, run_id);
    await runs.deleteTag(trx, run_id, key);
  });
  return {};
}

/** All of a batch is checked before any of it is written. */
export async function logBatch(request: Request<typeof wire.LogBatchRequest>, { store }: Registry) {
  const { run_id, metrics } = request;
  check.checkRunId(run_id);
  for (const [index, metric] of metrics.entries()) check.checkMetric(metric, `metrics[${index}]`);
  const params = request.params.map((param, index) => check.checkParam(param, `params[${index}].key`));
  const tags = request.tags.map((tag, index) => check.checkRunTag(tag, `tags[${index}].key`));
  check.checkBatchSizes(request);
  check.checkParamKeysUnique(params);
  const points = metrics.map(toPoint);
  await store.transaction(async (trx) => {
    const run = await runs.findActiveRun(trx, run_id);
    await runs.logParams(trx, run_id, params);
    await logPoints(trx, run_id, points);
    await logModelPoints(trx, run_id, run.experiment_id, points);
    await runs.setTags(trx, run_id, tags);
  });
  return {};
}

const LOGGED_MODELS_TAG = "mlflow.log-model.history";

export async function logModel({ run_id, model_json }: Request<typeof wire.LogModelRequest>, { store }: Registry) {
  const model = parseModelJson(model_json);
  const required = ["artifact_path", "flavors", "utc_time_created", "run_id"];
  const missing = required.filter((key) => !Object.hasOwn(model, key));
  if (missing.length > 0)
    throw invalidParameter(`Model json is missing mandatory fields: {${missing.map((key) => `'${key}'`).join(", ")}}`);
  await store.transaction(async (trx) => {
    await runs.findActiveRun(trx, run_id);
    const former = parseList(await runs.readTag(trx, run_id, LOGGED_MODELS_TAG));
    const value = JSON.stringify([...former, model]);
    await runs.setTags(trx, run_id, [check.checkRunTag({ key: LOGGED_MODELS_TAG, value })]);
  });
  return {};
}

function parseModelJson(text: string): Record<string, unknown> {
  try {
    const model: unknown = JSON.parse(text);
    if (typeof model === "object" && model !== null && !Array.isArray(model)) return model as Record<string, unknown>;
  } catch {
    // falls through to the one refusal
  }
  throw invalidParameter(`Malformed model info. \n ${text.slice(0, 300)} \n is not a valid JSON object.`);
}

function parseList(text = "[]"): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? (list as unknown[]) : [];
  } catch {
    return []; // the tag had been cut at its greatest length: what was in it is lost already
  }
}

export async function logInputs(request: Request<typeof wire.LogInputsRequest>, { store }: Registry) {
  const { run_id } = request;
  check.checkRunId(run_id);
  const datasets = request.datasets.map(({ dataset, tags }) => ({
    dataset: checkDataset(dataset),
    tags: tags.map(checkInputTag),
  }));
  await store.transaction(async (trx) => {
    const run = await runs.findActiveRun(trx, run_id);
    for (const { dataset, tags } of datasets)
      await logDatasetInput(trx, { runId: run_id, experimentId: run.experiment_id }, dataset, tags);
    for (const { model_id } of request.models)
      if (model_id) await logModelTie(trx, run_id, "INPUT", { modelId: model_id, step: 0 });
  });
  return {};
}

function checkDataset(dataset: Request<typeof wire.LogInputsRequest>["datasets"][number]["dataset"]): wire.Dataset {
  if (!dataset) throw invalidParameter("Dataset cannot be None");
  const { name, digest, source_type, source } = dataset;
  if (!name || !digest || !source_type || source === undefined)
    throw invalidParameter("A dataset must have a name, a digest, a source_type and a source");
  for (const [what, max] of Object.entries(check.LIMITS.dataset))
    check.checkLength(what, dataset[what as keyof typeof dataset], max);
  check.checkLength("source_type", source_type, 36);
  return { ...dataset, name, digest, source_type, source };
}

function checkInputTag({ key, value }: { key?: string | undefined; value?: string | undefined }) {
  if (key === undefined) throw invalidParameter("InputTag key cannot be None");
  if (value === undefined) throw invalidParameter("InputTag value cannot be None");
  check.checkLength("key", key, check.LIMITS.inputTag.key);
  check.checkLength("value", value, check.LIMITS.inputTag.value);
  return { key, value };
}

export async function logOutputs({ run_id, models }: Request<typeof wire.LogOutputsRequest>, { store }: Registry) {
  await store.transaction(async (trx) => {
    await runs.findActiveRun(trx, run_id);
    for (const { model_id, step } of models)
      await logModelTie(trx, run_id, "OUTPUT", { modelId: model_id, step: step ?? 0 });
  });
  return {};
}
