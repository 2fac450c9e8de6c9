import { invalidParameter } from "../errors";

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Checks `max_results` and reads the token; the token is MLflow's own, base64 of `{"offset": N}`. */
export function parsePage(
  { max_results, page_token }: { max_results?: number | undefined; page_token?: string | undefined },
  { usual, max }: { usual: number; max: number },
): Page {
  const limit = max_results ?? usual;
  if (limit < 1 || limit > max)
    throw invalidParameter(
      `Invalid value for request parameter max_results. It must be at least 1 and at most ${max}, but got value ${limit}`,
    );
  return { offset: parsePageToken(page_token), limit };
}

export function parsePageToken(token: string | undefined): number {
  if (!token) return 0;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64").toString("utf8"));
    const offset = typeof parsed === "object" && parsed !== null && "offset" in parsed ? Number(parsed.offset) : NaN;
    if (Number.isSafeInteger(offset) && offset > 0) return offset;
  } catch {
    // falls through to the one refusal
  }
  throw invalidParameter("Invalid page token, could not base64-decode it to an offset");
}

/** Cuts the one row too many that was asked for, and gives the next page's token when there was one. */
export function cutPage<T>(
  rows: readonly T[],
  { offset, limit }: Page,
): { rows: readonly T[]; next: string | undefined } {
  if (rows.length <= limit) return { rows, next: undefined };
  return {
    rows: rows.slice(0, limit),
    next: Buffer.from(JSON.stringify({ offset: offset + limit })).toString("base64"),
  };
}
