import { describe, expect, test } from "vitest";
import { parseCron } from "../../src/timetable/cron";
import {
  cronDataIntervalTimetable,
  cronTriggerTimetable,
  manualTimetable,
  onceTimetable,
  type Restriction,
  type RunDates,
} from "../../src/timetable/timetable";

const at = (iso: string): number => Date.parse(iso);
const show = (run: RunDates | null): string | null =>
  run === null
    ? null
    : [run.logicalDate, run.dataIntervalStart, run.dataIntervalEnd, run.runAfter]
        .map((millis) => new Date(millis).toISOString().slice(5, 16))
        .join(" ");
const open: Restriction = { startDate: null, endDate: null, catchup: false };
const now = at("2026-11-21T06:35:00Z");

describe("cron trigger timetable: the tick is logical date, interval and run date in one", () => {
  const timetable = cronTriggerTimetable(parseCron("0 * * * *", "UTC"));
  const same = (time: string): string => Array.from({ length: 4 }, () => `11-21T${time}`).join(" ");

  test("without catchup the first run is that of the newest tick", () => {
    expect(show(timetable.nextRun(null, open, now))).toBe(same("06:00"));
  });
  test("without catchup ticks that were missed are left out, and none comes twice", () => {
    const last = { start: at("2026-11-20T00:00:00Z"), end: at("2026-11-20T00:00:00Z") };
    expect(show(timetable.nextRun(last, open, now))).toBe(same("06:00"));
    const newest = { start: at("2026-11-21T06:00:00Z"), end: at("2026-11-21T06:00:00Z") };
    expect(show(timetable.nextRun(newest, open, now))).toBe(same("07:00"));
  });
  test("with catchup every tick since the start date, which is inclusive", () => {
    const restriction = { ...open, catchup: true, startDate: at("2026-11-21T03:00:00Z") };
    expect(show(timetable.nextRun(null, restriction, now))).toBe(same("03:00"));
    const last = { start: at("2026-11-21T03:00:00Z"), end: at("2026-11-21T03:00:00Z") };
    expect(show(timetable.nextRun(last, restriction, now))).toBe(same("04:00"));
  });
  test("a start date in the future is waited for", () => {
    const restriction = { ...open, startDate: at("2026-11-21T09:30:00Z") };
    expect(show(timetable.nextRun(null, restriction, now))).toBe(same("10:00"));
  });
  test("no run is dated after the end date", () => {
    const last = { start: at("2026-11-21T06:00:00Z"), end: at("2026-11-21T06:00:00Z") };
    expect(timetable.nextRun(last, { ...open, endDate: at("2026-11-21T06:59:59Z") }, now)).toBeNull();
    expect(show(timetable.nextRun(last, { ...open, endDate: at("2026-11-21T07:00:00Z") }, now))).toBe(same("07:00"));
  });
  test("a run by hand covers the tick at or before its date", () => {
    const tick = at("2026-11-21T06:00:00Z");
    expect(timetable.inferInterval(now)).toEqual({ start: tick, end: tick });
    expect(timetable.inferInterval(tick)).toEqual({ start: tick, end: tick });
  });
});

describe("cron data-interval timetable: dated by the start of the interval, run at its end", () => {
  const timetable = cronDataIntervalTimetable(parseCron("0 * * * *", "UTC"));

  test("without catchup the newest complete interval", () => {
    expect(show(timetable.nextRun(null, open, now))).toBe("11-21T05:00 11-21T05:00 11-21T06:00 11-21T06:00");
  });
  test("then the next one, which is not complete yet", () => {
    const last = { start: at("2026-11-21T05:00:00Z"), end: at("2026-11-21T06:00:00Z") };
    expect(show(timetable.nextRun(last, open, now))).toBe("11-21T06:00 11-21T06:00 11-21T07:00 11-21T07:00");
  });
  test("with catchup from the start date on", () => {
    const restriction = { ...open, catchup: true, startDate: at("2026-11-21T02:30:00Z") };
    expect(show(timetable.nextRun(null, restriction, now))).toBe("11-21T03:00 11-21T03:00 11-21T04:00 11-21T04:00");
  });
  test("a run by hand covers the last complete interval before its date", () => {
    expect(timetable.inferInterval(now)).toEqual({
      start: at("2026-11-21T05:00:00Z"),
      end: at("2026-11-21T06:00:00Z"),
    });
  });
  test("no run is dated after the end date", () => {
    expect(timetable.nextRun(null, { ...open, endDate: at("2026-11-21T04:00:00Z") }, now)).toBeNull();
  });
});

test("@once runs once, at the start date", () => {
  const startDate = at("2026-11-20T12:00:00Z");
  const run = onceTimetable.nextRun(null, { ...open, startDate }, now);
  expect(run?.runAfter).toBe(startDate);
  expect(onceTimetable.nextRun({ start: startDate, end: startDate }, { ...open, startDate }, now)).toBeNull();
  expect(onceTimetable.nextRun(null, open, now)?.runAfter).toBe(now);
});

test("without a schedule nothing runs by itself, and a run by hand covers its date", () => {
  expect(manualTimetable.nextRun(null, open, now)).toBeNull();
  expect(manualTimetable.inferInterval(now)).toEqual({ start: now, end: now });
});
