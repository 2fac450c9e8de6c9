import { sql, type Selectable } from "kysely";
import { alreadyExists, doesNotExist, invalidParameter } from "../../errors";
import { MODEL_STAGES, type ModelStage, type RegisteredModel } from "../../schemas";
import { parseFilter } from "../../search/filter";
import { REGISTERED_MODELS } from "../../search/grammar";
import { parseOrderBy } from "../../search/order-by";
import type { Page } from "../../search/page-token";
import { all } from "../../search/to-sql";
import type { Db } from "../database";
import { sqliteErrorCode } from "../libsql";
import { DEFAULT_WORKSPACE, DELETED_STAGE, type Tables } from "../tables";
import { readModelVersions, type VersionRow } from "./model-versions";
import { PROMPT_TAG, registryConditions } from "./registry";
import { groupBy, isOneOf, lastOfEachKey, type TagRow, type Wire } from "./shared";

export type ModelRow = Selectable<Tables["registered_models"]>;

export async function createRegisteredModel(
  db: Db,
  { name, description, tags }: { name: string; description?: string | undefined; tags: readonly TagRow[] },
): Promise<ModelRow> {
  const now = Date.now();
  const row: ModelRow = {
    name,
    creation_time: now,
    last_updated_time: now,
    description: description ?? "",
    workspace: DEFAULT_WORKSPACE,
  };
  try {
    await db.insertInto("registered_models").values(row).execute();
  } catch (error) {
    throw nameTaken(error, name);
  }
  for (const tag of lastOfEachKey(tags)) await setRegisteredModelTag(db, name, tag);
  return row;
}

const nameTaken = (error: unknown, name: string): unknown =>
  sqliteErrorCode(error)?.startsWith("SQLITE_CONSTRAINT")
    ? alreadyExists(`Registered Model (name=${name}) already exists.`)
    : error;

export async function findRegisteredModel(db: Db, name: string): Promise<ModelRow> {
  const row = await db
    .selectFrom("registered_models")
    .selectAll()
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .executeTakeFirst();
  if (!row) throw doesNotExist(`Registered Model with name=${name} not found`);
  return row;
}

/** Rows as messages, with their tags, aliases and the newest version of each stage. */
export async function readRegisteredModels(db: Db, rows: readonly ModelRow[]): Promise<Wire<typeof RegisteredModel>[]> {
  const names = rows.map((row) => row.name);
  const ofTheseModels = isOneOf(sql.ref("name"), names);
  const tags = await db
    .selectFrom("registered_model_tags")
    .selectAll()
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where(ofTheseModels)
    .execute();
  const aliases = await db
    .selectFrom("registered_model_aliases")
    .selectAll()
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where(ofTheseModels)
    .execute();
  const latest = await readModelVersions(db, await findLatestVersions(db, names));
  const tagsOf = groupBy(tags, (row) => row.name);
  const aliasesOf = groupBy(aliases, (row) => row.name);
  const latestOf = groupBy(latest, (version) => version.name);
  return rows.map((row) => ({
    name: row.name,
    creation_timestamp: row.creation_time ?? undefined,
    last_updated_timestamp: row.last_updated_time ?? undefined,
    description: row.description ?? undefined,
    latest_versions: latestOf.get(row.name) ?? [],
    tags: (tagsOf.get(row.name) ?? []).map(({ key, value }) => ({ key, value: value ?? "" })),
    aliases: (aliasesOf.get(row.name) ?? []).map(({ alias, version }) => ({ alias, version: String(version) })),
  }));
}

/** The highest version of each stage, of the models named. */
export async function findLatestVersions(
  db: Db,
  names: readonly string[],
  stages: readonly ModelStage[] = MODEL_STAGES,
): Promise<VersionRow[]> {
  const { rows } = await sql<VersionRow>`
    select v.* from model_versions v
    join (select name, current_stage, max(version) as version from model_versions
          where workspace = ${DEFAULT_WORKSPACE} and ${isOneOf(sql.ref("name"), names)}
            and ${isOneOf(sql.ref("current_stage"), stages)}
          group by name, current_stage) newest
      on v.name = newest.name and v.version = newest.version
    where v.workspace = ${DEFAULT_WORKSPACE}
    order by v.name, v.version`.execute(db);
  return rows;
}

