/** When a task runs, given how its direct upstream instances ended: Airflow's table as a function of five counters. */

export const TRIGGER_RULES = [
  "all_success",
  "all_failed",
  "all_done",
  "all_done_min_one_success",
  "one_success",
  "one_failed",
  "one_done",
  "none_failed",
  "none_failed_min_one_success",
  "none_skipped",
  "all_skipped",
  "always",
] as const;
export type TriggerRule = (typeof TRIGGER_RULES)[number];

export function isTriggerRule(value: unknown): value is TriggerRule {
  return (TRIGGER_RULES as readonly unknown[]).includes(value);
}

/** Direct upstream instances of one task instance, by how they ended. A mapped upstream counts each of its instances. */
export interface UpstreamCounts {
  readonly total: number;
  readonly success: number;
  readonly skipped: number;
  readonly failed: number;
  readonly upstreamFailed: number;
  /** Instances that a re-expansion took away; they count as done. */
  readonly removed: number;
}

export type Verdict = "run" | "skip" | "upstream_failed" | "wait";

/** What a rule says of a task instance that has not started: run it, skip it, fail it because of its upstream, or wait.
 * Total: the counters decide, nothing else. The first verdict other than `wait` is final, so the caller asks at every
 * change of the counters. `always`, and a task without upstream, run at once.
 * @see Airflow 3.2, `TriggerRuleDep._evaluate_trigger_rule`; the table is in `test/trigger-rule.test.ts`. */
export function evaluateTriggerRule(rule: TriggerRule, counts: UpstreamCounts): Verdict {
  const { total, success, skipped, failed, upstreamFailed, removed } = counts;
  if (total === 0 || rule === "always") return "run";
  const bad = failed + upstreamFailed;
  const isDone = success + skipped + bad + removed >= total;
  switch (rule) {
    case "all_success":
      if (bad > 0) return "upstream_failed";
      if (skipped > 0) return "skip";
      return isDone ? "run" : "wait";
    case "all_failed":
      if (success + skipped > 0) return "skip";
      return isDone ? "run" : "wait";
    case "all_done":
      return isDone ? "run" : "wait";
    case "all_done_min_one_success":
      if (skipped > 0) return "skip";
      if (!isDone) return "wait";
      return success > 0 ? "run" : "upstream_failed";
    case "one_success":
      if (success > 0) return "run";
      if (!isDone) return "wait";
      return skipped + removed >= total ? "skip" : "upstream_failed";
    case "one_failed":
      if (bad > 0) return "run";
      return isDone ? "skip" : "wait";
    case "one_done":
      if (success + failed > 0) return "run";
      return isDone ? "skip" : "wait";
    case "none_failed":
      if (bad > 0) return "upstream_failed";
      return isDone ? "run" : "wait";
    case "none_failed_min_one_success":
      if (bad > 0) return "upstream_failed";
      if (!isDone) return "wait";
      return success > 0 ? "run" : "skip";
    case "none_skipped":
      if (skipped > 0) return "skip";
      return isDone ? "run" : "wait";
    case "all_skipped":
      if (success + bad > 0) return "skip";
      return isDone ? "run" : "wait";
    default:
      return rule satisfies never;
  }
}
