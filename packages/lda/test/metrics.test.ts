import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as metrics from "../src/metrics";
import { relativeError, golden } from "./golden";

interface Case {
  name: string;
  y: number[];
  p?: number[];
  predicted: number[];
  auc?: number;
  accuracy: number;
  kappa: number;
  confusion: number[];
  log_loss?: number;
  brier?: number;
  balanced_accuracy: number;
  matthews: number;
  average_precision?: number;
}
const { producer, cases } = golden<Case>("metrics");

describe(`agrees with ${producer}`, () => {
  test.each(cases)("predictions: $name", (c) => {
    expect(relativeError([metrics.accuracy(c.y, c.predicted)], [c.accuracy])).toBeLessThanOrEqual(1e-12);
    expect(relativeError([metrics.cohenKappa(c.y, c.predicted), 1], [c.kappa, 1])).toBeLessThanOrEqual(1e-12);
    expect(relativeError([metrics.balancedAccuracy(c.y, c.predicted)], [c.balanced_accuracy])).toBeLessThanOrEqual(
      1e-12,
    );
    expect(relativeError([metrics.matthewsCorrelation(c.y, c.predicted), 1], [c.matthews, 1])).toBeLessThanOrEqual(
      1e-12,
    );
    expect([...metrics.confusionMatrix(c.y, c.predicted).counts]).toEqual(c.confusion);
  });

  test.each(cases.filter(({ p }) => p !== undefined))("scores: $name", (c) => {
    const { tn, fp, fn, tp } = metrics.confusionCounts(c.y, c.predicted);
    expect([tn, fp, fn, tp]).toEqual(c.confusion);
    expect(relativeError([metrics.rocAuc(c.y, c.p!)], [c.auc!])).toBeLessThanOrEqual(1e-12);
    expect(relativeError([metrics.logLoss(c.y, c.p!)], [c.log_loss!])).toBeLessThanOrEqual(1e-12);
    expect(relativeError([metrics.brierScore(c.y, c.p!)], [c.brier!])).toBeLessThanOrEqual(1e-12);
    expect(relativeError([metrics.averagePrecision(c.y, c.p!)], [c.average_precision!])).toBeLessThanOrEqual(1e-12);
  });
});

const scored = fc
  .array(fc.record({ label: fc.constantFrom(1, 2), score: fc.integer({ min: -6, max: 6 }) }), {
    minLength: 2,
    maxLength: 60,
  })
  .filter((rows) => new Set(rows.map(({ label }) => label)).size === 2)
  .map((rows) => ({ y: rows.map(({ label }) => label), s: rows.map(({ score }) => score) }));

test("AUC is the share of pairs in order, ties counting half", () => {
  fc.assert(
    fc.property(scored, ({ y, s }) => {
      let [won, pairs] = [0, 0];
      for (let i = 0; i < y.length; i++)
        for (let j = 0; j < y.length; j++) {
          if (y[i] !== 2 || y[j] !== 1) continue;
          pairs += 1;
          if (s[i]! > s[j]!) won += 1;
          else if (s[i] === s[j]) won += 0.5;
        }
      expect(metrics.rocAuc(y, s)).toBe(won / pairs);
    }),
  );
});

test("AUC sees the order of the scores only; against them, or for the other class, it is 1 less it", () => {
  fc.assert(
    fc.property(scored, ({ y, s }) => {
      const auc = metrics.rocAuc(y, s);
      expect(
        metrics.rocAuc(
          y,
          s.map((score) => Math.exp(score) * 3 - 7),
        ),
      ).toBe(auc);
      expect(
        metrics.rocAuc(
          y,
          s.map((score) => -score),
        ),
      ).toBeCloseTo(1 - auc, 14);
      expect(metrics.rocAuc(y, s, { positive: 1 })).toBeCloseTo(1 - auc, 14);
    }),
  );
});

test("AUC takes infinite scores as the ends of the order", () => {
  expect(metrics.rocAuc([1, 2, 1, 2], [-Infinity, Infinity, 0, 1])).toBe(1);
});

test("kappa is NaN where chance agrees fully", () => {
  expect(metrics.cohenKappa([1, 1, 1], [1, 1, 1])).toBeNaN();
});

test("confusion counts take the class named, whatever is present", () => {
  expect(metrics.confusionCounts([1, 1], [1, 1], { positive: 2 })).toEqual({ tn: 2, fp: 0, fn: 0, tp: 0 });
  expect(metrics.confusionCounts([1, 2, 3], [3, 2, 1], { positive: 2 })).toEqual({ tn: 2, fp: 0, fn: 0, tp: 1 });
});

describe("refuses", () => {
  test.each([
    ["AUC of one class", () => metrics.rocAuc([2, 2], [0.1, 0.9]), { code: "ERR_LDA_METRIC_UNDEFINED", metric: "AUC" }],
    [
      "AUC without the positive class",
      () => metrics.rocAuc([1, 1], [0.1, 0.9], { positive: 2 }),
      { code: "ERR_LDA_METRIC_UNDEFINED" },
    ],
    ["AUC of three classes", () => metrics.rocAuc([1, 2, 3], [1, 2, 3]), { code: "ERR_LDA_METRIC_UNDEFINED" }],
    ["AUC of a NaN score", () => metrics.rocAuc([1, 2], [1, Number.NaN]), { code: "ERR_LDA_METRIC_UNDEFINED" }],
    ["AUC of no rows", () => metrics.rocAuc([], []), { code: "ERR_LDA_EMPTY" }],
    ["lists of two lengths", () => metrics.accuracy([1, 2], [1]), { code: "ERR_LDA_SHAPE", got: 1, expected: 2 }],
    ["a probability above 1", () => metrics.logLoss([1, 2], [0.5, 1.1]), { code: "ERR_LDA_METRIC_UNDEFINED" }],
    ["a Brier score of NaN", () => metrics.brierScore([1, 2], [0.5, Number.NaN]), { code: "ERR_LDA_METRIC_UNDEFINED" }],
    [
      "average precision without a positive",
      () => metrics.averagePrecision([1, 1], [0.5, 0.6], { positive: 2 }),
      { code: "ERR_LDA_METRIC_UNDEFINED" },
    ],
    [
      "four counts of three classes",
      () => metrics.confusionCounts([1, 2, 3], [1, 2, 3]),
      { code: "ERR_LDA_METRIC_UNDEFINED" },
    ],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
