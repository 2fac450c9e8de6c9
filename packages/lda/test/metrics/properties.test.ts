import fc from "fast-check";
import { expect, test } from "vitest";
import * as metrics from "../../src/metrics";

const scored = fc
  .array(
    fc.record({ label: fc.constantFrom(1, 2), a: fc.integer({ min: -5, max: 5 }), b: fc.integer({ min: -5, max: 5 }) }),
    {
      minLength: 4,
      maxLength: 50,
    },
  )
  .filter((rows) => [1, 2].every((label) => rows.filter((row) => row.label === label).length >= 2))
  .map((rows) => ({ y: rows.map(({ label }) => label), a: rows.map((row) => row.a), b: rows.map((row) => row.b) }));

test("DeLong's AUC is the AUC, inside its interval; a model does not differ from itself; swapping turns the sign", () => {
  fc.assert(
    fc.property(scored, ({ y, a, b }) => {
      const one = metrics.delongInterval(y, a);
      expect(one.auc).toBeCloseTo(metrics.rocAuc(y, a), 12);
      expect(one.lower).toBeLessThanOrEqual(one.auc);
      expect(one.upper).toBeGreaterThanOrEqual(one.auc);
      expect(metrics.delongTest(y, a, a)).toMatchObject({ difference: 0, z: 0, pValue: 1 });
      const [there, back] = [metrics.delongTest(y, a, b), metrics.delongTest(y, b, a)];
      expect(back.difference).toBeCloseTo(-there.difference, 12);
      expect(back.pValue).toBeCloseTo(there.pValue, 9);
    }),
  );
});

test("the area under the ROC curve is the AUC, with or without its straight points", () => {
  fc.assert(
    fc.property(scored, fc.boolean(), ({ y, a }, dropIntermediate) => {
      const { falsePositiveRate: x, truePositiveRate: up } = metrics.rocCurve(y, a, { dropIntermediate });
      let area = 0;
      for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (up[i]! + up[i - 1]!)) / 2;
      expect(area).toBeCloseTo(metrics.rocAuc(y, a), 12);
    }),
  );
});

test("the steps of the precision-recall curve sum to the average precision", () => {
  fc.assert(
    fc.property(scored, ({ y, a }) => {
      const { precision, recall } = metrics.precisionRecallCurve(y, a);
      let area = 0;
      for (let i = 0; i + 1 < recall.length; i++) area += (recall[i]! - recall[i + 1]!) * precision[i]!;
      expect(area).toBeCloseTo(metrics.averagePrecision(y, a), 12);
    }),
  );
});

const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 });

test("PSI is 0 against itself and never negative; Kolmogorov-Smirnov is symmetric", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      expect(metrics.psi(a, a)).toBe(0);
      expect(metrics.psi(a, b)).toBeGreaterThanOrEqual(0);
      const [there, back] = [metrics.kolmogorovSmirnov(a, b), metrics.kolmogorovSmirnov(b, a)];
      expect(back.statistic).toBe(there.statistic);
      expect(back.pValue).toBeCloseTo(there.pValue, 12);
      expect(metrics.kolmogorovSmirnov(a, a).pValue).toBe(1);
    }),
  );
});

test("Kolmogorov's limit is near the exact p-value for large samples", () => {
  const line = (n: number, shift: number) => Float64Array.from({ length: n }, (_, i) => i / n + shift);
  const exact = metrics.kolmogorovSmirnov(line(2000, 0), line(2000, 0.04));
  const limit = metrics.kolmogorovSmirnov(line(2001, 0), line(2000, 0.04));
  expect([exact.method, limit.method]).toEqual(["exact", "asymptotic"]);
  expect(Math.abs(exact.pValue / limit.pValue - 1)).toBeLessThan(0.1);
});

test("McNemar of thousands of differing rows does not run out of the double's range", () => {
  const y = Array.from({ length: 4000 }, () => 1);
  const [a, b] = [y.map((_, i) => i % 2), y.map((_, i) => 1 - (i % 2))];
  expect(metrics.mcNemarTest(y, a, b, { exact: true }).pValue).toBeCloseTo(1, 10);
  expect(metrics.mcNemarTest(y, y, y)).toMatchObject({ onlyA: 0, onlyB: 0, pValue: 1 });
});

