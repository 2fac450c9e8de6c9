import { describe, expect, test } from "vitest";
import * as metrics from "../../src/metrics";
import { erfc, normalQuantileOfTail, normalTail, twoSided } from "../../src/metrics/normal";
import { golden, relativeError } from "../golden";

/** Whether two lists agree to `tolerance` of the largest number. */
const agree = (got: ArrayLike<number>, want: ArrayLike<number>, tolerance = 1e-12): boolean =>
  relativeError(got, want) <= tolerance;
const numbers = (list: (number | string)[]): number[] =>
  list.map((value) => (value === "inf" ? Infinity : Number(value)));

interface Roc {
  fpr: number[];
  tpr: number[];
  thresholds: (number | string)[];
}
interface Bins {
  observed: number[];
  predicted: number[];
}
const curves = golden<{
  name: string;
  y: number[];
  p: number[];
  roc: Roc;
  rocFull: Roc;
  pr: { precision: number[]; recall: number[]; thresholds: number[] };
  uniform: Bins;
  quantile: Bins;
}>("metrics-curves");

describe(`curves agree with ${curves.producer}`, () => {
  test.each(curves.cases)("$name", (c) => {
    for (const [want, dropIntermediate] of [
      [c.roc, true],
      [c.rocFull, false],
    ] as const) {
      const got = metrics.rocCurve(c.y, c.p, { dropIntermediate });
      expect(agree(got.falsePositiveRate, want.fpr)).toBe(true);
      expect(agree(got.truePositiveRate, want.tpr)).toBe(true);
      expect([...got.thresholds]).toEqual(numbers(want.thresholds));
    }
    const pr = metrics.precisionRecallCurve(c.y, c.p);
    expect(agree(pr.precision, c.pr.precision)).toBe(true);
    expect(agree(pr.recall, c.pr.recall)).toBe(true);
    expect([...pr.thresholds]).toEqual(c.pr.thresholds);
    for (const strategy of ["uniform", "quantile"] as const) {
      const got = metrics.calibrationCurve(c.y, c.p, { strategy });
      expect(agree(got.observed, c[strategy].observed)).toBe(true);
      expect(agree(got.predicted, c[strategy].predicted)).toBe(true);
      expect(got.counts.reduce((sum, n) => sum + n, 0)).toBe(c.y.length);
    }
  });
});

const paired = golden<{
  name: string;
  y: number[];
  a: number[];
  b: number[];
  auc: number;
  variance: number;
  interval: number[];
  difference: number;
  z: number;
  p: number;
  predictedA: number[];
  predictedB: number[];
  onlyA: number;
  onlyB: number;
  exact: number;
  corrected: number;
  plain: number;
}>("metrics-paired");

describe(`paired tests agree with ${paired.producer}`, () => {
  test.each(paired.cases)("DeLong: $name", (c) => {
    const one = metrics.delongInterval(c.y, c.a);
    expect(agree([one.auc, one.variance, one.lower, one.upper], [c.auc, c.variance, ...c.interval])).toBe(true);
    const two = metrics.delongTest(c.y, c.a, c.b);
    expect(agree([two.aucA, two.difference, two.z], [c.auc, c.difference, c.z], 1e-11)).toBe(true);
    expect(agree([two.pValue], [c.p], 1e-11)).toBe(true);
  });

  test.each(paired.cases)("McNemar: $name", (c) => {
    const exact = metrics.mcNemarTest(c.y, c.predictedA, c.predictedB, { exact: true });
    expect(exact).toMatchObject({ onlyA: c.onlyA, onlyB: c.onlyB, method: "exact" });
    expect(agree([exact.pValue], [c.exact])).toBe(true);
    expect(agree([metrics.mcNemarTest(c.y, c.predictedA, c.predictedB, { exact: false }).pValue], [c.corrected])).toBe(
      true,
    );
    const plain = metrics.mcNemarTest(c.y, c.predictedA, c.predictedB, { exact: false, correction: false });
    expect(agree([plain.pValue], [c.plain])).toBe(true);
  });
});

const drift = golden<{
  name: string;
  base: number[];
  current: number[];
  psi: number;
  psi4: number;
  ks: number;
  p: number;
}>("metrics-drift");

describe(`drift agrees with ${drift.producer}`, () => {
  test.each(drift.cases)("$name", (c) => {
    expect(agree([metrics.psi(c.base, c.current)], [c.psi])).toBe(true);
    expect(agree([metrics.psi(metrics.psiBaseline(c.base, { nBins: 4 }), c.current)], [c.psi4])).toBe(true);
    const rows = (values: number[]) => ({ data: values.flatMap((v) => [v, -v]), nRows: values.length, nFeatures: 2 });
    expect(agree([metrics.psiPerFeature(rows(c.base), rows(c.current))[0]!], [c.psi])).toBe(true);
    const ks = metrics.kolmogorovSmirnov(c.base, c.current);
    expect(agree([ks.statistic], [c.ks])).toBe(true);
    expect(agree([ks.pValue], [c.p], 1e-9)).toBe(true);
  });
});

interface Query {
  relevance: number[];
  scores: number[];
  ndcg: number;
  mrr: number;
  map: number;
  hits: number;
}
const ranking = golden<{ name: string; k: number | null; queries: Query[] }>("metrics-ranking");

describe(`ranking agrees with ${ranking.producer}`, () => {
  test.each(ranking.cases)("$name", ({ k, queries }) => {
    const options = k === null ? {} : { k };
    const { ndcg, mrr, map, hits } = metrics;
    for (const [name, of] of Object.entries({ ndcg, mrr, map, hits }) as [keyof Query & "ndcg", typeof ndcg][]) {
      for (const query of queries)
        expect(agree([of(query.relevance, query.scores, options), 1], [query[name], 1])).toBe(true);
      const all = of(
        queries.flatMap(({ relevance }) => relevance),
        queries.flatMap(({ scores }) => scores),
        { ...options, queries: queries.flatMap(({ scores }, q) => scores.map(() => `q${q}`)) },
      );
      expect(agree([all], [queries.reduce((sum, query) => sum + query[name], 0) / queries.length])).toBe(true);
    }
  });
});

type Averages = Partial<Record<"binary" | "macro" | "micro" | "weighted", number[]>>;
const f = golden<{ name: string; y: number[]; predicted: number[] } & Averages>("metrics-f");

test.each(f.cases)(`F1, precision and recall: $name agrees with ${f.producer}`, (c) => {
  for (const average of ["binary", "macro", "micro", "weighted"] as const) {
    const want = c[average];
    if (want === undefined) continue;
    const got = [metrics.f1Score, metrics.precision, metrics.recall].map((of) => of(c.y, c.predicted, { average }));
    expect(agree([...got, 1], [...want, 1])).toBe(true);
  }
  expect(f.cases.some((other) => other.binary)).toBe(true);
});

const tails = golden<{ z: number; tail: number; two: number }>("metrics-tails");

test.each(tails.cases)(`normal tail at $z agrees with ${tails.producer}`, ({ z, tail, two }) => {
  expect(agree([normalTail(z)], [tail], 1e-12)).toBe(true);
  expect(agree([twoSided(z)], [two], 1e-12)).toBe(true);
  const invertible = tail > 1e-200 && tail < 1 - 1e-9; // beyond, the double next to 0 or 1 stands for many z
  expect(!invertible || agree([normalQuantileOfTail(tail), 1], [z, 1], 1e-11)).toBe(true);
  expect(erfc(z) + erfc(-z)).toBeCloseTo(2, 14);
});
