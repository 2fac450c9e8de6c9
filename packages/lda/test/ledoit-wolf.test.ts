import { describe, expect, test } from "vitest";
import { ledoitWolf } from "../src/index";
import { relativeError, golden, matrix, mixture } from "./golden";

const { producer, cases } = golden<{
  name: string;
  n_features: number;
  x: number[];
  covariance: number[];
  shrinkage: number;
}>("covariance");

describe(`agrees with ${producer}`, () => {
  test.each(cases)("$name", ({ x, n_features, covariance, shrinkage }) => {
    const got = ledoitWolf(matrix(x, n_features));
    // The peer centres once; far from zero its mean's rounding stays in.
    expect(relativeError(got.covariance, covariance)).toBeLessThanOrEqual(x[0]! > 1e5 ? 1e-9 : 1e-12);
    expect(relativeError([got.shrinkage], [shrinkage])).toBeLessThanOrEqual(x[0]! > 1e5 ? 1e-9 : 1e-12);
  });
});

test("the trace is kept, and the share is in [0, 1]", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { x } = mixture({ seed, nRows: 5 + seed, nFeatures: 8 });
    const { covariance, shrinkage } = ledoitWolf(x);
    const trace = (c: Float64Array) => c.reduce((sum, value, i) => (i % 9 === 0 ? sum + value : sum), 0);
    const mean = x.data
      .slice(0, 8)
      .map((_, j) => x.data.reduce((sum, value, i) => (i % 8 === j ? sum + value : sum), 0) / x.nRows);
    const variance = x.data.reduce((sum, value, i) => sum + (value - mean[i % 8]!) ** 2, 0) / x.nRows;
    expect(relativeError([trace(covariance)], [variance])).toBeLessThanOrEqual(1e-12);
    expect(shrinkage >= 0 && shrinkage <= 1).toBe(true);
  }
});

test("refuses NaN by row and feature", () => {
  expect(() => ledoitWolf(matrix([1, 2, 3, Number.NaN], 2))).toThrow(
    expect.objectContaining({ code: "ERR_LDA_NON_FINITE", row: 1, feature: 1 }),
  );
});
