import type * as z from "zod";
import { invalidParameter } from "../../errors";
import type * as wire from "../../schemas";
import { cutPage, parsePage } from "../../search/page-token";
import * as models from "../../store/sql/logged-models";
import { listFolder } from "./artifacts";
import type { Registry } from "../registry";
import { checkKey, checkLength, checkLoggedModelName } from "../validate";

type Request<T extends z.ZodType> = z.output<T>;

const answer = async ({ store }: Registry, row: models.LoggedModelRow) => ({
  model: (await models.readLoggedModels(store.db, [row]))[0],
});

const toRow = ({ key, value = "" }: { key: string; value?: string | undefined }) => ({ key, value });

function checkParam(param: { key: string; value?: string | undefined }) {
  checkKey(param.key, "key");
  checkLength("Param key", param.key, 255);
  checkLength("Param value", param.value, 5000);
  return toRow(param);
}

export async function createLoggedModel(request: Request<typeof wire.CreateLoggedModelRequest>, registry: Registry) {
  checkLoggedModelName(request.name);
  const row = await registry.store.transaction((trx) =>
    models.createLoggedModel(trx, {
      experimentId: request.experiment_id,
      name: request.name,
      modelType: request.model_type,
      sourceRunId: request.source_run_id,
      params: request.params.map(checkParam),
      tags: request.tags.map(toRow),
    }),
  );
  return answer(registry, row);
}

export async function getLoggedModel(
  { model_id, allow_deleted: allowDeleted = false }: Request<typeof wire.LoggedModelIdRequest>,
  registry: Registry,
) {
  return answer(registry, await models.findLoggedModel(registry.store.db, model_id, { allowDeleted }));
}

export async function finalizeLoggedModel(
  { model_id, status }: Request<typeof wire.FinalizeLoggedModelRequest>,
  registry: Registry,
) {
  if (status === "LOGGED_MODEL_STATUS_UNSPECIFIED" || status === "LOGGED_MODEL_PENDING")
    throw invalidParameter(
      `Invalid model status: ${status}. Expected statuses: [LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED]`,
    );
  const row = await registry.store.transaction(async (trx) =>
    models.finalizeLoggedModel(trx, await models.findLoggedModel(trx, model_id), status),
  );
  return answer(registry, row);
}

export async function deleteLoggedModel({ model_id }: Request<typeof wire.LoggedModelIdRequest>, { store }: Registry) {
  await store.transaction(async (trx) => models.deleteLoggedModel(trx, await models.findLoggedModel(trx, model_id)));
  return {};
}

export async function setLoggedModelTags(
  { model_id, tags }: Request<typeof wire.LoggedModelTagsRequest>,
  registry: Registry,
) {
  const row = await registry.store.transaction(async (trx) => {
    const model = await models.findLoggedModel(trx, model_id);
    await models.setLoggedModelTags(trx, model, tags.map(toRow));
    return model;
  });
  return answer(registry, row);
}

export async function deleteLoggedModelTag(
  { model_id, tag_key }: Request<typeof wire.LoggedModelTagRequest>,
  { store }: Registry,
) {
  await store.transaction(async (trx) =>
    models.deleteLoggedModelTag(trx, await models.findLoggedModel(trx, model_id), tag_key),
  );
  return {};
}

export async function logLoggedModelParams(
  { model_id, params }: Request<typeof wire.LoggedModelParamsRequest>,
  { store }: Registry,
) {
  await store.transaction(async (trx) =>
    models.logModelParams(trx, await models.findLoggedModel(trx, model_id), params.map(checkParam)),
  );
  return {};
}

export async function searchLoggedModels(request: Request<typeof wire.SearchLoggedModelsRequest>, { store }: Registry) {
  const page = parsePage(request, { usual: 100, max: 1000 });
  const { experiment_ids: experimentIds, filter, datasets, order_by: orderBy } = request;
  if (experimentIds.length === 0)
    throw invalidParameter(
      "Missing value for required parameter 'experiment_ids'. See the API docs for more information about request parameters.",
    );
  const { rows, next } = cutPage(
    await models.searchLoggedModels(store.db, { experimentIds, filter, datasets, orderBy, page }),
    page,
  );
  return { models: await models.readLoggedModels(store.db, rows), next_page_token: next };
}

export async function listLoggedModelArtifacts(
  { model_id, artifact_directory_path }: Request<typeof wire.LoggedModelDirectoryRequest>,
  registry: Registry,
) {
  const row = await models.findLoggedModel(registry.store.db, model_id);
  return listFolder(registry, row.artifact_location, artifact_directory_path);
}
