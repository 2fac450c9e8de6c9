import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CronError } from "../../src/errors";
import { parseCron, PRESETS } from "../../src/timetable/cron";
import { fromWall, isTimezone, toWall } from "../../src/timetable/zone";

const at = (iso: string): number => Date.parse(iso);
const iso = (millis: number): string => new Date(millis).toISOString().replace(".000Z", "Z");

function ticksBetween(expression: string, timezone: string, from: string, to: string): string[] {
  const cron = parseCron(expression, timezone);
  const ticks: string[] = [];
  for (let tick = cron.atOrAfter(at(from)); tick < at(to); tick = cron.next(tick)) ticks.push(iso(tick));
  return ticks;
}

// Measured on Airflow 3.2.2, cron trigger timetable, Europe/Berlin: the nights in which the clock changes.
describe.each([
  { expression: "30 2 * * *", spring: ["01:30"], autumn: ["01:30"] },
  { expression: "0 2 * * *", spring: ["01:00"], autumn: ["01:00"] },
  { expression: "0 3 * * *", spring: ["01:00"], autumn: ["02:00"] },
  { expression: "30 1,2 * * *", spring: ["00:30", "01:30"], autumn: ["-23:30", "01:30"] },
  {
    expression: "0 * * * *",
    spring: ["-23:00", "00:00", "01:00", "02:00"],
    autumn: ["-23:00", "00:00", "01:00", "02:00"],
  },
  {
    expression: "*/30 * * * *",
    spring: ["-23:00", "-23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30"],
    autumn: ["-23:00", "-23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30"],
  },
])("$expression in Europe/Berlin", ({ expression, spring, autumn }) => {
  // "-23:30" is of the evening before, in UTC.
  const dated = (day: string, before: string, times: readonly string[]): string[] =>
    times.map((time) => (time.startsWith("-") ? `${before}T${time.slice(1)}:00Z` : `${day}T${time}:00Z`));
  test("in spring, when 02:00 becomes 03:00", () => {
    const ticks = ticksBetween(expression, "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T03:00:00Z");
    expect(ticks).toEqual(dated("2026-03-29", "2026-03-28", spring));
  });
  test("in autumn, when 03:00 becomes 02:00", () => {
    const ticks = ticksBetween(expression, "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z");
    expect(ticks).toEqual(dated("2026-10-25", "2026-10-24", autumn));
  });
});

test("in the first of two equal hours the tick of the second one is still to come, and is not past", () => {
  const cron = parseCron("30 2 * * *", "Europe/Berlin");
  const firstPass = at("2026-10-25T00:40:00Z"); // 02:40 summer time
  expect(iso(cron.next(firstPass))).toBe("2026-10-25T01:30:00Z");
  expect(iso(cron.atOrBefore(firstPass))).toBe("2026-10-24T00:30:00Z");
});

test("both day fields restricted mean either", () => {
  expect(ticksBetween("0 0 13 * 5", "UTC", "2026-02-01T00:00:00Z", "2026-02-21T00:00:00Z")).toEqual([
    "2026-02-06T00:00:00Z",
    "2026-02-13T00:00:00Z",
    "2026-02-20T00:00:00Z",
  ]);
});

test.each([
  ["@hourly", "2026-01-01T01:00:00Z"],
  ["@daily", "2026-01-02T00:00:00Z"],
  ["@weekly", "2026-01-04T00:00:00Z"],
  ["@monthly", "2026-02-01T00:00:00Z"],
  ["@quarterly", "2026-04-01T00:00:00Z"],
  ["@yearly", "2027-01-01T00:00:00Z"],
])("%s next fires at %s", (preset, next) => {
  expect(PRESETS).toHaveProperty([preset]);
  expect(iso(parseCron(preset, "UTC").next(at("2026-01-01T00:00:00Z")))).toBe(next);
});

test.each([
  ["* * * *", "has 4 fields"],
  ["0 0 * * * *", "has 6 fields"],
  ["", "has 1 fields"],
  ["61 * * * *", "is not valid"],
  ["0 0 31 2 *", "is not valid"],
  ["H H * * *", "which is not a cron field"],
  ["@dayly", "has 1 fields"],
  ["0 0 * * FOO", "which is not a cron field"],
  ["a b c d e", "which is not a cron field"],
])("%j is refused: %s", (expression, reason) => {
  expect(() => parseCron(expression, "UTC")).toThrow(CronError);
  expect(() => parseCron(expression, "UTC")).toThrow(reason);
});

const zones = fc.constantFrom(
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
);
const expressions = fc.constantFrom(
  "*/15 * * * *",
  "30 2 * * *",
  "0 0 * * 0",
  "5 1,2,3 * * *",
  "0 * * * *",
  "15 23 1 * *",
);
const moments = fc.integer({ min: at("2011-12-25T00:00:00Z"), max: at("2030-01-01T00:00:00Z") });

test("next and previous go strictly on, and atOrAfter and atOrBefore stay on a tick", () => {
  fc.assert(
    fc.property(expressions, zones, moments, (expression, timezone, moment) => {
      const cron = parseCron(expression, timezone);
      const next = cron.next(moment);
      const previous = cron.previous(moment);
      expect(next).toBeGreaterThan(moment);
      expect(previous).toBeLessThan(moment);
      expect(cron.next(next)).toBeGreaterThan(next);
      expect(cron.atOrAfter(next)).toBe(next);
      expect(cron.atOrBefore(previous)).toBe(previous);
    }),
    { numRuns: 300 },
  );
});

test("an instant goes to wall time and back, but for the hour that comes twice", () => {
  fc.assert(
    fc.property(zones, moments, (timezone, moment) => {
      const back = fromWall(toWall(moment, timezone), timezone);
      // The second occurrence: an hour (Lord Howe: half) later. Apia left out a whole day in 2011.
      expect([0, 1_800_000, 3_600_000]).toContain(back - moment);
    }),
    { numRuns: 500 },
  );
});

test("a time zone is one that this machine knows", () => {
  expect(isTimezone("Europe/Berlin")).toBe(true);
  expect(isTimezone("Mars/Olympus")).toBe(false);
  expect(isTimezone(3)).toBe(false);
});
