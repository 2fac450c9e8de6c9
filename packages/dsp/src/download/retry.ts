import { setTimeout as sleep } from "node:timers/promises";
import { DownloadError } from "../errors";

export interface RetryOptions {
  /** Failures in a row, without a byte of progress between them, before giving up. Default 6. */
  readonly attempts?: number | undefined;
  /** Wait after the first failure; doubled after each further one, and a random half of it taken off. Default 1000. */
  readonly baseMillis?: number | undefined;
  /** The longest wait, also of those that a server asks for. Default 60 000. */
  readonly maxMillis?: number | undefined;
}

/** A failure that may pass: a reset, a 429, a 503. */
export class PassingError extends Error {
  constructor(
    message: string,
    readonly retryAfterMillis?: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Runs `action` until it succeeds, waiting longer after each failure.
 * @param progress - grows while something is gained; then the count of failures begins anew.
 * @throws {DownloadError} after too many failures; whatever is no PassingError at once. */
export async function withRetries<T>(
  url: string,
  action: () => Promise<T>,
  options: RetryOptions & { readonly signal?: AbortSignal | undefined; readonly progress?: () => number },
): Promise<T> {
  const { attempts = 6, baseMillis = 1000, maxMillis = 60_000, signal, progress = () => 0 } = options;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    const before = progress();
    try {
      return await action();
    } catch (cause) {
      if (!(cause instanceof PassingError)) throw cause;
      failures = progress() > before ? 1 : failures + 1;
      if (failures >= attempts)
        throw new DownloadError(url, `${cause.message}, ${failures} times in a row: try again later`, { cause });
      const backOff = Math.min(maxMillis, baseMillis * 2 ** (failures - 1));
      // half of it by chance, so that many clients don't come back in step
      const wait = cause.retryAfterMillis ?? backOff * (0.5 + Math.random() / 2);
      await sleep(Math.min(maxMillis, wait), undefined, signal ? { signal } : {});
    }
  }
}

/** Asks for a URL; a failure that may pass is a PassingError, any other status but 200, 206 and 416 a DownloadError. */
export async function request(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (cause) {
    throw passing(cause);
  }
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return response;
  await response.body?.cancel().catch(() => {});
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new PassingError(`the server answered ${status}`, retryAfter(response.headers.get("retry-after")));
  throw new DownloadError(url, `the server answered ${status}: check the address, or whether the record has moved`);
}

/** What a broken connection says, in words. */
export function passing(cause: unknown): PassingError {
  const inner = (cause as Error).cause as { code?: string; message?: string } | undefined;
  return new PassingError(
    `the connection failed (${inner?.code ?? (inner?.message || (cause as Error).message)})`,
    undefined,
    {
      cause,
    },
  );
}

/** Seconds, or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const millis = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(millis) ? Math.max(0, millis) : undefined;
}
