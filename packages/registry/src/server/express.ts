import { pipeline } from "node:stream/promises";
import express, { type Express, type Request, type Response } from "express";
import { RequestError } from "../errors";
import { json, type Answer, type Call } from "./call";
import { failureAnswer } from "./failure";
import type { Guards } from "./guards";
import type { Registry } from "./registry";
import type { Route } from "./routes";

type Methods = Map<string, Route["handle"]>;

/** The routes as an Express application: the one file that knows Express. */
export function createApp(routes: readonly Route[], registry: Registry, guards: Guards): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", false);

  const byPath = new Map<string, Methods>();
  for (const { method, path, handle } of routes) {
    const methods = byPath.get(path) ?? new Map<string, Route["handle"]>();
    byPath.set(path, methods.set(method, handle));
  }
  const dispatch = async (req: Request, res: Response, methods: Methods, rest = "") => {
    const handle = methods.get(req.method) ?? (req.method === "HEAD" ? methods.get("GET") : undefined);
    if (!handle) return send(req, res, methodNotAllowed(methods));
    const call = toCall(req, rest);
    await send(req, res, await handle(call, registry));
  };

  const front = async (req: Request, res: Response, next: () => void) => {
    res.set(guards.headers((name) => req.get(name)));
    const refusal = guards.check(req.method, req.path, (name) => req.get(name));
    if (refusal) return send(req, res, refusal);
    const methods = byPath.get(req.path); // most paths are plain, and found without trying patterns
    if (methods) return dispatch(req, res, methods);
    next();
  };
  app.use((req, res, next) => front(req, res, next)); // Express 5 takes a rejected promise as the error
  for (const [path, methods] of byPath) {
    const prefix = path.endsWith("/*") ? path.slice(0, -1) : undefined;
    if (prefix !== undefined)
      // Express would decode the path part by part; what is a name and what a way is for the handler to tell.
      app.use(prefix.slice(0, -1), (req, res) =>
        dispatch(req, res, methods, req.originalUrl.split(/[?#]/)[0]!.slice(prefix.length)),
      );
    else if (path.includes("/:")) app.all(path, (req, res) => dispatch(req, res, methods));
  }
  app.use((req, res) => send(req, res, endpointNotFound(req)));
  app.use((error: unknown, req: Request, res: Response, _next: unknown) => {
    if (res.headersSent || res.destroyed) return void res.destroy();
    const broken =
      error instanceof URIError
        ? new RequestError("INVALID_PARAMETER_VALUE", "Invalid path: its percent-encoding is broken")
        : error;
    return send(req, res, failureAnswer(broken, registry.log, { method: req.method, path: req.path }));
  });
  return app;
}

function toCall(req: Request, rest: string): Call {
  const query = req.originalUrl.indexOf("?");
  return {
    method: req.method,
    path: req.path,
    query: new URLSearchParams(query < 0 ? "" : req.originalUrl.slice(query + 1)),
    params: req.params as Record<string, string>,
    rest,
    header: (name) => req.get(name),
    body: req,
    readBody: (bytesMax) => readBody(req, bytesMax),
  };
}

async function readBody(req: Request, bytesMax: number): Promise<Buffer> {
  const tooLarge = () =>
    new RequestError("REQUEST_TOO_LARGE", `The request body is larger than ${bytesMax} bytes: send less at once`);
  const encoding = req.get("content-encoding");
  if (encoding && encoding.toLowerCase() !== "identity")
    throw new RequestError(
      "BAD_REQUEST",
      `Content-Encoding '${encoding.slice(0, 50)}' is not supported: send the body as it is`,
    );
  if (Number(req.get("content-length") ?? 0) > bytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
}

async function send(req: Request, res: Response, { status, headers = {}, body }: Answer): Promise<void> {
  // A body that was not read to its end would be taken for the next request on this connection.
  if (!req.complete && (status >= 400 || !req.readableEnded)) res.set("connection", "close");
  res.status(status).set(headers);
  if (body === undefined || typeof body === "string") return void res.end(body);
  if (req.method === "HEAD") {
    body.destroy();
    return void res.end();
  }
  try {
    await pipeline(body, res);
  } catch {
    res.destroy(); // a client that left, or a file that failed half-way: a short answer must not look whole
  }
}

const endpointNotFound = ({ path }: Request): Answer =>
  json(JSON.stringify({ error_code: "ENDPOINT_NOT_FOUND", message: `No such endpoint: ${path.slice(0, 200)}` }), 404);

const methodNotAllowed = (methods: Methods): Answer => {
  const allow = [...methods.keys()].join(", ");
  const answer = json(
    JSON.stringify({ error_code: "METHOD_NOT_ALLOWED", message: `This endpoint takes ${allow}` }),
    405,
  );
  return { ...answer, headers: { ...answer.headers, allow } };
};
