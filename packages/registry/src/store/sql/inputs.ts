import { sql } from "kysely";
import type { Dataset, DatasetInput, ModelInput, ModelOutput } from "../../schemas";
import type { Db } from "../database";
import { groupBy, isOneOf, newId, type TagRow, type Wire } from "./shared";

export interface RunInputs {
  readonly datasets: Wire<typeof DatasetInput>[];
  readonly modelInputs: Wire<typeof ModelInput>[];
  readonly modelOutputs: Wire<typeof ModelOutput>[];
}

/** Datasets and models that went into some runs, and models that came out, by run. */
export async function readInputs(db: Db, runIds: readonly string[]): Promise<(runId: string) => RunInputs> {
  const datasetRows = await db
    .selectFrom("inputs")
    .innerJoin("datasets", "datasets.dataset_uuid", "inputs.source_id")
    .selectAll("datasets")
    .select(["inputs.input_uuid", "inputs.destination_id as run_id"])
    .where("inputs.destination_type", "=", "RUN")
    .where("inputs.source_type", "=", "DATASET")
    .where(isOneOf(sql.ref("inputs.destination_id"), runIds))
    .execute();
  const tags = await db
    .selectFrom("input_tags")
    .selectAll()
    .where(
      isOneOf(
        sql.ref("input_uuid"),
        datasetRows.map((row) => row.input_uuid),
      ),
    )
    .execute();
  const models = await db
    .selectFrom("inputs")
    .select(["source_type", "source_id", "destination_id", "step"])
    .where("source_type", "in", ["RUN_INPUT", "RUN_OUTPUT"])
    .where(isOneOf(sql.ref("source_id"), runIds))
    .execute();
  const datasetsOf = groupBy(datasetRows, (row) => row.run_id);
  const tagsOf = groupBy(tags, (row) => row.input_uuid);
  const modelsOf = groupBy(models, (row) => row.source_id);
  return (runId) => {
    const ofRun = modelsOf.get(runId) ?? [];
    return {
      datasets: (datasetsOf.get(runId) ?? []).map((row) => ({
        tags: (tagsOf.get(row.input_uuid) ?? []).map(({ name, value }) => ({ key: name, value })),
        dataset: {
          name: row.name,
          digest: row.digest,
          source_type: row.dataset_source_type,
          source: row.dataset_source,
          schema: row.dataset_schema ?? undefined,
          profile: row.dataset_profile ?? undefined,
        },
      })),
      modelInputs: ofRun
        .filter((row) => row.source_type === "RUN_INPUT")
        .map((row) => ({ model_id: row.destination_id })),
      modelOutputs: ofRun
        .filter((row) => row.source_type === "RUN_OUTPUT")
        .map((row) => ({ model_id: row.destination_id, step: row.step })),
    };
  };
}

/** Ties a dataset to a run. A dataset is one for its experiment, name and digest; tied again it changes nothing. */
export async function logDatasetInput(
  db: Db,
  { runId, experimentId }: { runId: string; experimentId: number },
  dataset: Dataset,
  tags: readonly TagRow[],
): Promise<void> {
  await db
    .insertInto("datasets")
    .values({
      dataset_uuid: newId(),
      experiment_id: experimentId,
      name: dataset.name,
      digest: dataset.digest,
      dataset_source_type: dataset.source_type,
      dataset_source: dataset.source,
      dataset_schema: dataset.schema ?? null,
      dataset_profile: dataset.profile ?? null,
    })
    .onConflict((conflict) => conflict.columns(["experiment_id", "name", "digest"]).doNothing())
    .execute();
  const { dataset_uuid } = await db
    .selectFrom("datasets")
    .select("dataset_uuid")
    .where("experiment_id", "=", experimentId)
    .where("name", "=", dataset.name)
    .where("digest", "=", dataset.digest)
    .executeTakeFirstOrThrow();
  const input_uuid = newId();
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("inputs")
    .values({
      input_uuid,
      source_type: "DATASET",
      source_id: dataset_uuid,
      destination_type: "RUN",
      destination_id: runId,
    })
    .onConflict((conflict) =>
      conflict.columns(["source_type", "source_id", "destination_type", "destination_id"]).doNothing(),
    )
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return;
  for (const { key, value } of new Map(tags.map((tag) => [tag.key, tag])).values())
    await db.insertInto("input_tags").values({ input_uuid, name: key, value }).execute();
}

/** Ties a logged model to a run, as what went in or what came out. */
export async function logModelTie(
  db: Db,
  runId: string,
  direction: "INPUT" | "OUTPUT",
  { modelId, step }: { modelId: string; step: number },
): Promise<void> {
  await db
    .insertInto("inputs")
    .values({
      input_uuid: newId(),
      source_type: `RUN_${direction}`,
      source_id: runId,
      destination_type: `MODEL_${direction}`,
      destination_id: modelId,
      step,
    })
    .onConflict((conflict) =>
      conflict.columns(["source_type", "source_id", "destination_type", "destination_id"]).doUpdateSet({ step }),
    )
    .execute();
}

/** Which datasets the runs of some experiments used, and as what. */
export async function readDatasetSummaries(db: Db, experimentIds: readonly number[]) {
  const { rows } = await sql<{ experiment_id: number; name: string; digest: string; context: string | null }>`
    select distinct d.experiment_id, d.name, d.digest, t.value as context
    from datasets d
    join inputs i on i.source_type = 'DATASET' and i.source_id = d.dataset_uuid
    left join input_tags t on t.input_uuid = i.input_uuid and t.name = 'mlflow.data.context'
    where ${isOneOf(sql.ref("d.experiment_id"), experimentIds)}
    limit 1000`.execute(db);
  return rows;
}
