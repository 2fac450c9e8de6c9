import { z } from "zod";
import { BodyError, FeatureCountError, FeatureValueError } from "./errors";

/** The words on the wire. The parsers below accept the same bodies and are much faster; a property test holds them together. */
export const PredictBody = z.object({
  features: z.array(z.number()).describe("one epoch: as many finite numbers as the model has features, microvolts"),
});
export const PredictBatchBody = z.object({
  features: z.array(z.array(z.number())).min(1).describe("rows of features: an epoch each"),
});
export const PredictAnswer = z.object({
  model_version_loaded: z.string().describe('for example "v3 (source: mlflow-artifacts:/1/0a1b/artifacts/model)"'),
  predicted_label_code: z.int(),
  predicted_class_name: z.string(),
  probability_target: z.number().min(0).max(1),
});
export const PredictBatchAnswer = z.object({
  predictions: z.array(z.int()).describe("a label code for each row"),
  model_version_loaded: z.string(),
});
export const HealthAnswer = z.object({
  status: z.enum(["ok", "degraded"]),
  model_uri_configured: z.string().nullable(),
  model_uri_actually_loaded_from_run: z.string().nullable(),
  model_version_loaded: z.string().nullable().describe('for example "v3"'),
  model_details_from_registry: z.record(z.string(), z.unknown()).nullable(),
  model_version_wanted: z.string().optional().describe("the version that failed to load, while an older one is served"),
  problem: z.string().optional(),
  draining: z.boolean().optional(),
});
export const ErrorAnswer = z.object({ error: z.string(), request_id: z.string() });

/** What the parsers need to know of a model. */
export interface Signature {
  readonly nFeatures: number;
}

/** What a value is, in the words of JSON, short enough for an error message. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string")
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === "number")
    return Number.isFinite(value) ? `the number ${value}` : `a number beyond the range of a double (${value})`;
  if (typeof value === "boolean") return `${value}`;
  return "an object";
}

/**
 * One row.
 * @returns nFeatures values.
 * @throws {BodyError} when the body is not `{"features": […]}`.
 * @throws {FeatureCountError} when the row is not as wide as the model.
 * @throws {FeatureValueError} when a value is not a finite number; it names the first one.
 */
export function parsePredict(body: unknown, signature: Signature): Float64Array {
  const features = featuresOf(body, `a list of ${signature.nFeatures} numbers`);
  const row = new Float64Array(signature.nFeatures);
  fillRow(row, 0, features, signature.nFeatures, "features");
  return row;
}

/**
 * Rows, at least one.
 * @returns `data`, nRows × nFeatures, row-major.
 * @throws as `parsePredict`; the path in the message names the row.
 */
export function parsePredictBatch(body: unknown, signature: Signature): { data: Float64Array; nRows: number } {
  const { nFeatures } = signature;
  const rows = featuresOf(body, `a list of rows of ${nFeatures} numbers`);
  const nRows = rows.length;
  if (nRows === 0) throw new BodyError("features: expected at least one row, got an empty list");
  // Widths first: the allocation below is then no larger than what the caller has sent.
  for (let row = 0; row < nRows; row++) {
    const values: unknown = rows[row];
    if (!Array.isArray(values))
      throw new FeatureValueError(`features[${row}]`, describe(values), `a row, a list of ${nFeatures} numbers`);
    if (values.length !== nFeatures) throw new FeatureCountError(values.length, nFeatures, `features[${row}]`);
  }
  const data = new Float64Array(nRows * nFeatures);
  for (let row = 0; row < nRows; row++)
    fillRow(data, row * nFeatures, rows[row] as readonly unknown[], nFeatures, `features[${row}]`);
  return { data, nRows };
}

function featuresOf(body: unknown, expected: string): readonly unknown[] {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new BodyError(`body: expected a JSON object {"features": ${expected}}, got ${describe(body)}`);
  if (!Object.hasOwn(body, "features")) {
    const keys = Object.keys(body);
    const got =
      keys.length === 0
        ? "an empty object"
        : `the keys ${keys
            .slice(0, 5)
            .map((key) => JSON.stringify(key.slice(0, 40)))
            .join(", ")}`;
    throw new BodyError(`body: expected the key "features", ${expected}, got ${got}`);
  }
  const { features } = body as { features: unknown };
  if (!Array.isArray(features)) throw new BodyError(`features: expected ${expected}, got ${describe(features)}`);
  return features;
}

function fillRow(
  into: Float64Array,
  offset: number,
  values: readonly unknown[],
  nFeatures: number,
  path: string,
): void {
  if (values.length !== nFeatures) {
    if (Array.isArray(values[0]))
      throw new FeatureValueError(`${path}[0]`, describe(values[0]), "a number: this route takes one row");
    throw new FeatureCountError(values.length, nFeatures, path);
  }
  for (let i = 0; i < nFeatures; i++) {
    const value = values[i];
    if (typeof value !== "number" || !Number.isFinite(value))
      throw new FeatureValueError(`${path}[${i}]`, describe(value));
    into[offset + i] = value;
  }
}

/**
 * A body's text to a value.
 * @throws {BodyError} when it is not JSON.
 */
export function parseJson(text: string): unknown {
  if (text.length === 0) throw new BodyError("body: expected JSON, got nothing");
  try {
    // A byte order mark is no JSON, yet editors and spreadsheets put one in front.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch (error) {
    throw new BodyError(
      `body: expected JSON, got text that is not (${error instanceof Error ? error.message : "?"}); NaN and Infinity are not JSON`,
      {
        cause: error,
      },
    );
  }
}
