import type * as z from "zod";
import { invalidParameter } from "../../errors";
import type * as wire from "../../schemas";
import { cutPage, parsePage } from "../../search/page-token";
import * as metrics from "../../store/sql/metrics";
import { findRun } from "../../store/sql/runs";
import type { MetricPoint } from "../../store/tables";
import type { Registry } from "../registry";

type Request<T extends z.ZodType> = z.output<T>;

const RUNS_MAX = 100;
const readPointOfRun = (row: MetricPoint) => ({ ...metrics.readPoint(row), run_id: row.run_uuid });

/** The points of a metric; all of them unless a page is asked for. */
export async function getHistory(request: Request<typeof wire.MetricHistoryRequest>, { store }: Registry) {
  const { run_id, metric_key } = request;
  await findRun(store.db, run_id);
  if (request.max_results === undefined && !request.page_token)
    return { metrics: (await metrics.readHistory(store.db, run_id, metric_key)).map(metrics.readPoint) };
  const page = parsePage(request, { usual: 25_000, max: Number.MAX_SAFE_INTEGER });
  const { rows, next } = cutPage(await metrics.readHistory(store.db, run_id, metric_key, page), page);
  return { metrics: rows.map(metrics.readPoint), next_page_token: next };
}

export async function getHistoryBulk(request: Request<typeof wire.MetricHistoryBulkRequest>, { store }: Registry) {
  const { run_id: runIds, metric_key } = request;
  checkRuns(runIds, "run_id");
  const { limit } = parsePage(request, { usual: 25_000, max: Number.MAX_SAFE_INTEGER });
  const rows = await metrics.readHistories(store.db, runIds, metric_key, Math.min(limit, 25_000));
  return { metrics: rows.map(readPointOfRun) };
}

/** The points of a metric at up to `max_results` steps of a range, the same steps for every run. */
export async function getHistoryInterval(
  request: Request<typeof wire.MetricHistoryIntervalRequest>,
  { store }: Registry,
) {
  const { run_ids: runIds, metric_key, start_step: start, end_step: end, max_results: limit = 2500 } = request;
  checkRuns(runIds, "run_ids");
  if (limit < 1 || limit > 2500) throw invalidParameter(`max_results must be between 1 and 2500, but got ${limit}.`);
  if ((start === undefined) !== (end === undefined))
    throw invalidParameter("If either start step or end step are specified, both must be specified.");
  if (start !== undefined && end !== undefined && start > end)
    throw invalidParameter(`end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`);
  const between = start === undefined || end === undefined ? undefined : { start, end };
  for (const runId of runIds) await findRun(store.db, runId);
  const steps = await metrics.readSteps(store.db, runIds, metric_key, between);
  const wanted = sampleSteps(steps, limit);
  const rows: MetricPoint[] = [];
  for (const runId of runIds)
    rows.push(...(await metrics.readPointsAtSteps(store.db, runId, metric_key, wanted, 25_000)));
  return { metrics: rows.map(readPointOfRun) };
}

/** Evenly spaced steps out of all, and in any case the first and last of each run. */
export function sampleSteps(steps: readonly { run_uuid: string; step: number }[], limit: number): number[] {
  const distinct = [...new Set(steps.map(({ step }) => step))]; // ascending already
  const sampled = new Set<number>();
  const count = Math.min(limit, distinct.length);
  for (let i = 0; i < count; i++)
    sampled.add(distinct[count === 1 ? 0 : Math.round((i * (distinct.length - 1)) / (count - 1))]!);
  const ends = new Map<string, [first: number, last: number]>();
  for (const { run_uuid, step } of steps) ends.set(run_uuid, [ends.get(run_uuid)?.[0] ?? step, step]);
  for (const [first, last] of ends.values()) sampled.add(first).add(last);
  return [...sampled].sort((a, b) => a - b);
}

function checkRuns(runIds: readonly string[], parameter: string): void {
  if (runIds.length === 0)
    throw invalidParameter(
      `Missing value for required parameter '${parameter}'. See the API docs for more information about request parameters.`,
    );
  if (runIds.length > RUNS_MAX)
    throw invalidParameter(
      `GetMetricHistoryBulk request cannot specify more than ${RUNS_MAX} run_ids. Received ${runIds.length} run_ids.`,
    );
}
