import type { Action, View } from "../scheduler/view";
import type { EpochMillis, Json } from "../states";
import type { DagStructure, TaskStructure } from "../structure";
import type { TryFacts } from "../task";
import { apply } from "./sql/apply";
import * as byHand from "./sql/by-hand";
import * as dags from "./sql/dags";
import * as importErrors from "./sql/import-errors";
import * as jobs from "./sql/jobs";
import { readView } from "./sql/read-view";
import * as runs from "./sql/runs";
import * as taskInstances from "./sql/task-instances";
import * as tries from "./sql/tries";
import * as variables from "./sql/variables";
import * as xcoms from "./sql/xcoms";
import type { JobType, Store, TaskInstanceKey, TaskInstanceRow, XComFilter } from "./store";
import type { Db, Tx } from "./tables";
import { VersionCache } from "./versions";

export type Clock = () => EpochMillis;

/** A try that is queued or running, with all that its worker must be told. */
export interface TryDetails {
  readonly id: string;
  readonly facts: Omit<TryFacts, "params">;
  readonly structure: DagStructure;
  readonly task: TaskStructure;
  /** Another task expands over what it returns. */
  readonly isMappedOver: boolean;
  /** File that defines the DAG now. */
  readonly fileloc: string;
}

/** The Store over SQL, with what the scheduler needs besides. Every method that writes is one transaction. */
export class SqlStore implements Store {
  readonly #versions = new VersionCache();

  constructor(
    readonly db: Db,
    readonly clock: Clock,
    readonly hashStructure: (structure: DagStructure) => string,
  ) {}

