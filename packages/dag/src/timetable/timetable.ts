/** When a DAG's next run is due, and which interval it covers. Pure: dates in, dates out. */
import type { EpochMillis } from "../states";
import type { DagStructure, ScheduleStructure } from "../structure";
import { type Cron, parseCron } from "./cron";

export interface RunDates {
  readonly logicalDate: EpochMillis;
  readonly dataIntervalStart: EpochMillis;
  readonly dataIntervalEnd: EpochMillis;
  /** The earliest moment at which the run may start. */
  readonly runAfter: EpochMillis;
}

export interface Interval {
  readonly start: EpochMillis;
  readonly end: EpochMillis;
}

/** What bounds the automated runs of a DAG. */
export interface Restriction {
  readonly startDate: EpochMillis | null;
  /** No run has a later logical date. */
  readonly endDate: EpochMillis | null;
  readonly catchup: boolean;
}

export interface Timetable {
  /** The automated run that follows the one over `last` (null: there was none), seen at `now`; null when there is none. */
  nextRun(last: Interval | null, restriction: Restriction, now: EpochMillis): RunDates | null;
  /** The interval that a run made by hand with this logical date covers. */
  inferInterval(logicalDate: EpochMillis): Interval;
  /** For people: the expression, or null. */
  readonly summary: string | null;
  readonly description: string | null;
}

const at = (logicalDate: EpochMillis): RunDates => ({
  logicalDate,
  dataIntervalStart: logicalDate,
  dataIntervalEnd: logicalDate,
  runAfter: logicalDate,
});
const within = (run: RunDates, { endDate }: Restriction): RunDates | null =>
  endDate !== null && run.logicalDate > endDate ? null : run;
const latest = (...dates: readonly (EpochMillis | null)[]): EpochMillis =>
  Math.max(...dates.filter((date) => date !== null));

/** No automated runs. */
export const manualTimetable: Timetable = {
  nextRun: () => null,
  inferInterval: (logicalDate) => ({ start: logicalDate, end: logicalDate }),
  summary: null,
  description: "Never, external triggers only",
};

/** One run, at the start date; without one, as soon as it is seen. */
export const onceTimetable: Timetable = {
  nextRun: (last, restriction, now) => (last === null ? within(at(restriction.startDate ?? now), restriction) : null),
  inferInterval: (logicalDate) => ({ start: logicalDate, end: logicalDate }),
  summary: "@once",
  description: "Once, as soon as possible",
};

/** Fires at the tick, which is logical date, interval and run date in one. Airflow 3's default for a cron expression. */
export function cronTriggerTimetable(cron: Cron): Timetable {
  return {
    nextRun(last, restriction, now) {
      const { startDate, catchup } = restriction;
      const afterLast = last === null ? null : cron.next(last.end);
      const first = startDate === null ? null : cron.atOrAfter(startDate);
      if (catchup) {
        if (afterLast === null && first === null) return null;
        return within(at(latest(afterLast, first)), restriction);
      }
      return within(at(latest(cron.atOrBefore(now), afterLast, first)), restriction);
    },
    inferInterval: (logicalDate) => {
      const tick = cron.atOrBefore(logicalDate);
      return { start: tick, end: tick };
    },
    summary: cron.expression,
    description: `Trigger at ${cron.expression} (${cron.timezone})`,
  };
}

/** Airflow 2's: the run over [tick, next tick] has the first as its logical date and starts at the second. */
export function cronDataIntervalTimetable(cron: Cron): Timetable {
  return {
    nextRun(last, restriction, now) {
      const { startDate, catchup } = restriction;
      const afterLast = last === null ? null : cron.atOrBefore(last.end);
      const first = startDate === null ? null : cron.atOrAfter(startDate);
      // Without catchup: the newest interval that is complete now, which began a tick before the last tick.
      const newest = catchup ? null : cron.previous(cron.atOrBefore(now));
      if (afterLast === null && first === null && newest === null) return null;
      const start = latest(afterLast, first, newest);
      const end = cron.next(start);
      return within({ logicalDate: start, dataIntervalStart: start, dataIntervalEnd: end, runAfter: end }, restriction);
    },
    inferInterval: (logicalDate) => {
      const end = cron.atOrBefore(logicalDate);
      return { start: cron.previous(end), end };
    },
    summary: cron.expression,
    description: `At ${cron.expression} (${cron.timezone}), over the interval before`,
  };
}

const timetables = new Map<string, Timetable>();

/** @throws {CronError} */
export function timetableOf(schedule: ScheduleStructure, timezone: string): Timetable {
  if (schedule.kind === "none") return manualTimetable;
  if (schedule.kind === "once") return onceTimetable;
  const key = `${schedule.interval} ${timezone} ${schedule.expression}`;
  let timetable = timetables.get(key);
  if (timetable === undefined) {
    const cron = parseCron(schedule.expression, timezone);
    timetable = schedule.interval === "trigger" ? cronTriggerTimetable(cron) : cronDataIntervalTimetable(cron);
    timetables.set(key, timetable);
  }
  return timetable;
}

export function restrictionOf(dag: Pick<DagStructure, "startDate" | "endDate" | "catchup">): Restriction {
  return {
    startDate: dag.startDate === null ? null : Date.parse(dag.startDate),
    endDate: dag.endDate === null ? null : Date.parse(dag.endDate),
    catchup: dag.catchup,
  };
}
