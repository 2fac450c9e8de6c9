import type { Selectable } from "kysely";
import type { Action } from "../../scheduler/view";
import type { EpochMillis } from "../../states";
import { uuidv7 } from "../../uuid";
import type { TaskInstanceTable, Tx } from "../tables";
import type { Version, VersionCache } from "../versions";
import { planNextRun, getDagVersion } from "./dags";
import { insertRun } from "./runs";
import { begin, endTry, finish, keepTry } from "./tries";

/** Does what `decide` said, all in one transaction. Each action holds only for the row as it was seen: one that has changed
 * since is passed over, and looked at again in the next round. Answers the ids of the tries that are queued now, in order. */
export async function apply(
  tx: Tx,
  versions: VersionCache,
  actions: readonly Action[],
  now: EpochMillis,
): Promise<string[]> {
  const queued: string[] = [];
  for (const action of actions) {
    switch (action.kind) {
      case "createRun":
        await createAutomatedRun(tx, action, now);
        break;
      case "startRun":
        await tx
          .updateTable("dagRun")
          .set({ state: "running", startDate: now, updatedAt: now, lastSchedulingDecision: now })
          .where("id", "=", action.pk)
          .where("state", "=", "queued")
          .execute();
        break;
      case "endRun":
        await tx
          .updateTable("dagRun")
          .set({ state: action.state, endDate: now, updatedAt: now, lastSchedulingDecision: now })
          .where("id", "=", action.pk)
          .where("state", "=", "running")
          .execute();
        break;
      case "queue":
        if (await queue(tx, action, now)) queued.push(action.id);
        break;
      default:
        await moveTaskInstance(tx, versions, action, now);
    }
  }
  return queued;
}

async function createAutomatedRun(
  tx: Tx,
  { dagId, dates }: Extract<Action, { kind: "createRun" }>,
  now: EpochMillis,
): Promise<void> {
  const { dataIntervalStart: lastIntervalStart, dataIntervalEnd: lastIntervalEnd } = dates;
  await tx.updateTable("dag").set({ lastIntervalStart, lastIntervalEnd }).where("dagId", "=", dagId).execute();
  const version = await getDagVersion(tx, dagId);
  await planNextRun(tx, version!.structure, now);
  // A run made by hand may have this logical date already: it stands for this one.
  const taken = await tx
    .selectFrom("dagRun")
    .select("id")
    .where("dagId", "=", dagId)
    .where("logicalDate", "=", dates.logicalDate)
    .executeTakeFirst();
  if (taken === undefined)
    await insertRun(tx, { dagId, runType: "scheduled", triggeredBy: "timetable", ...dates }, now);
}

async function queue(tx: Tx, { pk, id }: { pk: number; id: string }, now: EpochMillis): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("taskInstance")
    .set({ state: "queued", queuedAt: now, updatedAt: now })
    .where("pk", "=", pk)
    .where("id", "=", id)
    .where("state", "=", "scheduled")
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function moveTaskInstance(
  tx: Tx,
  versions: VersionCache,
  action: Extract<Action, { kind: "schedule" | "end" | "expand" | "reclaim" | "restart" }>,
  now: EpochMillis,
): Promise<void> {
  const row = await tx
    .selectFrom("taskInstance")
    .selectAll()
    .where("pk", "=", action.pk)
    .where("id", "=", action.id)
    .executeTakeFirst();
  if (row === undefined) return;
  const { state } = row;
  if (action.kind === "schedule" && (state === null || state === "up_for_retry")) await schedule(tx, row, now);
  else if (action.kind === "reclaim" && state === "running")
    await endTry(tx, versions, { id: row.id, outcome: "failed", mayRetry: true, xcoms: [] }, now);
  else if (action.kind === "restart" && state === "restarting") {
    await keepTry(tx, { ...row, state: "failed", endDate: now, updatedAt: now });
    await begin(tx, [row.pk], now);
  } else if ((action.kind === "end" || action.kind === "expand") && state === null) {
    const version = await versionOf(tx, versions, row.runPk);
    if (action.kind === "end") await finish(tx, version, row, action.state, now);
    else await expand(tx, version, row, action.length, now);
  }
}

/** A new try, under a new id. */
async function schedule(tx: Tx, row: Selectable<TaskInstanceTable>, now: EpochMillis): Promise<void> {
  await tx
    .updateTable("taskInstance")
    .set({ state: "scheduled", id: uuidv7(now), tryNumber: row.tryNumber + 1, scheduledAt: now, updatedAt: now })
    .set({ startDate: null, endDate: null, queuedAt: null, retryAt: null, nResets: 0 })
    .where("pk", "=", row.pk)
    .execute();
}

/** The one row of a mapped task becomes the instance 0, and further ones are made; those downstream wait for all of them. */
async function expand(
  tx: Tx,
  version: Version,
  row: Selectable<TaskInstanceTable>,
  length: number,
  now: EpochMillis,
): Promise<void> {
  const { pk, ...values } = row;
  await tx.updateTable("taskInstance").set({ mapIndex: 0, updatedAt: now }).where("pk", "=", pk).execute();
  const rows = Array.from({ length: length - 1 }, (_, index) => ({
    ...values,
    id: uuidv7(now),
    mapIndex: index + 1,
    tryNumber: 0,
    maxTries: version.tasks.get(row.taskId)!.retries,
    updatedAt: now,
  }));
  // SQLite takes 32766 parameters a statement.
  for (let start = 0; start < rows.length; start += 800)
    await tx
      .insertInto("taskInstance")
      .values(rows.slice(start, start + 800))
      .execute();
  const downstream = version.tasks.get(row.taskId)!.downstream;
  if (downstream.length > 0 && length > 1)
    await tx
      .updateTable("taskInstance")
      .set((eb) => ({ upTotal: eb("upTotal", "+", length - 1) }))
      .where("runPk", "=", row.runPk)
      .where("taskId", "in", downstream)
      .execute();
}

async function versionOf(tx: Tx, versions: VersionCache, runPk: number): Promise<Version> {
  const { dagVersionId } = await tx
    .selectFrom("dagRun")
    .select("dagVersionId")
    .where("id", "=", runPk)
    .executeTakeFirstOrThrow();
  return versions.get(tx, dagVersionId);
}
