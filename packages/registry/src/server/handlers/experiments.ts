import type * as z from "zod";
import type * as wire from "../../schemas";
import { cutPage, parsePage } from "../../search/page-token";
import * as experiments from "../../store/sql/experiments";
import { readDatasetSummaries } from "../../store/sql/inputs";
import { invalidParameter } from "../../errors";
import type { Registry } from "../registry";
import { checkScheme, checkNoRelativeParts, isLocal } from "../source";
import { checkExperimentName, checkLength, checkTag, LIMITS } from "../validate";

type Request<T extends z.ZodType> = z.output<T>;

export async function createExperiment(
  { name, artifact_location, tags }: Request<typeof wire.CreateExperimentRequest>,
  { store }: Registry,
) {
  checkExperimentName(name);
  if (artifact_location) {
    if (/[#;]/.test(artifact_location))
      throw invalidParameter("'artifact_location' URL can't include fragments or params.");
    checkScheme(artifact_location, "artifact_location");
    if (/^runs:/i.test(artifact_location))
      throw invalidParameter(`Artifact location cannot be a runs:/ URI. Given: '${artifact_location}'`);
    if (!isLocal(artifact_location)) checkNoRelativeParts(artifact_location);
    checkLength("artifact_location", artifact_location, LIMITS.artifactLocation);
  }
  const checked = tags.map((tag) => checkTag(tag, LIMITS.experimentTagValue));
  const id = await store.transaction((trx) =>
    experiments.createExperiment(trx, { name, artifactLocation: artifact_location || undefined, tags: checked }),
  );
  return { experiment_id: String(id) };
}

export async function getExperiment({ experiment_id }: Request<typeof wire.ExperimentIdRequest>, { store }: Registry) {
  const row = await experiments.findExperiment(store.db, experiment_id);
  return { experiment: (await experiments.readExperiments(store.db, [row]))[0] };
}

export async function getExperimentByName(
  { experiment_name }: Request<typeof wire.ExperimentNameRequest>,
  { store }: Registry,
) {
  const row = await experiments.findExperimentByName(store.db, experiment_name);
  return { experiment: (await experiments.readExperiments(store.db, [row]))[0] };
}

export async function updateExperiment(
  { experiment_id, new_name }: Request<typeof wire.UpdateExperimentRequest>,
  { store }: Registry,
) {
  checkExperimentName(new_name);
  await store.transaction((trx) => experiments.renameExperiment(trx, experiment_id, new_name));
  return {};
}

const move =
  (to: "active" | "deleted") =>
  async ({ experiment_id }: Request<typeof wire.ExperimentIdRequest>, { store }: Registry) => {
    await store.transaction((trx) => experiments.moveExperiment(trx, experiment_id, to));
    return {};
  };
export const deleteExperiment = move("deleted");
export const restoreExperiment = move("active");

export async function setExperimentTag(
  { experiment_id, ...tag }: Request<typeof wire.ExperimentTagRequest>,
  { store }: Registry,
) {
  const checked = checkTag(tag, LIMITS.experimentTagValue);
  await store.transaction((trx) => experiments.setExperimentTag(trx, experiment_id, checked));
  return {};
}

export async function deleteExperimentTag(
  { experiment_id, key }: Request<typeof wire.ExperimentTagRequest>,
  { store }: Registry,
) {
  await store.transaction((trx) => experiments.deleteExperimentTag(trx, experiment_id, key));
  return {};
}

export async function searchExperiments(request: Request<typeof wire.SearchExperimentsRequest>, { store }: Registry) {
  const page = parsePage(request, { usual: 1000, max: 50_000 });
  const { view_type: view, filter, order_by: orderBy } = request;
  const { rows, next } = cutPage(await experiments.searchExperiments(store.db, { view, filter, orderBy, page }), page);
  return { experiments: await experiments.readExperiments(store.db, rows), next_page_token: next };
}

export async function searchDatasets(
  { experiment_ids }: Request<typeof wire.SearchDatasetsRequest>,
  { store }: Registry,
) {
  if (experiment_ids.length > 20)
    throw invalidParameter(
      `SearchDatasets request cannot specify more than 20 experiment_ids. Received ${experiment_ids.length}.`,
    );
  const rows = await readDatasetSummaries(store.db, experiment_ids.map(experiments.parseExperimentId));
  return {
    dataset_summaries: rows.map(({ experiment_id, context, ...dataset }) => ({
      experiment_id: String(experiment_id),
      ...dataset,
      context: context ?? undefined,
    })),
  };
}
