import { sql, type SqlBool } from "kysely";
import { DagBusyError, DagNotFoundError } from "../../errors";
import { RUN_STATES, type EpochMillis, type RunState } from "../../states";
import type { DagStructure } from "../../structure";
import { restrictionOf, timetableOf } from "../../timetable/timetable";
import { uuidv7 } from "../../uuid";
import { dagRow, dagVersionRow } from "../rows";
import type { DagFilter, DagRow, DagVersionRow, Page, Paging, SyncDag } from "../store";
import type { Db, DagTable, DagVersionTable, Tx } from "../tables";
import { all, type Condition, isIn, matches, paged } from "./filter";

const lastRun = (column: "state" | "startDate") =>
  sql`(select ${sql.ref(column)} from dag_run where dag_run.dag_id = dag.dag_id order by run_after desc, id desc limit 1)`;

export async function listDags(db: Db, filter: DagFilter = {}): Promise<Page<DagRow>> {
  const { tags, owners, paused, excludeStale = true, hasImportErrors } = filter;
  const flag = (column: string, value: boolean | undefined): Condition | undefined =>
    value === undefined ? undefined : sql<SqlBool>`${sql.ref(column)} = ${value ? 1 : 0}`;
  const nTags =
    tags === undefined || tags.length === 0
      ? undefined
      : sql`(select count(*) from dag_tag where dag_tag.dag_id = dag.dag_id and dag_tag.name in (${sql.join(tags)}))`;
  const where = all([
    isIn("dag.dagId", filter.dagIds),
    matches("dag.dagId", filter.dagIdPattern),
    nTags && sql<SqlBool>`${nTags} >= ${filter.tagsMatchMode === "all" ? new Set(tags).size : 1}`,
    owners &&
      all([
        sql`(${sql.join(
          owners.map((owner) => matches("dag.owners", owner) ?? sql`1 = 1`),
          sql` or `,
        )})`,
      ]),
    flag("dag.isPaused", paused),
    excludeStale ? flag("dag.isStale", false) : undefined,
    flag("dag.hasImportErrors", hasImportErrors),
    filter.lastRunState && sql<SqlBool>`${lastRun("state")} = ${filter.lastRunState}`,
    filter.runState &&
      sql<SqlBool>`exists (select 1 from dag_run where dag_run.dag_id = dag.dag_id and dag_run.state = ${filter.runState})`,
  ]);
  const columns = {
    dagId: "dag.dagId",
    nextRunAfter: "dag.nextRunAfter",
    lastRunState: lastRun("state"),
    lastRunStartDate: lastRun("startDate"),
  };
  const rows = await sql<DagTable & { versionNumber: number }>`
    select dag.*, dag_version.version_number from dag join dag_version on dag_version.id = dag.dag_version_id
    where ${where} ${paged(filter, columns, "dag.dagId")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n from dag where ${where}`.execute(db);
  const tagRows = await db
    .selectFrom("dagTag")
    .selectAll()
    .where(
      "dagId",
      "in",
      rows.rows.map(({ dagId }) => dagId),
    )
    .orderBy("name")
    .execute();
  const tagsOf = groupTags(tagRows);
  return { rows: rows.rows.map((row) => dagRow(row, tagsOf.get(row.dagId) ?? [])), total: total.rows[0]!.n };
}

function groupTags(rows: readonly { dagId: string; name: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { dagId, name } of rows) groups.set(dagId, [...(groups.get(dagId) ?? []), name]);
  return groups;
}

export async function getDag(db: Db, dagId: string): Promise<DagRow | null> {
  const { rows } = await listDags(db, { dagIds: [dagId], excludeStale: false });
  return rows[0] ?? null;
}

/** @throws {DagNotFoundError} */
export async function requireDag(db: Db, dagId: string): Promise<DagRow> {
  const row = await getDag(db, dagId);
  if (row === null) throw new DagNotFoundError(dagId);
  return row;
}

export async function listDagTags(
  db: Db,
  filter: { tagPattern?: string; limit?: number; offset?: number } = {},
): Promise<Page<string>> {
  const where = all([matches("dagTag.name", filter.tagPattern)]);
  const rows = await sql<{ name: string }>`
    select distinct name from dag_tag where ${where} ${paged(filter, {}, "name")}`.execute(db);
  const total = await sql<{ n: number }>`select count(distinct name) as n from dag_tag where ${where}`.execute(db);
  return { rows: rows.rows.map(({ name }) => name), total: total.rows[0]!.n };
}

export async function listDagVersions(
  db: Db,
  dagId: string,
  paging: Paging<"versionNumber"> = {},
): Promise<Page<DagVersionRow>> {
  const rows = await sql<DagVersionTable>`select * from dag_version where dag_id = ${dagId}
    ${paged(paging, { versionNumber: "versionNumber" }, "versionNumber")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n from dag_version where dag_id = ${dagId}`.execute(db);
  return { rows: rows.rows.map(dagVersionRow), total: total.rows[0]!.n };
}

export async function getDagVersion(db: Db, dagId: string, versionNumber?: number): Promise<DagVersionRow | null> {
  let query = db.selectFrom("dagVersion").selectAll().where("dagId", "=", dagId);
  if (versionNumber !== undefined) query = query.where("versionNumber", "=", versionNumber);
  const row = await query.orderBy("versionNumber", "desc").limit(1).executeTakeFirst();
  return row === undefined ? null : dagVersionRow(row);
}

