import type { IncomingMessage, ServerResponse } from "node:http";
import express, {
  Router,
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import { ByteBudget, CallerGoneError, readBody } from "./body";
import {
  BodyError,
  HttpError,
  InternalError,
  MethodNotAllowedError,
  NotLoadedError,
  OverloadedError,
  RouteNotFoundError,
} from "./errors";
import { listen, type RunningServer } from "./listen";
import { requestId } from "./request-id";
import { routes, type Answer, type Call, type Route } from "./routes";
import type { Serving } from "./serving";
import { startServing, type ServingOptions } from "./start";

export type { ServingOptions } from "./start";
export type { Limits, Logger, Serving } from "./serving";
export type { ModelChoice } from "./open-source";
export { serverOptions, type RunningServer } from "./listen";

export interface P300Options extends ServingOptions {
  /** What is none of our routes: true (the default) leaves it to the application, false answers 404 in JSON. */
  readonly fallthrough?: boolean;
}

export interface P300Router extends Router {
  /** Resolves when each slot has been tried once, well or badly: /health tells which. */
  readonly firstTry: Promise<void>;
  readonly serving: Serving;
  /** Follows no alias any more. Close the HTTP server first. */
  close(): Promise<void>;
}

/**
 * All routes of serving as an Express 5 router, for any mount path.
 *
 * Bodies are read by the router itself, whatever their content type; where the application has parsed the body before
 * (`express.json()`), that is taken, with that parser's limit.
 * @throws {ModelUriError} {OptionError}
 * @example app.use("/p300", p300({ champion: "models:/P300-Classifier@champion", registry: "http://127.0.0.1:5000" }));
 */
export function p300(options: P300Options): P300Router {
  const { serving, firstTry, close } = startServing(options);
  const budget = new ByteBudget(serving.limits.inFlightBytes);
  // Strict: /predict/ (one row) and /predict (many) are two routes.
  const router = Router({ strict: true, caseSensitive: true });
  for (const route of routes) router[route.method](route.path, handlerOf(route, serving, budget));
  for (const path of new Set(routes.map((route) => route.path))) router.all(path, refuseMethod(path, serving));
  if (options.fallthrough === false) {
    router.use(refuseRoute(serving));
    router.use(refuseBroken(serving));
  }
  return Object.assign(router, { firstTry, serving, close });
}

function handlerOf(route: Route, serving: Serving, budget: ByteBudget): RequestHandler {
  return async (req, res) => {
    const exchange = new Exchange(req, res, route.path, serving);
    let release: (() => void) | undefined;
    try {
      if (route.guarded === true) serving.keys?.check(req.headers["x-api-key"]);
      if (route.slot !== undefined) {
        const slot = serving.slots[route.slot];
        if (slot.current === undefined) throw new NotLoadedError(slot.name, slot.uri, slot.whyEmpty);
      }
      if (route.body !== undefined) {
        const limit = route.body === "row" ? serving.limits.rowBytes : serving.limits.batchBytes;
        release = await readInto(exchange.call, req, limit, budget);
      }
      exchange.answer(await route.handle(exchange.call, serving));
    } catch (error) {
      exchange.fail(error);
    } finally {
      release?.();
    }
  };
}

/** Puts the request's body into the call. @returns what gives its memory back to the budget. */
async function readInto(call: MutableCall, req: Request, limitBytes: number, budget: ByteBudget): Promise<() => void> {
  const parsed: unknown = req.body;
  if (Buffer.isBuffer(parsed)) call.bytes = parsed;
  else if (typeof parsed === "string") call.bytes = Buffer.from(parsed);
  else if (parsed !== undefined) call.body = parsed;
  else if (req.readableEnded)
    throw new BodyError("body: expected JSON, got a body that was read before: mount p300 before what reads it");
  else {
    const { bytes, release } = await readBody(req, limitBytes, budget);
    call.bytes = bytes;
    return release;
  }
  return () => {};
}

const refuseMethod = (path: string, serving: Serving): RequestHandler => {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  const allowed = methods.includes("GET") ? [...methods, "HEAD"] : methods;
  return (req, res) => new Exchange(req, res, path, serving).fail(new MethodNotAllowedError(req.method, path, allowed));
};

const refuseRoute =
  (serving: Serving): RequestHandler =>
  (req, res) =>
    new Exchange(req, res, "unmatched", serving).fail(new RouteNotFoundError(req.path));

/** What Express itself refuses, such as a path that cannot be decoded. */
const refuseBroken =
  (serving: Serving): ErrorRequestHandler =>
  (error: unknown, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    const { status } = error as { status?: unknown };
    const broken =
      typeof status === "number" && status < 500
        ? new BodyError("request: expected a path that can be decoded, got one that cannot")
        : error;
    new Exchange(req, res, "unmatched", serving).fail(broken);
  };

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

type MutableCall = { -readonly [Key in keyof Call]: Call[Key] };

/** One request and its answer: its id, its time, its line in the log, its count. */
class Exchange {
  readonly call: MutableCall;
  readonly #id: string;

  constructor(
    readonly req: IncomingMessage & { baseUrl: string },
    readonly res: ServerResponse,
    readonly route: string,
    readonly serving: Serving,
  ) {
    const { metrics, log } = serving;
    this.#id = requestId(req.headers["x-request-id"]);
    this.call = { mountPath: req.baseUrl };
    const method = METHODS.has(req.method ?? "") ? req.method! : "other";
    const startMillis = performance.now();
    metrics.began();
    res.once("close", () => {
      const seconds = (performance.now() - startMillis) / 1000;
      // 499: the caller went away before it had the whole answer (nginx's number).
      const status = res.writableFinished ? res.statusCode : 499;
      const modelVersion = this.call.modelVersion ?? "none";
      metrics.ended({ route, method, status, modelVersion, seconds });
      log.debug({ requestId: this.#id, route, method, status, modelVersion, seconds }, "answered");
    });
  }

  answer({ status, body, contentType = "application/json", headers }: Answer): void {
    const { res, serving } = this;
    if (res.destroyed || res.headersSent) return;
    const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    res.writeHead(status, {
      "content-type": contentType,
      "content-length": bytes.length,
      "x-content-type-options": "nosniff",
      "x-request-id": this.#id,
      ...(serving.replica === undefined ? {} : { "x-p300-replica": serving.replica }),
      ...(serving.draining ? { connection: "close" } : {}),
      ...headers,
    });
    res.end(bytes);
  }

  fail(error: unknown): void {
    if (error instanceof CallerGoneError) {
      this.res.destroy(); // nobody is there; this ends the count of the request
      return;
    }
    const { log, metrics } = this.serving;
    const known = error instanceof HttpError ? error : new InternalError({ cause: error });
    if (known !== error) log.error({ requestId: this.#id, route: this.route, err: error }, "request failed");
    else
      log.debug(
        { requestId: this.#id, route: this.route, status: known.status, error: known.message },
        "request refused",
      );
    if (known instanceof OverloadedError) metrics.shed();
    this.answer({ status: known.status, body: { error: known.message, request_id: this.#id }, headers: known.headers });
  }
}

/** An application with nothing but the routes of serving, for a server of their own. */
export function p300App(options: ServingOptions): { app: Express; router: P300Router } {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", false);
  const router = p300({ ...options, fallthrough: false });
  app.use(router);
  return { app, router };
}

/**
 * Serves on an address of its own, in this process: what `p300-serve` does without replicas.
 * @returns when it listens; the first models may still be loading: await `router.firstTry`.
 * @throws {ListenError} {ModelUriError} {OptionError}
 */
export async function startServer(
  options: ServingOptions & { readonly host?: string; readonly port?: number },
): Promise<RunningServer & { readonly router: P300Router }> {
  const { host = "127.0.0.1", port = 8000 } = options;
  const { app, router } = p300App(options);
  try {
    return Object.assign(await listen(app, router, { host, port }), { router });
  } catch (error) {
    await router.close();
    throw error;
  }
}
