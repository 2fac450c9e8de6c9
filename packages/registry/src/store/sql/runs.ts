import { sql, type Selectable } from "kysely";
import { doesNotExist, invalidParameter } from "../../errors";
import type { Run, RunInfo, RunStatus } from "../../schemas";
import type { Db } from "../database";
import { randomName } from "../random-name";
import type { Tables } from "../tables";
import { findActiveExperiment } from "./experiments";
import { readInputs } from "./inputs";
import { readPoint } from "./metrics";
import { groupBy, isOneOf, lastOfEachKey, newId, present, uri, type TagRow, type Wire } from "./shared";

export type RunRow = Selectable<Tables["runs"]>;

/** The tag that always holds the run's name. */
export const RUN_NAME_TAG = "mlflow.runName";

export async function createRun(
  db: Db,
  given: {
    experimentId: string;
    userId?: string | undefined;
    runName?: string | undefined;
    startTime?: number | undefined;
    tags: readonly TagRow[];
  },
): Promise<RunRow> {
  const experiment = await findActiveExperiment(db, given.experimentId);
  const tags = lastOfEachKey(given.tags);
  const tagged = present(tags.find(({ key }) => key === RUN_NAME_TAG)?.value);
  if (given.runName && tagged && given.runName !== tagged)
    throw invalidParameter(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${given.runName}', mlflow.runName='${tagged}').`,
    );
  const name = given.runName || tagged || randomName();
  const run_uuid = newId();
  const row: RunRow = {
    run_uuid,
    name,
    source_type: "UNKNOWN",
    source_name: "",
    entry_point_name: "",
    user_id: given.userId ?? "",
    status: "RUNNING",
    start_time: given.startTime ?? null,
    end_time: null,
    source_version: "",
    lifecycle_stage: "active",
    artifact_uri: uri(experiment.artifact_location ?? "", run_uuid, "artifacts"),
    experiment_id: experiment.experiment_id,
    deleted_time: null,
  };
  await db.insertInto("runs").values(row).execute();
  const rows = [...tags.filter(({ key }) => key !== RUN_NAME_TAG), { key: RUN_NAME_TAG, value: name }];
  for (const { key, value } of rows) await db.insertInto("tags").values({ key, value, run_uuid }).execute();
  return row;
}

/** The run, deleted or not. @throws {RequestError} RESOURCE_DOES_NOT_EXIST */
export async function findRun(db: Db, runId: string): Promise<RunRow> {
  const row = await db.selectFrom("runs").selectAll().where("run_uuid", "=", runId).executeTakeFirst();
  if (!row) throw doesNotExist(`Run with id=${runId} not found`);
  return row;
}

/** The run, if it may be written to. @throws {RequestError} INVALID_PARAMETER_VALUE when it is deleted. */
export async function findActiveRun(db: Db, runId: string): Promise<RunRow> {
  const row = await findRun(db, runId);
  if (row.lifecycle_stage !== "active")
    throw invalidParameter(`The run ${runId} must be in the 'active' state. Current state is ${row.lifecycle_stage}.`);
  return row;
}

export function readRunInfo(row: RunRow): Wire<typeof RunInfo> {
  return {
    run_id: row.run_uuid,
    run_uuid: row.run_uuid,
    run_name: row.name ?? "",
    experiment_id: String(row.experiment_id),
    user_id: row.user_id ?? "",
    status: (row.status ?? "RUNNING") as RunStatus,
    start_time: row.start_time ?? undefined,
    end_time: row.end_time ?? undefined,
    artifact_uri: row.artifact_uri ?? "",
    lifecycle_stage: row.lifecycle_stage,
  };
}

