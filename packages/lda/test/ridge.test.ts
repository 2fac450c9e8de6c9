import { describe, expect, test } from "vitest";
import { RidgeClassifier, RidgeClassifierCV, type ClassWeight } from "../src/index";
import { golden, matrix, relativeError } from "./golden";

interface Case {
  name: string;
  n_features: number;
  x: number[];
  y: number[];
  alpha: number | null;
  fit_intercept: boolean;
  class_weight: ClassWeight | null;
  sample_weight: number[] | null;
  coef: number[];
  intercept: number[];
  decision: number[];
  predict: number[];
  score: number;
  alphas: number[];
  cv_scores: number[];
  cv_alpha: number;
  cv_best: number;
  cv_coef: number[];
  cv_intercept: number[];
}
const { producer, cases } = golden<Case>("ridge");

describe(`agrees with ${producer}`, () => {
  test.each(cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const options = { fitIntercept: c.fit_intercept, classWeight: c.class_weight ?? undefined };
    const weights = c.sample_weight === null ? {} : { sampleWeight: c.sample_weight };
    const ridge = new RidgeClassifier({ ...options, ...(c.alpha === null ? {} : { alpha: c.alpha }) }).fit(
      x,
      c.y,
      weights,
    );
    expect(relativeError(ridge.coef, c.coef)).toBeLessThanOrEqual(1e-8);
    expect(relativeError(ridge.intercept, c.intercept)).toBeLessThanOrEqual(1e-8);
    expect(relativeError(ridge.decisionFunction(x), c.decision)).toBeLessThanOrEqual(1e-8);
    expect([...ridge.predict(x)]).toEqual(c.predict);
    expect(ridge.score(x, c.y, weights)).toBeCloseTo(c.score, 12);
    const cv = new RidgeClassifierCV({ ...options, alphas: c.alphas }).fit(x, c.y, weights);
    expect(relativeError(cv.scores, c.cv_scores)).toBeLessThanOrEqual(1e-8);
    expect(cv.alpha).toBe(c.cv_alpha);
    expect(cv.bestScore).toBeCloseTo(c.cv_best, 8);
    expect(relativeError(cv.coef, c.cv_coef)).toBeLessThanOrEqual(1e-8);
    expect(relativeError(cv.intercept, c.cv_intercept)).toBeLessThanOrEqual(1e-8);
  });
});
