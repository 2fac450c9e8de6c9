import type * as z from "zod";
import { invalidParameter, RequestError } from "../../errors";
import type * as wire from "../../schemas";
import { cutPage, parsePage } from "../../search/page-token";
import { noteModelVersion } from "../../store/sql/logged-models";
import * as versions from "../../store/sql/model-versions";
import { findRegisteredModel, parseStage } from "../../store/sql/registered-models";
import { resolveSource } from "../resolve-source";
import type { Registry } from "../registry";
import * as check from "../validate";

type Request<T extends z.ZodType> = z.output<T>;

const answer = async ({ store }: Registry, row: versions.VersionRow) => ({
  model_version: (await versions.readModelVersions(store.db, [row]))[0],
});

export async function createModelVersion(request: Request<typeof wire.CreateModelVersionRequest>, registry: Registry) {
  check.checkModelName(request.name);
  const tags = request.tags.map((tag) => check.checkTag(tag, check.LIMITS.modelTagValue));
  const row = await registry.store.transaction(async (trx) => {
    const { name, run_link: runLink, description } = request;
    const { source, storageLocation, runId, loggedModel } = await resolveSource(trx, request);
    await findRegisteredModel(trx, name);
    check.checkLength("source", source, 500); // the columns' widths
    check.checkLength("run_link", runLink, 500);
    const created = await versions.createModelVersion(trx, {
      name,
      source,
      storageLocation,
      runId,
      runLink,
      description,
      tags,
    });
    if (loggedModel) await noteModelVersion(trx, loggedModel, { name, version: created.version });
    return created;
  });
  return answer(registry, row);
}

const parse = ({ name, version }: Request<typeof wire.ModelVersionRequest>) => {
  check.checkModelName(name);
  return versions.parseVersion(version);
};

export async function getModelVersion(request: Request<typeof wire.ModelVersionRequest>, registry: Registry) {
  return answer(registry, await versions.findModelVersion(registry.store.db, request.name, parse(request)));
}

export async function updateModelVersion(request: Request<typeof wire.UpdateModelVersionRequest>, registry: Registry) {
  const version = parse(request);
  const row = await registry.store.transaction((trx) =>
    versions.updateModelVersion(trx, request.name, version, request.description),
  );
  return answer(registry, row);
}

export async function deleteModelVersion(request: Request<typeof wire.ModelVersionRequest>, { store }: Registry) {
  const version = parse(request);
  await store.transaction((trx) => versions.deleteModelVersion(trx, request.name, version));
  return {};
}

export async function transitionStage(request: Request<typeof wire.TransitionStageRequest>, registry: Registry) {
  const version = parse(request);
  const stage = parseStage(request.stage);
  const archiveExisting = request.archive_existing_versions ?? false;
  if (archiveExisting && stage !== "Staging" && stage !== "Production")
    throw new RequestError(
      "INTERNAL_ERROR", // so in MLflow
      `Model version transition cannot archive existing model versions because '${request.stage}' is not an Active stage. ` +
        "Valid stages are ['Staging', 'Production']",
    );
  const row = await registry.store.transaction((trx) =>
    versions.transitionStage(trx, request.name, version, { stage, archiveExisting }),
  );
  return answer(registry, row);
}

export async function getDownloadUri(request: Request<typeof wire.ModelVersionRequest>, { store }: Registry) {
  const row = await versions.findModelVersion(store.db, request.name, parse(request));
  return { artifact_uri: row.storage_location || row.source || "" };
}

export async function searchModelVersions(request: Request<typeof wire.SearchRegistryRequest>, { store }: Registry) {
  const page = parsePage(request, { usual: 10_000, max: 200_000 });
  const { filter, order_by: orderBy } = request;
  const { rows, next } = cutPage(await versions.searchModelVersions(store.db, { filter, orderBy, page }), page);
  return { model_versions: await versions.readModelVersions(store.db, rows), next_page_token: next };
}

export async function setVersionTag(request: Request<typeof wire.ModelVersionTagRequest>, { store }: Registry) {
  const version = parse(request);
  const tag = check.checkTag(request, check.LIMITS.modelTagValue);
  await store.transaction(async (trx) => {
    await versions.findModelVersion(trx, request.name, version);
    await versions.setVersionTag(trx, request.name, version, tag);
  });
  return {};
}

export async function deleteVersionTag(request: Request<typeof wire.ModelVersionTagRequest>, { store }: Registry) {
  const version = parse(request);
  check.checkKey(request.key, "key");
  await store.transaction(async (trx) => {
    await versions.findModelVersion(trx, request.name, version);
    await versions.deleteVersionTag(trx, request.name, version, request.key);
  });
  return {};
}

export async function setAlias(request: Request<typeof wire.SetAliasRequest>, { store }: Registry) {
  const { name, alias } = request;
  check.checkModelName(name);
  check.checkAlias(alias);
  check.checkAliasNotReserved(alias);
  const version = versions.parseVersion(request.version);
  await store.transaction(async (trx) => {
    await versions.findModelVersion(trx, name, version);
    await versions.setAlias(trx, name, alias, version);
  });
  return {};
}

export async function deleteAlias({ name, alias }: Request<typeof wire.AliasRequest>, { store }: Registry) {
  check.checkModelName(name);
  check.checkAlias(alias);
  await store.transaction(async (trx) => {
    await findRegisteredModel(trx, name);
    await versions.deleteAlias(trx, name, alias);
  });
  return {};
}

/** Asked by every serving process each second or so, so the way of an alias that is there is the short one. */
export async function getVersionByAlias({ name, alias }: Request<typeof wire.AliasRequest>, registry: Registry) {
  check.checkModelName(name);
  check.checkAlias(alias);
  const { db } = registry.store;
  if (alias.toLowerCase() === "latest") {
    await findRegisteredModel(db, name);
    return answer(registry, await versions.findNewestVersion(db, name));
  }
  const version = await versions.findAlias(db, name, alias);
  if (version !== undefined) return answer(registry, await versions.findModelVersion(db, name, version));
  await findRegisteredModel(db, name); // a model that is not there is told apart from an alias that is not
  throw invalidParameter(`Registered model alias ${alias} not found.`);
}
