/** What people do to runs and instances: clear, mark. */
import type { Selectable } from "kysely";
import { DagNotFoundError, TaskInstanceNotFoundError } from "../../errors";
import { isFinished, type EpochMillis } from "../../states";
import type { DagStructure } from "../../structure";
import type { ClearTaskInstances, DagRunRow, SetTaskInstanceState, TaskInstanceRow } from "../store";
import type { Db, TaskInstanceTable, Tx } from "../tables";
import type { Version, VersionCache } from "../versions";
import { recount } from "./counters";
import { getDag } from "./dags";
import { listRuns, requireRun } from "./runs";
import { listTaskInstances } from "./task-instances";
import { begin, keepTry } from "./tries";

type Row = Selectable<TaskInstanceTable>;
interface Reach {
  readonly includeUpstream?: boolean;
  readonly includeDownstream?: boolean;
  readonly includePast?: boolean;
  readonly includeFuture?: boolean;
}

/** @throws {DagNotFoundError} {@link RunNotFoundError} {@link TaskInstanceNotFoundError} */
export async function clearTaskInstances(
  tx: Tx,
  versions: VersionCache,
  options: ClearTaskInstances,
  now: EpochMillis,
): Promise<readonly TaskInstanceRow[]> {
  if ((await getDag(tx, options.dagId)) === null) throw new DagNotFoundError(options.dagId);
  const cleared: number[] = [];
  for (const run of await runsOf(tx, options)) {
    const version = await versions.get(tx, run.dagVersionId);
    const wanted = options.tasks ?? version.structure.tasks.map(({ taskId }) => taskId);
    const rows = (await selectRows(tx, run, version.structure, wanted, options)).filter(
      ({ state }) =>
        !(options.onlyFailed === true && state !== "failed" && state !== "upstream_failed") &&
        !(options.onlyRunning === true && state !== "running"),
    );
    cleared.push(...rows.map(({ pk }) => pk));
    if (options.dryRun === true || rows.length === 0) continue;
    await clearRows(tx, version, run.id, rows, now);
    if (options.resetDagRuns !== false) await requeue(tx, run, now);
  }
  return rowsOf(tx, cleared);
}

/** @throws {RunNotFoundError} {@link TaskInstanceNotFoundError} */
export async function setTaskInstanceState(
  tx: Tx,
  versions: VersionCache,
  options: SetTaskInstanceState,
  now: EpochMillis,
): Promise<readonly TaskInstanceRow[]> {
  const { dagId, runId, taskId, mapIndex, state } = options;
  const set: number[] = [];
  for (const run of await runsOf(tx, options)) {
    const version = await versions.get(tx, run.dagVersionId);
    const wanted = mapIndex === undefined ? taskId : ([taskId, mapIndex] as const);
    const rows = await selectRows(tx, run, version.structure, [wanted], options);
    if (rows.length === 0 && run.runId === runId)
      throw new TaskInstanceNotFoundError(dagId, runId, taskId, mapIndex ?? null);
    set.push(...rows.map(({ pk }) => pk));
    if (options.dryRun === true) continue;
    for (const row of rows)
      await tx
        .updateTable("taskInstance")
        .set({ state, startDate: row.startDate ?? now, endDate: now, updatedAt: now, retryAt: null, leaseUntil: null })
        .where("pk", "=", row.pk)
        .execute();
    // What failed because of them gets another chance.
    const marked = new Set(rows.map(({ pk }) => pk));
    const downstream = closure(
      version.structure,
      rows.map((row) => row.taskId),
      "downstream",
    );
    const blocked = (await rowsOfRun(tx, run.id)).filter(
      (row) =>
        downstream.has(row.taskId) &&
        !marked.has(row.pk) &&
        (row.state === "failed" || row.state === "upstream_failed"),
    );
    if (blocked.length > 0) {
      await clearRows(tx, version, run.id, blocked, now);
      await requeue(tx, run, now);
    } else {
      await recount(tx, run.id, version.structure);
    }
  }
  return rowsOf(tx, set);
}

/** @throws {RunNotFoundError} */
export async function setRunState(
  tx: Tx,
  versions: VersionCache,
  { dagId, runId, state }: { dagId: string; runId: string; state: "queued" | "success" | "failed" },
  now: EpochMillis,
): Promise<DagRunRow> {
  const run = await requireRun(tx, dagId, runId);
  const version = await versions.get(tx, run.dagVersionId);
  const rows = await rowsOfRun(tx, run.id);
  if (state === "queued") {
    await clearRows(tx, version, run.id, rows, now);
    await requeue(tx, run, now, true);
    return requireRun(tx, dagId, runId);
  }
  for (const row of rows) {
    if (state === "failed" && isFinished(row.state)) continue;
    const isRunning = row.state === "running" || row.state === "restarting";
    const to = state === "success" ? "success" : isRunning ? "failed" : "skipped";
    if (row.state === to) continue;
    await tx
      .updateTable("taskInstance")
      .set({
        state: to,
        startDate: row.startDate ?? now,
        endDate: now,
        updatedAt: now,
        retryAt: null,
        leaseUntil: null,
      })
      .where("pk", "=", row.pk)
      .execute();
  }
  await recount(tx, run.id, version.structure);
  await tx
    .updateTable("dagRun")
    .set({ state, startDate: run.startDate ?? now, endDate: now, updatedAt: now })
    .where("id", "=", run.id)
    .execute();
  return requireRun(tx, dagId, runId);
}

