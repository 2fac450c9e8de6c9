/** Readers of MLflow's JSON, where what is empty is absent, integers may come as text, and numbers as `"NaN"`. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };
export type Wire = Readonly<Record<string, Json>>;

const isWire = (value: Json): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);

export const object = (value: Json): Wire => (isWire(value) ? value : {});
export const objects = (value: Json): Wire[] => (Array.isArray(value) ? (value as readonly Json[]).filter(isWire) : []);
export const text = (value: Json): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
export const texts = (value: Json): string[] => (Array.isArray(value) ? (value as readonly Json[]).map(text) : []);
export const optionalText = (value: Json): string | undefined => text(value) || undefined;

/** `"NaN"`, `"Infinity"`, `"-Infinity"` and decimal text become numbers; what is absent is 0, as in protobuf. */
export const number = (value: Json): number => (value === undefined || value === null ? 0 : Number(value));
export const optionalNumber = (value: Json): number | undefined =>
  value === undefined || value === null ? undefined : Number(value);

/** A double as JSON can carry it. */
export const wireNumber = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** `[{key, value}]` as an object; a key such as `__proto__` is one like any other. */
export function record(value: Json): Record<string, string> {
  return Object.fromEntries(objects(value).map((item) => [text(item["key"]), text(item["value"])]));
}

export type TagValue = string | number | boolean;
export type TagsInput = Readonly<Record<string, TagValue>>;

export function wireTags(tags: TagsInput | undefined): { key: string; value: string }[] | undefined {
  return tags === undefined ? undefined : Object.entries(tags).map(([key, value]) => ({ key, value: String(value) }));
}

/** The properties that are not undefined. */
export function defined<T extends object>(properties: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as never;
}
