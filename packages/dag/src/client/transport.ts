/** What came back for one call. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path under the server's root, its parameters percent-encoded. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: unknown;
}

/** How the client reaches an API: over HTTP, or by calling the handlers in this process. */
export interface Transport {
  readonly url: string;
  send(request: Request): Promise<Reply>;
  close(): Promise<void>;
}
