import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** A server on a free port, gone when the test is. */
export async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** How a file server misbehaves. */
export interface Manners {
  /** Breaks each of the first answers off after so many bytes, once they have arrived. */
  readonly dropAfter?: readonly number[];
  readonly ignoreRange?: boolean;
  /** Answers the first requests so. */
  readonly statuses?: readonly (readonly [number, Record<string, string>])[];
  /** What the nth answer holds, from 0; default `content`. */
  readonly contentOf?: (answer: number) => Uint8Array;
}

/** Serves one file as a careful server does, with Range, If-Range and ETag, but for its manners. */
export function fileHandler(content: Uint8Array, manners: Manners = {}) {
  const requests: { range: string | undefined; ifRange: string | undefined }[] = [];
  const statuses = [...(manners.statuses ?? [])];
  const drops = [...(manners.dropAfter ?? [])];
  let answers = 0;
  let waiting: { readonly until: number; readonly drop: () => void } | undefined;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const range = request.headers.range;
    const ifRange = request.headers["if-range"] as string | undefined;
    requests.push({ range, ifRange });
    const status = statuses.shift();
    if (status) {
      response.writeHead(status[0], status[1]).end();
      return;
    }
    const body = manners.contentOf?.(answers++) ?? content;
    const etag = `"${md5(body)}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const partial = from > 0 && !manners.ignoreRange && (ifRange === undefined || ifRange === etag);
    if (partial && from >= body.length) {
      response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
      return;
    }
    const part = partial ? body.subarray(from) : body;
    const headers = { etag, "content-length": part.length, "accept-ranges": "bytes" };
    if (partial)
      response.writeHead(206, { ...headers, "content-range": `bytes ${from}-${body.length - 1}/${body.length}` });
    else response.writeHead(200, headers);
    const drop = drops.shift();
    if (drop === undefined) response.end(part);
    else {
      waiting = { until: (partial ? from : 0) + drop, drop: () => response.destroy() };
      response.write(part.subarray(0, drop));
    }
  };
  /** To be told how far the client has got. */
  const onProgress = (bytes: number): void => {
    if (!waiting || bytes !== waiting.until) return;
    waiting.drop();
    waiting = undefined;
  };
  return { handle, requests, onProgress };
}