/** The named run, and those before or after it by logical date when asked; or all of the DAG in a range of dates. */
async function runsOf(
  tx: Tx,
  {
    dagId,
    runId,
    logicalDate,
    includePast,
    includeFuture,
  }: Reach & Pick<ClearTaskInstances, "dagId" | "runId" | "logicalDate">,
): Promise<readonly DagRunRow[]> {
  if (runId === undefined)
    return (await listRuns(tx, { dagIds: [dagId], ...(logicalDate === undefined ? {} : { logicalDate }) })).rows;
  const run = await requireRun(tx, dagId, runId);
  if (run.logicalDate === null || !(includePast === true || includeFuture === true)) return [run];
  const range = {
    ...(includePast === true ? {} : { gte: run.logicalDate }),
    ...(includeFuture === true ? {} : { lte: run.logicalDate }),
  };
  return (await listRuns(tx, { dagIds: [dagId], logicalDate: range })).rows;
}

const rowsOfRun = (tx: Db, runPk: number): Promise<Row[]> =>
  tx.selectFrom("taskInstance").selectAll().where("runPk", "=", runPk).orderBy("pk").execute();

async function rowsOf(tx: Tx, pks: readonly number[]): Promise<readonly TaskInstanceRow[]> {
  const rows: TaskInstanceRow[] = [];
  // SQLite takes 32766 parameters a statement.
  for (let start = 0; start < pks.length; start += 1000) {
    const some = pks.slice(start, start + 1000);
    const ids = await tx.selectFrom("taskInstance").select("id").where("pk", "in", some).execute();
    rows.push(...(await listTaskInstances(tx, { ids: ids.map(({ id }) => id) })).rows);
  }
  return rows;
}

async function selectRows(
  tx: Tx,
  run: DagRunRow,
  structure: DagStructure,
  wanted: NonNullable<ClearTaskInstances["tasks"]>,
  { includeUpstream, includeDownstream }: Reach,
): Promise<Row[]> {
  const whole = new Set(wanted.filter((task) => typeof task === "string"));
  const single = wanted.filter((task) => typeof task !== "string");
  const ids = [...whole, ...single.map(([taskId]) => taskId)];
  if (includeUpstream === true) for (const taskId of closure(structure, ids, "upstream")) whole.add(taskId);
  if (includeDownstream === true) for (const taskId of closure(structure, ids, "downstream")) whole.add(taskId);
  return (await rowsOfRun(tx, run.id)).filter(
    ({ taskId, mapIndex }) => whole.has(taskId) || single.some(([id, index]) => id === taskId && index === mapIndex),
  );
}

/** All tasks up or down from these, themselves left out. */
function closure(
  structure: DagStructure,
  taskIds: readonly string[],
  direction: "upstream" | "downstream",
): Set<string> {
  const tasks = new Map(structure.tasks.map((task) => [task.taskId, task]));
  const found = new Set<string>();
  const stack = [...taskIds];
  while (stack.length > 0) {
    for (const next of tasks.get(stack.pop()!)?.[direction] ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      stack.push(next);
    }
  }
  return found;
}

async function clearRows(
  tx: Tx,
  version: Version,
  runPk: number,
  rows: readonly Row[],
  now: EpochMillis,
): Promise<void> {
  const cleared = new Set(rows.map(({ taskId }) => taskId));
  const gone = await collapse(tx, version, runPk, rows, cleared);
  for (const row of rows) {
    if (gone.has(row.pk)) continue;
    const maxTries = row.tryNumber + (version.tasks.get(row.taskId)?.retries ?? 0);
    await tx.updateTable("taskInstance").set({ maxTries }).where("pk", "=", row.pk).execute();
    if (row.state === "running" || row.state === "queued" || row.state === "restarting") {
      // It ends first; then it begins anew.
      await tx
        .updateTable("taskInstance")
        .set({ state: "restarting", updatedAt: now })
        .where("pk", "=", row.pk)
        .execute();
    } else if (row.state !== null) {
      if (isFinished(row.state)) await keepTry(tx, row);
      await begin(tx, [row.pk], now);
    }
  }
  await recount(tx, runPk, version.structure);
}

/** A mapped task that is cleared whole together with a task it maps over will expand anew: back to its one row. */
async function collapse(
  tx: Tx,
  { structure }: Version,
  runPk: number,
  rows: readonly Row[],
  cleared: ReadonlySet<string>,
): Promise<Set<number>> {
  const gone = new Set<number>();
  const all = await rowsOfRun(tx, runPk);
  for (const { taskId, expand } of structure.tasks) {
    if (!expand.some((source) => source.kind === "output" && cleared.has(source.taskId))) continue;
    const own = rows.filter((row) => row.taskId === taskId);
    const isWhole = own.length > 0 && own.length === all.filter((row) => row.taskId === taskId).length;
    const isIdle = own.every(({ state }) => state !== "running" && state !== "queued" && state !== "restarting");
    if (!isWhole || !isIdle) continue;
    for (const row of own.filter(({ mapIndex }) => mapIndex > 0)) {
      await keepTry(tx, row);
      await tx.deleteFrom("taskInstance").where("pk", "=", row.pk).execute();
      gone.add(row.pk);
    }
    for (const row of own.filter(({ mapIndex }) => mapIndex === 0)) {
      await keepTry(tx, row);
      await tx.updateTable("taskInstance").set({ mapIndex: -1 }).where("pk", "=", row.pk).execute();
    }
    await tx.deleteFrom("xcom").where("runPk", "=", runPk).where("taskId", "=", taskId).execute();
  }
  return gone;
}

/** A run that had ended goes on. */
async function requeue(tx: Tx, run: DagRunRow, now: EpochMillis, always = false): Promise<void> {
  if (!always && run.state !== "success" && run.state !== "failed") return;
  await tx
    .updateTable("dagRun")
    .set({ state: "queued", queuedAt: now, startDate: null, endDate: null, updatedAt: now })
    .where("id", "=", run.id)
    .execute();
}
