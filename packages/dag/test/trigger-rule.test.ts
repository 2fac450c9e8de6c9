import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  evaluateTriggerRule,
  TRIGGER_RULES,
  type TriggerRule,
  type UpstreamCounts,
  type Verdict,
} from "../src/trigger-rule";

// Airflow 3.2's answers for two upstream instances: S success, K skipped, F failed, - unfinished.
const pairs = ["SS", "SK", "KK", "SF", "KF", "FF", "S-", "K-", "F-"] as const;
const table: Readonly<Record<string, string>> = {
  all_success: "run skip skip uf uf uf wait skip uf",
  all_failed: "skip skip skip skip skip run skip skip wait",
  all_done: "run run run run run run wait wait wait",
  all_done_min_one_success: "run skip skip run skip uf wait skip wait",
  one_success: "run run skip run uf uf run wait wait",
  one_failed: "skip skip skip run run run wait wait run",
  one_done: "run run skip run run run run wait run",
  none_failed: "run run run uf uf uf wait wait uf",
  none_failed_min_one_success: "run run skip uf uf uf wait wait uf",
  none_skipped: "run skip skip run skip run wait skip wait",
  all_skipped: "skip skip run skip skip skip skip wait skip",
  always: "run run run run run run run run run",
};
const verdicts: Readonly<Record<string, Verdict>> = { run: "run", skip: "skip", uf: "upstream_failed", wait: "wait" };

function countsOf(ends: string, failedAs: "failed" | "upstreamFailed" = "failed"): UpstreamCounts {
  const n = (letter: string): number => [...ends].filter((end) => end === letter).length;
  const counts = {
    total: ends.length,
    success: n("S"),
    skipped: n("K"),
    failed: 0,
    upstreamFailed: 0,
    removed: n("R"),
  };
  counts[failedAs] += n("F");
  counts.upstreamFailed += n("U");
  return counts;
}

describe("Airflow's table of two upstream instances", () => {
  const rows = Object.entries(table).flatMap(([rule, answers]) =>
    answers.split(" ").map((answer, index) => [rule as TriggerRule, pairs[index]!, verdicts[answer]!] as const),
  );
  test("has every rule and pair", () => {
    expect(Object.keys(table).sort()).toEqual([...TRIGGER_RULES].sort());
    expect(rows).toHaveLength(12 * 9);
  });
  test.each(rows)("%s of %s: %s", (rule, pair, verdict) => {
    expect(evaluateTriggerRule(rule, countsOf(pair))).toBe(verdict);
    const swapped = [...pair].reverse().join("");
    expect(evaluateTriggerRule(rule, countsOf(swapped))).toBe(verdict);
  });
  // upstream_failed counts as failed everywhere but in one_done.
  test.each(rows.filter(([rule]) => rule !== "one_done"))(
    "%s of %s with upstream_failed: %s",
    (rule, pair, verdict) => {
      expect(evaluateTriggerRule(rule, countsOf(pair, "upstreamFailed"))).toBe(verdict);
    },
  );
  test.each([
    ["UU", "skip"],
    ["U-", "wait"],
    ["UK", "skip"],
    ["US", "run"],
    ["UF", "run"],
  ] as const)("one_done of %s: %s", (pair, verdict) => {
    expect(evaluateTriggerRule("one_done", countsOf(pair))).toBe(verdict);
  });
});

// The same in words, of any number of upstream instances: the formulas of the documentation.
const spec: Readonly<Record<TriggerRule, (c: Facts) => Verdict>> = {
  all_success: ({ S, K, F, N }) => (F > 0 ? "upstream_failed" : K > 0 ? "skip" : S === N ? "run" : "wait"),
  all_failed: ({ S, K, F, N }) => (S + K > 0 ? "skip" : F === N ? "run" : "wait"),
  all_done: ({ done, N }) => (done === N ? "run" : "wait"),
  all_done_min_one_success: ({ S, K, done, N }) =>
    K > 0 ? "skip" : done < N ? "wait" : S > 0 ? "run" : "upstream_failed",
  one_success: ({ S, K, done, N }) => (S > 0 ? "run" : done < N ? "wait" : K === N ? "skip" : "upstream_failed"),
  one_failed: ({ F, done, N }) => (F > 0 ? "run" : done < N ? "wait" : "skip"),
  one_done: ({ S, f, done, N }) => (S + f > 0 ? "run" : done < N ? "wait" : "skip"),
  none_failed: ({ F, done, N }) => (F > 0 ? "upstream_failed" : done === N ? "run" : "wait"),
  none_failed_min_one_success: ({ S, F, done, N }) =>
    F > 0 ? "upstream_failed" : done < N ? "wait" : S > 0 ? "run" : "skip",
  none_skipped: ({ K, done, N }) => (K > 0 ? "skip" : done === N ? "run" : "wait"),
  all_skipped: ({ S, K, F, N }) => (S + F > 0 ? "skip" : K === N ? "run" : "wait"),
  always: () => "run",
};
interface Facts {
  readonly S: number;
  readonly K: number;
  /** failed; and failed or upstream_failed. */
  readonly f: number;
  readonly F: number;
  readonly done: number;
  readonly N: number;
}

const ends = fc.string({ unit: fc.constantFrom("S", "K", "F", "U", "-"), minLength: 1, maxLength: 8 });

test("any number of upstream instances follows the formulas", () => {
  fc.assert(
    fc.property(fc.constantFrom(...TRIGGER_RULES), ends, (rule, text) => {
      const { success: S, skipped: K, failed: f, upstreamFailed, total: N } = countsOf(text);
      const F = f + upstreamFailed;
      expect(evaluateTriggerRule(rule, countsOf(text))).toBe(spec[rule]({ S, K, f, F, done: S + K + F, N }));
    }),
    { numRuns: 2000 },
  );
});

test("no rule waits once every upstream instance has ended, removed ones included", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TRIGGER_RULES),
      fc.string({ unit: fc.constantFrom("S", "K", "F", "U", "R"), minLength: 1, maxLength: 8 }),
      (rule, text) => {
        expect(evaluateTriggerRule(rule, countsOf(text))).not.toBe("wait");
      },
    ),
  );
});

test.each(TRIGGER_RULES)("%s runs a task without upstream", (rule) => {
  expect(evaluateTriggerRule(rule, countsOf(""))).toBe("run");
});
