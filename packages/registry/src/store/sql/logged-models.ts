import { randomUUID } from "node:crypto";
import { sql, type RawBuilder, type Selectable } from "kysely";
import { doesNotExist, invalidParameter } from "../../errors";
import { LOGGED_MODEL_STATUSES, toWireDouble, type LoggedModel, type LoggedModelStatus } from "../../schemas";
import { parseFilter, type Condition } from "../../search/filter";
import { LOGGED_MODELS } from "../../search/grammar";
import { parseOrderBy } from "../../search/order-by";
import type { Page } from "../../search/page-token";
import { all, compare } from "../../search/to-sql";
import type { Db } from "../database";
import { sqliteErrorCode } from "../libsql";
import { randomName } from "../random-name";
import type { Tables } from "../tables";
import { findActiveExperiment, parseExperimentId } from "./experiments";
import { groupBy, isOneOf, lastOfEachKey, present, uri, type TagRow, type Wire } from "./shared";

export type LoggedModelRow = Selectable<Tables["logged_models"]>;

export async function createLoggedModel(
  db: Db,
  given: {
    experimentId: string;
    name?: string | undefined;
    modelType?: string | undefined;
    sourceRunId?: string | undefined;
    params: readonly TagRow[];
    tags: readonly TagRow[];
  },
): Promise<LoggedModelRow> {
  const experiment = await findActiveExperiment(db, given.experimentId);
  const model_id = `m-${randomUUID().replaceAll("-", "")}`;
  const now = Date.now();
  const row: LoggedModelRow = {
    model_id,
    experiment_id: experiment.experiment_id,
    name: given.name ?? randomName(),
    artifact_location: uri(experiment.artifact_location ?? "", "models", model_id, "artifacts"),
    creation_timestamp_ms: now,
    last_updated_timestamp_ms: now,
    status: LOGGED_MODEL_STATUSES.indexOf("LOGGED_MODEL_PENDING"),
    lifecycle_stage: "active",
    model_type: given.modelType ?? "",
    source_run_id: given.sourceRunId ?? "",
    status_message: null,
  };
  await db.insertInto("logged_models").values(row).execute();
  await logModelParams(db, row, given.params);
  await setLoggedModelTags(db, row, given.tags);
  return row;
}

export async function findLoggedModel(
  db: Db,
  modelId: string,
  { allowDeleted = false }: { allowDeleted?: boolean } = {},
): Promise<LoggedModelRow> {
  const row = await db.selectFrom("logged_models").selectAll().where("model_id", "=", modelId).executeTakeFirst();
  if (!row || (row.lifecycle_stage !== "active" && !allowDeleted))
    throw doesNotExist(`Logged model with ID '${modelId}' not found.`);
  return row;
}

/** Rows as messages, with their parameters, tags and metrics. */
export async function readLoggedModels(db: Db, rows: readonly LoggedModelRow[]): Promise<Wire<typeof LoggedModel>[]> {
  const ofTheseModels = isOneOf(
    sql.ref("model_id"),
    rows.map((row) => row.model_id),
  );
  const params = await db.selectFrom("logged_model_params").selectAll().where(ofTheseModels).execute();
  const tags = await db.selectFrom("logged_model_tags").selectAll().where(ofTheseModels).execute();
  const metrics = await db.selectFrom("logged_model_metrics").selectAll().where(ofTheseModels).execute();
  const paramsOf = groupBy(params, (row) => row.model_id);
  const tagsOf = groupBy(tags, (row) => row.model_id);
  const metricsOf = groupBy(metrics, (row) => row.model_id);
  return rows.map((row) => ({
    info: {
      model_id: row.model_id,
      experiment_id: String(row.experiment_id),
      name: row.name,
      creation_timestamp_ms: row.creation_timestamp_ms,
      last_updated_timestamp_ms: row.last_updated_timestamp_ms,
      artifact_uri: row.artifact_location,
      status: LOGGED_MODEL_STATUSES[row.status] ?? "LOGGED_MODEL_STATUS_UNSPECIFIED",
      model_type: present(row.model_type),
      source_run_id: present(row.source_run_id),
      status_message: present(row.status_message),
      tags: (tagsOf.get(row.model_id) ?? []).map((tag) => ({ key: tag.tag_key, value: tag.tag_value })),
    },
    data: {
      params: (paramsOf.get(row.model_id) ?? []).map((param) => ({ key: param.param_key, value: param.param_value })),
      metrics: (metricsOf.get(row.model_id) ?? []).map((metric) => ({
        key: metric.metric_name,
        value: toWireDouble(metric.metric_value ?? NaN),
        timestamp: metric.metric_timestamp_ms,
        step: metric.metric_step,
        model_id: metric.model_id,
        dataset_name: metric.dataset_name ?? undefined,
        dataset_digest: metric.dataset_digest ?? undefined,
        run_id: metric.run_id,
      })),
    },
  }));
}

export async function finalizeLoggedModel(
  db: Db,
  row: LoggedModelRow,
  status: LoggedModelStatus,
): Promise<LoggedModelRow> {
  const change = { status: LOGGED_MODEL_STATUSES.indexOf(status), last_updated_timestamp_ms: Date.now() };
  await db.updateTable("logged_models").set(change).where("model_id", "=", row.model_id).execute();
  return { ...row, ...change };
}

export async function deleteLoggedModel(db: Db, row: LoggedModelRow): Promise<void> {
  await db
    .updateTable("logged_models")
    .set({ lifecycle_stage: "deleted", last_updated_timestamp_ms: Date.now() })
    .where("model_id", "=", row.model_id)
    .execute();
}

