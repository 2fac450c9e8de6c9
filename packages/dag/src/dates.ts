import { DateError } from "./errors";
import type { EpochMillis } from "./states";
import { fromWall } from "./timetable/zone";

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[+-]\d\d:?\d\d)?$/i;

/** A Date, or ISO-8601 text; text without an offset is wall time in `timezone`.
 * @throws {DateError} */
export function parseDate(what: string, value: unknown, timezone = "UTC"): EpochMillis {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new DateError(what, value);
    return value.getTime();
  }
  const match = typeof value === "string" ? iso.exec(value.trim()) : null;
  if (match === null) throw new DateError(what, value);
  const [, day, time = "00:00", offset] = match;
  const wall = Date.parse(
    `${day}T${time}${offset === undefined ? "Z" : offset.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, "$1:$2")}`,
  );
  // Date.parse takes 30 February for 2 March: only a date that comes back as it went in is one.
  const isReal = !Number.isNaN(wall) && new Date(`${day}T00:00Z`).toISOString().startsWith(day!);
  if (!isReal) throw new DateError(what, value);
  return offset === undefined ? fromWall(wall, timezone) : wall;
}

/** `2026-11-21T06:00:00+00:00`, and six decimals of a second only when there are any: as Airflow writes run ids. */
export function formatOffset(atMillis: EpochMillis): string {
  const text = new Date(atMillis).toISOString();
  const millis = text.slice(20, 23);
  return `${text.slice(0, 19)}${millis === "000" ? "" : `.${millis}000`}+00:00`;
}
