import { RUN_STATES, RUN_TYPES, type Json } from "../../states";
import type { CreateRun, DagRunRow, RunFilter } from "../../store/store";
import { ClearRunBody, ListRunsBody, PatchRunBody, TriggerBody } from "../bodies";
import type { ApiContext } from "../context";
import { badRequest, notFound, parseBody, unprocessable } from "../http-error";
import { boundsOf, given, givenAny, isGiven, paging } from "../paging";
import { parseOrder, type QueryReader } from "../query";
import { noContent, ok, param, type Call, type Route } from "../route";
import { runToWire } from "../schemas";
import { findDag } from "./dags";
import { instancesToWire } from "./task-instances";

const ORDER = {
  id: "id",
  state: "state",
  dag_id: "dagId",
  run_id: "runId",
  dag_run_id: "runId",
  logical_date: "logicalDate",
  run_after: "runAfter",
  start_date: "startDate",
  end_date: "endDate",
  updated_at: "updatedAt",
  conf: "conf",
  duration: "duration",
} as const;

const RUNS = "/api/v2/dags/:dagId/dagRuns";
const RUN = `${RUNS}/:runId`;

/** @throws {HttpError} 404 */
export async function findRun({ store }: ApiContext, call: Call): Promise<DagRunRow> {
  const [dagId, runId] = [param(call, "dagId"), param(call, "runId")];
  const run = await store.getRun(dagId, runId);
  if (run === null) throw notFound(`The DagRun with dag_id: \`${dagId}\` and run_id: \`${runId}\` was not found`);
  return run;
}

const runToAnswer = async ({ versions }: ApiContext, run: DagRunRow) => runToWire(run, await versions.get(run));

async function runsToAnswer(context: ApiContext, filter: RunFilter) {
  const { rows, total } = await context.store.listRuns(filter);
  const dagRuns = await Promise.all(rows.map((run) => runToAnswer(context, run)));
  return ok({ dag_runs: dagRuns, total_entries: total, next_cursor: null, previous_cursor: null });
}

function filterOf(query: QueryReader, dagId: string): RunFilter {
  return {
    ...paging(query.page(), query.order(ORDER, "id")),
    ...given("dagIds", dagId === "~" ? undefined : [dagId]),
    ...givenAny("states", query.states("state", RUN_STATES)),
    ...givenAny("runTypes", query.states("run_type", RUN_TYPES)),
    ...given("runIdPattern", query.limited("run_id_pattern")),
    ...given("triggeringUserNamePattern", query.limited("triggering_user_name_pattern")),
    ...given("confContains", query.limited("conf_contains")),
    ...givenAny("versionNumbers", query.ints("dag_version")),
    ...isGiven("logicalDate", query.dateRange("logical_date")),
    ...isGiven("runAfter", query.dateRange("run_after")),
    ...isGiven("startDate", query.dateRange("start_date")),
    ...isGiven("endDate", query.dateRange("end_date")),
    ...isGiven("updatedAt", query.dateRange("updated_at")),
    ...isGiven("durationSeconds", query.floatRange("duration")),
  };
}

async function trigger(call: Call, context: ApiContext) {
  const body = parseBody(TriggerBody, call.body);
  const dag = await findDag(context, param(call, "dagId"));
  if (dag.hasImportErrors)
    throw badRequest(`Dag with dag_id: \`${dag.dagId}\` has import errors and cannot be triggered`);
  if (dag.isStale) throw notFound(`The Dag with ID: \`${dag.dagId}\` was not found: its file is gone`);
  const { data_interval_start: start, data_interval_end: end } = body;
  if ((start ?? null) === null ? (end ?? null) !== null : (end ?? null) === null)
    throw unprocessable([
      {
        type: "value_error",
        loc: ["body"],
        msg: "Value error, Either both data_interval_start and data_interval_end must be provided or both must be None",
        input: call.body,
      },
    ]);
  if (typeof body.partition_key === "string") throw badRequest("partition_key is not supported by this server");
  const run: CreateRun = {
    dagId: dag.dagId,
    runType: "manual",
    logicalDate: body.logical_date,
    conf: (body.conf ?? {}) as Record<string, Json>,
    note: body.note ?? null,
    triggeredBy: context.triggeredBy,
    triggeringUserName: call.user,
    ...given("runId", body.dag_run_id),
    ...given("dataIntervalStart", start),
    ...given("dataIntervalEnd", end),
    ...given("runAfter", body.run_after),
  };
  const row = await context.store.createRun(run);
  context.nudge();
  return ok(await runToAnswer(context, row));
}

