import { RUN_STATES } from "../../states";
import type { DagFilter, DagRow } from "../../store/store";
import { PatchDagBody } from "../bodies";
import type { ApiContext } from "../context";
import { badRequest, HttpError, notFound, parseBody } from "../http-error";
import { given, givenAny, paging } from "../paging";
import type { QueryReader } from "../query";
import { ok, param, type Call, type Route } from "../route";
import { dagDetailsToWire, dagToWire, dagVersionToWire, fileToken, taskToWire } from "../schemas";

const ORDER = {
  dag_id: "dagId",
  dag_display_name: "dagId",
  next_dagrun: "nextRunAfter",
  state: "lastRunState",
  last_run_state: "lastRunState",
  last_run_start_date: "lastRunStartDate",
} as const;

/** @throws {HttpError} 404 */
export async function findDag({ store }: ApiContext, dagId: string): Promise<DagRow> {
  const dag = await store.getDag(dagId);
  if (dag === null) throw notFound(`The Dag with ID: \`${dagId}\` was not found`);
  return dag;
}

async function findVersion({ store }: ApiContext, dagId: string, versionNumber?: number) {
  const version = await store.getDagVersion(dagId, versionNumber);
  if (version === null)
    throw notFound(
      versionNumber === undefined
        ? `The Dag with ID: \`${dagId}\` was not found`
        : `The DagVersion with dag_id: \`${dagId}\` and version_number: \`${versionNumber}\` was not found`,
    );
  return version;
}

function filterOf(query: QueryReader): DagFilter {
  const mode = query.text("tags_match_mode") === "all" ? "all" : "any";
  return {
    ...paging(query.page(), query.order(ORDER, "dag_id")),
    ...given("dagIdPattern", query.limited("dag_id_pattern") ?? query.limited("dag_display_name_pattern")),
    ...givenAny("tags", query.all("tags")),
    tagsMatchMode: mode,
    ...givenAny("owners", query.all("owners")),
    ...given("paused", query.bool("paused")),
    ...given("excludeStale", query.bool("exclude_stale")),
    ...given("hasImportErrors", query.bool("has_import_errors")),
    ...given("lastRunState", query.states("last_dag_run_state", RUN_STATES)[0]),
    ...given("runState", query.states("dag_run_state", RUN_STATES)[0]),
  };
}

/** The number of the version that the path names. */
function versionNumberOf(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new HttpError(422, [
      {
        type: "int_parsing",
        loc: ["path", "version_number"],
        msg: "Input should be a valid integer, unable to parse string as an integer",
        input: text,
      },
    ]);
  return Number(text);
}

function pausedOf({ body, query }: Call): boolean {
  const { is_paused } = parseBody(PatchDagBody, body);
  const mask = query.all("update_mask");
  if (mask.some((name) => name !== "is_paused"))
    throw badRequest("Only `is_paused` field can be updated through the REST API");
  return is_paused;
}

