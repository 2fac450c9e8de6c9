/** The life of one try: claimed by a worker, kept alive by its lease, ended once. */
import { type Selectable, sql } from "kysely";
import { retryDelayMillis } from "../../scheduler/retry";
import type { EpochMillis, FinishedTaskState } from "../../states";
import { uuidv7 } from "../../uuid";
import type { TaskInstanceTable, Tx } from "../tables";
import type { Version, VersionCache } from "../versions";
import { countEnd } from "./counters";

export interface Claim {
  readonly id: string;
  readonly workerId: string;
  readonly hostname: string;
  readonly pid: number;
  readonly leaseUntil: EpochMillis;
}

export interface TryReport {
  readonly id: string;
  readonly outcome: "success" | "failed" | "skipped";
  /** False: failed for good, whatever retries are left. */
  readonly mayRetry: boolean;
  /** JSON text and, for a list or object, how many elements. */
  readonly xcoms: readonly { readonly key: string; readonly text: string; readonly length: number | null }[];
}

/** What became of a try; `refused`: it was not the current one any more, and nothing was written. */
export type TryEnd = "success" | "failed" | "skipped" | "up_for_retry" | "restarting" | "refused";

/** Starts a queued try for one worker; false when it is over, or was taken back. Its old XComs go. */
export async function claimTaskInstance(tx: Tx, claim: Claim, now: EpochMillis): Promise<boolean> {
  const { id, workerId, hostname, pid, leaseUntil } = claim;
  const row = await tx
    .updateTable("taskInstance")
    .set({ state: "running", startDate: now, updatedAt: now, workerId, hostname, pid, leaseUntil })
    .where("id", "=", id)
    .where("state", "=", "queued")
    .returning(["runPk", "taskId", "mapIndex"])
    .executeTakeFirst();
  if (row === undefined) return false;
  await tx
    .deleteFrom("xcom")
    .where("runPk", "=", row.runPk)
    .where("taskId", "=", row.taskId)
    .where("mapIndex", "=", row.mapIndex)
    .execute();
  return true;
}

export async function renewLeases(tx: Tx, ids: readonly string[], leaseUntil: EpochMillis): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable("taskInstance")
    .set({ leaseUntil })
    .where("id", "in", ids)
    .where("state", "=", "running")
    .execute();
}

/** Ends a try: state, XComs and the counters downstream, in one transaction. Fenced by the try's id and state. */
export async function endTry(tx: Tx, versions: VersionCache, report: TryReport, now: EpochMillis): Promise<TryEnd> {
  const row = await tx
    .selectFrom("taskInstance")
    .selectAll()
    .where("id", "=", report.id)
    .where("state", "in", ["queued", "running", "restarting"])
    .executeTakeFirst();
  if (row === undefined) return "refused";
  if (row.state === "restarting") {
    await restart(tx, row, now);
    return "restarting";
  }
  const { dagId, logicalDate, dagVersionId } = await tx
    .selectFrom("dagRun")
    .select(["dagId", "logicalDate", "dagVersionId"])
    .where("id", "=", row.runPk)
    .executeTakeFirstOrThrow();
  const version = await versions.get(tx, dagVersionId);
  for (const { key, text, length } of report.xcoms) {
    const value = { key, value: text, length, timestamp: now };
    const { runPk, taskId, mapIndex } = row;
    await tx
      .insertInto("xcom")
      .values({ runPk, taskId, mapIndex, ...value })
      .onConflict((conflict) => conflict.columns(["runPk", "taskId", "mapIndex", "key"]).doUpdateSet(value))
      .execute();
  }
  if (report.outcome === "failed" && report.mayRetry && row.tryNumber <= row.maxTries) {
    const task = version.tasks.get(row.taskId)!;
    await keepTry(tx, { ...row, state: "failed", endDate: now, updatedAt: now });
    const retryAt = now + retryDelayMillis(task, { dagId, logicalDate, tryNumber: row.tryNumber });
    await tx
      .updateTable("taskInstance")
      .set({ state: "up_for_retry", endDate: now, updatedAt: now, retryAt, leaseUntil: null })
      .where("pk", "=", row.pk)
      .execute();
    return "up_for_retry";
  }
  await finish(tx, version, row, report.outcome, now);
  return report.outcome;
}

