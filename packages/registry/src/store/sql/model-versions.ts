import { sql, type Selectable } from "kysely";
import { doesNotExist, invalidParameter } from "../../errors";
import type { ModelStage, ModelVersion } from "../../schemas";
import { parseFilter } from "../../search/filter";
import { MODEL_VERSIONS } from "../../search/grammar";
import { parseOrderBy } from "../../search/order-by";
import type { Page } from "../../search/page-token";
import { all } from "../../search/to-sql";
import type { Db } from "../database";
import { DEFAULT_WORKSPACE, DELETED_STAGE, type Tables } from "../tables";
import { PROMPT_TAG, registryConditions, touchRegisteredModel } from "./registry";
import { groupBy, isOneOf, lastOfEachKey, type TagRow, type Wire } from "./shared";

export type VersionRow = Selectable<Tables["model_versions"]>;

/** Versions are integers in the database and decimal strings on the wire. */
export function parseVersion(version: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(version) || !Number.isSafeInteger(Number(version)))
    throw invalidParameter(`Parameter 'version' must be an integer, got '${version.slice(0, 100)}'.`);
  return Number(version);
}

export interface NewVersion {
  readonly name: string;
  readonly source: string;
  /** Where the files are: `source`, with a `models:/` address followed. */
  readonly storageLocation: string;
  readonly runId?: string | undefined;
  readonly runLink?: string | undefined;
  readonly description?: string | undefined;
  readonly tags: readonly TagRow[];
}

/** Adds the next version of a model that the caller has found. The number of a deleted version is not given again. */
export async function createModelVersion(db: Db, given: NewVersion): Promise<VersionRow> {
  const now = Date.now();
  const { newest } = await db
    .selectFrom("model_versions")
    .select(sql<number | null>`max(version)`.as("newest"))
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", given.name)
    .executeTakeFirstOrThrow();
  const row: VersionRow = {
    name: given.name,
    version: (newest ?? 0) + 1,
    creation_time: now,
    last_updated_time: now,
    description: given.description ?? "",
    user_id: null,
    current_stage: "None",
    source: given.source,
    run_id: given.runId ?? "",
    status: "READY",
    status_message: null,
    run_link: given.runLink ?? "",
    storage_location: given.storageLocation,
    workspace: DEFAULT_WORKSPACE,
  };
  await db.insertInto("model_versions").values(row).execute();
  for (const tag of lastOfEachKey(given.tags)) await setVersionTag(db, row.name, row.version, tag);
  await touchRegisteredModel(db, row.name, now);
  return row;
}

const versions = (db: Db) =>
  db
    .selectFrom("model_versions")
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("current_stage", "!=", DELETED_STAGE);

export async function findModelVersion(db: Db, name: string, version: number): Promise<VersionRow> {
  const row = await versions(db).selectAll().where("name", "=", name).where("version", "=", version).executeTakeFirst();
  if (!row) throw doesNotExist(`Model Version (name=${name}, version=${version}) not found`);
  return row;
}

/** The highest version, whatever its stage. */
export async function findNewestVersion(db: Db, name: string): Promise<VersionRow> {
  const row = await versions(db).selectAll().where("name", "=", name).orderBy("version", "desc").executeTakeFirst();
  if (!row) throw doesNotExist(`Latest version not found for model ${name}.`);
  return row;
}

/** Rows as messages, with their tags and aliases. */
export async function readModelVersions(db: Db, rows: readonly VersionRow[]): Promise<Wire<typeof ModelVersion>[]> {
  const ofTheseModels = isOneOf(sql.ref("name"), [...new Set(rows.map((row) => row.name))]);
  const ofTheseVersions = isOneOf(sql.ref("version"), [...new Set(rows.map((row) => row.version))]);
  const tags = await db
    .selectFrom("model_version_tags")
    .selectAll()
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where(ofTheseModels)
    .where(ofTheseVersions)
    .execute();
  const aliases = await db
    .selectFrom("registered_model_aliases")
    .selectAll()
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where(ofTheseModels)
    .where(ofTheseVersions)
    .execute();
  const keyOf = (row: { name: string; version: number }) => `${row.version}/${row.name}`;
  const tagsOf = groupBy(tags, keyOf);
  const aliasesOf = groupBy(aliases, keyOf);
  return rows.map((row) => ({
    name: row.name,
    version: String(row.version),
    creation_timestamp: row.creation_time ?? undefined,
    last_updated_timestamp: row.last_updated_time ?? undefined,
    user_id: row.user_id ?? undefined,
    current_stage: row.current_stage ?? "None",
    description: row.description ?? undefined,
    source: row.source ?? "",
    run_id: row.run_id ?? undefined,
    status: row.status ?? "READY",
    status_message: row.status_message ?? undefined,
    run_link: row.run_link ?? undefined,
    tags: (tagsOf.get(keyOf(row)) ?? []).map(({ key, value }) => ({ key, value: value ?? "" })),
    aliases: (aliasesOf.get(keyOf(row)) ?? []).map(({ alias }) => alias),
  }));
}

const whereVersion = (db: Db, name: string, version: number) =>
  db
    .updateTable("model_versions")
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .where("version", "=", version);

