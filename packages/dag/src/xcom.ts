/** Values that go from task to task, as JSON text. */
import { XComValueError } from "./errors";
import type { Json } from "./states";

/** A value larger than this belongs into a file or a bucket, and its name into the XCom. */
export const XCOM_BYTES_MAX = 1024 * 1024;
export const RETURN_VALUE = "return_value";
/** Elements that one list or object may be mapped over. */
export const MAP_LENGTH_MAX = 1024;

/** JSON text of a value; null when there is nothing to keep (undefined or null).
 * @throws {XComValueError} for what JSON would drop or change in silence (NaN, a function, a cycle, a bigint, a Map, a typed
 * array), and for more than XCOM_BYTES_MAX bytes. */
export function encodeXCom(key: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  let text: string | undefined;
  try {
    text = JSON.stringify(value, function check(this: unknown, name, member: unknown) {
      const where = name === "" ? "is" : `has at "${name}"`;
      if (typeof member === "number" && !Number.isFinite(member))
        throw new XComValueError(key, `${where} ${member}, which JSON cannot hold: return null or text instead`);
      if (typeof member === "function" || typeof member === "symbol")
        throw new XComValueError(key, `${where} a ${typeof member}, which JSON cannot hold: return data`);
      if (member instanceof Map || member instanceof Set || ArrayBuffer.isView(member))
        throw new XComValueError(
          key,
          `${where} a ${member.constructor.name}, which JSON cannot hold: convert it to a list or an object, or write it to a file and return the file's name`,
        );
      return member;
    });
  } catch (error) {
    if (error instanceof XComValueError) throw error;
    throw new XComValueError(
      key,
      `is not JSON: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`,
      {
        cause: error,
      },
    );
  }
  if (text === undefined) return null;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > XCOM_BYTES_MAX)
    throw new XComValueError(
      key,
      `is ${bytes} bytes of JSON, above the limit of ${XCOM_BYTES_MAX}: write it to a file or a bucket and return its name`,
    );
  return text;
}

/** How many instances a task mapped over this value has; `null` when it is neither a list nor an object. */
export function mapLength(value: Json): number | null {
  if (typeof value !== "object" || value === null) return null;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}
