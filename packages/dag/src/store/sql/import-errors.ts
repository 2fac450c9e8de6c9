import { sql } from "kysely";
import type { EpochMillis } from "../../states";
import type { ImportErrorRow, Page, Paging } from "../store";
import type { Db, ImportErrorTable, Tx } from "../tables";
import { paged } from "./filter";

export async function listImportErrors(
  db: Db,
  paging: Paging<"id" | "timestamp" | "filename"> = {},
): Promise<Page<ImportErrorRow>> {
  const columns = { id: "id", timestamp: "timestamp", filename: "filename" };
  const rows = await sql<ImportErrorTable & { id: number }>`
    select * from import_error ${paged(paging, columns, "id")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n from import_error`.execute(db);
  return { rows: rows.rows, total: total.rows[0]!.n };
}

export async function getImportError(db: Db, id: number): Promise<ImportErrorRow | null> {
  return (await db.selectFrom("importError").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;
}

/** These are all there are. An error that stays keeps its id. */
export async function setImportErrors(
  tx: Tx,
  errors: readonly { readonly filename: string; readonly stackTrace: string }[],
  now: EpochMillis,
): Promise<void> {
  const filenames = errors.map(({ filename }) => filename);
  await tx
    .deleteFrom("importError")
    .$if(filenames.length > 0, (query) => query.where("filename", "not in", filenames))
    .execute();
  for (const { filename, stackTrace } of errors) {
    const facts = { stackTrace, timestamp: now };
    await tx
      .insertInto("importError")
      .values({ filename, ...facts })
      .onConflict((conflict) =>
        conflict.column("filename").doUpdateSet(facts).where("importError.stackTrace", "!=", stackTrace),
      )
      .execute();
  }
  await tx
    .updateTable("dag")
    .set({ hasImportErrors: sql<number>`relative_fileloc in (select filename from import_error)` })
    .execute();
}
