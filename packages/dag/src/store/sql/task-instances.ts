import { sql } from "kysely";
import { TaskInstanceNotFoundError } from "../../errors";
import { taskInstanceRow, type TaskInstanceJoin } from "../rows";
import type { Page, TaskInstanceFilter, TaskInstanceKey, TaskInstanceRow, TaskInstanceTryRow } from "../store";
import type { Db, Tx } from "../tables";
import { all, durationSeconds, inRange, isIn, matches, paged } from "./filter";
import { requireRun } from "./runs";

const tryColumns = sql.raw(
  `id, run_pk, task_id, map_index, state, try_number, max_tries, scheduled_at, queued_at, start_date, end_date, updated_at,
  hostname, pid, operator, pool, pool_slots, queue, priority_weight, note`
    .split(",")
    .map((column) => `ti.${column.trim()}`)
    .join(", "),
);
const runColumns = sql.raw(
  "dag_run.dag_id, dag_run.run_id, dag_run.logical_date, dag_run.run_after, dag_run.dag_version_id, dag_version.version_number",
);
const joinRun = sql.raw(
  "join dag_run on dag_run.id = ti.run_pk join dag_version on dag_version.id = dag_run.dag_version_id",
);

export async function listTaskInstances(db: Db, filter: TaskInstanceFilter = {}): Promise<Page<TaskInstanceRow>> {
  const duration = durationSeconds("ti");
  const where = all([
    isIn("ti.id", filter.ids),
    isIn("dagRun.dagId", filter.dagIds),
    isIn("dagRun.runId", filter.runIds),
    isIn("ti.taskId", filter.taskIds),
    matches("ti.taskId", filter.taskIdPattern),
    isIn("ti.mapIndex", filter.mapIndexes),
    isIn("ti.state", filter.states),
    isIn("ti.pool", filter.pools),
    isIn("ti.queue", filter.queues),
    isIn("ti.operator", filter.operators),
    isIn("ti.tryNumber", filter.tryNumbers),
    isIn("dagVersion.versionNumber", filter.versionNumbers),
    inRange(sql.ref("dagRun.logicalDate"), filter.logicalDate),
    inRange(sql.ref("dagRun.runAfter"), filter.runAfter),
    inRange(sql.ref("ti.startDate"), filter.startDate),
    inRange(sql.ref("ti.endDate"), filter.endDate),
    inRange(sql.ref("ti.updatedAt"), filter.updatedAt),
    inRange(duration, filter.durationSeconds),
  ]);
  const columns = {
    id: "ti.id",
    state: "ti.state",
    duration,
    startDate: "ti.startDate",
    endDate: "ti.endDate",
    mapIndex: "ti.mapIndex",
    tryNumber: "ti.tryNumber",
    logicalDate: "dagRun.logicalDate",
    runAfter: "dagRun.runAfter",
    operator: "ti.operator",
  };
  const from = sql`from task_instance ti ${joinRun} where ${where}`;
  const rows = await sql<TaskInstanceJoin>`
    select ${tryColumns}, ti.retry_at, ${runColumns} ${from} ${paged(filter, columns, "ti.pk")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n ${from}`.execute(db);
  return { rows: rows.rows.map(taskInstanceRow), total: total.rows[0]!.n };
}

export async function getTaskInstance(db: Db, key: TaskInstanceKey): Promise<TaskInstanceRow | null> {
  const { dagId, runId, taskId, mapIndex = -1 } = key;
  const filter = { dagIds: [dagId], runIds: [runId], taskIds: [taskId], mapIndexes: [mapIndex] };
  return (await listTaskInstances(db, filter)).rows[0] ?? null;
}

/** @throws {TaskInstanceNotFoundError} {@link RunNotFoundError} */
export async function requireTaskInstance(db: Db, key: TaskInstanceKey): Promise<TaskInstanceRow> {
  const row = await getTaskInstance(db, key);
  if (row !== null) return row;
  await requireRun(db, key.dagId, key.runId);
  throw new TaskInstanceNotFoundError(key.dagId, key.runId, key.taskId, key.mapIndex ?? null);
}

/** The history, then the current try unless it is in the history already (it waits for the next one). */
export async function listTries(db: Db, key: TaskInstanceKey): Promise<TaskInstanceTryRow[]> {
  const current = await requireTaskInstance(db, key);
  const { rows } = await sql<TaskInstanceJoin>`
    select ${tryColumns}, null as retry_at, ${runColumns} from task_instance_history ti ${joinRun}
    where dag_run.dag_id = ${key.dagId} and dag_run.run_id = ${key.runId} and ti.task_id = ${key.taskId}
    and ti.map_index = ${current.mapIndex} order by ti.try_number`.execute(db);
  const past = rows.map(taskInstanceRow);
  const isPast = current.tryNumber === 0 || past.some(({ tryNumber }) => tryNumber === current.tryNumber);
  return isPast ? past : [...past, current];
}

export async function setTaskInstanceNote(tx: Tx, key: TaskInstanceKey, note: string | null): Promise<TaskInstanceRow> {
  const row = await requireTaskInstance(tx, key);
  await tx.updateTable("taskInstance").set({ note }).where("id", "=", row.id).execute();
  return { ...row, note };
}
