import { TASK_STATES, type TaskState } from "../../states";
import type { TaskInstanceFilter, TaskInstanceKey, TaskInstanceRow } from "../../store/store";
import { ClearTaskInstancesBody, ListTaskInstancesBody, PatchTaskInstanceBody } from "../bodies";
import type { ApiContext } from "../context";
import { badRequest, conflict, HttpError, notFound, parseBody } from "../http-error";
import { boundsOf, given, givenAny, isGiven, paging } from "../paging";
import { parseOrder, type QueryReader } from "../query";
import { ok, param, type Call, type Route } from "../route";
import { taskInstanceToWire, tryToWire } from "../schemas";
import { findDag } from "./dags";

const ORDER = {
  id: "id",
  state: "state",
  duration: "duration",
  start_date: "startDate",
  end_date: "endDate",
  map_index: "mapIndex",
  rendered_map_index: "mapIndex",
  try_number: "tryNumber",
  logical_date: "logicalDate",
  run_after: "runAfter",
  operator: "operator",
} as const;

const INSTANCES = "/api/v2/dags/:dagId/dagRuns/:runId/taskInstances";
const INSTANCE = `${INSTANCES}/:taskId`;
const MAPPED = `${INSTANCE}/:mapIndex`;

export const instancesToWire = (context: ApiContext, rows: readonly TaskInstanceRow[]) =>
  Promise.all(rows.map(async (row) => taskInstanceToWire(row, await context.versions.get(row))));

async function instancesToAnswer(context: ApiContext, filter: TaskInstanceFilter) {
  const { rows, total } = await context.store.listTaskInstances(filter);
  return ok({
    task_instances: await instancesToWire(context, rows),
    total_entries: total,
    next_cursor: null,
    previous_cursor: null,
  });
}

/** The map index that a path gives. @throws {HttpError} 422 */
export function mapIndexOf(text: string): number {
  if (!/^-?\d{1,9}$/.test(text))
    throw new HttpError(422, [
      {
        type: "int_parsing",
        loc: ["path", "map_index"],
        msg: "Input should be a valid integer, unable to parse string as an integer",
        input: text,
      },
    ]);
  return Number(text);
}

const keyOf = (call: Call): TaskInstanceKey & { mapIndex: number } => ({
  dagId: param(call, "dagId"),
  runId: param(call, "runId"),
  taskId: param(call, "taskId"),
  mapIndex: call.params["mapIndex"] === undefined ? -1 : mapIndexOf(call.params["mapIndex"]),
});

/** @throws {HttpError} 404; for a mapped task without an index it says that one is wanted. */
export async function findInstance(
  { store }: ApiContext,
  key: TaskInstanceKey & { mapIndex: number },
): Promise<TaskInstanceRow> {
  const found = await store.getTaskInstance(key);
  if (found !== null) return found;
  const { dagId, runId, taskId, mapIndex } = key;
  if (mapIndex === -1) {
    const { total } = await store.listTaskInstances({ dagIds: [dagId], runIds: [runId], taskIds: [taskId], limit: 0 });
    if (total > 0) throw notFound("Task instance is mapped, add the map_index value to the URL");
  }
  const index = mapIndex === -1 ? "" : ` and map_index: \`${mapIndex}\``;
  throw notFound(
    `The Task Instance with dag_id: \`${dagId}\`, run_id: \`${runId}\`, task_id: \`${taskId}\`${index} was not found`,
  );
}

/** `~` is any DAG or run; anything else has to be there. */
async function checkScope({ store }: ApiContext, dagId: string, runId: string): Promise<void> {
  if (dagId !== "~" && runId !== "~" && (await store.getRun(dagId, runId)) === null)
    throw notFound(`DagRun with run_id: \`${runId}\` was not found`);
  if (dagId !== "~" && runId === "~" && (await store.getDag(dagId)) === null)
    throw notFound(`The Dag with ID: \`${dagId}\` was not found`);
}

const STATES = [...TASK_STATES, "none", "no_status"] as const;
const stateOf = (word: (typeof STATES)[number]): TaskState | null =>
  word === "none" || word === "no_status" ? null : word;

function filterOf(query: QueryReader, dagId: string, runId: string): TaskInstanceFilter {
  return {
    ...paging(query.page(), query.order(ORDER, "map_index")),
    ...given("dagIds", dagId === "~" ? undefined : [dagId]),
    ...given("runIds", runId === "~" ? undefined : [runId]),
    ...givenAny("states", query.states("state", STATES).map(stateOf)),
    ...givenAny("taskIds", query.all("task_id")),
    ...given("taskIdPattern", query.limited("task_display_name_pattern")),
    ...givenAny("pools", query.all("pool")),
    ...givenAny("queues", query.all("queue")),
    ...givenAny("operators", query.all("operator")),
    ...givenAny("mapIndexes", query.ints("map_index")),
    ...givenAny("tryNumbers", query.ints("try_number")),
    ...givenAny("versionNumbers", query.ints("version_number")),
    ...isGiven("logicalDate", query.dateRange("logical_date")),
    ...isGiven("runAfter", query.dateRange("run_after")),
    ...isGiven("startDate", query.dateRange("start_date")),
    ...isGiven("endDate", query.dateRange("end_date")),
    ...isGiven("updatedAt", query.dateRange("updated_at")),
    ...isGiven("durationSeconds", query.floatRange("duration")),
  };
}