test("the best order has nDCG 1 and every ranking metric of nothing relevant is 0", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 25 }),
      (relevance, k) => {
        const some = relevance.some((r) => r > 0);
        expect(metrics.ndcg(relevance, relevance, { k })).toBeCloseTo(some ? 1 : 0, 12);
        const none = relevance.map(() => 0);
        for (const of of [metrics.ndcg, metrics.mrr, metrics.map, metrics.hits])
          expect(of(none, relevance, { k })).toBe(0);
      },
    ),
  );
});

test.each<[string, () => unknown, string]>([
  ["DeLong with one positive row", () => metrics.delongInterval([1, 1, 2], [1, 2, 3]), "ERR_LDA_METRIC_UNDEFINED"],
  ["DeLong with NaN", () => metrics.delongInterval([1, 1, 2, 2], [1, 2, 3, NaN]), "ERR_LDA_METRIC_UNDEFINED"],
  ["DeLong at level 95", () => metrics.delongInterval([1, 1, 2, 2], [1, 2, 3, 4], { level: 95 }), "ERR_LDA_OPTION"],
  ["DeLong of unequal lengths", () => metrics.delongTest([1, 2], [1, 2], [1]), "ERR_LDA_SHAPE"],
  ["McNemar of unequal lengths", () => metrics.mcNemarTest([1, 2], [1, 2], [1]), "ERR_LDA_SHAPE"],
  ["McNemar of nothing", () => metrics.mcNemarTest([], [], []), "ERR_LDA_EMPTY"],
  ["ROC of one class", () => metrics.rocCurve([1, 1], [1, 2], { positive: 1 }), "ERR_LDA_METRIC_UNDEFINED"],
  [
    "PR without a positive",
    () => metrics.precisionRecallCurve([1, 1], [1, 2], { positive: 2 }),
    "ERR_LDA_METRIC_UNDEFINED",
  ],
  ["calibration above 1", () => metrics.calibrationCurve([1, 2], [0, 1.1]), "ERR_LDA_METRIC_UNDEFINED"],
  ["calibration in no bins", () => metrics.calibrationCurve([1, 2], [0, 1], { nBins: 0 }), "ERR_LDA_OPTION"],
  ["PSI of nothing", () => metrics.psi([1], []), "ERR_LDA_EMPTY"],
  ["PSI of NaN", () => metrics.psi([1, NaN], [1]), "ERR_LDA_METRIC_UNDEFINED"],
  ["PSI of other features", () => metrics.psiPerFeature([], { data: [1], nRows: 1, nFeatures: 1 }), "ERR_LDA_SHAPE"],
  ["PSI of a damaged baseline", () => metrics.psi({ edges: [1], shares: [1] }, [1]), "ERR_LDA_SHAPE"],
  ["KS of nothing", () => metrics.kolmogorovSmirnov([], [1]), "ERR_LDA_EMPTY"],
  ["KS of NaN", () => metrics.kolmogorovSmirnov([NaN], [1]), "ERR_LDA_METRIC_UNDEFINED"],
  ["nDCG at 0", () => metrics.ndcg([1], [1], { k: 0 }), "ERR_LDA_OPTION"],
  ["nDCG of negative relevance", () => metrics.ndcg([-1], [1]), "ERR_LDA_METRIC_UNDEFINED"],
  ["MRR of unequal lengths", () => metrics.mrr([1], [1, 2]), "ERR_LDA_SHAPE"],
  ["hits of nothing", () => metrics.hits([], []), "ERR_LDA_EMPTY"],
  ["F1 of three classes as two", () => metrics.f1Score([1, 2, 3], [1, 2, 3]), "ERR_LDA_METRIC_UNDEFINED"],
  ["F1 averaged oddly", () => metrics.f1Score([1, 2], [1, 2], { average: "mean" as "macro" }), "ERR_LDA_OPTION"],
])("%s is refused", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
