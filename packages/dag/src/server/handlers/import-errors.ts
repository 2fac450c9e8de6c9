import type { ApiContext } from "../context";
import { notFound } from "../http-error";
import { paging } from "../paging";
import { ok, param, type Route } from "../route";
import { importErrorToWire } from "../schemas";

const ORDER = { id: "id", import_error_id: "id", timestamp: "timestamp", filename: "filename" } as const;

export const importErrorRoutes: readonly Route<ApiContext>[] = [
  {
    method: "get",
    path: "/api/v2/importErrors",
    operation: "get_import_errors",
    handle: async ({ query }, { store }) => {
      const { rows, total } = await store.listImportErrors(paging(query.page(), query.order(ORDER, "id")));
      return ok({ import_errors: rows.map(importErrorToWire), total_entries: total });
    },
  },
  {
    method: "get",
    path: "/api/v2/importErrors/:id",
    operation: "get_import_error",
    handle: async (call, { store }) => {
      const id = param(call, "id");
      const found = /^\d{1,15}$/.test(id) ? await store.getImportError(Number(id)) : null;
      if (found === null) throw notFound(`The ImportError with import_error_id: \`${id}\` was not found`);
      return ok(importErrorToWire(found));
    },
  },
  {
    method: "get",
    path: "/api/v2/dagWarnings",
    operation: "list_dag_warnings",
    handle: () => ok({ dag_warnings: [], total_entries: 0 }),
  },
];