export async function updateModelVersion(
  db: Db,
  name: string,
  version: number,
  description: string | undefined,
): Promise<VersionRow> {
  const row = await findModelVersion(db, name, version);
  const change = { description: description ?? "", last_updated_time: Date.now() };
  await whereVersion(db, name, version).set(change).execute();
  return { ...row, ...change };
}

export async function transitionStage(
  db: Db,
  name: string,
  version: number,
  { stage, archiveExisting }: { stage: ModelStage; archiveExisting: boolean },
): Promise<VersionRow> {
  const row = await findModelVersion(db, name, version);
  const change = { current_stage: stage, last_updated_time: Date.now() };
  if (archiveExisting)
    await db
      .updateTable("model_versions")
      .set({ current_stage: "Archived", last_updated_time: change.last_updated_time })
      .where("workspace", "=", DEFAULT_WORKSPACE)
      .where("name", "=", name)
      .where("version", "!=", version)
      .where("current_stage", "=", stage)
      .execute();
  await whereVersion(db, name, version).set(change).execute();
  await touchRegisteredModel(db, name, change.last_updated_time);
  return { ...row, ...change };
}

/** The row stays, emptied and marked, so that its number is never given again; its aliases go. */
export async function deleteModelVersion(db: Db, name: string, version: number): Promise<void> {
  await findModelVersion(db, name, version);
  const now = Date.now();
  await db
    .deleteFrom("registered_model_aliases")
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .where("version", "=", version)
    .execute();
  await whereVersion(db, name, version)
    .set({
      current_stage: DELETED_STAGE,
      last_updated_time: now,
      description: null,
      user_id: null,
      source: "REDACTED-SOURCE-PATH",
      run_id: "REDACTED-RUN-ID",
      run_link: "REDACTED-RUN-LINK",
      status_message: null,
    })
    .execute();
  await touchRegisteredModel(db, name, now);
}

const COLUMNS: Readonly<Record<string, string>> = {
  name: "v.name",
  run_id: "v.run_id",
  source_path: "v.source",
  version_number: "v.version",
  creation_timestamp: "v.creation_time",
  last_updated_timestamp: "v.last_updated_time",
};

export async function searchModelVersions(
  db: Db,
  search: { filter?: string | undefined; orderBy: readonly string[]; page: Page },
): Promise<VersionRow[]> {
  const conditions = parseFilter(search.filter, MODEL_VERSIONS);
  for (const { key, value } of conditions)
    if (typeof value === "number" && !Number.isInteger(value))
      throw invalidParameter(`Invalid value for numeric attribute '${key}': ${value}`);
  const orders = parseOrderBy(search.orderBy, MODEL_VERSIONS);
  const by = orders.map(({ key, ascending }) => sql`${sql.ref(COLUMNS[key]!)} ${sql.raw(ascending ? "asc" : "desc")}`);
  const named = (key: string) => orders.some((order) => order.key === key);
  if (orders.length === 0) by.push(sql`v.last_updated_time desc`);
  if (!named("name")) by.push(sql`v.name asc`);
  if (!named("version_number")) by.push(sql`v.version desc`);
  const tag = (key: string) =>
    sql`select 1 from model_version_tags t where t.workspace = v.workspace and t.name = v.name and t.version = v.version and t.key = ${key}`;
  const anyVersionIsPrompt = sql`select 1 from model_version_tags t where t.workspace = v.workspace and t.name = v.name and t.key = ${PROMPT_TAG}`;
  const { rows } = await sql<VersionRow>`
    select v.* from model_versions v
    where v.workspace = ${DEFAULT_WORKSPACE} and v.current_stage != ${DELETED_STAGE}
      and ${all(registryConditions(conditions, COLUMNS, tag, anyVersionIsPrompt))}
    order by ${sql.join(by)}
    limit ${search.page.limit + 1} offset ${search.page.offset}`.execute(db);
  return rows;
}

export async function setVersionTag(db: Db, name: string, version: number, { key, value }: TagRow): Promise<void> {
  await db
    .insertInto("model_version_tags")
    .values({ key, value, name, version, workspace: DEFAULT_WORKSPACE })
    .onConflict((conflict) => conflict.columns(["workspace", "key", "name", "version"]).doUpdateSet({ value }))
    .execute();
}

export async function deleteVersionTag(db: Db, name: string, version: number, key: string): Promise<void> {
  await db
    .deleteFrom("model_version_tags")
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .where("version", "=", version)
    .where("key", "=", key)
    .execute();
}

/** Points an alias at a version; it leaves the one that it pointed at. */
export async function setAlias(db: Db, name: string, alias: string, version: number): Promise<void> {
  await db
    .insertInto("registered_model_aliases")
    .values({ alias, version, name, workspace: DEFAULT_WORKSPACE })
    .onConflict((conflict) => conflict.columns(["workspace", "name", "alias"]).doUpdateSet({ version }))
    .execute();
}

export async function deleteAlias(db: Db, name: string, alias: string): Promise<void> {
  await db
    .deleteFrom("registered_model_aliases")
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .where("alias", "=", alias)
    .execute();
}

/** The version that an alias points at: `undefined` when there is no such alias, or no such model. */
export async function findAlias(db: Db, name: string, alias: string): Promise<number | undefined> {
  const row = await db
    .selectFrom("registered_model_aliases")
    .select("version")
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .where("alias", "=", alias)
    .executeTakeFirst();
  return row?.version;
}
