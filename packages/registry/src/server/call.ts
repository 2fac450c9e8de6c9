import type { Readable } from "node:stream";

/** A request, without the framework that brought it. */
export interface Call {
  readonly method: string;
  /** The path as it came, percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The named parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What follows the prefix of a route that ends in `/*`, still percent-encoded. */
  readonly rest: string;
  /** @param name - in lower case. */
  header(name: string): string | undefined;
  /** The body as it arrives; nothing counts it. */
  readonly body: Readable;
  /** The whole body. @throws {RequestError} REQUEST_TOO_LARGE past `bytesMax`, as soon as that is known. */
  readBody(bytesMax: number): Promise<Buffer>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable | undefined;
}

export const json = (body: string, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body,
});

export const text = (body: string, status = 200): Answer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body,
});