async function list(call: Call, context: ApiContext) {
  const [dagId, runId] = [param(call, "dagId"), param(call, "runId")];
  const filter = filterOf(call.query, dagId, runId);
  await checkScope(context, dagId, runId);
  return instancesToAnswer(context, filter);
}

async function listMapped(call: Call, context: ApiContext) {
  const [dagId, runId, taskId] = [param(call, "dagId"), param(call, "runId"), param(call, "taskId")];
  const filter = { ...filterOf(call.query, dagId, runId), taskIds: [taskId] };
  await checkScope(context, dagId, runId);
  const every = await context.store.listTaskInstances({
    dagIds: [dagId],
    runIds: [runId],
    taskIds: [taskId],
    limit: 1,
  });
  const first = every.rows[0];
  if (first === undefined) throw notFound(`Task id ${taskId} not found`);
  if (first.mapIndex >= 0) return instancesToAnswer(context, filter);
  const structure = await context.store.getRunStructure(dagId, runId);
  if (structure?.tasks.find((task) => task.taskId === taskId)?.isMapped !== true)
    throw notFound(`Task id ${taskId} is not mapped`);
  return ok({ task_instances: [], total_entries: 0, next_cursor: null, previous_cursor: null });
}

async function listBatch(call: Call, context: ApiContext) {
  const body = parseBody(ListTaskInstancesBody, call.body);
  const order = parseOrder(typeof body.order_by === "string" ? [body.order_by] : ["map_index"], ORDER);
  const [dagId, runId] = [param(call, "dagId"), param(call, "runId")];
  return instancesToAnswer(context, {
    ...paging({ limit: Math.min(body.page_limit, 100), offset: body.page_offset }, order),
    ...givenAny("dagIds", dagId === "~" ? (body.dag_ids ?? []) : [dagId]),
    ...givenAny("runIds", runId === "~" ? (body.dag_run_ids ?? []) : [runId]),
    ...givenAny("taskIds", body.task_ids ?? []),
    ...givenAny("states", body.state ?? []),
    ...givenAny("pools", body.pool ?? []),
    ...givenAny("queues", body.queue ?? []),
    ...isGiven("logicalDate", boundsOf(body, "logical_date")),
    ...isGiven("runAfter", boundsOf(body, "run_after")),
    ...isGiven("startDate", boundsOf(body, "start_date")),
    ...isGiven("endDate", boundsOf(body, "end_date")),
    ...isGiven("durationSeconds", boundsOf(body, "duration")),
  });
}

async function tries(call: Call, context: ApiContext) {
  const key = keyOf(call);
  const current = await findInstance(context, key);
  const rows = await context.store.listTries({ ...key, mapIndex: current.mapIndex });
  return Promise.all(rows.map(async (row) => tryToWire(row, await context.versions.get(row))));
}

async function oneTry(call: Call, context: ApiContext) {
  const number = mapIndexOf(param(call, "tryNumber"));
  const found = (await tries(call, context)).find((entry) => entry.try_number === number);
  const { dagId, runId, taskId, mapIndex } = keyOf(call);
  if (found === undefined)
    throw notFound(
      `The Task Instance with dag_id: \`${dagId}\`, run_id: \`${runId}\`, task_id: \`${taskId}\`, try_number: \`${number}\` and map_index: \`${mapIndex}\` was not found`,
    );
  return ok(found);
}

/** Without an index in the path: every instance of a mapped task. */
async function patch(call: Call, context: ApiContext, dryRun: boolean) {
  const body = parseBody(PatchTaskInstanceBody, call.body);
  const { dagId, runId, taskId, mapIndex } = keyOf(call);
  const key = { dagId, runId, taskId, ...(mapIndex === -1 ? {} : { mapIndex }) };
  const { store } = context;
  const instances = await store.listTaskInstances({
    dagIds: [dagId],
    runIds: [runId],
    taskIds: [taskId],
    ...(mapIndex === -1 ? {} : { mapIndexes: [mapIndex] }),
  });
  if (instances.total === 0) await findInstance(context, { ...key, mapIndex });
  let rows = instances.rows;
  if (typeof body.new_state === "string") {
    rows = await store.setTaskInstanceState({
      ...key,
      state: body.new_state,
      includeUpstream: body.include_upstream,
      includeDownstream: body.include_downstream,
      includePast: body.include_past,
      includeFuture: body.include_future,
      dryRun,
    });
    if (!dryRun) context.nudge();
  }
  if (body.note !== undefined && !dryRun)
    for (const row of instances.rows) {
      const noted = await store.setTaskInstanceNote({ dagId, runId, taskId, mapIndex: row.mapIndex }, body.note);
      rows = rows.map((old) => (old.id === noted.id ? noted : old));
    }
  return ok({ task_instances: await instancesToWire(context, rows), total_entries: rows.length });
}

