import { sql } from "kysely";
import { toWireDouble, type Metric } from "../../schemas";
import type { Page } from "../../search/page-token";
import type { Db } from "../database";
import type { MetricPoint } from "../tables";
import { isOneOf, type Wire } from "./shared";

/** A point to log. */
export interface Point {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
  readonly modelId?: string | undefined;
  readonly datasetName?: string | undefined;
  readonly datasetDigest?: string | undefined;
}

const DOUBLE_MAX = Number.MAX_VALUE;
const ROWS_PER_STATEMENT = 250; // 1500 bound values; the driver is not faster with more

/** NaN is stored as 0 with a flag; an infinity as the largest double of its sign, which is what comes back. */
function toRow(run_uuid: string, { key, value, timestamp, step }: Point): MetricPoint {
  const is_nan = Number.isNaN(value);
  const finite = is_nan ? 0 : Math.min(Math.max(value, -DOUBLE_MAX), DOUBLE_MAX);
  return { key, value: finite, timestamp, step, is_nan: is_nan ? 1 : 0, run_uuid };
}

export const readPoint = (row: Omit<MetricPoint, "run_uuid">): Wire<typeof Metric> => ({
  key: row.key,
  value: row.is_nan ? "NaN" : toWireDouble(row.value),
  timestamp: row.timestamp ?? 0,
  step: row.step,
});

/**
 * Writes points of a run, each once however often it is logged, and moves the run's latest metrics: of two points the
 * one with the larger (step, timestamp, value), in that order, whichever came first.
 */
export async function logPoints(db: Db, runId: string, points: readonly Point[]): Promise<void> {
  const latest = new Map<string, MetricPoint>();
  const rows = points.map((point) => toRow(runId, point));
  for (const row of rows) {
    const former = latest.get(row.key);
    if (!former || isNewer(row, former)) latest.set(row.key, row);
  }
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT)
    await db
      .insertInto("metrics")
      .values(rows.slice(at, at + ROWS_PER_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  const winners = [...latest.values()];
  for (let at = 0; at < winners.length; at += ROWS_PER_STATEMENT)
    await db
      .insertInto("latest_metrics")
      .values(winners.slice(at, at + ROWS_PER_STATEMENT))
      .onConflict((conflict) =>
        conflict
          .columns(["key", "run_uuid"])
          .doUpdateSet((eb) => ({
            value: eb.ref("excluded.value"),
            timestamp: eb.ref("excluded.timestamp"),
            step: eb.ref("excluded.step"),
            is_nan: eb.ref("excluded.is_nan"),
          }))
          .where(
            sql<boolean>`(excluded.step, excluded.timestamp, excluded.value) > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)`,
          ),
      )
      .execute();
}

function isNewer(a: MetricPoint, b: MetricPoint): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.value > b.value;
}

/** Points that name a logged model are the model's too. */
export async function logModelPoints(
  db: Db,
  runId: string,
  experimentId: number,
  points: readonly Point[],
): Promise<void> {
  for (const point of points) {
    if (!point.modelId) continue;
    await db
      .insertInto("logged_model_metrics")
      .values({
        model_id: point.modelId,
        metric_name: point.key,
        metric_timestamp_ms: point.timestamp,
        metric_step: point.step,
        metric_value: toRow(runId, point).value,
        experiment_id: experimentId,
        run_id: runId,
        dataset_uuid: null,
        dataset_name: point.datasetName ?? null,
        dataset_digest: point.datasetDigest ?? null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** The points of one key, oldest first. Without a page: all of them. */
export async function readHistory(db: Db, runId: string, key: string, page?: Page): Promise<MetricPoint[]> {
  const query = db
    .selectFrom("metrics")
    .selectAll()
    .where("run_uuid", "=", runId)
    .where("key", "=", key)
    .orderBy("timestamp")
    .orderBy("step")
    .orderBy("value");
  return (page ? query.limit(page.limit + 1).offset(page.offset) : query).execute();
}

/** The points of one key in several runs, by run, time, step and value. */
export async function readHistories(
  db: Db,
  runIds: readonly string[],
  key: string,
  limit: number,
): Promise<MetricPoint[]> {
  return db
    .selectFrom("metrics")
    .selectAll()
    .where(isOneOf(sql.ref("run_uuid"), runIds))
    .where("key", "=", key)
    .orderBy("run_uuid")
    .orderBy("timestamp")
    .orderBy("step")
    .orderBy("value")
    .limit(limit)
    .execute();
}

/** The steps at which runs have points of one key, ascending. */
export async function readSteps(
  db: Db,
  runIds: readonly string[],
  key: string,
  between: { start: number; end: number } | undefined,
): Promise<{ run_uuid: string; step: number }[]> {
  let query = db
    .selectFrom("metrics")
    .select(["run_uuid", "step"])
    .distinct()
    .where(isOneOf(sql.ref("run_uuid"), runIds))
    .where("key", "=", key);
  if (between) query = query.where("step", ">=", between.start).where("step", "<=", between.end);
  return query.orderBy("step").execute();
}

export async function readPointsAtSteps(
  db: Db,
  runId: string,
  key: string,
  steps: readonly number[],
  limit: number,
): Promise<MetricPoint[]> {
  return db
    .selectFrom("metrics")
    .selectAll()
    .where("run_uuid", "=", runId)
    .where("key", "=", key)
    .where(isOneOf(sql.ref("step"), steps))
    .orderBy("step")
    .orderBy("timestamp")
    .limit(limit)
    .execute();
}
