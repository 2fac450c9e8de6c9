import { sql, type SqlBool } from "kysely";
import { formatOffset } from "../../dates";
import { DateError, RunExistsError, RunIdError, RunNotFoundError, RunStateError } from "../../errors";
import { RUN_TYPES, type EpochMillis, type RunType } from "../../states";
import type { DagStructure } from "../../structure";
import { timetableOf } from "../../timetable/timetable";
import { uuidv7 } from "../../uuid";
import { isUniqueViolation } from "../libsql";
import { runRow } from "../rows";
import type { CreateRun, DagRunRow, Page, RunFilter } from "../store";
import type { Db, DagRunTable, Tx } from "../tables";
import { getDagVersion, requireDag } from "./dags";
import { all, durationSeconds, inRange, isIn, matches, paged } from "./filter";

type Joined = DagRunTable & { id: number; versionNumber: number };

export async function listRuns(db: Db, filter: RunFilter = {}): Promise<Page<DagRunRow>> {
  const duration = durationSeconds("dagRun");
  const range = (name: "logicalDate" | "runAfter" | "startDate" | "endDate" | "updatedAt") =>
    inRange(sql.ref(`dagRun.${name}`), filter[name]);
  const { confContains } = filter;
  const where = all([
    isIn("dagRun.dagId", filter.dagIds),
    isIn("dagRun.runId", filter.runIds),
    matches("dagRun.runId", filter.runIdPattern),
    isIn("dagRun.state", filter.states),
    isIn("dagRun.runType", filter.runTypes),
    matches("dagRun.triggeringUserName", filter.triggeringUserNamePattern),
    confContains === undefined ? undefined : sql<SqlBool>`instr(dag_run.conf, ${confContains}) > 0`,
    isIn("dagVersion.versionNumber", filter.versionNumbers),
    range("logicalDate"),
    range("runAfter"),
    range("startDate"),
    range("endDate"),
    range("updatedAt"),
    inRange(duration, filter.durationSeconds),
  ]);
  const columns = {
    id: "dagRun.id",
    state: "dagRun.state",
    dagId: "dagRun.dagId",
    runId: "dagRun.runId",
    logicalDate: "dagRun.logicalDate",
    runAfter: "dagRun.runAfter",
    startDate: "dagRun.startDate",
    endDate: "dagRun.endDate",
    updatedAt: "dagRun.updatedAt",
    conf: "dagRun.conf",
    duration,
  };
  const from = sql`from dag_run join dag_version on dag_version.id = dag_run.dag_version_id where ${where}`;
  const rows = await sql<Joined>`
    select dag_run.*, dag_version.version_number ${from} ${paged(filter, columns, "dagRun.id")}`.execute(db);
  const total = await sql<{ n: number }>`select count(*) as n ${from}`.execute(db);
  return { rows: rows.rows.map(runRow), total: total.rows[0]!.n };
}

export async function getRun(db: Db, dagId: string, runId: string): Promise<DagRunRow | null> {
  const { rows } = await listRuns(db, { dagIds: [dagId], runIds: [runId] });
  return rows[0] ?? null;
}

/** @throws {RunNotFoundError} {@link DagNotFoundError} */
export async function requireRun(db: Db, dagId: string, runId: string): Promise<DagRunRow> {
  const run = await getRun(db, dagId, runId);
  if (run !== null) return run;
  await requireDag(db, dagId);
  throw new RunNotFoundError(dagId, runId);
}

const validRunId = /^[A-Za-z0-9_.~:+-]{1,250}$/;

/** Writes a run, queued, and its task instances.
 * @throws {DagNotFoundError} {@link RunIdError} {@link RunExistsError} {@link DateError} */
export async function insertRun(tx: Tx, run: CreateRun, now: EpochMillis): Promise<DagRunRow> {
  const { dagId, runType = "manual", logicalDate = null, runAfter = now } = run;
  await requireDag(tx, dagId);
  const version = (await getDagVersion(tx, dagId))!;
  const interval = intervalOf(run, version.structure);
  const runId =
    run.runId ?? (await freeRunId(tx, dagId, runType, runType === "backfill" ? (logicalDate ?? runAfter) : runAfter));
  checkRunId(runId, runType);
  const taken = await tx
    .selectFrom("dagRun")
    .select("runId")
    .where("dagId", "=", dagId)
    .where((eb) => eb.or([eb("runId", "=", runId), eb("logicalDate", "=", logicalDate)]))
    .execute();
  if (taken.some((row) => row.runId === runId)) throw new RunExistsError(dagId, { runId });
  if (taken.length > 0) throw new RunExistsError(dagId, { logicalDate: formatOffset(logicalDate!) });
  const { id } = await tx
    .insertInto("dagRun")
    .values({
      dagId,
      runId,
      runType,
      state: "queued",
      logicalDate,
      dataIntervalStart: interval?.start ?? null,
      dataIntervalEnd: interval?.end ?? null,
      runAfter,
      queuedAt: now,
      updatedAt: now,
      conf: JSON.stringify(run.conf ?? {}),
      note: run.note ?? null,
      triggeredBy: run.triggeredBy ?? null,
      triggeringUserName: run.triggeringUserName ?? null,
      dagVersionId: version.id,
    })
    .returning("id")
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? new RunExistsError(dagId, { runId }) : error;
    });
  await insertTaskInstances(tx, id, version.structure, now);
  return requireRun(tx, dagId, runId);
}

