import { describe, expect, test } from "vitest";
import { LogisticRegression, type ClassWeight } from "../src/index";
import { golden, matrix, relativeError } from "./golden";

interface Case {
  name: string;
  n_features: number;
  x: number[];
  y: number[];
  C: number | null;
  fit_intercept: boolean;
  class_weight: ClassWeight | null;
  sample_weight: number[] | null;
  coef: number[];
  intercept: number[];
  decision: number[];
  proba: number[];
  predict: number[];
  score: number;
}
const { producer, cases } = golden<Case>("logreg");

describe(`agrees with the optimum of ${producer}`, () => {
  test.each(cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const model = new LogisticRegression({
      ...(c.C === null ? {} : { C: c.C }),
      fitIntercept: c.fit_intercept,
      classWeight: c.class_weight ?? undefined,
    }).fit(x, c.y, c.sample_weight === null ? {} : { sampleWeight: c.sample_weight });
    expect(model.converged).toBe(true);
    expect(relativeError(model.coef, c.coef)).toBeLessThanOrEqual(1e-6);
    expect(relativeError(model.intercept, c.intercept)).toBeLessThanOrEqual(1e-6);
    expect(relativeError(model.decisionFunction(x), c.decision)).toBeLessThanOrEqual(1e-6);
    expect(relativeError(model.predictProba(x), c.proba)).toBeLessThanOrEqual(1e-6);
    expect([...model.predict(x)]).toEqual(c.predict);
    expect(model.score(x, c.y)).toBeCloseTo(c.score, 14);
  });
});
