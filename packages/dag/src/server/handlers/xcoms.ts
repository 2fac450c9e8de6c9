import type { Json } from "../../states";
import type { XComFilter, XComValueRow } from "../../store/store";
import { XComBody, XComUpdateBody } from "../bodies";
import type { ApiContext } from "../context";
import { conflict, notFound, parseBody } from "../http-error";
import { given, paging } from "../paging";
import { created, noContent, ok, param, type Call, type Route } from "../route";
import { xcomToWire } from "../schemas";

const ENTRIES = "/api/v2/dags/:dagId/dagRuns/:runId/taskInstances/:taskId/xcomEntries";
const ENTRY = `${ENTRIES}/:key`;
const ORDER = { key: "key", timestamp: "timestamp", task_id: "taskId", map_index: "mapIndex" } as const;

const instanceOf = (call: Call) => ({
  dagId: param(call, "dagId"),
  runId: param(call, "runId"),
  taskId: param(call, "taskId"),
});

/** REST's `value`; with `stringify` the JSON as text. */
const valueToWire = (row: XComValueRow, asText: boolean) => ({
  ...xcomToWire(row),
  value: asText && typeof row.value !== "string" ? JSON.stringify(row.value) : row.value,
});

async function list(call: Call, { store }: ApiContext) {
  const { dagId, runId, taskId } = instanceOf(call);
  const { query } = call;
  const filter: XComFilter = {
    ...paging(query.page(), query.order(ORDER, "task_id")),
    dagId,
    runId,
    ...given("taskId", taskId === "~" ? undefined : taskId),
    ...given("mapIndex", query.int("map_index")),
    ...given("key", query.text("xcom_key")),
    ...given("keyPattern", query.limited("xcom_key_pattern")),
  };
  if (dagId !== "~" && runId !== "~" && (await store.getRun(dagId, runId)) === null)
    throw notFound(`The DagRun with dag_id: \`${dagId}\` and run_id: \`${runId}\` was not found`);
  const { rows, total } = await store.listXComs(filter);
  return ok({ xcom_entries: rows.map(xcomToWire), total_entries: total });
}

async function get(call: Call, { store }: ApiContext) {
  const { query } = call;
  const asText = query.bool("stringify") ?? false;
  const key = param(call, "key");
  const found = await store.getXCom({ ...instanceOf(call), key, mapIndex: query.int("map_index", -1) ?? -1 });
  if (found === null) throw notFound(`XCom entry with key: \`${key}\` not found`);
  return ok(valueToWire(found, asText));
}

async function create(call: Call, { store }: ApiContext) {
  const body = parseBody(XComBody, call.body);
  const key = { ...instanceOf(call), mapIndex: body.map_index, key: body.key };
  if ((await store.getXCom(key)) !== null)
    throw conflict(`The XCom with key: \`${body.key}\` with mentioned task instance already exists.`);
  return created(valueToWire(await store.setXCom({ ...key, value: body.value as Json }, "create"), false));
}

async function update(call: Call, { store }: ApiContext) {
  const body = parseBody(XComUpdateBody, call.body);
  const key = { ...instanceOf(call), mapIndex: body.map_index, key: param(call, "key") };
  if ((await store.getXCom(key)) === null)
    throw notFound(`The XCom with key: \`${key.key}\` with mentioned task instance doesn't exist.`);
  return ok(valueToWire(await store.setXCom({ ...key, value: body.value as Json }, "update"), false));
}

async function remove(call: Call, { store }: ApiContext) {
  const key = param(call, "key");
  const found = await store.deleteXCom({ ...instanceOf(call), key, mapIndex: call.query.int("map_index", -1) ?? -1 });
  if (!found) throw notFound(`XCom entry with key: \`${key}\` not found`);
  return noContent;
}

export const xcomRoutes: readonly Route<ApiContext>[] = [
  { method: "get", path: ENTRIES, operation: "get_xcom_entries", handle: list },
  { method: "post", path: ENTRIES, operation: "create_xcom_entry", handle: create },
  { method: "get", path: ENTRY, operation: "get_xcom_entry", handle: get },
  { method: "patch", path: ENTRY, operation: "update_xcom_entry", handle: update },
  { method: "delete", path: ENTRY, operation: "delete_xcom_entry", handle: remove },
];
