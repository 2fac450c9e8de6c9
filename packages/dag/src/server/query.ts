import { badRequest, unprocessable, type ValidationDetail } from "./http-error";
import { parseDate } from "./dates";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 100;
const PATTERN_LENGTH_MAX = 1000;

export interface Order<Column extends string = string> {
  readonly column: Column;
  readonly direction: "asc" | "desc";
}

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

export interface Range<Value> {
  readonly gte?: Value;
  readonly gt?: Value;
  readonly lte?: Value;
  readonly lt?: Value;
}

const invalid = (name: string, type: string, msg: string, input: unknown, ctx?: Record<string, unknown>) => {
  const detail: ValidationDetail = { type, loc: ["query", name], msg, input };
  return unprocessable([ctx === undefined ? detail : { ...detail, ctx }]);
};

const TRUE = new Set(["true", "1", "t", "yes", "y", "on"]);
const FALSE = new Set(["false", "0", "f", "no", "n", "off"]);

/** Reads the query of a call: repeated members, typed values, and 422 for what is not of the type. Unknown members are ignored. */
export class QueryReader {
  constructor(private readonly search: URLSearchParams) {}

  text(name: string): string | undefined {
    return this.search.get(name) ?? undefined;
  }

  all(name: string): string[] {
    return this.search.getAll(name);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalid(name, "missing", "Field required", null);
    return value;
  }

  bool(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (TRUE.has(value.toLowerCase())) return true;
    if (FALSE.has(value.toLowerCase())) return false;
    throw invalid(name, "bool_parsing", "Input should be a valid boolean, unable to interpret input", value);
  }

  int(name: string, min?: number): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : this.#int(name, value, min);
  }

  ints(name: string): number[] {
    return this.all(name).map((value) => this.#int(name, value));
  }

  #int(name: string, value: string, min?: number): number {
    const number = Number(value);
    if (!/^[+-]?\d+$/.test(value.trim()) || !Number.isSafeInteger(number))
      throw invalid(
        name,
        "int_parsing",
        "Input should be a valid integer, unable to parse string as an integer",
        value,
      );
    if (min !== undefined && number < min)
      throw invalid(name, "greater_than_equal", `Input should be greater than or equal to ${min}`, value, { ge: min });
    return number;
  }

  float(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number))
      throw invalid(name, "float_parsing", "Input should be a valid number, unable to parse string as a number", value);
    return number;
  }

  date(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const millis = parseDate(value);
    if (millis === null)
      throw invalid(name, "datetime_from_date_parsing", "Input should be a valid datetime or date", value);
    return millis;
  }

  /** The four bounds of one column, e.g. `start_date_gte`. */
  dateRange(column: string): Range<number> {
    return this.#range(column, (name) => this.date(name));
  }

  floatRange(column: string): Range<number> {
    return this.#range(column, (name) => this.float(name));
  }

  #range(column: string, read: (name: string) => number | undefined): Range<number> {
    const range: { gte?: number; gt?: number; lte?: number; lt?: number } = {};
    for (const bound of ["gte", "gt", "lte", "lt"] as const) {
      const value = read(`${column}_${bound}`);
      if (value !== undefined) range[bound] = value;
    }
    return range;
  }

  /** Values of a repeated filter that must be among `allowed`; Airflow's 422 of a state filter is a text. */
  states<State extends string>(name: string, allowed: readonly State[]): State[] {
    return this.all(name).map((value) => {
      if ((allowed as readonly string[]).includes(value)) return value as State;
      throw unprocessable(
        `Invalid value for ${name}: ${JSON.stringify(value)}. Valid values are ${allowed.join(", ")}`,
      );
    });
  }

  /** A text to search by; SQLite refuses patterns of tens of thousands of characters, and nobody needs them. */
  limited(name: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && value.length > PATTERN_LENGTH_MAX)
      throw invalid(name, "string_too_long", `String should have at most ${PATTERN_LENGTH_MAX} characters`, value);
    return value;
  }

  page(): Page {
    const limit = this.int("limit", 0) ?? LIMIT_DEFAULT;
    return { limit: Math.min(limit, LIMIT_MAX), offset: this.int("offset", 0) ?? 0 };
  }

  order<Column extends string>(allowed: Readonly<Record<string, Column>>, byDefault: string): Order<Column>[] {
    const asked = this.all("order_by").filter((name) => name !== "");
    return parseOrder(asked.length === 0 ? [byDefault] : asked, allowed);
  }
}

/** `["-start_date"]` to columns, by a table of the names that may be asked for. */
export function parseOrder<Column extends string>(
  asked: readonly string[],
  allowed: Readonly<Record<string, Column>>,
): Order<Column>[] {
  return asked.map((text) => {
    const name = text.replace(/^[-+]/, "");
    const column = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (column === undefined)
      throw badRequest(`Ordering with '${name}' is disallowed or the attribute does not exist on the model`);
    return { column, direction: text.startsWith("-") ? "desc" : "asc" };
  });
}
