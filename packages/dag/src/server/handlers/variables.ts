import type { z } from "zod";
import { bulkBody, VariableBody } from "../bodies";
import type { ApiContext } from "../context";
import { badRequest, conflict, HttpError, notFound, parseBody } from "../http-error";
import { given, paging } from "../paging";
import { created, noContent, ok, param, type Call, type Route } from "../route";
import { variableToWire } from "../schemas";

type Body = z.output<typeof VariableBody>;
const BulkBody = bulkBody(VariableBody);

const absent = (key: string) => notFound(`The Variable with key: \`${key}\` was not found`);
const present = (key: string) => conflict(`The Variable with key: \`${key}\` already exists`);

/** A variable's value is text; anything else is kept as the JSON text of it. */
const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

async function create({ store }: ApiContext, { key, value, description }: Body) {
  if ((await store.getVariable(key)) !== null) throw present(key);
  return store.setVariable({ key, value: textOf(value), description: description ?? null }, "create");
}

/** Only the members that `mask` names, when it names any. */
async function update({ store }: ApiContext, body: Body, mask: readonly string[]) {
  const { key } = body;
  for (const name of mask)
    if (name !== "value" && name !== "description" && name !== "key") throw badRequest(`'${name}' can not be updated`);
  const old = await store.getVariable(key);
  if (old === null) throw absent(key);
  const asked = (name: "value" | "description") => mask.length === 0 || mask.includes(name);
  return store.setVariable(
    {
      key,
      value: asked("value") && body.value !== undefined ? textOf(body.value) : old.value,
      description: asked("description") && body.description !== undefined ? body.description : old.description,
    },
    "update",
  );
}

/** Runs one entity of a bulk action; a refusal becomes an entry of its `errors`. */
async function collect(result: BulkResult, key: string, work: () => Promise<unknown>): Promise<void> {
  try {
    if ((await work()) !== SKIPPED) result.success.push(key);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    result.errors.push({ error: String(error.detail), status_code: error.status });
  }
}
const SKIPPED = Symbol("skipped");
interface BulkResult {
  success: string[];
  errors: { error: string; status_code: number }[];
}

async function bulk(call: Call, context: ApiContext) {
  const { store } = context;
  const { actions } = parseBody(BulkBody, call.body);
  const results: Record<"create" | "update" | "delete", BulkResult | null> = {
    create: null,
    update: null,
    delete: null,
  };
  for (const action of actions) {
    const result = (results[action.action] ??= { success: [], errors: [] });
    if (action.action === "create")
      for (const body of action.entities)
        await collect(result, body.key, async () => {
          const exists = (await store.getVariable(body.key)) !== null;
          if (exists && action.action_on_existence === "skip") return SKIPPED;
          return exists && action.action_on_existence === "overwrite"
            ? update(context, body, [])
            : create(context, body);
        });
    else if (action.action === "update")
      for (const body of action.entities)
        await collect(result, body.key, async () => {
          if (action.action_on_non_existence === "skip" && (await store.getVariable(body.key)) === null) return SKIPPED;
          return update(context, body, action.update_mask ?? []);
        });
    else
      for (const entity of action.entities) {
        const key = typeof entity === "string" ? entity : String(entity["key"]);
        await collect(result, key, async () => {
          if (await store.deleteVariable(key)) return undefined;
          if (action.action_on_non_existence === "skip") return SKIPPED;
          throw absent(key);
        });
      }
  }
  return ok(results);
}

export const variableRoutes: readonly Route<ApiContext>[] = [
  {
    method: "get",
    path: "/api/v2/variables",
    operation: "get_variables",
    handle: async ({ query }, { store }) => {
      const { rows, total } = await store.listVariables({
        ...paging(query.page(), query.order({ key: "key" }, "key")),
        ...given("keyPattern", query.limited("variable_key_pattern")),
      });
      return ok({ variables: rows.map(variableToWire), total_entries: total });
    },
  },
  {
    method: "post",
    path: "/api/v2/variables",
    operation: "post_variable",
    handle: async (call, context) => created(variableToWire(await create(context, parseBody(VariableBody, call.body)))),
  },
  { method: "patch", path: "/api/v2/variables", operation: "bulk_variables", handle: bulk },
  {
    method: "get",
    path: "/api/v2/variables/:key",
    operation: "get_variable",
    handle: async (call, { store }) => {
      const found = await store.getVariable(param(call, "key"));
      if (found === null) throw absent(param(call, "key"));
      return ok(variableToWire(found));
    },
  },
  {
    method: "patch",
    path: "/api/v2/variables/:key",
    operation: "patch_variable",
    handle: async (call, context) => {
      const body = parseBody(VariableBody, call.body);
      if (body.key !== param(call, "key"))
        throw badRequest("Invalid body, key from request body doesn't match uri parameter");
      return ok(variableToWire(await update(context, body, call.query.all("update_mask"))));
    },
  },
  {
    method: "delete",
    path: "/api/v2/variables/:key",
    operation: "delete_variable",
    handle: async (call, { store }) => {
      const key = param(call, "key");
      if (!(await store.deleteVariable(key))) throw absent(key);
      return noContent;
    },
  },
];