export async function logModelParams(
  db: Db,
  { model_id, experiment_id }: LoggedModelRow,
  params: readonly TagRow[],
): Promise<void> {
  try {
    for (const { key, value } of params)
      await db
        .insertInto("logged_model_params")
        .values({ model_id, experiment_id, param_key: key, param_value: value })
        .execute();
  } catch (error) {
    if (!sqliteErrorCode(error)?.startsWith("SQLITE_CONSTRAINT")) throw error;
    throw invalidParameter(`A parameter of the logged model ${model_id} was already logged; parameters cannot change.`);
  }
}

export async function setLoggedModelTags(
  db: Db,
  { model_id, experiment_id }: LoggedModelRow,
  tags: readonly TagRow[],
): Promise<void> {
  for (const { key, value } of lastOfEachKey(tags))
    await db
      .insertInto("logged_model_tags")
      .values({ model_id, experiment_id, tag_key: key, tag_value: value })
      .onConflict((conflict) => conflict.columns(["model_id", "tag_key"]).doUpdateSet({ tag_value: value }))
      .execute();
}

export async function deleteLoggedModelTag(db: Db, { model_id }: LoggedModelRow, key: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom("logged_model_tags")
    .where("model_id", "=", model_id)
    .where("tag_key", "=", key)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw doesNotExist(`No tag with key '${key}' found for model with ID '${model_id}'.`);
}

const VERSIONS_TAG = "mlflow.modelVersions";

/** Notes on a logged model that it was registered: a JSON list of name and version in one of its tags. */
export async function noteModelVersion(
  db: Db,
  row: LoggedModelRow,
  { name, version }: { name: string; version: number },
): Promise<void> {
  const tag = await db
    .selectFrom("logged_model_tags")
    .select("tag_value")
    .where("model_id", "=", row.model_id)
    .where("tag_key", "=", VERSIONS_TAG)
    .executeTakeFirst();
  let former: unknown = [];
  try {
    former = JSON.parse(tag?.tag_value ?? "[]");
  } catch {
    // a tag that a user has overwritten is begun anew
  }
  const value = JSON.stringify([...(Array.isArray(former) ? (former as unknown[]) : []), { name, version }]);
  await setLoggedModelTags(db, row, [{ key: VERSIONS_TAG, value }]);
}

const COLUMNS: Readonly<Record<string, string>> = {
  creation_timestamp: "m.creation_timestamp_ms",
  last_updated_timestamp: "m.last_updated_timestamp_ms",
};
const column = (attribute: string) => sql.ref(COLUMNS[attribute] ?? `m.${attribute}`);

export interface LoggedModelSearch {
  readonly experimentIds: readonly string[];
  readonly filter?: string | undefined;
  readonly datasets: readonly { dataset_name?: string | undefined; dataset_digest?: string | undefined }[];
  readonly orderBy: readonly {
    field_name: string;
    ascending?: boolean | undefined;
    dataset_name?: string | undefined;
    dataset_digest?: string | undefined;
  }[];
  readonly page: Page;
}

export async function searchLoggedModels(db: Db, search: LoggedModelSearch): Promise<LoggedModelRow[]> {
  const conditions = parseFilter(search.filter, LOGGED_MODELS).map((condition) => modelCondition(condition, search));
  const by = search.orderBy.flatMap(({ field_name, ascending = true, dataset_name, dataset_digest }) => {
    const [{ entity, key }] = parseOrderBy([field_name], LOGGED_MODELS) as [ReturnType<typeof parseOrderBy>[number]];
    const value =
      entity === "attribute"
        ? column(key)
        : sql`(select k.metric_value from logged_model_metrics k where k.model_id = m.model_id and k.metric_name = ${key}
            ${dataset_name ? sql`and k.dataset_name = ${dataset_name}` : sql``}
            ${dataset_digest ? sql`and k.dataset_digest = ${dataset_digest}` : sql``}
            order by k.metric_timestamp_ms desc, k.metric_step desc limit 1)`;
    return [sql`${value} is null`, sql`${value} ${sql.raw(ascending ? "asc" : "desc")}`];
  });
  by.push(sql`m.creation_timestamp_ms desc`, sql`m.model_id asc`);
  const { rows } = await sql<LoggedModelRow>`
    select m.* from logged_models m
    where m.lifecycle_stage = 'active'
      and ${isOneOf(sql.ref("m.experiment_id"), search.experimentIds.map(parseExperimentId))}
      and ${all(conditions)}
    order by ${sql.join(by)}
    limit ${search.page.limit + 1} offset ${search.page.offset}`.execute(db);
  return rows;
}

function modelCondition(condition: Condition, { datasets }: LoggedModelSearch): RawBuilder<boolean> {
  const { entity, key } = condition;
  if (entity === "metric") {
    const onDatasets = datasets.map(
      ({ dataset_name = "", dataset_digest = "" }) =>
        sql`(k.dataset_name = ${dataset_name} and k.dataset_digest = ${dataset_digest})`,
    );
    return sql`exists (select 1 from logged_model_metrics k where k.model_id = m.model_id and k.metric_name = ${key}
      and ${compare(sql.ref("k.metric_value"), condition)}
      ${onDatasets.length > 0 ? sql`and (${sql.join(onDatasets, sql` or `)})` : sql``})`;
  }
  if (entity === "parameter" || entity === "tag") {
    const [table, name, value] =
      entity === "tag"
        ? ["logged_model_tags", "k.tag_key", "k.tag_value"]
        : ["logged_model_params", "k.param_key", "k.param_value"];
    return sql`exists (select 1 from ${sql.table(table!)} k where k.model_id = m.model_id
      and ${sql.ref(name!)} = ${key} and ${compare(sql.ref(value!), condition)})`;
  }
  return compare(column(key), condition);
}
