import { sql } from "kysely";
import type { ActiveView, DagView, RunView, TaskView, View } from "../../scheduler/view";
import { isFinished } from "../../states";
import type { TaskStructure } from "../../structure";
import { RETURN_VALUE } from "../../xcom";
import type { Db } from "../tables";
import type { VersionCache } from "../versions";

/** Reads what `decide` looks at. `live`: ids of the tries that the executor has. */
export async function readView(
  db: Db,
  versions: VersionCache,
  { parallelism, live }: { parallelism: number; live: ReadonlySet<string> },
): Promise<View> {
  const dagRows = await db
    .selectFrom("dag")
    .select(["dagId", "dagVersionId", "lastIntervalStart", "lastIntervalEnd", "nextRunAfter"])
    .where("isPaused", "=", 0)
    .where("isStale", "=", 0)
    .execute();
  const runRows = await db
    .selectFrom("dagRun")
    .innerJoin("dag", "dag.dagId", "dagRun.dagId")
    .select([
      "dagRun.id",
      "dagRun.dagId",
      "dagRun.state",
      "dagRun.logicalDate",
      "dagRun.runAfter",
      "dagRun.dagVersionId",
    ])
    .where("dagRun.state", "in", ["queued", "running"])
    .where("dag.isPaused", "=", 0)
    .where("dag.isStale", "=", 0)
    .execute();
  const activeRows = await db
    .selectFrom("taskInstance")
    .select(["pk", "id", "state", "leaseUntil"])
    .where("state", "in", ["queued", "running", "restarting"])
    .execute();
  const counts = await db
    .selectFrom("taskInstance")
    .innerJoin("dagRun", "dagRun.id", "taskInstance.runPk")
    .select(["taskInstance.runPk", "taskInstance.state", "taskInstance.isLeaf", sql<number>`count(*)`.as("n")])
    .where("dagRun.state", "=", "running")
    .groupBy(["taskInstance.runPk", "taskInstance.state", "taskInstance.isLeaf"])
    .execute();
  const countsOf = new Map<number, typeof counts>();
  for (const row of counts) countsOf.set(row.runPk, [...(countsOf.get(row.runPk) ?? []), row]);

  const dags: DagView[] = [];
  for (const row of dagRows) {
    const { structure } = await versions.get(db, row.dagVersionId);
    const { lastIntervalStart: start, lastIntervalEnd: end } = row;
    const own = runRows.filter(({ dagId }) => dagId === row.dagId);
    dags.push({
      structure,
      lastInterval: start === null || end === null ? null : { start, end },
      nextRunAfter: row.nextRunAfter,
      nActiveRuns: own.length,
      nRunningRuns: own.filter(({ state }) => state === "running").length,
    });
  }
  const runs: RunView[] = [];
  for (const { id, dagId, state, logicalDate, runAfter, dagVersionId } of runRows) {
    const sum = (is: (row: (typeof counts)[number]) => boolean): number =>
      (countsOf.get(id) ?? []).reduce((n, row) => (is(row) ? n + row.n : n), 0);
    runs.push({
      pk: id,
      dagId,
      logicalDate,
      runAfter,
      state: state === "queued" ? "queued" : "running",
      maxActiveTasks: (await versions.get(db, dagVersionId)).structure.maxActiveTasks,
      nUnfinished: sum((row) => !isFinished(row.state)),
      nLeavesFailed: sum((row) => row.isLeaf === 1 && (row.state === "failed" || row.state === "upstream_failed")),
      nActive: sum((row) => row.state === "queued" || row.state === "running" || row.state === "restarting"),
    });
  }
  const versionOf = new Map(
    runRows.filter(({ state }) => state === "running").map((run) => [run.id, run.dagVersionId]),
  );
  const slotsFree = Math.max(0, parallelism - activeRows.length);
  const taskInstances = await readWaiting(db, versions, versionOf);
  for (const { pk, state, maxActiveTasks, nActive } of runs) {
    const limit = Math.min(slotsFree, maxActiveTasks - nActive);
    if (state === "running" && limit > 0)
      taskInstances.push(...(await readScheduled(db, versions, { runPk: pk, versionId: versionOf.get(pk)!, limit })));
  }
  return {
    parallelism,
    dags,
    runs,
    taskInstances,
    active: activeRows.map((row) => ({
      ...row,
      state: row.state as ActiveView["state"],
      isLive: live.has(row.id),
    })),
  };
}