export async function dagStats(
  db: Db,
  dagIds?: readonly string[],
): Promise<{ dagId: string; stats: Record<RunState, number> }[]> {
  const dags = await db
    .selectFrom("dag")
    .select("dagId")
    .where("isStale", "=", 0)
    .$if(dagIds !== undefined, (query) => query.where("dagId", "in", dagIds!))
    .orderBy("dagId")
    .execute();
  const counts = await db
    .selectFrom("dagRun")
    .select(["dagId", "state", sql<number>`count(*)`.as("n")])
    .groupBy(["dagId", "state"])
    .execute();
  return dags.map(({ dagId }) => {
    const stats = Object.fromEntries(RUN_STATES.map((state) => [state, 0])) as Record<RunState, number>;
    for (const row of counts) if (row.dagId === dagId) stats[row.state] = row.n;
    return { dagId, stats };
  });
}

/** A new version when the structure is another one than that of the newest. */
export async function syncDag(tx: Tx, dag: SyncDag, hash: string, now: EpochMillis): Promise<boolean> {
  const { structure } = dag;
  const { dagId } = structure;
  const known = await tx.selectFrom("dag").selectAll().where("dagId", "=", dagId).executeTakeFirst();
  const newest = await getDagVersion(tx, dagId);
  let versionId = newest?.id;
  const isNewVersion = newest === null || newest.hash !== hash;
  if (versionId === undefined || isNewVersion) {
    versionId = uuidv7(now);
    const versionNumber = (newest?.versionNumber ?? 0) + 1;
    const version = { id: versionId, dagId, versionNumber, hash, source: dag.source, createdAt: now };
    await tx
      .insertInto("dagVersion")
      .values({ ...version, structure: JSON.stringify(structure) })
      .execute();
  }
  const timetable = timetableOf(structure.schedule, structure.timezone);
  const facts = {
    description: structure.description,
    fileloc: dag.fileloc,
    relativeFileloc: dag.relativeFileloc,
    isStale: 0,
    timetableSummary: timetable.summary,
    timetableDescription: timetable.description,
    owners: JSON.stringify(structure.owners),
    maxActiveRuns: structure.maxActiveRuns,
    maxActiveTasks: structure.maxActiveTasks,
    lastParsedAt: now,
    lastParseDurationMillis: dag.parseDurationMillis ?? null,
    dagVersionId: versionId,
  };
  if (known === undefined) {
    const isPaused = structure.isPausedUponCreation ?? dag.pausedAtCreation ?? true;
    const flags = { isPaused: isPaused ? 1 : 0, hasImportErrors: 0 };
    await tx
      .insertInto("dag")
      .values({ dagId, ...facts, ...flags })
      .execute();
  } else {
    await tx.updateTable("dag").set(facts).where("dagId", "=", dagId).execute();
  }
  if (known === undefined || isNewVersion || known.isStale === 1) {
    await tx.deleteFrom("dagTag").where("dagId", "=", dagId).execute();
    if (structure.tags.length > 0)
      await tx
        .insertInto("dagTag")
        .values(structure.tags.map((name) => ({ dagId, name })))
        .execute();
    await planNextRun(tx, structure, now);
    return true;
  }
  // A paused DAG's next date ages; once it has passed, the newest tick is another one.
  if (known.nextRunAfter !== null && known.nextRunAfter <= now) await planNextRun(tx, structure, now);
  return false;
}

/** Writes when the next automated run is due. */
export async function planNextRun(tx: Tx, structure: DagStructure, now: EpochMillis): Promise<void> {
  const { dagId } = structure;
  const dag = await tx
    .selectFrom("dag")
    .select(["lastIntervalStart", "lastIntervalEnd"])
    .where("dagId", "=", dagId)
    .executeTakeFirstOrThrow();
  const last =
    dag.lastIntervalStart === null || dag.lastIntervalEnd === null
      ? null
      : { start: dag.lastIntervalStart, end: dag.lastIntervalEnd };
  const next = timetableOf(structure.schedule, structure.timezone).nextRun(last, restrictionOf(structure), now);
  await tx
    .updateTable("dag")
    .set({
      nextLogicalDate: next?.logicalDate ?? null,
      nextDataIntervalStart: next?.dataIntervalStart ?? null,
      nextDataIntervalEnd: next?.dataIntervalEnd ?? null,
      nextRunAfter: next?.runAfter ?? null,
    })
    .where("dagId", "=", dagId)
    .execute();
}

export async function markStaleExcept(tx: Tx, dagIds: readonly string[]): Promise<string[]> {
  const rows = await tx
    .updateTable("dag")
    .set({ isStale: 1 })
    .where("isStale", "=", 0)
    .$if(dagIds.length > 0, (query) => query.where("dagId", "not in", dagIds))
    .returning("dagId")
    .execute();
  return rows.map(({ dagId }) => dagId);
}

export async function setDagPaused(tx: Tx, dagId: string, isPaused: boolean, now: EpochMillis): Promise<DagRow> {
  await tx
    .updateTable("dag")
    .set({ isPaused: isPaused ? 1 : 0 })
    .where("dagId", "=", dagId)
    .execute();
  await requireDag(tx, dagId);
  const version = await getDagVersion(tx, dagId);
  if (!isPaused && version !== null) await planNextRun(tx, version.structure, now);
  return requireDag(tx, dagId);
}

/** @throws {DagNotFoundError} {@link DagBusyError} */
export async function deleteDag(tx: Tx, dagId: string): Promise<void> {
  await requireDag(tx, dagId);
  const { n } = await tx
    .selectFrom("taskInstance")
    .innerJoin("dagRun", "dagRun.id", "taskInstance.runPk")
    .select(sql<number>`count(*)`.as("n"))
    .where("dagRun.dagId", "=", dagId)
    .where("taskInstance.state", "in", ["queued", "running", "restarting"])
    .executeTakeFirstOrThrow();
  if (n > 0) throw new DagBusyError(dagId, n);
  await tx.deleteFrom("dag").where("dagId", "=", dagId).execute();
  await tx.deleteFrom("dagVersion").where("dagId", "=", dagId).execute();
}
