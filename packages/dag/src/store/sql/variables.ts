import { sql } from "kysely";
import { VariableExistsError, VariableNotFoundError } from "../../errors";
import type { EpochMillis } from "../../states";
import { variableRow } from "../rows";
import type { Page, Paging, VariableRow } from "../store";
import type { Db, Tx, VariableTable } from "../tables";
import { all, matches, paged } from "./filter";

export async function listVariables(
  db: Db,
  filter: { keyPattern?: string } & Paging<"key"> = {},
): Promise<Page<VariableRow>> {
  const where = all([matches("variable.key", filter.keyPattern)]);
  const rows = await sql<VariableTable>`
    select * from variable where ${where} ${paged(filter, { key: "key" }, "key")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n from variable where ${where}`.execute(db);
  return { rows: rows.rows.map(variableRow), total: total.rows[0]!.n };
}

export async function getVariable(db: Db, key: string): Promise<VariableRow | null> {
  const row = await db.selectFrom("variable").selectAll().where("key", "=", key).executeTakeFirst();
  return row === undefined ? null : variableRow(row);
}

/** @throws {VariableExistsError} {@link VariableNotFoundError} */
export async function setVariable(
  tx: Tx,
  { key, value, description }: { key: string; value: string; description?: string | null },
  mode: "create" | "update" | "upsert",
  now: EpochMillis,
): Promise<VariableRow> {
  const known = await getVariable(tx, key);
  if (mode === "create" && known !== null) throw new VariableExistsError(key);
  if (mode === "update" && known === null) throw new VariableNotFoundError(key);
  const facts = {
    value,
    description: description === undefined ? (known?.description ?? null) : description,
    updatedAt: now,
  };
  await tx
    .insertInto("variable")
    .values({ key, ...facts })
    .onConflict((conflict) => conflict.column("key").doUpdateSet(facts))
    .execute();
  return (await getVariable(tx, key))!;
}

export async function deleteVariable(tx: Tx, key: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom("variable").where("key", "=", key).executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
