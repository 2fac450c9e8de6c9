import { sql, type Selectable } from "kysely";
import { alreadyExists, doesNotExist, invalidParameter } from "../../errors";
import type { Experiment, ViewType } from "../../schemas";
import { parseFilter, type Condition } from "../../search/filter";
import { EXPERIMENTS } from "../../search/grammar";
import { parseOrderBy } from "../../search/order-by";
import type { Page } from "../../search/page-token";
import { all, compare } from "../../search/to-sql";
import type { Db } from "../database";
import { sqliteErrorCode } from "../libsql";
import { DEFAULT_WORKSPACE, type Tables } from "../tables";
import { groupBy, isOneOf, lastOfEachKey, stagesOf, type TagRow, type Wire } from "./shared";

type ExperimentRow = Selectable<Tables["experiments"]>;

/** SQL backends have integers for ids, which travel as decimal strings. */
export function parseExperimentId(id: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(id) || !Number.isSafeInteger(Number(id)))
    throw invalidParameter(`Invalid experiment ID '${id.slice(0, 100)}'. Experiment ID must be a valid integer.`);
  return Number(id);
}

export async function createExperiment(
  db: Db,
  { name, artifactLocation, tags }: { name: string; artifactLocation?: string | undefined; tags: readonly TagRow[] },
): Promise<number> {
  const now = Date.now();
  try {
    const { experiment_id } = await db
      .insertInto("experiments")
      .values({
        name,
        artifact_location: artifactLocation ?? null,
        lifecycle_stage: "active",
        creation_time: now,
        last_update_time: now,
        workspace: DEFAULT_WORKSPACE,
      })
      .returning("experiment_id")
      .executeTakeFirstOrThrow();
    if (!artifactLocation)
      await db
        .updateTable("experiments")
        .set({ artifact_location: `mlflow-artifacts:/${experiment_id}` })
        .where("experiment_id", "=", experiment_id)
        .execute();
    for (const { key, value } of lastOfEachKey(tags))
      await db.insertInto("experiment_tags").values({ key, value, experiment_id }).execute();
    return experiment_id;
  } catch (error) {
    throw nameTaken(error, name);
  }
}

function nameTaken(error: unknown, name: string): unknown {
  return sqliteErrorCode(error) === "SQLITE_CONSTRAINT_UNIQUE"
    ? alreadyExists(
        `Experiment(name=${name}) already exists. Give another name, or restore the one of that name if it was deleted.`,
      )
    : error;
}

/** The experiment, deleted or not. @throws {RequestError} RESOURCE_DOES_NOT_EXIST */
export async function findExperiment(db: Db, id: string): Promise<ExperimentRow> {
  const row = await db
    .selectFrom("experiments")
    .selectAll()
    .where("experiment_id", "=", parseExperimentId(id))
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .executeTakeFirst();
  if (!row) throw doesNotExist(`No Experiment with id=${parseExperimentId(id)} exists`);
  return row;
}

export async function findActiveExperiment(db: Db, id: string): Promise<ExperimentRow> {
  const row = await findExperiment(db, id);
  if (row.lifecycle_stage !== "active")
    throw invalidParameter(
      `The experiment ${row.experiment_id} must be in the 'active' state. Current state is ${row.lifecycle_stage}.`,
    );
  return row;
}

export async function findExperimentByName(db: Db, name: string): Promise<ExperimentRow> {
  const row = await db
    .selectFrom("experiments")
    .selectAll()
    .where("name", "=", name)
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .executeTakeFirst();
  if (!row) throw doesNotExist(`Could not find experiment with name '${name}'`);
  return row;
}

/** Rows as messages, with their tags. */
export async function readExperiments(db: Db, rows: readonly ExperimentRow[]): Promise<Wire<typeof Experiment>[]> {
  const ids = rows.map((row) => row.experiment_id);
  const tags = await db
    .selectFrom("experiment_tags")
    .selectAll()
    .where(isOneOf(sql.ref("experiment_id"), ids))
    .execute();
  const tagsOf = groupBy(tags, (tag) => tag.experiment_id);
  return rows.map((row) => ({
    experiment_id: String(row.experiment_id),
    name: row.name,
    artifact_location: row.artifact_location ?? undefined,
    lifecycle_stage: row.lifecycle_stage,
    creation_time: row.creation_time ?? undefined,
    last_update_time: row.last_update_time ?? undefined,
    tags: (tagsOf.get(row.experiment_id) ?? []).map(({ key, value }) => ({ key, value: value ?? "" })),
  }));
}

