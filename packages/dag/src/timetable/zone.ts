/** Wall time and UTC, for any IANA zone, with Airflow's answers around a change of the clock. */
import type { EpochMillis } from "../states";

const DAY_MILLIS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a zone that this machine does not know. */
function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: timezone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timezone, format);
  }
  return format;
}

export function isTimezone(timezone: unknown): timezone is string {
  if (typeof timezone !== "string" || timezone === "") return false;
  try {
    formatOf(timezone);
    return true;
  } catch {
    return false;
  }
}

/** The wall time of an instant, written as if it were UTC. */
export function toWall(atMillis: EpochMillis, timezone: string): number {
  if (timezone === "UTC") return atMillis;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(atMillis)) part[type] = Number(value);
  const wall = Date.UTC(
    part["year"]!,
    part["month"]! - 1,
    part["day"]!,
    part["hour"]!,
    part["minute"]!,
    part["second"]!,
  );
  return wall + (((atMillis % 1000) + 1000) % 1000);
}

/** The instant of a wall time (written as if it were UTC). A wall time that the clock jumps over moves forward by the gap;
 * one that comes twice is its second occurrence. */
export function fromWall(wall: number, timezone: string): EpochMillis {
  if (timezone === "UTC") return wall;
  const offset = (at: number): number => toWall(at, timezone) - at;
  const before = wall - offset(wall - DAY_MILLIS);
  const after = wall - offset(wall + DAY_MILLIS);
  const isBefore = toWall(before, timezone) === wall;
  const isAfter = toWall(after, timezone) === wall;
  if (isBefore && isAfter) return Math.max(before, after);
  return isAfter ? after : before;
}