const columns = ["pk", "id", "runPk", "taskId", "mapIndex", "state", "retryAt"] as const;

/** Those that a trigger rule, or a date, may move. */
async function readWaiting(
  db: Db,
  versions: VersionCache,
  versionOf: ReadonlyMap<number, string>,
): Promise<TaskView[]> {
  if (versionOf.size === 0) return [];
  const rows = await db
    .selectFrom("taskInstance")
    .select(columns)
    .select(["upTotal", "upSuccess", "upSkipped", "upFailed", "upUpstreamFailed", "upRemoved"])
    .where("runPk", "in", [...versionOf.keys()])
    .where((eb) => eb.or([eb("state", "is", null), eb("state", "=", "up_for_retry")]))
    .execute();
  const views: TaskView[] = [];
  for (const row of rows) {
    const { pk, id, runPk, mapIndex, state, retryAt } = row;
    const task = (await versions.get(db, versionOf.get(runPk)!)).tasks.get(row.taskId)!;
    const upstream = {
      total: row.upTotal,
      success: row.upSuccess,
      skipped: row.upSkipped,
      failed: row.upFailed,
      upstreamFailed: row.upUpstreamFailed,
      removed: row.upRemoved,
    };
    const isUnexpanded = task.isMapped && mapIndex < 0 && state === null;
    const hasEnded = row.upSuccess + row.upSkipped + row.upFailed + row.upUpstreamFailed + row.upRemoved > 0;
    const mayExpand = isUnexpanded && (row.upTotal === 0 || hasEnded);
    const mapLengths = mayExpand ? await readMapLengths(db, versions, runPk, versionOf.get(runPk)!, task) : null;
    views.push({ pk, id, runPk, mapIndex, state, retryAt, task, upstream, mapLengths });
  }
  return views;
}

const nothing = { total: 0, success: 0, skipped: 0, failed: 0, upstreamFailed: 0, removed: 0 };

/** The first of a run's scheduled ones, in the order of `decide`: no more than there is room for, however many wait. */
async function readScheduled(
  db: Db,
  versions: VersionCache,
  { runPk, versionId, limit }: { runPk: number; versionId: string; limit: number },
): Promise<TaskView[]> {
  const rows = await db
    .selectFrom("taskInstance")
    .select(columns)
    .where("runPk", "=", runPk)
    .where("state", "=", "scheduled")
    .orderBy("priorityWeight", "desc")
    .orderBy("mapIndex")
    .orderBy("pk")
    .limit(limit)
    .execute();
  const { tasks } = await versions.get(db, versionId);
  return rows.map(({ taskId, ...row }) => ({ ...row, task: tasks.get(taskId)!, upstream: nothing, mapLengths: null }));
}

async function readMapLengths(
  db: Db,
  versions: VersionCache,
  runPk: number,
  versionId: string,
  task: TaskStructure,
): Promise<(number | null)[]> {
  const { tasks } = await versions.get(db, versionId);
  const lengths: (number | null)[] = [];
  for (const source of task.expand) {
    if (source.kind === "literal") {
      lengths.push(source.length);
      continue;
    }
    const isMapped = tasks.get(source.taskId)!.isMapped;
    const query = db
      .selectFrom("xcom")
      .where("runPk", "=", runPk)
      .where("taskId", "=", source.taskId)
      .where("key", "=", RETURN_VALUE);
    if (isMapped) {
      // The list of its instances' results: complete once none of them is unfinished.
      const left = await db
        .selectFrom("taskInstance")
        .select(sql<number>`count(*)`.as("n"))
        .where("runPk", "=", runPk)
        .where("taskId", "=", source.taskId)
        .where((eb) =>
          eb.or([
            eb("state", "is", null),
            eb("state", "not in", ["success", "failed", "skipped", "upstream_failed", "removed"]),
          ]),
        )
        .executeTakeFirstOrThrow();
      const { n } = await query.select(sql<number>`count(*)`.as("n")).executeTakeFirstOrThrow();
      lengths.push(left.n > 0 ? null : n);
    } else {
      const row = await query.select("length").where("mapIndex", "=", -1).executeTakeFirst();
      lengths.push(row?.length ?? null);
    }
  }
  return lengths;
}
