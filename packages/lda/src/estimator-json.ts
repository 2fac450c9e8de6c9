import { EstimatorJsonError } from "./errors";
import { sha256 } from "./sha256";

export const ESTIMATOR_FORMAT = "p300-estimator";
/** Raised only when an older reader would misread newer JSON. */
export const ESTIMATOR_FORMAT_VERSION = 1;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an estimator keeps: numbers as arrays, the rest as it is. undefined fields are left out. */
export interface EstimatorState {
  readonly [field: string]: Json | undefined | ArrayLike<number> | EstimatorJson | readonly EstimatorJson[];
}

/** A fitted estimator as plain JSON: every double comes back to the last bit, and an alteration is noticed. */
export interface EstimatorJson {
  readonly format: typeof ESTIMATOR_FORMAT;
  readonly format_version: number;
  /** The class, such as "StandardScaler". */
  readonly type: string;
  readonly state: { readonly [field: string]: Json };
  /** SHA-256 of the rest, keys sorted. */
  readonly checksum: string;
}

export function sealEstimator(type: string, state: EstimatorState): EstimatorJson {
  const plain: Record<string, Json> = {};
  for (const [field, value] of Object.entries(state)) if (value !== undefined) plain[field] = plainOf(value);
  const body = { format: ESTIMATOR_FORMAT, format_version: ESTIMATOR_FORMAT_VERSION, type, state: plain } as const;
  return { ...body, checksum: checksumOf(body) };
}

/** The fields of an estimator's JSON, checked against its checksum; each getter checks what it gives.
 * @throws {EstimatorJsonError} */
export function openEstimator(json: unknown, type: string): EstimatorFields {
  const refuse = (what: string): never => {
    throw new EstimatorJsonError(type, what);
  };
  if (!isRecord(json)) return refuse(`${json === null ? "null" : typeof json} is no object`);
  if (json["format"] !== ESTIMATOR_FORMAT) refuse(`"format" is not ${JSON.stringify(ESTIMATOR_FORMAT)}`);
  if (json["format_version"] !== ESTIMATOR_FORMAT_VERSION)
    refuse(
      `it has format version ${String(json["format_version"])}, this version of @p300/lda reads ${ESTIMATOR_FORMAT_VERSION}`,
    );
  if (json["type"] !== type) refuse(`it holds a ${String(json["type"])}`);
  const { checksum, ...body } = json;
  if (typeof checksum !== "string" || checksumOf(body) !== checksum)
    refuse("it does not match its checksum: it was cut short or altered, save the estimator again");
  const { state } = body;
  return isRecord(state) ? new EstimatorFields(type, state) : refuse('"state" is no object');
}

/** The type named in an estimator's JSON, unchecked. */
export function estimatorTypeOf(json: unknown): string | undefined {
  return isRecord(json) && typeof json["type"] === "string" ? json["type"] : undefined;
}

export class EstimatorFields {
  readonly #type: string;
  readonly #state: Record<string, unknown>;

  constructor(type: string, state: Record<string, unknown>) {
    this.#type = type;
    this.#state = state;
  }

  has(field: string): boolean {
    return field in this.#state;
  }

  raw(field: string): unknown {
    return this.#state[field];
  }

  number(field: string): number {
    const value = numberOf(this.#state[field]);
    return value ?? this.refuse(field, "a number");
  }

  count(field: string): number {
    const value = this.#state[field];
    return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : this.refuse(field, "a count");
  }

  flag(field: string): boolean {
    const value = this.#state[field];
    return typeof value === "boolean" ? value : this.refuse(field, "true or false");
  }

  text(field: string): string {
    const value = this.#state[field];
    return typeof value === "string" ? value : this.refuse(field, "text");
  }

  oneOf<const T extends string>(field: string, choices: readonly T[]): T {
    const value = this.#state[field];
    return choices.find((choice) => choice === value) ?? this.refuse(field, `one of ${choices.join(", ")}`);
  }

  list(field: string): readonly unknown[] {
    const value = this.#state[field];
    return Array.isArray(value) ? (value as unknown[]) : this.refuse(field, "a list");
  }

  /** Finite numbers, or NaN too where it is allowed; `length` of them when it is given. */
  numbers(field: string, length?: number, { nan = false }: { nan?: boolean } = {}): Float64Array {
    const values = this.list(field);
    if (length !== undefined && values.length !== length) this.refuse(field, `a list of ${length} numbers`);
    const out = new Float64Array(values.length);
    values.forEach((value, i) => {
      out[i] = numberOf(value) ?? (nan && value === "NaN" ? Number.NaN : this.refuse(field, "a list of numbers"));
    });
    return out;
  }

  /** Ascending class codes, two or more. */
  classes(field: string): number[] {
    const values = [...this.numbers(field)];
    const ascending = values.every((v, k) => Number.isInteger(v) && (k === 0 || v > values[k - 1]!));
    return values.length >= 2 && ascending ? values : this.refuse(field, "ascending class codes");
  }

  refuse(field: string, expected: string): never {
    throw new EstimatorJsonError(this.#type, `"${field}" is not ${expected}`);
  }
}

function plainOf(value: EstimatorState[string]): Json {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, numberJson);
  if (Array.isArray(value)) return (value as Json[]).map(plainOf);
  if (typeof value === "number") return numberJson(value);
  return value as Json;
}

// JSON has no negative zero, no infinities and no NaN.
function numberJson(value: number): Json {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

function numberOf(value: unknown): number | undefined {
  if (value === "-0") return -0;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function checksumOf(body: unknown): string {
  return sha256(new TextEncoder().encode(canonical(body)));
}

/** JSON with keys in order, so that a store that sorts them changes nothing. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "null";
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join(",")}}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
