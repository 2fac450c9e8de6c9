import { hostname } from "node:os";
import { sql } from "kysely";
import type { EpochMillis } from "../../states";
import type { JobRow, JobType, Page, Paging } from "../store";
import type { Db, JobTable, Tx } from "../tables";
import { all, isIn, paged } from "./filter";

export async function listJobs(
  db: Db,
  filter: { jobType?: JobType; state?: JobRow["state"] } & Paging<"id"> = {},
): Promise<Page<JobRow>> {
  const where = all([
    isIn("job.jobType", filter.jobType === undefined ? undefined : [filter.jobType]),
    isIn("job.state", filter.state === undefined ? undefined : [filter.state]),
  ]);
  const rows = await sql<JobTable & { id: number }>`
    select * from job where ${where} ${paged(filter, { id: "id" }, "id")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n from job where ${where}`.execute(db);
  return { rows: rows.rows, total: total.rows[0]!.n };
}

/** Renews this process's job of the type, or begins it; the first one also ends what a dead process left as running. */
export async function beat(tx: Tx, jobType: JobType, now: EpochMillis): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable("job")
    .set({ latestHeartbeat: now })
    .where("jobType", "=", jobType)
    .where("state", "=", "running")
    .where("pid", "=", process.pid)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return;
  await endJobs(tx, jobType, "failed", now);
  await tx
    .insertInto("job")
    .values({ jobType, state: "running", startDate: now, latestHeartbeat: now, hostname: hostname(), pid: process.pid })
    .execute();
}

export async function endJobs(tx: Tx, jobType: JobType, state: "success" | "failed", now: EpochMillis): Promise<void> {
  await tx
    .updateTable("job")
    .set({ state, endDate: now })
    .where("jobType", "=", jobType)
    .where("state", "=", "running")
    .execute();
}