export async function searchExperiments(
  db: Db,
  search: { view?: ViewType | undefined; filter?: string | undefined; orderBy: readonly string[]; page: Page },
): Promise<ExperimentRow[]> {
  const conditions = parseFilter(search.filter, EXPERIMENTS).map(experimentCondition);
  const orders = parseOrderBy(search.orderBy, EXPERIMENTS).map(
    ({ key, ascending }) => sql`${sql.ref(`experiments.${key}`)} ${sql.raw(ascending ? "asc" : "desc")}`,
  );
  if (orders.length === 0) orders.push(sql`experiments.creation_time desc`, sql`experiments.experiment_id asc`);
  else orders.push(sql`experiments.experiment_id desc`);
  const { rows } = await sql<ExperimentRow>`
    select experiments.* from experiments
    where experiments.workspace = ${DEFAULT_WORKSPACE}
      and experiments.lifecycle_stage in (${sql.join(stagesOf(search.view))})
      and ${all(conditions)}
    order by ${sql.join(orders)}
    limit ${search.page.limit + 1} offset ${search.page.offset}`.execute(db);
  return rows;
}

function experimentCondition(condition: Condition) {
  const { entity, key, operator, value } = condition;
  if (entity === "tag") {
    const tag = sql`select 1 from experiment_tags t where t.experiment_id = experiments.experiment_id and t.key = ${key}`;
    if (operator === "IS NULL") return sql`not exists (${tag})`;
    if (operator === "IS NOT NULL") return sql`exists (${tag})`;
    return sql`exists (${tag} and ${compare(sql.ref("t.value"), condition)})`;
  }
  const column = sql.ref(`experiments.${key}`);
  if (key !== "experiment_id") return compare(column, condition);
  if (operator !== "=" && operator !== "!=" && operator !== "IN" && operator !== "NOT IN")
    throw invalidParameter(`Invalid comparator for experiment_id: ${operator}`);
  const ids = (Array.isArray(value) ? (value as readonly string[]) : [value as string]).map(parseExperimentId);
  return operator === "=" || operator === "IN" ? isOneOf(column, ids) : sql`not (${isOneOf(column, ids)})`;
}

export async function renameExperiment(db: Db, id: string, name: string): Promise<void> {
  const experiment = await findActiveOrFail(db, id, "Cannot rename a non-active experiment.");
  try {
    await db
      .updateTable("experiments")
      .set({ name, last_update_time: Date.now() })
      .where("experiment_id", "=", experiment.experiment_id)
      .execute();
  } catch (error) {
    throw nameTaken(error, name);
  }
}

async function findActiveOrFail(db: Db, id: string, message: string): Promise<ExperimentRow> {
  const experiment = await findExperiment(db, id);
  if (experiment.lifecycle_stage !== "active") throw invalidParameter(message);
  return experiment;
}

/** Deletes or restores an experiment with its runs. One that is not in the other state counts as absent. */
export async function moveExperiment(db: Db, id: string, to: "active" | "deleted"): Promise<void> {
  const experiment = await findExperiment(db, id);
  if (experiment.lifecycle_stage === to) throw doesNotExist(`No Experiment with id=${experiment.experiment_id} exists`);
  const now = Date.now();
  await db
    .updateTable("experiments")
    .set({ lifecycle_stage: to, last_update_time: now })
    .where("experiment_id", "=", experiment.experiment_id)
    .execute();
  await db
    .updateTable("runs")
    .set({ lifecycle_stage: to, deleted_time: to === "deleted" ? now : null })
    .where("experiment_id", "=", experiment.experiment_id)
    .execute();
}

export async function setExperimentTag(db: Db, id: string, { key, value }: TagRow): Promise<void> {
  const { experiment_id } = await findActiveExperiment(db, id);
  await db
    .insertInto("experiment_tags")
    .values({ key, value, experiment_id })
    .onConflict((conflict) => conflict.columns(["key", "experiment_id"]).doUpdateSet({ value }))
    .execute();
}

export async function deleteExperimentTag(db: Db, id: string, key: string): Promise<void> {
  const { experiment_id } = await findActiveExperiment(db, id);
  const { numDeletedRows } = await db
    .deleteFrom("experiment_tags")
    .where("experiment_id", "=", experiment_id)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw doesNotExist(`No tag with name: ${key} in experiment with id ${id}`);
}
