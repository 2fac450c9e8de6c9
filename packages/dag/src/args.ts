/** Arguments of a task: outputs found in them, shown as JSON, and replaced by values. */
import type { Json } from "./states";
import { isOutput, type Output } from "./task";

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

/** Every output in lists and plain objects, however deep. */
export function outputsIn(value: unknown): Output<unknown>[] {
  if (isOutput(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(outputsIn);
  return isPlain(value) ? Object.values(value).flatMap(outputsIn) : [];
}

/** Arguments as JSON, to be looked at and hashed: an output as `{"__output": taskId}`, what is not JSON by its type. */
export function describeArgs(value: unknown): Json {
  if (isOutput(value)) return { __output: value.taskId };
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(describeArgs);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (isPlain(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, describeArgs(member)]),
    );
  if (typeof value === "object") return `<${value.constructor?.name ?? "object"}>`;
  return `<${typeof value}>`;
}

/** The same arguments with each output replaced by its value; what is not a list or plain object stays the same object. */
export function resolveArgs(value: unknown, outputs: Readonly<Record<string, Json | undefined>>): unknown {
  if (isOutput(value)) return outputs[value.taskId];
  if (Array.isArray(value)) return value.map((member) => resolveArgs(member, outputs));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolveArgs(member, outputs)]));
}

/** Which element of each source the instance `mapIndex` of a cross product takes; the last source is the fastest. */
export function elementIndexes(lengths: readonly number[], mapIndex: number): number[] {
  const indexes: number[] = [];
  let rest = mapIndex;
  for (const length of [...lengths].reverse()) {
    indexes.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return indexes;
}

/** The element at `index` of a list, or [key, value] of an object. */
export function elementAt(source: unknown, index: number): unknown {
  return Array.isArray(source) ? source[index] : Object.entries(source as object)[index];
}