/** Gives an unfinished instance its final state, and tells those downstream. */
export async function finish(
  tx: Tx,
  version: Version,
  { pk, runPk, taskId, tryNumber }: Pick<Selectable<TaskInstanceTable>, "pk" | "runPk" | "taskId" | "tryNumber">,
  state: FinishedTaskState,
  now: EpochMillis,
): Promise<void> {
  await tx
    .updateTable("taskInstance")
    .set({ state, endDate: now, updatedAt: now, retryAt: null, leaseUntil: null })
    // What never ran began and ended when it was decided.
    .$if(tryNumber === 0, (query) => query.set({ startDate: sql`coalesce(start_date, ${now})` }))
    .where("pk", "=", pk)
    .execute();
  await countEnd(tx, runPk, version.tasks.get(taskId)?.downstream ?? [], state);
}

/** Writes a try that has ended into the history; once. */
export async function keepTry(tx: Tx, row: Selectable<TaskInstanceTable>): Promise<void> {
  if (row.tryNumber === 0) return;
  const { id, runPk, taskId, mapIndex, state, tryNumber, maxTries, scheduledAt, queuedAt, startDate, endDate } = row;
  const { updatedAt, hostname, pid, operator, pool, poolSlots, queue, priorityWeight, note } = row;
  await tx
    .insertInto("taskInstanceHistory")
    .values({
      id,
      runPk,
      taskId,
      mapIndex,
      state,
      tryNumber,
      maxTries,
      scheduledAt,
      queuedAt,
      startDate,
      endDate,
      updatedAt,
      hostname,
      pid,
      operator,
      pool,
      poolSlots,
      queue,
      priorityWeight,
      note,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** An instance that was cleared while running, and has ended: its try was a failure, and it begins anew. */
export async function restart(tx: Tx, row: Selectable<TaskInstanceTable>, now: EpochMillis): Promise<void> {
  await keepTry(tx, { ...row, state: "failed", endDate: now, updatedAt: now });
  await begin(tx, [row.pk], now);
}

/** Back to the state none, under a new id. */
export async function begin(tx: Tx, pks: readonly number[], now: EpochMillis): Promise<void> {
  const none = { scheduledAt: null, queuedAt: null, startDate: null, endDate: null, retryAt: null, leaseUntil: null };
  for (const pk of pks)
    await tx
      .updateTable("taskInstance")
      .set({
        ...none,
        state: null,
        updatedAt: now,
        hostname: null,
        pid: null,
        workerId: null,
        nResets: 0,
        id: uuidv7(now),
      })
      .where("pk", "=", pk)
      .execute();
}

/** Tries that a scheduler which is gone had queued or running: scheduled again, under a new id, in the same try. That it
 * died is not the task's fault; but one that lived through `RESETS_MAX` deaths may be their cause, and fails. */
export async function resetOrphans(
  tx: Tx,
  versions: VersionCache,
  now: EpochMillis,
): Promise<{ taskId: string; mapIndex: number; runPk: number; tryNumber: number; isLost: boolean }[]> {
  const rows = await tx
    .selectFrom("taskInstance")
    .selectAll()
    .where("state", "in", ["queued", "running", "restarting"])
    .orderBy("pk")
    .execute();
  for (const row of rows) {
    if (row.state === "restarting") await restart(tx, row, now);
    else if (row.nResets >= RESETS_MAX)
      await endTry(tx, versions, { id: row.id, outcome: "failed", mayRetry: true, xcoms: [] }, now);
    else
      await tx
        .updateTable("taskInstance")
        .set({ state: "scheduled", id: uuidv7(now), updatedAt: now, startDate: null, queuedAt: null })
        .set({ hostname: null, pid: null, workerId: null, leaseUntil: null })
        .set({ nResets: row.state === "running" ? row.nResets + 1 : row.nResets })
        .where("pk", "=", row.pk)
        .execute();
  }
  return rows.map(({ taskId, mapIndex, runPk, tryNumber, state, nResets }) => ({
    taskId,
    mapIndex,
    runPk,
    tryNumber,
    isLost: state !== "restarting" && nResets >= RESETS_MAX,
  }));
}

export const RESETS_MAX = 5;