async function patchRun(call: Call, context: ApiContext) {
  const body = parseBody(PatchRunBody, call.body);
  let run = await findRun(context, call);
  const mask = call.query.all("update_mask");
  for (const name of mask) if (name !== "state" && name !== "note") throw badRequest(`'${name}' can not be updated`);
  const asked = (name: "state" | "note") => mask.length === 0 || mask.includes(name);
  if (asked("state") && typeof body.state === "string") {
    run = await context.store.setRunState(run.dagId, run.runId, body.state);
    context.nudge();
  }
  if (asked("note") && body.note !== undefined) run = await context.store.setRunNote(run.dagId, run.runId, body.note);
  return ok(await runToAnswer(context, run));
}

async function clearRun(call: Call, context: ApiContext) {
  const body = parseBody(ClearRunBody, call.body);
  const { dagId, runId } = await findRun(context, call);
  // only_new: tasks that the DAG gained since this run; a run keeps its version here, so there are none.
  const rows = body.only_new
    ? []
    : await context.store.clearTaskInstances({ dagId, runId, onlyFailed: body.only_failed, dryRun: body.dry_run });
  if (body.dry_run) return ok({ task_instances: await instancesToWire(context, rows), total_entries: rows.length });
  if (body.note !== undefined) await context.store.setRunNote(dagId, runId, body.note);
  context.nudge();
  return ok(await runToAnswer(context, await findRun(context, call)));
}

async function listBatch(call: Call, context: ApiContext) {
  const body = parseBody(ListRunsBody, call.body);
  const order = parseOrder(typeof body.order_by === "string" ? [body.order_by] : ["id"], ORDER);
  return runsToAnswer(context, {
    ...paging({ limit: Math.min(body.page_limit, 100), offset: body.page_offset }, order),
    ...givenAny("dagIds", body.dag_ids ?? []),
    ...givenAny(
      "states",
      (body.states ?? []).filter((state) => state !== null),
    ),
    ...given("confContains", body.conf_contains),
    ...isGiven("logicalDate", boundsOf(body, "logical_date")),
    ...isGiven("runAfter", boundsOf(body, "run_after")),
    ...isGiven("startDate", boundsOf(body, "start_date")),
    ...isGiven("endDate", boundsOf(body, "end_date")),
    ...isGiven("durationSeconds", boundsOf(body, "duration")),
  });
}

export const runRoutes: readonly Route<ApiContext>[] = [
  { method: "post", path: RUNS, operation: "trigger_dag_run", handle: trigger },
  {
    method: "get",
    path: RUNS,
    operation: "get_dag_runs",
    handle: async (call, context) => {
      const filter = filterOf(call.query, param(call, "dagId"));
      if (param(call, "dagId") !== "~") await findDag(context, param(call, "dagId"));
      return runsToAnswer(context, filter);
    },
  },
  { method: "post", path: `${RUNS}/list`, operation: "get_list_dag_runs_batch", handle: listBatch },
  {
    method: "get",
    path: RUN,
    operation: "get_dag_run",
    handle: async (call, context) => ok(await runToAnswer(context, await findRun(context, call))),
  },
  { method: "patch", path: RUN, operation: "patch_dag_run", handle: patchRun },
  {
    method: "delete",
    path: RUN,
    operation: "delete_dag_run",
    handle: async (call, context) => {
      const { dagId, runId } = await findRun(context, call);
      await context.store.deleteRun(dagId, runId);
      return noContent;
    },
  },
  { method: "post", path: `${RUN}/clear`, operation: "clear_dag_run", handle: clearRun },
  {
    method: "get",
    path: `${RUN}/upstreamAssetEvents`,
    operation: "get_upstream_asset_events",
    handle: async (call, context) => {
      await findRun(context, call);
      return ok({ asset_events: [], total_entries: 0 });
    },
  },
];
