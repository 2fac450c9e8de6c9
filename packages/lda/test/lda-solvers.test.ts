import { describe, expect, test } from "vitest";
import { LinearDiscriminantAnalysis, type LdaSolver, type Shrinkage } from "../src/index";
import { golden, matrix, relativeError } from "./golden";

interface Case {
  name: string;
  n_features: number;
  x: number[];
  y: number[];
  solver: LdaSolver;
  shrinkage: Shrinkage;
  priors: number[] | null;
  n_components: number | null;
  tol: number | null;
  coef: number[];
  intercept: number[];
  decision: number[];
  proba: number[];
  predict: number[];
  transformed: number[];
  ratio: number[];
  score: number;
}
const { producer, cases } = golden<Case>("lda-solvers");

/** The columns of `got`, each turned round if it points away from that of `want`. */
function aligned(got: Float64Array, want: readonly number[], nColumns: number): Float64Array {
  const signs = Array.from({ length: nColumns }, (_, c) =>
    Math.sign(want.reduce((sum, value, i) => sum + (i % nColumns === c ? value * got[i]! : 0), 0)),
  );
  return got.map((value, i) => value * signs[i % nColumns]!);
}

describe(`agrees with ${producer}`, () => {
  test.each(cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const lda = new LinearDiscriminantAnalysis({
      solver: c.solver,
      shrinkage: c.shrinkage,
      priors: c.priors ?? undefined,
      nComponents: c.n_components ?? undefined,
      ...(c.tol === null ? {} : { tol: c.tol }),
    }).fit(x, c.y);
    expect(relativeError(lda.coef, c.coef)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(lda.intercept, c.intercept)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(lda.decisionFunction(x), c.decision)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(lda.predictProba(x), c.proba)).toBeLessThanOrEqual(1e-9);
    expect([...lda.predict(x)]).toEqual(c.predict);
    expect(relativeError(lda.explainedVarianceRatio, c.ratio)).toBeLessThanOrEqual(1e-9);
    const transformed = lda.transform(x);
    expect(
      relativeError(aligned(transformed.data, c.transformed, transformed.nFeatures), c.transformed),
    ).toBeLessThanOrEqual(1e-9);
    expect(lda.score(x, c.y)).toBeCloseTo(c.score, 14);
  });
});
