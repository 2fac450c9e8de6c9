import type { Order, Page, Range } from "./query";

/** The listing options that every list of the store takes, from REST's. */
export const paging = <Column extends string>(page: Page, order: readonly Order<Column>[]) => ({
  limit: page.limit,
  offset: page.offset,
  orderBy: order.map(({ column, direction }) => ({ column, descending: direction === "desc" })),
});

/** `{ [name]: value }`, or nothing at all when there is no value: an absent filter, not an undefined one. */
export function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined | null,
): { [K in Name]?: NonNullable<Value> } {
  return (value === undefined || value === null ? {} : { [name]: value }) as { [K in Name]?: NonNullable<Value> };
}

/** As {@link given}, for a filter of several values, where none given means no filter. */
export const givenAny = <Name extends string, Value>(name: Name, values: readonly Value[]) =>
  given(name, values.length === 0 ? undefined : values);

/** A range as a filter; without any bound there is none. */
export const isGiven = <Name extends string, Bounds extends object>(name: Name, range: Bounds) =>
  given(name, Object.keys(range).length === 0 ? undefined : range);

/** The bounds of one column in a body: `start_date_gte` and so on. */
export function boundsOf(body: Readonly<Record<string, unknown>>, column: string): Range<number> {
  const range: { gte?: number; gt?: number; lte?: number; lt?: number } = {};
  for (const bound of ["gte", "gt", "lte", "lt"] as const) {
    const value = body[`${column}_${bound}`];
    if (typeof value === "number") range[bound] = value;
  }
  return range;
}
