import type { ApiContext } from "./context";
import { QueryReader } from "./query";
import { refusalOf } from "./refusal";
import { routes } from "./routes";
import type { Reply, Request, Transport } from "../client/transport";

/** Calls the API's handlers in this process, without a socket: for a home that no server holds. */
export function localTransport(context: ApiContext, user: string, close: () => Promise<void>): Transport {
  return {
    url: "this process",
    async send({ method, path, query, body }: Request): Promise<Reply> {
      for (const route of routes) {
        const params = route.method === method.toLowerCase() ? match(route.path, path) : null;
        if (params === null) continue;
        const call = {
          method,
          path,
          params,
          query: new QueryReader(query ?? new URLSearchParams()),
          body,
          accept: "*/*",
          user,
        };
        try {
          const answer = await route.handle(call, context);
          return { status: answer.status, body: answer.body ?? null };
        } catch (error) {
          const refusal = refusalOf(error);
          if (refusal === null) throw error;
          return { status: refusal.status, body: { detail: refusal.detail } };
        }
      }
      return { status: 404, body: { error: "API route not found" } };
    },
    close,
  };
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, segment] of wanted.entries()) {
    const text = given[i] ?? "";
    if (segment.startsWith(":")) params[segment.slice(1)] = decodeURIComponent(text);
    else if (segment !== text) return null;
  }
  return params;
}
