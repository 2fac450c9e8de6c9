/** Ticks of a five-field cron expression in a time zone. */
import { CronExpressionParser } from "cron-parser";
import { CronError } from "../errors";
import type { EpochMillis } from "../states";
import { fromWall, toWall } from "./zone";

export const PRESETS: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@quarterly": "0 0 1 */3 *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

// cron-parser also takes 3 to 6 fields, and `H`, which it draws at random: a schedule must mean the same at every start.
const field = /^[0-9A-Z*/,\-#?]+$/i;
const names = /^(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT|L)$/i;

export interface Cron {
  readonly expression: string;
  readonly timezone: string;
  /** The first tick after `at`. */
  next(at: EpochMillis): EpochMillis;
  /** The last tick before `at`. */
  previous(at: EpochMillis): EpochMillis;
  /** `at` itself when it is a tick, else the next or the previous one. */
  atOrAfter(at: EpochMillis): EpochMillis;
  atOrBefore(at: EpochMillis): EpochMillis;
}

/** Computes as Airflow does: in wall time, which is then localised (a wall time that does not exist moves forward by the
 * gap, one that comes twice is the second), except that an hour field of `*` steps in absolute time. cron-parser does the
 * calendar only, on wall time written as UTC: its own daylight saving differs from Airflow's.
 * @throws {CronError} */
export function parseCron(schedule: string, timezone: string): Cron {
  const expression = (PRESETS[schedule.trim().toLowerCase()] ?? schedule).trim().split(/\s+/).join(" ");
  const fields = expression.split(" ");
  if (fields.length !== 5) throw new CronError(schedule, `has ${fields.length} fields instead of 5`);
  for (const text of fields) {
    const words = text.split(/[^A-Z]+/i).filter((word) => word !== "");
    const unknown = words.find((word) => !names.test(word));
    if (!field.test(text) || unknown !== undefined)
      throw new CronError(schedule, `has the field "${text}", which is not a cron field`);
  }
  const step = (wall: number, direction: "next" | "prev"): number => {
    const parsed = CronExpressionParser.parse(expression, { currentDate: new Date(wall), tz: "UTC" });
    return parsed[direction]().getTime();
  };
  try {
    step(Date.UTC(2026, 0, 1), "next");
  } catch (error) {
    throw new CronError(
      schedule,
      `is not valid (${error instanceof Error ? error.message : String(error)})`,
      undefined,
      {
        cause: error,
      },
    );
  }
  const coversEveryHour = fields[1] === "*" || fields[1] === "*/1";

  const move = (at: EpochMillis, direction: "next" | "prev"): EpochMillis => {
    const sign = direction === "next" ? 1 : -1;
    let wall = toWall(at, timezone);
    // In the first of two equal hours, the ticks of the whole hour are still to come: they belong to the second one.
    if (!coversEveryHour && direction === "next") wall -= Math.max(0, fromWall(wall, timezone) - at);
    // Around a change of the clock the nearest wall time can be the same instant again, or lie on the wrong side: go on.
    for (;;) {
      const found = step(wall, direction);
      const result = coversEveryHour ? at + (found - wall) : fromWall(found, timezone);
      if ((result - at) * sign > 0) return result;
      wall = found;
    }
  };
  const next = (at: EpochMillis): EpochMillis => move(at, "next");
  const previous = (at: EpochMillis): EpochMillis => move(at, "prev");
  const atOrAfter = (at: EpochMillis): EpochMillis => next(at - 1);
  const atOrBefore = (at: EpochMillis): EpochMillis => previous(at + 1);
  return { expression, timezone, next, previous, atOrAfter, atOrBefore };
}