export async function updateRegisteredModel(db: Db, name: string, description: string | undefined): Promise<ModelRow> {
  const row = await findRegisteredModel(db, name);
  const change = { description: description ?? "", last_updated_time: Date.now() };
  await whereModel(db, name).set(change).execute();
  return { ...row, ...change };
}

const whereModel = (db: Db, name: string) =>
  db.updateTable("registered_models").where("workspace", "=", DEFAULT_WORKSPACE).where("name", "=", name);

/** Versions, tags and aliases follow: their foreign keys cascade. */
export async function renameRegisteredModel(db: Db, name: string, newName: string): Promise<ModelRow> {
  const row = await findRegisteredModel(db, name);
  const now = Date.now();
  try {
    await whereModel(db, name).set({ name: newName, last_updated_time: now }).execute();
  } catch (error) {
    throw nameTaken(error, newName);
  }
  await db
    .updateTable("model_versions")
    .set({ last_updated_time: now })
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", newName)
    .execute();
  return { ...row, name: newName, last_updated_time: now };
}

/** Removes a model with all that hangs on it; a new one of the name starts at version 1. */
export async function deleteRegisteredModel(db: Db, name: string): Promise<void> {
  await findRegisteredModel(db, name);
  const tables = [
    "model_version_tags",
    "registered_model_tags",
    "registered_model_aliases",
    "model_versions",
    "registered_models",
  ] as const;
  for (const table of tables)
    await db.deleteFrom(table).where("workspace", "=", DEFAULT_WORKSPACE).where("name", "=", name).execute();
}

export async function searchRegisteredModels(
  db: Db,
  search: { filter?: string | undefined; orderBy: readonly string[]; page: Page },
): Promise<ModelRow[]> {
  const conditions = parseFilter(search.filter, REGISTERED_MODELS);
  const columns: Readonly<Record<string, string>> = { name: "m.name", last_updated_timestamp: "m.last_updated_time" };
  const orders = parseOrderBy(search.orderBy, REGISTERED_MODELS);
  const by = orders.map(({ key, ascending }) => sql`${sql.ref(columns[key]!)} ${sql.raw(ascending ? "asc" : "desc")}`);
  if (!orders.some(({ key }) => key === "name")) by.push(sql`m.name asc`);
  const tag = (key: string) =>
    sql`select 1 from registered_model_tags t where t.workspace = m.workspace and t.name = m.name and t.key = ${key}`;
  const { rows } = await sql<ModelRow>`
    select m.* from registered_models m
    where m.workspace = ${DEFAULT_WORKSPACE}
      and ${all(registryConditions(conditions, { name: "m.name" }, tag, tag(PROMPT_TAG)))}
    order by ${sql.join(by)}
    limit ${search.page.limit + 1} offset ${search.page.offset}`.execute(db);
  return rows;
}

export async function setRegisteredModelTag(db: Db, name: string, { key, value }: TagRow): Promise<void> {
  await db
    .insertInto("registered_model_tags")
    .values({ key, value, name, workspace: DEFAULT_WORKSPACE })
    .onConflict((conflict) => conflict.columns(["workspace", "key", "name"]).doUpdateSet({ value }))
    .execute();
}

export async function deleteRegisteredModelTag(db: Db, name: string, key: string): Promise<void> {
  await db
    .deleteFrom("registered_model_tags")
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .where("key", "=", key)
    .execute();
}

export function parseStage(stage: string): ModelStage {
  const canonical = MODEL_STAGES.find((name) => name.toLowerCase() === stage.toLowerCase());
  if (!canonical || stage === DELETED_STAGE)
    throw invalidParameter(`Invalid Model Version stage: ${stage}. Value must be one of ${MODEL_STAGES.join(", ")}.`);
  return canonical;
}