export const dagRoutes: readonly Route<ApiContext>[] = [
  {
    method: "get",
    path: "/api/v2/dags",
    operation: "get_dags",
    handle: async ({ query }, { store }) => {
      const { rows, total } = await store.listDags(filterOf(query));
      return ok({ dags: rows.map(dagToWire), total_entries: total });
    },
  },
  {
    method: "patch",
    path: "/api/v2/dags",
    operation: "patch_dags",
    handle: async (call, { store, nudge }) => {
      const isPaused = pausedOf(call);
      const { rows, total } = await store.listDags(filterOf(call.query));
      const dags = [];
      for (const { dagId } of rows) dags.push(dagToWire(await store.setDagPaused(dagId, isPaused)));
      nudge();
      return ok({ dags, total_entries: total });
    },
  },
  {
    method: "get",
    path: "/api/v2/dags/:dagId",
    operation: "get_dag",
    handle: async (call, context) => ok(dagToWire(await findDag(context, param(call, "dagId")))),
  },
  {
    method: "patch",
    path: "/api/v2/dags/:dagId",
    operation: "patch_dag",
    handle: async (call, context) => {
      const isPaused = pausedOf(call);
      const { dagId } = await findDag(context, param(call, "dagId"));
      const dag = await context.store.setDagPaused(dagId, isPaused);
      context.nudge();
      return ok(dagToWire(dag));
    },
  },
  {
    method: "delete",
    path: "/api/v2/dags/:dagId",
    operation: "delete_dag",
    handle: async (call, context) => {
      const { dagId } = await findDag(context, param(call, "dagId"));
      await context.store.deleteDag(dagId);
      return ok(null);
    },
  },
  {
    method: "get",
    path: "/api/v2/dags/:dagId/details",
    operation: "get_dag_details",
    handle: async (call, context) => {
      const dag = await findDag(context, param(call, "dagId"));
      const version = await findVersion(context, dag.dagId);
      const active = await context.store.listRuns({ dagIds: [dag.dagId], states: ["running"], limit: 0 });
      return ok(dagDetailsToWire(dag, version, active.total));
    },
  },
  {
    method: "get",
    path: "/api/v2/dags/:dagId/tasks",
    operation: "get_tasks",
    handle: async (call, context) => {
      const { structure } = await findVersion(context, param(call, "dagId"));
      const order = call.query.text("order_by") ?? "task_id";
      const name = order.replace(/^-/, "");
      const tasks: Record<string, unknown>[] = structure.tasks.map((task) => taskToWire(task, structure.startDate));
      if (tasks.some((task) => !Object.hasOwn(task, name)))
        throw badRequest(`Ordering with '${name}' is disallowed or the attribute does not exist on the model`);
      const sign = order.startsWith("-") ? -1 : 1;
      const text = (task: Record<string, unknown>): string | number => {
        const value = task[name];
        return typeof value === "number" ? value : String(value);
      };
      tasks.sort((a, b) => (text(a) < text(b) ? -sign : text(a) > text(b) ? sign : 0));
      return ok({ tasks, total_entries: tasks.length });
    },
  },
  {
    method: "get",
    path: "/api/v2/dags/:dagId/tasks/:taskId",
    operation: "get_task",
    handle: async (call, context) => {
      const { structure } = await findVersion(context, param(call, "dagId"));
      const task = structure.tasks.find(({ taskId }) => taskId === param(call, "taskId"));
      if (task === undefined) throw notFound(`Task with id ${param(call, "taskId")} was not found`);
      return ok(taskToWire(task, structure.startDate));
    },
  },
  {
    method: "get",
    path: "/api/v2/dagTags",
    operation: "get_dag_tags",
    handle: async ({ query }, { store }) => {
      const { rows, total } = await store.listDagTags({
        ...query.page(),
        ...given("tagPattern", query.limited("tag_name_pattern")),
      });
      return ok({ tags: rows, total_entries: total });
    },
  },
  {
    method: "get",
    path: "/api/v2/dagStats",
    operation: "get_dag_stats",
    handle: async ({ query }, { store }) => {
      const asked = query.all("dag_ids");
      const rows = await store.dagStats(asked.length === 0 ? undefined : asked);
      const dags = rows.map(({ dagId, stats }) => ({
        dag_id: dagId,
        dag_display_name: dagId,
        stats: RUN_STATES.map((state) => ({ state, count: stats[state] })),
      }));
      return ok({ dags, total_entries: dags.length });
    },
  },
  {
    method: "get",
    path: "/api/v2/dagSources/:dagId",
    operation: "get_dag_source",
    handle: async (call, context) => {
      const version = await findVersion(context, param(call, "dagId"), call.query.int("version_number"));
      const accepts = call.accept.split(",").map((part) => part.split(";")[0]?.trim().toLowerCase());
      if (accepts.some((type) => type === "*/*" || type === "application/json"))
        return ok({
          content: version.source,
          version_number: version.versionNumber,
          dag_id: version.dagId,
          dag_display_name: version.dagId,
        });
      if (accepts.includes("text/plain")) return { status: 200, text: version.source, contentType: "text/plain" };
      throw new HttpError(406, "Only application/json or text/plain is supported");
    },
  },
  {
    method: "get",
    path: "/api/v2/dags/:dagId/dagVersions",
    operation: "get_dag_versions",
    handle: async (call, context) => {
      const { dagId } = await findDag(context, param(call, "dagId"));
      const { rows, total } = await context.store.listDagVersions(
        dagId,
        paging(call.query.page(), call.query.order({ version_number: "versionNumber" }, "version_number")),
      );
      return ok({ dag_versions: rows.map(dagVersionToWire), total_entries: total });
    },
  },
  {
    method: "get",
    path: "/api/v2/dags/:dagId/dagVersions/:version",
    operation: "get_dag_version",
    handle: async (call, context) => {
      const number = versionNumberOf(param(call, "version"));
      return ok(dagVersionToWire(await findVersion(context, param(call, "dagId"), number)));
    },
  },
  {
    method: "put",
    path: "/api/v2/parseDagFile/:fileToken",
    operation: "reparse_dag_file",
    handle: async (call, { store, rescan }) => {
      const token = param(call, "fileToken");
      const { rows } = await store.listDags({ excludeStale: false });
      if (!rows.some(({ relativeFileloc }) => fileToken(relativeFileloc) === token)) throw notFound("File not found");
      await rescan();
      return { status: 201, body: null };
    },
  },
];
