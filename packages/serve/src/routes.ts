import type { ZodType } from "zod";
import { docsPage, openApiDocument } from "./handlers/docs";
import { gatewayHealth, healthOf } from "./handlers/health";
import { metricsText } from "./handlers/metrics";
import { predictBatch, predictWith } from "./handlers/predict";
import * as wire from "./schemas";
import type { Serving } from "./serving";
import type { SlotName } from "./slot";

/** A request, without its socket. */
export interface Call {
  /** The body as it came, decompressed; on a route with a body there is this or `body`. */
  readonly bytes?: Buffer;
  /** The body's JSON, where the application has parsed it. */
  readonly body?: unknown;
  /** Where the router is mounted: "" at the root. */
  readonly mountPath: string;
  /** "v3": set by a handler as soon as it knows which version speaks, also when it then refuses the call. */
  modelVersion?: string;
}

export interface Answer {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON. */
  readonly body: unknown;
  /** Default: application/json. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: "get" | "post";
  /** Compared to the letter: `/predict/` takes one row, `/predict` many. */
  readonly path: string;
  /** The limit on the body; absent: no body is read. */
  readonly body?: "row" | "batch";
  /** Needs an API key, where keys are configured. */
  readonly guarded?: boolean;
  /** Without a model in this slot the answer is 503, before the body is read. */
  readonly slot?: SlotName;
  readonly summary: string;
  readonly request?: ZodType;
  readonly response?: ZodType;
  handle(call: Call, serving: Serving): Answer | Promise<Answer>;
}

const row = { body: "row", guarded: true, request: wire.PredictBody, response: wire.PredictAnswer } as const;
const batch = {
  body: "batch",
  guarded: true,
  request: wire.PredictBatchBody,
  response: wire.PredictBatchAnswer,
} as const;
const health = { response: wire.HealthAnswer } as const;

/** The whole surface. */
export const routes: readonly Route[] = [
  {
    method: "post",
    path: "/predict/",
    ...row,
    slot: "champion",
    handle: predictWith("champion"),
    summary: "One epoch, by the champion",
  },
  {
    method: "post",
    path: "/predict",
    ...batch,
    slot: "champion",
    handle: predictBatch("champion"),
    summary: "Many epochs, by the champion",
  },
  {
    method: "post",
    path: "/predict-champion/",
    ...row,
    slot: "champion",
    handle: predictWith("champion"),
    summary: "One epoch, by the champion",
  },
  {
    method: "post",
    path: "/predict-challenger/",
    ...row,
    slot: "challenger",
    handle: predictWith("challenger"),
    summary: "One epoch, by the challenger",
  },
  {
    method: "get",
    path: "/health",
    ...health,
    handle: healthOf("champion"),
    summary: "The champion and what it was loaded from; 503 without a model or while draining",
  },
  { method: "get", path: "/health-champion", ...health, handle: healthOf("champion"), summary: "The same as /health" },
  {
    method: "get",
    path: "/health-challenger",
    ...health,
    handle: healthOf("challenger"),
    summary: "The challenger and what it was loaded from",
  },
  {
    method: "get",
    path: "/nginx_health",
    handle: gatewayHealth,
    summary: "200 while the process takes requests, with or without a model",
  },
  { method: "get", path: "/metrics", handle: metricsText, summary: "Prometheus metrics, summed over the replicas" },
  {
    method: "get",
    path: "/openapi.json",
    handle: (call) => openApiDocument(call, routes),
    summary: "This description",
  },
  { method: "get", path: "/docs", handle: (call) => docsPage(call, routes), summary: "This description as a page" },
];
