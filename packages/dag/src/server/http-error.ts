import type { z } from "zod";

/** One entry of a 422's `detail`, as pydantic words it. */
export interface ValidationDetail {
  type: string;
  loc: (string | number)[];
  msg: string;
  input: unknown;
  ctx?: Record<string, unknown>;
}

/** An answer other than success. `detail` goes out as it is: Airflow's is a text, an object, or the list of a 422. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(
    readonly status: number,
    readonly detail: unknown,
  ) {
    super(typeof detail === "string" ? detail : JSON.stringify(detail));
  }
}

export const badRequest = (detail: string): HttpError => new HttpError(400, detail);
export const notFound = (detail: string): HttpError => new HttpError(404, detail);
export const conflict = (detail: string): HttpError => new HttpError(409, detail);
/** The 409 of a unique clash that the database reported: an object, where others are a text. */
export const uniqueClash = (message: string): HttpError =>
  new HttpError(409, {
    reason: "Unique constraint violation",
    statement: "hidden",
    orig_error: "hidden",
    message,
  });
export const unprocessable = (detail: string | ValidationDetail[]): HttpError => new HttpError(422, detail);

const quoted = (values: readonly unknown[]): string => {
  const words = values.map((value) => `'${String(value)}'`);
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
};

const TYPES: Record<string, [type: string, msg: string]> = {
  string: ["string_type", "Input should be a valid string"],
  number: ["float_type", "Input should be a valid number"],
  int: ["int_type", "Input should be a valid integer"],
  boolean: ["bool_type", "Input should be a valid boolean"],
  array: ["list_type", "Input should be a valid list"],
  object: ["model_attributes_type", "Input should be a valid dictionary or object to extract fields from"],
  record: ["dict_type", "Input should be a valid dictionary"],
};

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** zod's issues in the form and words of pydantic, which Airflow's clients show to people. */
export function validationDetails(error: z.ZodError, input: unknown, where: "body" | "query"): ValidationDetail[] {
  return error.issues.flatMap((issue): ValidationDetail[] => {
    const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
    const loc = [where, ...path];
    const value = at(input, issue.path);
    const parent = path.length === 0 ? input : at(input, issue.path.slice(0, -1));
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({
        type: "extra_forbidden",
        loc: [...loc, key],
        msg: "Extra inputs are not permitted",
        input: at(value, [key]),
      }));
    if (value === undefined && path.length > 0) return [{ type: "missing", loc, msg: "Field required", input: parent }];
    if (issue.code === "invalid_value")
      return [
        {
          type: "enum",
          loc,
          msg: `Input should be ${quoted(issue.values)}`,
          input: value,
          ctx: { expected: quoted(issue.values) },
        },
      ];
    if (issue.code === "invalid_type") {
      const [type, msg] = TYPES[issue.expected] ?? ["value_error", issue.message];
      return [{ type, loc, msg, input: value }];
    }
    if (issue.code === "too_big" && issue.origin === "string")
      return [
        {
          type: "string_too_long",
          loc,
          msg: `String should have at most ${issue.maximum} characters`,
          input: value,
          ctx: { max_length: Number(issue.maximum) },
        },
      ];
    if (issue.code === "too_small" && issue.origin === "string")
      return [
        {
          type: "string_too_short",
          loc,
          msg: `String should have at least ${issue.minimum} characters`,
          input: value,
          ctx: { min_length: Number(issue.minimum) },
        },
      ];
    return [{ type: "value_error", loc, msg: issue.message, input: value }];
  });
}

/** `unknown` in, a trusted body out; what is wrong with it is the caller's 422. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  if (body === undefined) throw unprocessable([{ type: "missing", loc: ["body"], msg: "Field required", input: null }]);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw unprocessable(validationDetails(parsed.error, body, "body"));
  return parsed.data;
}
