import { sql, type Expression, type RawBuilder } from "kysely";
import type { Condition } from "./filter";

/** `column operator value` in SQL, the value bound, never written into the text. */
export function compare(column: Expression<unknown>, { operator, value }: Condition): RawBuilder<boolean> {
  switch (operator) {
    case "IN":
    case "NOT IN":
      return sql`${column} ${sql.raw(operator)} (${sql.join(value as readonly string[])})`;
    case "LIKE": // the connection has case_sensitive_like on
      return sql`${column} like ${value}`;
    case "ILIKE":
      return sql`lower(${column}) like lower(${value})`;
    case "IS NULL":
    case "IS NOT NULL":
      return sql`${column} ${sql.raw(operator)}`;
    default:
      return sql`${column} ${sql.raw(operator)} ${value}`;
  }
}

export const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> =>
  conditions.length === 0 ? sql`1 = 1` : sql`${sql.join(conditions, sql` and `)}`;
