/** Pieces of WHERE and ORDER BY that the lists share. */
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { OrderBy, Range } from "../store";

export type Condition = RawBuilder<SqlBool>;

/** All of them; `undefined` ones are filters that were not given. */
export function all(conditions: readonly (Condition | undefined)[]): Condition {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(given, sql` and `)})`;
}

export function isIn(column: string, values: readonly (string | number | null)[] | undefined): Condition | undefined {
  if (values === undefined) return undefined;
  const present = values.filter((value) => value !== null);
  const isNull = values.includes(null) ? [sql<SqlBool>`${sql.ref(column)} is null`] : [];
  const among = present.length > 0 ? [sql<SqlBool>`${sql.ref(column)} in (${sql.join(present)})`] : [];
  const either = [...isNull, ...among];
  return either.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`(${sql.join(either, sql` or `)})`;
}

/** `%` and `_` are wild, `|` is "or", `~` is everything; found anywhere, whatever the case. */
export function matches(column: string, pattern: string | undefined): Condition | undefined {
  if (pattern === undefined || pattern === "~") return undefined;
  const parts = pattern
    .split("|")
    .map((part) => sql<SqlBool>`lower(${sql.ref(column)}) like ${`%${part.toLowerCase()}%`}`);
  return sql<SqlBool>`(${sql.join(parts, sql` or `)})`;
}

export function inRange(expression: RawBuilder<unknown>, range: Range | undefined): Condition | undefined {
  if (range === undefined) return undefined;
  const { gte, gt, lte, lt } = range;
  return all([
    gte === undefined ? undefined : sql<SqlBool>`${expression} >= ${gte}`,
    gt === undefined ? undefined : sql<SqlBool>`${expression} > ${gt}`,
    lte === undefined ? undefined : sql<SqlBool>`${expression} <= ${lte}`,
    lt === undefined ? undefined : sql<SqlBool>`${expression} < ${lt}`,
  ]);
}

export const durationSeconds = (table: string): RawBuilder<number> =>
  sql<number>`(${sql.ref(`${table}.endDate`)} - ${sql.ref(`${table}.startDate`)}) / 1000.0`;

/** `order by`, `limit` and `offset`; `tieBreak` makes the order total, so that pages neither repeat nor lose a row. */
export function paged<Column extends string>(
  { orderBy = [], limit, offset }: { orderBy?: readonly OrderBy<Column>[]; limit?: number; offset?: number },
  columns: Readonly<Record<Column, string | RawBuilder<unknown>>>,
  tieBreak: string,
): RawBuilder<unknown> {
  const terms = orderBy.map(({ column, descending }) => {
    const term = columns[column];
    return sql`${typeof term === "string" ? sql.ref(term) : term} ${descending === true ? sql`desc` : sql`asc`}`;
  });
  terms.push(sql`${sql.ref(tieBreak)} ${orderBy[0]?.descending === true ? sql`desc` : sql`asc`}`);
  // SQLite wants a limit before an offset; -1 is none.
  return sql`order by ${sql.join(terms)} limit ${limit ?? -1} offset ${offset ?? 0}`;
}
