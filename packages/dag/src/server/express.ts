import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type NextFunction, type Request, type Response } from "express";
import type { Logger } from "pino";
import { checkHost, checkOrigin } from "./guard";
import { unprocessable } from "./http-error";
import { QueryReader } from "./query";
import { refusalOf } from "./refusal";
import type { Answer, Call, Route } from "./route";

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const JSON_DEPTH_MAX = 200;

export interface AppOptions<Context> {
  readonly routes: readonly Route<Context>[];
  readonly context: Context;
  readonly log: Logger;
  /** Host names that a request may name; null: any. */
  readonly allowedHosts: ReadonlySet<string> | null;
  /** Who sends this request; throws an HttpError when nobody may. */
  readonly authenticate: (request: { path: string; authorization: string | undefined }) => string;
}

/** The one file that knows express: the route table as an application. */
export function createApp<Context>({ routes, context, log, allowedHosts, authenticate }: AppOptions<Context>) {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("case sensitive routing", true);
  app.set("query parser", () => ({})); // QueryReader reads the URL itself
  app.use((req: Request, res: Response, next: NextFunction) => {
    res.setHeader("X-Content-Type-Options", "nosniff");
    checkHost(req.headers.host, allowedHosts);
    checkOrigin(req.method, req.headers);
    next();
  });
  app.use(express.raw({ type: () => true, limit: BODY_BYTES_MAX }));
  for (const { method, path, handle } of routes)
    app[method](path, async (req: Request, res: Response) => {
      const user = authenticate({ path: req.path, authorization: req.headers.authorization });
      await send(res, await handle(callOf(req, user), context));
    });
  for (const path of new Set(routes.map((route) => route.path)))
    app.all(path, (_req: Request, res: Response) => {
      res.status(405).json({ detail: "Method Not Allowed" });
    });
  app.use((_req: Request, res: Response) => {
    res.status(404).json({ error: "API route not found" });
  });
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    const { status, detail } = asHttpError(error);
    if (status >= 500) log.error({ err: error, method: req.method, path: req.path }, "request failed");
    if (res.headersSent) res.destroy();
    else res.status(status).json({ detail });
  });
  return app;
}

function callOf(req: Request, user: string): Call {
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(req.params)) params[name] = Array.isArray(value) ? value.join("/") : value;
  const search = req.originalUrl.indexOf("?");
  return {
    method: req.method,
    path: req.path,
    params,
    query: new QueryReader(new URLSearchParams(search < 0 ? "" : req.originalUrl.slice(search))),
    body: parseJson(req.body),
    accept: req.headers.accept ?? "*/*",
    user,
  };
}

async function send(res: Response, answer: Answer): Promise<void> {
  res.status(answer.status);
  if (answer.lines !== undefined) {
    res.type(answer.contentType ?? "text/plain");
    await pipeline(Readable.from(answer.lines), res).catch(() => res.destroy()); // the caller went away, or the file did
    return;
  }
  if (answer.location !== undefined) res.setHeader("Location", answer.location);
  if (answer.text !== undefined) res.type(answer.contentType ?? "text/plain").send(answer.text);
  else if (answer.body !== undefined) res.json(answer.body);
  else res.end();
}

function parseJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  const text = body.toString("utf8");
  const invalid = (error: string) =>
    unprocessable([{ type: "json_invalid", loc: ["body", 0], msg: "JSON decode error", input: {}, ctx: { error } }]);
  if (depth(text) > JSON_DEPTH_MAX) throw invalid(`nested deeper than ${JSON_DEPTH_MAX}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "not JSON");
  }
}

/** How deep the brackets of a JSON text nest: a body of a million `[` would exhaust the stack of whoever walks it. */
function depth(text: string): number {
  let deepest = 0;
  let now = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) deepest = Math.max(deepest, ++now);
    else if (char === 0x5d || char === 0x7d) now--;
  }
  return deepest;
}

function asHttpError(error: unknown): { status: number; detail: unknown } {
  const refusal = refusalOf(error);
  if (refusal !== null) return refusal;
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (type === "entity.too.large")
    return { status: 413, detail: `Request body is larger than ${BODY_BYTES_MAX} bytes` };
  // What express itself refuses: a path that does not decode, a body that ends too soon, an unknown content coding.
  if (typeof status === "number" && status >= 400 && status < 500)
    return { status, detail: error instanceof Error ? error.message : "Bad Request" };
  return { status: 500, detail: "Internal Server Error" };
}
