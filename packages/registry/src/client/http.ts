import { environment } from "./environment";
import { MlflowApiError, RegistryAnswerError, RegistryUnreachableError, TrackingUriError } from "./errors";
import { failureCode, mayRetryFailure, mayRetryStatus, pauseMillis, type RetryPolicy } from "./retry";
import type { Json, Wire } from "./wire";

export const DEFAULT_TRACKING_URI = "http://127.0.0.1:5000";
const DEFAULT_TIMEOUT_MILLIS = 120_000; // as Python's MLFLOW_HTTP_REQUEST_TIMEOUT
const DEFAULT_RETRIES = 5; // about three seconds in all: a server's restart
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  413: "REQUEST_TOO_LARGE",
  429: "REQUEST_LIMIT_EXCEEDED",
  501: "NOT_IMPLEMENTED",
  503: "TEMPORARILY_UNAVAILABLE",
};

export type RequestBody = NonNullable<RequestInit["body"]>;

export interface HttpOptions {
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** For HTTP's basic authentication; default MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. */
  readonly username?: string;
  readonly password?: string;
  /** A bearer token; default MLFLOW_TRACKING_TOKEN. */
  readonly token?: string;
  /** Send no credentials, not even the environment's. */
  readonly anonymous?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one try may take without an answer, in milliseconds; default MLFLOW_HTTP_REQUEST_TIMEOUT (seconds), or 120,000. */
  readonly timeoutMillis?: number;
  /** Tries after the first; default MLFLOW_HTTP_REQUEST_MAX_RETRIES, or 5. */
  readonly retries?: number;
  /** Longest pause before the first retry; default 100 ms, doubled with each one up to 10 s. */
  readonly retryBaseMillis?: number;
  /** Ends every request of this client. */
  readonly signal?: AbortSignal;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below the tracking URI, percent-encoded. */
  readonly path: string;
  /** Undefined values are left out, lists become repeated keys. */
  readonly query?: Readonly<Record<string, Json | undefined>>;
  readonly json?: unknown;
  /** A raw body, made anew for each try. `touch` says that some of it went out: the deadline starts again. */
  readonly body?: (touch: () => void) => RequestBody;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether doing it twice is the same as doing it once. Default: for GET only. */
  readonly idempotent?: boolean;
  /** The body can be read once only: no second try at all. */
  readonly singleTry?: boolean;
}

/** One server, over fetch: deadlines, retries, authentication, and its refusals as errors. */
export class Http {
  /** The server's address without a slash at its end and without credentials. */
  readonly baseUrl: string;
  readonly #fetch: typeof fetch;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMillis: number;
  readonly #policy: RetryPolicy;
  readonly #signal: AbortSignal | undefined;
  readonly #options: HttpOptions;

