import { ClientError } from "../errors";
import type { Reply, Request, Transport } from "./transport";

/** Calls an API over HTTP. @param url - its root, without `/api/v2`. */
export function httpTransport(url: string, { timeoutSeconds = 30 }: { timeoutSeconds?: number } = {}): Transport {
  const root = url.replace(/\/+$/, "");
  return {
    url: root,
    async send({ method, path, query, body }: Request): Promise<Reply> {
      const search = query === undefined || query.size === 0 ? "" : `?${query}`;
      try {
        const answer = await fetch(`${root}${path}${search}`, {
          method,
          signal: AbortSignal.timeout(timeoutSeconds * 1000),
          headers: {
            accept: "application/json",
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        return { status: answer.status, body: text === "" ? null : parse(text) };
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        throw new ClientError(`no answer from ${root} (${cause}): is p300-dag standalone running there?`, null, {
          cause: error,
        });
      }
    },
    close: () => Promise.resolve(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // not our API; its status says the rest
  }
}