async function clear(call: Call, context: ApiContext) {
  const body = parseBody(ClearTaskInstancesBody, call.body);
  const { store } = context;
  const { dagId } = await findDag(context, param(call, "dagId"));
  const runId = body.dag_run_id ?? undefined;
  if (runId !== undefined) {
    const run = await store.getRun(dagId, runId);
    if (run === null) throw notFound(`Dag Run id ${runId} not found in dag ${dagId}`);
    if (run.logicalDate === null && (body.include_past || body.include_future))
      throw badRequest("Cannot use include_past or include_future with no logical_date");
  }
  const range = { ...given("gte", body.start_date), ...given("lte", body.end_date) };
  const options = {
    dagId,
    ...given("runId", runId),
    ...(runId === undefined ? isGiven("logicalDate", range) : {}),
    ...given("tasks", body.task_ids),
    includeUpstream: body.include_upstream,
    includeDownstream: body.include_downstream,
    includePast: body.include_past,
    includeFuture: body.include_future,
    onlyFailed: body.only_failed,
    onlyRunning: body.only_running,
    resetDagRuns: body.reset_dag_runs,
  };
  if (body.prevent_running_task) {
    const rows = await store.clearTaskInstances({ ...options, dryRun: true });
    if (rows.some(({ state }) => state === "running"))
      throw conflict("A task of the selection is running: wait for it, or leave prevent_running_task out");
  }
  const rows = await store.clearTaskInstances({ ...options, dryRun: body.dry_run });
  if (!body.dry_run) context.nudge();
  return ok({ task_instances: await instancesToWire(context, rows), total_entries: rows.length });
}

async function get(call: Call, context: ApiContext) {
  const row = await findInstance(context, keyOf(call));
  return ok(taskInstanceToWire(row, await context.versions.get(row)));
}

async function links(call: Call, context: ApiContext) {
  await findInstance(context, { ...keyOf(call), mapIndex: call.query.int("map_index") ?? -1 });
  return ok({ extra_links: {}, total_entries: 0 });
}

const listTries = async (call: Call, context: ApiContext) => {
  const rows = await tries(call, context);
  return ok({ task_instances: rows, total_entries: rows.length });
};

// What has a word where another has the map index stands first: the first route that fits answers.
export const taskInstanceRoutes: readonly Route<ApiContext>[] = [
  {
    method: "post",
    path: "/api/v2/dags/:dagId/clearTaskInstances",
    operation: "post_clear_task_instances",
    handle: clear,
  },
  { method: "get", path: INSTANCES, operation: "get_task_instances", handle: list },
  { method: "post", path: `${INSTANCES}/list`, operation: "get_task_instances_batch", handle: listBatch },
  { method: "get", path: `${INSTANCE}/listMapped`, operation: "get_mapped_task_instances", handle: listMapped },
  { method: "get", path: `${INSTANCE}/links`, operation: "get_extra_links", handle: links },
  { method: "get", path: `${INSTANCE}/tries`, operation: "get_task_instance_tries", handle: listTries },
  { method: "get", path: `${INSTANCE}/tries/:tryNumber`, operation: "get_task_instance_try_details", handle: oneTry },
  { method: "get", path: `${MAPPED}/tries`, operation: "get_mapped_task_instance_tries", handle: listTries },
  {
    method: "get",
    path: `${MAPPED}/tries/:tryNumber`,
    operation: "get_mapped_task_instance_try_details",
    handle: oneTry,
  },
  {
    method: "patch",
    path: `${INSTANCE}/dry_run`,
    operation: "patch_task_instance_dry_run",
    handle: (call, context) => patch(call, context, true),
  },
  {
    method: "patch",
    path: `${MAPPED}/dry_run`,
    operation: "patch_task_instance_dry_run_by_map_index",
    handle: (call, context) => patch(call, context, true),
  },
  { method: "get", path: INSTANCE, operation: "get_task_instance", handle: get },
  { method: "get", path: MAPPED, operation: "get_mapped_task_instance", handle: get },
  {
    method: "patch",
    path: INSTANCE,
    operation: "patch_task_instance",
    handle: (call, context) => patch(call, context, false),
  },
  {
    method: "patch",
    path: MAPPED,
    operation: "patch_task_instance_by_map_index",
    handle: (call, context) => patch(call, context, false),
  },
];