function intervalOf(run: CreateRun, structure: DagStructure): { start: EpochMillis; end: EpochMillis } | null {
  const { dataIntervalStart: start, dataIntervalEnd: end, logicalDate = null } = run;
  if (start !== undefined && end !== undefined) {
    if (start > end) throw new DateError("data interval end", new Date(end), "is before its start");
    return { start, end };
  }
  if (start !== undefined || end !== undefined)
    throw new DateError("data interval", start ?? end, "needs both its start and its end, or neither");
  return logicalDate === null ? null : timetableOf(structure.schedule, structure.timezone).inferInterval(logicalDate);
}

function checkRunId(runId: string, runType: RunType): void {
  if (!validRunId.test(runId))
    throw new RunIdError(runId, "is not valid: use 1 to 250 of the characters A-Z a-z 0-9 _ . ~ : + -");
  const reserved = RUN_TYPES.find((type) => type !== runType && runId.startsWith(`${type}__`));
  if (reserved !== undefined)
    throw new RunIdError(runId, `begins with "${reserved}__", which is kept for ${reserved} runs: choose another id`);
}

/** `<type>__<date>`. Dates here end at the millisecond, Airflow's at the microsecond: the last three digits tell apart the
 * runs of one millisecond. */
async function freeRunId(tx: Tx, dagId: string, runType: RunType, date: EpochMillis): Promise<string> {
  const first = `${runType}__${formatOffset(date)}`;
  if (runType !== "manual") return first;
  const whole = new Date(date).toISOString().slice(0, 23);
  for (let micros = 0; micros < 1000; micros++) {
    const runId = `manual__${whole}${String(micros).padStart(3, "0")}+00:00`;
    const taken = await tx
      .selectFrom("dagRun")
      .select("id")
      .where("dagId", "=", dagId)
      .where("runId", "=", runId)
      .executeTakeFirst();
    if (taken === undefined) return runId;
  }
  return first;
}

/** A row for each task, and for each element where a task maps over literals alone. */
async function insertTaskInstances(tx: Tx, runPk: number, structure: DagStructure, now: EpochMillis): Promise<void> {
  const nRows = new Map(
    structure.tasks.map(({ taskId, isMapped, expand }) => {
      const isKnown = isMapped && expand.length > 0 && expand.every(({ kind }) => kind === "literal");
      const product = expand.reduce((n, source) => n * (source.kind === "literal" ? source.length : 1), 1);
      return [taskId, isKnown && product > 0 ? product : null];
    }),
  );
  const rows = structure.tasks.flatMap((task) => {
    const n = nRows.get(task.taskId) ?? null;
    const upTotal = task.upstream.reduce((sum, taskId) => sum + (nRows.get(taskId) ?? 1), 0);
    return Array.from({ length: n ?? 1 }, (_, index) => ({
      id: uuidv7(),
      runPk,
      taskId: task.taskId,
      mapIndex: n === null ? -1 : index,
      tryNumber: 0,
      maxTries: task.retries,
      updatedAt: now,
      nResets: 0,
      operator: task.operator,
      pool: task.pool,
      poolSlots: task.poolSlots,
      queue: task.queue,
      priorityWeight: task.totalWeight,
      isLeaf: task.downstream.length === 0 ? 1 : 0,
      upTotal,
      upSuccess: 0,
      upSkipped: 0,
      upFailed: 0,
      upUpstreamFailed: 0,
      upRemoved: 0,
    }));
  });
  // SQLite takes 32766 parameters a statement.
  for (let start = 0; start < rows.length; start += 1000)
    await tx
      .insertInto("taskInstance")
      .values(rows.slice(start, start + 1000))
      .execute();
}

export async function setRunNote(tx: Tx, dagId: string, runId: string, note: string | null): Promise<DagRunRow> {
  await tx.updateTable("dagRun").set({ note }).where("dagId", "=", dagId).where("runId", "=", runId).execute();
  return requireRun(tx, dagId, runId);
}

/** @throws {RunNotFoundError} {@link RunStateError} */
export async function deleteRun(tx: Tx, dagId: string, runId: string): Promise<void> {
  const run = await requireRun(tx, dagId, runId);
  if (run.state === "running")
    throw new RunStateError(runId, run.state, "only queued, success or failed runs can be deleted");
  await tx.deleteFrom("dagRun").where("id", "=", run.id).execute();
}

export async function getRunStructure(db: Db, dagId: string, runId: string): Promise<DagStructure | null> {
  const row = await db
    .selectFrom("dagRun")
    .innerJoin("dagVersion", "dagVersion.id", "dagRun.dagVersionId")
    .select("dagVersion.structure")
    .where("dagRun.dagId", "=", dagId)
    .where("dagRun.runId", "=", runId)
    .executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.structure) as DagStructure);
}