  /** @throws {TrackingUriError} when `uri` is not an http: or https: address. */
  constructor(uri: string, options: HttpOptions = {}) {
    const url = parseUrl(uri);
    this.#options = options;
    const username = options.username ?? (decodeURIComponent(url.username) || environment("MLFLOW_TRACKING_USERNAME"));
    const password = options.password ?? (decodeURIComponent(url.password) || environment("MLFLOW_TRACKING_PASSWORD"));
    const token = options.token ?? environment("MLFLOW_TRACKING_TOKEN");
    url.username = "";
    url.password = "";
    this.baseUrl = (url.origin + url.pathname).replace(/\/+$/, "");
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#headers = {
      ...(options.anonymous !== true && authorization(username, password, token)),
      ...options.headers,
    };
    const seconds = positive(environment("MLFLOW_HTTP_REQUEST_TIMEOUT"));
    this.#timeoutMillis = options.timeoutMillis ?? (seconds === undefined ? DEFAULT_TIMEOUT_MILLIS : seconds * 1000);
    this.#policy = {
      retries: options.retries ?? positive(environment("MLFLOW_HTTP_REQUEST_MAX_RETRIES")) ?? DEFAULT_RETRIES,
      baseMillis: options.retryBaseMillis ?? 100,
      maxMillis: 10_000,
    };
    this.#signal = options.signal;
  }

  /** Another server, asked in the same way; credentials go along to the same host only. */
  at(uri: string): Http {
    if (parseUrl(uri).host === new URL(this.baseUrl).host) return new Http(uri, this.#options);
    const { fetch, timeoutMillis, retries, retryBaseMillis, signal } = this.#options;
    return new Http(uri, {
      ...Object.fromEntries(
        Object.entries({ fetch, timeoutMillis, retries, retryBaseMillis, signal }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
      anonymous: true,
    });
  }

  url(path: string, query: HttpRequest["query"] = {}): string {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      for (const item of Array.isArray(value) ? value : [value])
        if (item !== undefined) search.append(key, String(item));
    }
    return `${this.baseUrl}${path}${search.size > 0 ? `?${search}` : ""}`;
  }

  /**
   * Asks, and reads the answer as a JSON object; an empty one is `{}`.
   * @throws {MlflowApiError} when the server refuses.
   * @throws {RegistryUnreachableError} when there is no answer.
   * @throws {RegistryAnswerError} when the answer is not JSON.
   */
  async json(request: HttpRequest): Promise<Wire> {
    return this.#attempts(request, async (response) => {
      const text = await response.text();
      if (text.trim() === "") return {};
      try {
        const value: unknown = JSON.parse(text);
        if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Wire;
      } catch (error) {
        throw new RegistryAnswerError(describe(request), `no JSON: ${excerpt(text)}`, { cause: error });
      }
      throw new RegistryAnswerError(describe(request), `no JSON object: ${excerpt(text)}`);
    });
  }

  /** Asks, and hands back the answer with its body unread; the deadline ends with the headers. Throws as `json`. */
  async raw(request: HttpRequest): Promise<Response> {
    return this.#attempts(request, (response) => Promise.resolve(response));
  }

  /** Asks for a whole body. Throws as `json`. */
  async bytes(request: HttpRequest): Promise<Uint8Array> {
    return this.#attempts(request, async (response) => new Uint8Array(await response.arrayBuffer()));
  }

  async #attempts<T>(request: HttpRequest, read: (response: Response) => Promise<T>): Promise<T> {
    const idempotent = request.idempotent ?? request.method === "GET";
    for (let attempt = 0; ; attempt++) {
      let retryAfter: string | null = null;
      try {
        return await this.#attempt(request, read, (response) => {
          retryAfter = response.headers.get("retry-after");
        });
      } catch (error) {
        this.#signal?.throwIfAborted();
        const again =
          error instanceof MlflowApiError
            ? mayRetryStatus(error.status, idempotent)
            : error instanceof RegistryUnreachableError && mayRetryFailure(error.cause, idempotent);
        if (!again || request.singleTry === true || attempt >= this.#policy.retries) throw error;
        await pause(pauseMillis(attempt, this.#policy, retryAfter, Math.random), this.#signal);
      }
    }
  }

  async #attempt<T>(
    request: HttpRequest,
    read: (response: Response) => Promise<T>,
    see: (response: Response) => void,
  ): Promise<T> {
    const deadline = new AbortController();
    const start = (): ReturnType<typeof setTimeout> =>
      setTimeout(() => deadline.abort(new DOMException("no answer in time", "TimeoutError")), this.#timeoutMillis);
    let timer = start();
    const touch = (): void => {
      clearTimeout(timer);
      timer = start();
    };
    const signal = this.#signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, this.#signal]);
    const body = request.json === undefined ? request.body?.(touch) : JSON.stringify(request.json);
    const init: RequestInit & { duplex?: "half" } = {
      method: request.method,
      headers: {
        ...this.#headers,
        ...(request.json !== undefined && { "content-type": "application/json" }),
        ...request.headers,
      },
      signal,
      ...(body !== undefined && { body, duplex: "half" }),
    };
    try {
      const response = await this.#fetch(this.url(request.path, request.query), init);
      see(response);
      if (!response.ok) throw await refusal(request, response);
      return await read(response);
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (error instanceof MlflowApiError || error instanceof RegistryAnswerError) throw error;
      throw new RegistryUnreachableError(this.baseUrl, reasonOf(error), { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function authorization(username?: string, password?: string, token?: string): Record<string, string> {
  if (username !== undefined) return { authorization: `Basic ${base64(`${username}:${password ?? ""}`)}` };
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function refusal(request: HttpRequest, response: Response): Promise<MlflowApiError> {
  const text = await response.text().catch(() => "");
  let errorCode = STATUS_NAMES[response.status] ?? "INTERNAL_ERROR";
  let message = `${describe(request)} was answered ${response.status}${text === "" ? "" : `: ${excerpt(text)}`}`;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) {
      if ("error_code" in body && typeof body.error_code === "string") errorCode = body.error_code;
      if ("message" in body && typeof body.message === "string" && body.message !== "") message = body.message;
    }
  } catch {
    // not MLflow's own words: a proxy's page, or a plain text
  }
  return new MlflowApiError(response.status, errorCode, message, describe(request));
}

function parseUrl(uri: string): URL {
  try {
    const url = new URL(uri);
    if (url.protocol === "http:" || url.protocol === "https:") return url;
  } catch (error) {
    throw new TrackingUriError(uri, { cause: error });
  }
  throw new TrackingUriError(uri);
}

function reasonOf(error: unknown): string {
  const code = failureCode(error);
  if (code !== undefined) return code;
  if (!(error instanceof Error)) return String(error);
  return error.name === "TimeoutError"
    ? "it took too long"
    : (error.cause instanceof Error ? error.cause : error).message;
}

function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, millis);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}

const describe = ({ method, path }: HttpRequest): string => `${method} ${path}`;
const excerpt = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
const positive = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
