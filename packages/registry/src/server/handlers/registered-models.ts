import type * as z from "zod";
import type * as wire from "../../schemas";
import { cutPage, parsePage } from "../../search/page-token";
import { readModelVersions } from "../../store/sql/model-versions";
import * as models from "../../store/sql/registered-models";
import type { Registry } from "../registry";
import { checkKey, checkModelName, checkTag, LIMITS } from "../validate";

type Request<T extends z.ZodType> = z.output<T>;

const answer = async ({ store }: Registry, row: models.ModelRow) => ({
  registered_model: (await models.readRegisteredModels(store.db, [row]))[0],
});

export async function createRegisteredModel(
  { name, description, tags }: Request<typeof wire.CreateRegisteredModelRequest>,
  registry: Registry,
) {
  checkModelName(name);
  const checked = tags.map((tag) => checkTag(tag, LIMITS.modelTagValue));
  const row = await registry.store.transaction((trx) =>
    models.createRegisteredModel(trx, { name, description, tags: checked }),
  );
  return answer(registry, row);
}

export async function getRegisteredModel({ name }: Request<typeof wire.ModelNameRequest>, registry: Registry) {
  checkModelName(name);
  return answer(registry, await models.findRegisteredModel(registry.store.db, name));
}

export async function updateRegisteredModel(
  { name, description }: Request<typeof wire.UpdateRegisteredModelRequest>,
  registry: Registry,
) {
  checkModelName(name);
  const row = await registry.store.transaction((trx) => models.updateRegisteredModel(trx, name, description));
  return answer(registry, row);
}

export async function renameRegisteredModel(
  { name, new_name }: Request<typeof wire.RenameRegisteredModelRequest>,
  registry: Registry,
) {
  checkModelName(new_name, "new_name");
  const row = await registry.store.transaction((trx) => models.renameRegisteredModel(trx, name, new_name));
  return answer(registry, row);
}

export async function deleteRegisteredModel({ name }: Request<typeof wire.ModelNameRequest>, { store }: Registry) {
  checkModelName(name);
  await store.transaction((trx) => models.deleteRegisteredModel(trx, name));
  return {};
}

export async function searchRegisteredModels(request: Request<typeof wire.SearchRegistryRequest>, { store }: Registry) {
  const page = parsePage(request, { usual: 100, max: 1000 });
  const { filter, order_by: orderBy } = request;
  const { rows, next } = cutPage(await models.searchRegisteredModels(store.db, { filter, orderBy, page }), page);
  return { registered_models: await models.readRegisteredModels(store.db, rows), next_page_token: next };
}

export async function getLatestVersions(
  { name, stages }: Request<typeof wire.LatestVersionsRequest>,
  { store }: Registry,
) {
  checkModelName(name);
  await models.findRegisteredModel(store.db, name);
  const wanted = stages.length > 0 ? stages.map(models.parseStage) : undefined;
  const rows = await models.findLatestVersions(store.db, [name], wanted);
  return { model_versions: await readModelVersions(store.db, rows) };
}

export async function setRegisteredModelTag(
  { name, ...tag }: Request<typeof wire.ModelTagRequest>,
  { store }: Registry,
) {
  checkModelName(name);
  const checked = checkTag(tag, LIMITS.modelTagValue);
  await store.transaction(async (trx) => {
    await models.findRegisteredModel(trx, name);
    await models.setRegisteredModelTag(trx, name, checked);
  });
  return {};
}

export async function deleteRegisteredModelTag(
  { name, key }: Request<typeof wire.ModelTagRequest>,
  { store }: Registry,
) {
  checkModelName(name);
  checkKey(key, "key");
  await store.transaction(async (trx) => {
    await models.findRegisteredModel(trx, name);
    await models.deleteRegisteredModelTag(trx, name, key);
  });
  return {};
}
