export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number;
  /** Longest pause before the first retry, in milliseconds; it doubles with each one. */
  readonly baseMillis: number;
  /** Longest pause of all, also when the server asks for more. */
  readonly maxMillis: number;
}

// Those that Python's MLflow client retries.
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);
// A server that says so has not begun with the request.
const UNTOUCHED = new Set([429, 503]);
// No connection came about, so nothing was asked.
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "EHOSTUNREACH"]);

/** Whether an answer is worth another try; what must happen once only asks again when nothing has happened yet. */
export function mayRetryStatus(status: number, idempotent: boolean): boolean {
  return idempotent ? TRANSIENT.has(status) : UNTOUCHED.has(status);
}

export function mayRetryFailure(error: unknown, idempotent: boolean): boolean {
  return idempotent || NEVER_SENT.has(failureCode(error) ?? "");
}

/** The system's code of a failed fetch, such as `ECONNREFUSED`; browsers give none. */
export function failureCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("code" in at && typeof at.code === "string" && at.code !== "") return at.code;
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return failureCode(at.errors[0]);
  }
  return undefined;
}

/**
 * How long to pause before retry `attempt` (from 0): a random time up to the doubled base, so that many clients do not come
 * back at once; at least what the server's `Retry-After` (seconds) asks for.
 */
export function pauseMillis(
  attempt: number,
  { baseMillis, maxMillis }: RetryPolicy,
  retryAfter: string | null,
  random: () => number,
): number {
  const ceiling = Math.min(maxMillis, baseMillis * 2 ** attempt);
  const jittered = ceiling / 2 + (random() * ceiling) / 2;
  const asked = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : 0;
  return Math.min(maxMillis, Math.max(jittered, asked));
}