/** Rows as messages, with their latest metrics, parameters, tags, inputs and outputs. */
export async function readRuns(db: Db, rows: readonly RunRow[]): Promise<Wire<typeof Run>[]> {
  const ids = rows.map((row) => row.run_uuid);
  const ofTheseRuns = isOneOf(sql.ref("run_uuid"), ids);
  const metrics = await db.selectFrom("latest_metrics").selectAll().where(ofTheseRuns).execute();
  const params = await db.selectFrom("params").selectAll().where(ofTheseRuns).execute();
  const tags = await db.selectFrom("tags").selectAll().where(ofTheseRuns).execute();
  const inputs = await readInputs(db, ids);
  const metricsOf = groupBy(metrics, (row) => row.run_uuid);
  const paramsOf = groupBy(params, (row) => row.run_uuid);
  const tagsOf = groupBy(tags, (row) => row.run_uuid);
  return rows.map((row) => {
    const id = row.run_uuid;
    const { datasets, modelInputs, modelOutputs } = inputs(id);
    return {
      info: readRunInfo(row),
      data: {
        metrics: (metricsOf.get(id) ?? []).map(readPoint),
        params: (paramsOf.get(id) ?? []).map(({ key, value }) => ({ key, value })),
        tags: (tagsOf.get(id) ?? []).map(({ key, value }) => ({ key, value: value ?? "" })),
      },
      inputs: { dataset_inputs: datasets, model_inputs: modelInputs },
      outputs: { model_outputs: modelOutputs },
    };
  });
}

export async function updateRun(
  db: Db,
  runId: string,
  change: { status?: RunStatus | undefined; endTime?: number | undefined; runName?: string | undefined },
): Promise<RunRow> {
  const row = await findActiveRun(db, runId);
  const next: RunRow = {
    ...row,
    status: change.status ?? row.status,
    end_time: change.endTime ?? row.end_time,
    name: change.runName || row.name,
  };
  await db
    .updateTable("runs")
    .set({ status: next.status, end_time: next.end_time, name: next.name })
    .where("run_uuid", "=", runId)
    .execute();
  if (change.runName) await writeTag(db, runId, { key: RUN_NAME_TAG, value: change.runName });
  return next;
}

export async function moveRun(db: Db, runId: string, to: "active" | "deleted"): Promise<void> {
  await findRun(db, runId);
  await db
    .updateTable("runs")
    .set({ lifecycle_stage: to, deleted_time: to === "deleted" ? Date.now() : null })
    .where("run_uuid", "=", runId)
    .execute();
}

/** Sets tags of a run that the caller has found active. */
export async function setTags(db: Db, runId: string, tags: readonly TagRow[]): Promise<void> {
  for (const tag of lastOfEachKey(tags)) {
    if (tag.key === RUN_NAME_TAG) {
      if (!tag.value) continue; // as an update with an empty name: the run keeps its own
      await db.updateTable("runs").set({ name: tag.value }).where("run_uuid", "=", runId).execute();
    }
    await writeTag(db, runId, tag);
  }
}

async function writeTag(db: Db, run_uuid: string, { key, value }: TagRow): Promise<void> {
  await db
    .insertInto("tags")
    .values({ key, value, run_uuid })
    .onConflict((conflict) => conflict.columns(["key", "run_uuid"]).doUpdateSet({ value }))
    .execute();
}

export async function readTag(db: Db, runId: string, key: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("tags")
    .select("value")
    .where("run_uuid", "=", runId)
    .where("key", "=", key)
    .executeTakeFirst();
  return row?.value ?? undefined;
}

export async function deleteTag(db: Db, runId: string, key: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("tags")
    .where("run_uuid", "=", runId)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw doesNotExist(`No tag with name: ${key} in run with id ${runId}`);
}

/**
 * Logs parameters of a run that the caller has found active. A parameter is written once: the same value again is fine.
 * @throws {RequestError} INVALID_PARAMETER_VALUE for another value; nothing may then be kept of the transaction.
 */
export async function logParams(db: Db, runId: string, params: readonly TagRow[]): Promise<void> {
  const changed: { key: string; old: string; now: string }[] = [];
  for (const { key, value } of params) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("params")
      .values({ key, value, run_uuid: runId })
      .onConflict((conflict) => conflict.columns(["key", "run_uuid"]).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 0n) continue;
    const { value: old } = await db
      .selectFrom("params")
      .select("value")
      .where("run_uuid", "=", runId)
      .where("key", "=", key)
      .executeTakeFirstOrThrow();
    if (old !== value) changed.push({ key, old, now: value });
  }
  const [first, ...more] = changed;
  if (!first) return;
  throw invalidParameter(
    params.length === 1
      ? `Changing param values is not allowed. Param with key='${first.key}' was already logged with ` +
          `value='${first.old}' for run ID='${runId}'. Attempted logging new value '${first.now}'.`
      : `Changing param values is not allowed. Params were already logged='[${[first, ...more]
          .map(({ key, old, now }) => `{'key': '${key}', 'old_value': '${old}', 'new_value': '${now}'}`)
          .join(", ")}]' for run ID='${runId}'.`,
  );
}