  #write<T>(body: (tx: Tx, now: EpochMillis) => Promise<T>): Promise<T> {
    return this.db.transaction().execute((tx) => body(tx, this.clock()));
  }

  listDags: Store["listDags"] = (filter) => dags.listDags(this.db, filter);
  getDag: Store["getDag"] = (dagId) => dags.getDag(this.db, dagId);
  listDagTags: Store["listDagTags"] = (filter) => dags.listDagTags(this.db, filter);
  listDagVersions: Store["listDagVersions"] = (dagId, paging) => dags.listDagVersions(this.db, dagId, paging);
  getDagVersion: Store["getDagVersion"] = (dagId, versionNumber) => dags.getDagVersion(this.db, dagId, versionNumber);
  dagStats: Store["dagStats"] = (dagIds) => dags.dagStats(this.db, dagIds);
  syncDag: Store["syncDag"] = (dag) =>
    this.#write((tx, now) => dags.syncDag(tx, dag, this.hashStructure(dag.structure), now));
  markStaleExcept: Store["markStaleExcept"] = (dagIds) => this.#write((tx) => dags.markStaleExcept(tx, dagIds));
  setDagPaused: Store["setDagPaused"] = (dagId, isPaused) =>
    this.#write((tx, now) => dags.setDagPaused(tx, dagId, isPaused, now));
  deleteDag: Store["deleteDag"] = (dagId) => this.#write((tx) => dags.deleteDag(tx, dagId));
  listImportErrors: Store["listImportErrors"] = (paging) => importErrors.listImportErrors(this.db, paging);
  getImportError: Store["getImportError"] = (id) => importErrors.getImportError(this.db, id);
  setImportErrors: Store["setImportErrors"] = (errors) =>
    this.#write((tx, now) => importErrors.setImportErrors(tx, errors, now));

  createRun: Store["createRun"] = (run) => this.#write((tx, now) => runs.insertRun(tx, run, now));
  listRuns: Store["listRuns"] = (filter) => runs.listRuns(this.db, filter);
  getRun: Store["getRun"] = (dagId, runId) => runs.getRun(this.db, dagId, runId);
  setRunState: Store["setRunState"] = (dagId, runId, state) =>
    this.#write((tx, now) => byHand.setRunState(tx, this.#versions, { dagId, runId, state }, now));
  setRunNote: Store["setRunNote"] = (dagId, runId, note) =>
    this.#write((tx) => runs.setRunNote(tx, dagId, runId, note));
  deleteRun: Store["deleteRun"] = (dagId, runId) => this.#write((tx) => runs.deleteRun(tx, dagId, runId));
  getRunStructure: Store["getRunStructure"] = (dagId, runId) => runs.getRunStructure(this.db, dagId, runId);

  listTaskInstances: Store["listTaskInstances"] = (filter) => taskInstances.listTaskInstances(this.db, filter);
  getTaskInstance: Store["getTaskInstance"] = (key) => taskInstances.getTaskInstance(this.db, key);
  listTries: Store["listTries"] = (key) => taskInstances.listTries(this.db, key);
  clearTaskInstances: Store["clearTaskInstances"] = (options) =>
    this.#write((tx, now) => byHand.clearTaskInstances(tx, this.#versions, options, now));
  setTaskInstanceState: Store["setTaskInstanceState"] = (options) =>
    this.#write((tx, now) => byHand.setTaskInstanceState(tx, this.#versions, options, now));
  setTaskInstanceNote: Store["setTaskInstanceNote"] = (key, note) =>
    this.#write((tx) => taskInstances.setTaskInstanceNote(tx, key, note));

  listXComs: Store["listXComs"] = (filter: XComFilter) => xcoms.listXComs(this.db, filter);
  getXCom: Store["getXCom"] = (key) => xcoms.getXCom(this.db, key);
  setXCom: Store["setXCom"] = (xcom, mode) => this.#write((tx, now) => xcoms.setXCom(tx, xcom, mode, now));
  deleteXCom: Store["deleteXCom"] = (key) => this.#write((tx) => xcoms.deleteXCom(tx, key));
  /** Values of one key of a task, in map order. */
  readXComs(key: Omit<TaskInstanceKey, "mapIndex"> & { key: string }): Promise<{ mapIndex: number; value: Json }[]> {
    return xcoms.readXComs(this.db, key);
  }

  listVariables: Store["listVariables"] = (filter) => variables.listVariables(this.db, filter);
  getVariable: Store["getVariable"] = (key) => variables.getVariable(this.db, key);
  setVariable: Store["setVariable"] = (variable, mode) =>
    this.#write((tx, now) => variables.setVariable(tx, variable, mode, now));
  deleteVariable: Store["deleteVariable"] = (key) => this.#write((tx) => variables.deleteVariable(tx, key));

  listJobs: Store["listJobs"] = (filter) => jobs.listJobs(this.db, filter);
  heartbeat: Store["heartbeat"] = (jobType) => this.#write((tx, now) => jobs.beat(tx, jobType, now));
  endJobs(jobType: JobType, state: "success" | "failed"): Promise<void> {
    return this.#write((tx, now) => jobs.endJobs(tx, jobType, state, now));
  }

  /* What the scheduler needs */

  /** One round: reads the view, lets `choose` say what to do, and does it, in one transaction. `queued`: the tries that are
   * queued now, in order. */
  step(
    options: { parallelism: number; live: ReadonlySet<string> },
    choose: (view: View, now: EpochMillis) => readonly Action[],
  ): Promise<{ view: View; actions: readonly Action[]; queued: readonly string[] }> {
    return this.#write(async (tx, now) => {
      const view = await readView(tx, this.#versions, options);
      const actions = choose(view, now);
      return { view, actions, queued: await apply(tx, this.#versions, actions, now) };
    });
  }
  claimTaskInstance(claim: tries.Claim): Promise<boolean> {
    return this.#write((tx, now) => tries.claimTaskInstance(tx, claim, now));
  }
  renewLeases(ids: readonly string[], leaseUntil: EpochMillis): Promise<void> {
    return this.#write((tx) => tries.renewLeases(tx, ids, leaseUntil));
  }
  endTry(report: tries.TryReport): Promise<tries.TryEnd> {
    return this.#write((tx, now) => tries.endTry(tx, this.#versions, report, now));
  }
  /** Tries of a scheduler that is gone, with the processes that may still be at them. */
  async listOrphans(): Promise<(TaskInstanceRow & { readonly workerId: string | null })[]> {
    const rows = await this.db
      .selectFrom("taskInstance")
      .select(["id", "workerId"])
      .where("state", "in", ["queued", "running", "restarting"])
      .execute();
    const workers = new Map(rows.map(({ id, workerId }) => [id, workerId]));
    const found = await this.listTaskInstances({ states: ["queued", "running", "restarting"] });
    return found.rows.map((row) => ({ ...row, workerId: workers.get(row.id) ?? null }));
  }
  resetOrphans(): ReturnType<typeof tries.resetOrphans> {
    return this.#write((tx, now) => tries.resetOrphans(tx, this.#versions, now));
  }
  /** Null when there is no such try, or it is not the current one. */
  async getTry(id: string): Promise<TryDetails | null> {
    const found = await this.db
      .selectFrom("taskInstance")
      .innerJoin("dagRun", "dagRun.id", "taskInstance.runPk")
      .innerJoin("dag", "dag.dagId", "dagRun.dagId")
      .select(["taskInstance.taskId", "taskInstance.mapIndex", "taskInstance.tryNumber"])
      .select(["dagRun.dagId", "dagRun.runId", "dagRun.conf", "dagRun.logicalDate"])
      .select(["dagRun.dataIntervalStart", "dagRun.dataIntervalEnd", "dagRun.dagVersionId", "dag.fileloc"])
      .where("taskInstance.id", "=", id)
      .executeTakeFirst();
    if (found === undefined) return null;
    const { dagVersionId, fileloc, conf, taskId, ...facts } = found;
    const { structure, tasks, mappedOver } = await this.#versions.get(this.db, dagVersionId);
    return {
      id,
      facts: { ...facts, taskId, conf: JSON.parse(conf) as Record<string, Json> },
      structure,
      task: tasks.get(taskId)!,
      isMappedOver: mappedOver.has(taskId),
      fileloc,
    };
  }

  async ping(): Promise<boolean> {
    try {
      await this.db.selectFrom("job").select("id").limit(1).execute();
      return true;
    } catch {
      return false;
    }
  }
  close(): Promise<void> {
    return this.db.destroy();
  }
}
