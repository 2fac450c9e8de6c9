import { randomUUID } from "node:crypto";
import { sql, type Expression, type RawBuilder } from "kysely";
import type * as z from "zod";
import type { ViewType } from "../../schemas";
import type { LifecycleStage } from "../tables";

/** A message as it is sent: lists may be absent. */
export type Wire<T extends z.ZodType> = z.input<T>;

export interface TagRow {
  readonly key: string;
  readonly value: string;
}

/** `column in (…)` as one statement for lists of every length, so that it is prepared once. */
export const isOneOf = (column: Expression<unknown>, values: readonly (string | number)[]): RawBuilder<boolean> =>
  sql`${column} in (select value from json_each(${JSON.stringify(values)}))`;

/** An id as MLflow makes them: 32 hex digits. */
export const newId = (): string => randomUUID().replaceAll("-", "");

export const stagesOf = (view: ViewType = "ACTIVE_ONLY"): LifecycleStage[] =>
  view === "ALL" ? ["active", "deleted"] : view === "ACTIVE_ONLY" ? ["active"] : ["deleted"];

/** MLflow stores an absent string as NULL or as "". */
export const present = (text: string | null | undefined): string | undefined => text || undefined;

export const uri = (base: string, ...parts: readonly string[]): string =>
  [base.replace(/\/+$/, ""), ...parts].join("/");

/** The last value of each key, as when the tags are set one after the other. */
export const lastOfEachKey = <T extends { readonly key: string }>(tags: readonly T[]): T[] => [
  ...new Map(tags.map((tag) => [tag.key, tag])).values(),
];

/** Puts rows under the id that they belong to. */
export function groupBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
