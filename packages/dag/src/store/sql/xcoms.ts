import { type SqlBool, sql } from "kysely";
import { XComExistsError, XComNotFoundError, XComValueError } from "../../errors";
import type { EpochMillis, Json } from "../../states";
import { encodeXCom, mapLength } from "../../xcom";
import { xcomRow, type XComJoin } from "../rows";
import type { Page, TaskInstanceKey, XComFilter, XComRow, XComValueRow } from "../store";
import type { Db, Tx } from "../tables";
import { all, isIn, matches, paged } from "./filter";
import { requireRun } from "./runs";
import { requireTaskInstance } from "./task-instances";

type XComKey = TaskInstanceKey & { readonly key: string };

export async function listXComs(db: Db, filter: XComFilter): Promise<Page<XComRow>> {
  const where = all([
    sql<SqlBool>`dag_run.dag_id = ${filter.dagId}`,
    sql<SqlBool>`dag_run.run_id = ${filter.runId}`,
    isIn("xcom.taskId", filter.taskId === undefined ? undefined : [filter.taskId]),
    isIn("xcom.mapIndex", filter.mapIndex === undefined ? undefined : [filter.mapIndex]),
    isIn("xcom.key", filter.key === undefined ? undefined : [filter.key]),
    matches("xcom.key", filter.keyPattern),
  ]);
  const columns = { key: "xcom.key", timestamp: "xcom.timestamp", taskId: "xcom.taskId", mapIndex: "xcom.mapIndex" };
  const from = sql`from xcom join dag_run on dag_run.id = xcom.run_pk where ${where}`;
  const rows = await sql<XComJoin>`
    select xcom.*, dag_run.dag_id, dag_run.run_id, dag_run.logical_date, dag_run.run_after
    ${from} ${paged(filter, columns, "xcom.rowid")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n ${from}`.execute(db);
  return { rows: rows.rows.map(xcomRow), total: total.rows[0]!.n };
}

export async function getXCom(
  db: Db,
  { dagId, runId, taskId, mapIndex = -1, key }: XComKey,
): Promise<XComValueRow | null> {
  const row = await db
    .selectFrom("xcom")
    .innerJoin("dagRun", "dagRun.id", "xcom.runPk")
    .selectAll("xcom")
    .select(["dagRun.dagId", "dagRun.runId", "dagRun.logicalDate", "dagRun.runAfter"])
    .where("dagRun.dagId", "=", dagId)
    .where("dagRun.runId", "=", runId)
    .where("xcom.taskId", "=", taskId)
    .where("xcom.mapIndex", "=", mapIndex)
    .where("xcom.key", "=", key)
    .executeTakeFirst();
  return row === undefined ? null : { ...xcomRow(row), value: JSON.parse(row.value) as Json };
}

/** Values of one key: of an unmapped task, or of all instances of a mapped one in map order. */
export async function readXComs(
  db: Db,
  { dagId, runId, taskId, key }: Omit<XComKey, "mapIndex">,
): Promise<{ mapIndex: number; value: Json }[]> {
  const rows = await db
    .selectFrom("xcom")
    .innerJoin("dagRun", "dagRun.id", "xcom.runPk")
    .select(["xcom.mapIndex", "xcom.value"])
    .where("dagRun.dagId", "=", dagId)
    .where("dagRun.runId", "=", runId)
    .where("xcom.taskId", "=", taskId)
    .where("xcom.key", "=", key)
    .orderBy("xcom.mapIndex")
    .execute();
  return rows.map(({ mapIndex, value }) => ({ mapIndex, value: JSON.parse(value) as Json }));
}

/** @throws {XComExistsError} {@link XComNotFoundError} {@link XComValueError} {@link TaskInstanceNotFoundError} */
export async function setXCom(
  tx: Tx,
  xcom: XComKey & { readonly value: Json },
  mode: "create" | "update" | "upsert",
  now: EpochMillis,
): Promise<XComValueRow> {
  const { dagId, runId, taskId, mapIndex = -1, key, value } = xcom;
  await requireTaskInstance(tx, { dagId, runId, taskId, mapIndex });
  const run = await requireRun(tx, dagId, runId);
  const known = await getXCom(tx, xcom);
  if (mode === "create" && known !== null) throw new XComExistsError(key);
  if (mode === "update" && known === null) throw new XComNotFoundError(key);
  const text = encodeXCom(key, value) ?? "null";
  if (key === "" || key.length > 512) throw new XComValueError(key, "needs a key of 1 to 512 characters");
  const facts = { value: text, length: mapLength(value), timestamp: now };
  await tx
    .insertInto("xcom")
    .values({ runPk: run.id, taskId, mapIndex, key, ...facts })
    .onConflict((conflict) => conflict.columns(["runPk", "taskId", "mapIndex", "key"]).doUpdateSet(facts))
    .execute();
  return (await getXCom(tx, xcom))!;
}

export async function deleteXCom(tx: Tx, { dagId, runId, taskId, mapIndex = -1, key }: XComKey): Promise<boolean> {
  const run = await requireRun(tx, dagId, runId);
  const { numDeletedRows } = await tx
    .deleteFrom("xcom")
    .where("runPk", "=", run.id)
    .where("taskId", "=", taskId)
    .where("mapIndex", "=", mapIndex)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
