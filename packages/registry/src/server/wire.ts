import * as z from "zod";
import { invalidParameter, type RequestError } from "../errors";
import { INT64_MAX } from "../schemas";

const API_DOCS = "See the API docs for more information about request parameters.";

/**
 * Reads a request as protobuf's JSON: either spelling of a field (`run_id`, `runId`), null as absent, unknown fields
 * ignored. `run_uuid` stands for `run_id`, as in MLflow's first clients.
 * @throws {RequestError} INVALID_PARAMETER_VALUE in MLflow's words, for the first field that is missing or wrong.
 */
export function readMessage<T extends z.ZodType>(message: T, json: unknown): z.output<T> {
  if (!isPlainObject(json))
    throw invalidParameter(`The request must be a JSON object, not ${pythonType(json)}. ${API_DOCS}`);
  const named = nameFields(spellingOf(message), json) as Record<string, unknown>;
  if (named.run_id === undefined && typeof named.run_uuid === "string") named.run_id = named.run_uuid;
  const result = message.safeParse(named);
  if (!result.success) throw invalidMessage(result.error, named);
  return result.data;
}

/** How the fields of a type are spelled, worked out once for each type: a batch has thousands of values. */
type Spelling =
  | { readonly kind: "value" }
  | { readonly kind: "list"; readonly element: Spelling }
  | { readonly kind: "message"; readonly fields: readonly Field[]; readonly hasRunId: boolean };
interface Field {
  readonly name: string;
  readonly camel: string;
  readonly spelling: Spelling;
}

const spellings = new WeakMap<z.ZodType, Spelling>();

function spellingOf(type: z.ZodType): Spelling {
  let spelling = spellings.get(type);
  if (!spelling) spellings.set(type, (spelling = readSpelling(innermost(type))));
  return spelling;
}

function readSpelling(type: z.ZodType): Spelling {
  if (type instanceof z.ZodArray) return { kind: "list", element: spellingOf(type.element as z.ZodType) };
  if (!(type instanceof z.ZodObject)) return { kind: "value" };
  const fields = Object.entries(type.shape as Readonly<Record<string, z.ZodType>>).map(([name, field]) => ({
    name,
    camel: name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    spelling: spellingOf(field),
  }));
  return { kind: "message", fields, hasRunId: fields.some(({ name }) => name === "run_id") };
}

/** Puts the fields of a message, and of the messages in it, under their snake_case names. */
function nameFields(spelling: Spelling, value: unknown): unknown {
  if (typeof value === "string") {
    if (value.includes("\0"))
      throw invalidParameter("A value holds a NUL character, which cannot be stored: remove it.");
    return value;
  }
  if (spelling.kind === "list")
    return Array.isArray(value) ? value.map((item) => nameFields(spelling.element, item)) : value;
  if (spelling.kind === "value" || !isPlainObject(value)) return value;
  const named: Record<string, unknown> = {};
  if (spelling.hasRunId && Object.hasOwn(value, "run_uuid")) named.run_uuid = value.run_uuid;
  for (const { name, camel, spelling: inner } of spelling.fields) {
    const asNamed = Object.hasOwn(value, name);
    if (camel !== name && Object.hasOwn(value, camel)) {
      if (asNamed) throw invalidParameter(`Request specifies both '${name}' and '${camel}'; provide only one of them.`);
      named[name] = nameFields(inner, value[camel]);
    } else if (asNamed) named[name] = nameFields(inner, value[name]);
  }
  return named;
}

/** The type under optional(), nullish() and transform(). */
function innermost(type: z.ZodType): z.ZodType {
  let inner: z.ZodType = type;
  for (;;) {
    if (inner instanceof z.ZodPipe) inner = inner.in as z.ZodType;
    else if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap() as z.ZodType;
    else return inner;
  }
}

/** Fields that hold a list, which a query string gives by repeating the field. */
export function readQuery(message: z.ZodType, query: URLSearchParams): Record<string, unknown> {
  const fields = message instanceof z.ZodObject ? (message.shape as Readonly<Record<string, z.ZodType>>) : {};
  const json: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const values = query.getAll(name);
    json[name] = field && spellingOf(field).kind === "list" ? values : enumNumber(values[0]!, field);
  }
  return json;
}

/** An enum's number is a number also where all is text. */
const enumNumber = (text: string, field: z.ZodType | undefined): unknown =>
  field && /^\d$/.test(text) && field.safeParse(Number(text)).success && !field.safeParse(text).success
    ? Number(text)
    : text;

function invalidMessage(error: z.ZodError, json: unknown): RequestError {
  const path = error.issues[0]?.path ?? [];
  let value: unknown = json;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  const parameter = path.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key)),
    "",
  );
  if (value === undefined || value === null || value === "")
    return invalidParameter(`Missing value for required parameter '${parameter}'. ${API_DOCS}`);
  const shown = pythonJson(value);
  return invalidParameter(
    `Invalid value ${shown.length > 1000 ? `${shown.slice(0, 1000)}…` : shown} for parameter '${parameter}' supplied:  ` +
      `Hint: Value was of type '${pythonType(value)}'. ${API_DOCS}`,
  );
}

/** JSON with its keys sorted, as Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))`, ASCII only. */
function pythonJson(value: unknown): string {
  const sorted = JSON.stringify(value, (_, inner: unknown) =>
    isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
  return sorted.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function pythonType(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    default:
      return "dict";
  }
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * JSON as protobuf writes it: what is absent, and every empty list, is left out. A 64-bit integer that a double does not
 * hold is text, as protobuf's own: `9223372036854776000` is out of its readers' range, and would fail the whole answer.
 */
export function writeMessage(message: unknown): string {
  return JSON.stringify(message, (key, value: unknown) => {
    if (Array.isArray(value) && value.length === 0) return undefined;
    if (typeof value === "number" && key !== "value" && Number.isInteger(value) && !Number.isSafeInteger(value))
      return int64Text(value);
    return value;
  });
}

function int64Text(value: number): string {
  const exact = BigInt(value);
  return String(exact > INT64_MAX ? INT64_MAX : exact); // the largest few are rounded up past the end when they are read
}
