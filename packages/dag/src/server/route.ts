import type { QueryReader } from "./query";

/** A request, without the framework that brought it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Path parameters, decoded once. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryReader;
  /** Parsed JSON; undefined when the request had no body. */
  readonly body: unknown;
  /** The Accept header, or the text for "anything". */
  readonly accept: string;
  /** Who asks. */
  readonly user: string;
}

/** What a handler gives back: JSON in `body`, or `text` or a stream of `lines` with their content type. None: an empty answer. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly lines?: AsyncIterable<string>;
  readonly contentType?: string;
  readonly location?: string;
}

export interface Route<Context> {
  readonly method: "get" | "post" | "patch" | "put" | "delete";
  /** Path under the server's root, with `:name` for a parameter. */
  readonly path: string;
  /** Operation name, as the event log calls it. */
  readonly operation: string;
  readonly handle: (call: Call, context: Context) => Answer | Promise<Answer>;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

/** A path parameter that the route's own pattern names. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`route ${call.path} has no parameter ${name}`);
  return value;
}
