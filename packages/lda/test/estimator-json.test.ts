import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  LinearDiscriminantAnalysis,
  LogisticRegression,
  RidgeClassifier,
  RidgeClassifierCV,
  StandardScaler,
} from "../src/index";
import { openEstimator, sealEstimator } from "../src/estimator-json";
import { mixture } from "./golden";

const two = mixture({ seed: 41, nRows: 40, nFeatures: 5 });
const three = mixture({ seed: 42, nRows: 50, nFeatures: 4, classes: [-1, 5, 9] });

interface Readable {
  toJSON(): unknown;
  predictProba(x: typeof two.x): Float64Array;
  transform?(x: typeof two.x): { data: Float64Array };
}

const cases: [string, (data: typeof two) => Readable, (json: unknown) => Readable][] = [
  ["LDA lsqr", ({ x, y }) => new LinearDiscriminantAnalysis().fit(x, y), LinearDiscriminantAnalysis.fromJSON],
  [
    "LDA svd",
    ({ x, y }) => new LinearDiscriminantAnalysis({ solver: "svd", nComponents: 1 }).fit(x, y),
    LinearDiscriminantAnalysis.fromJSON,
  ],
  [
    "LDA eigen",
    ({ x, y }) => new LinearDiscriminantAnalysis({ solver: "eigen", shrinkage: 0.25 }).fit(x, y),
    LinearDiscriminantAnalysis.fromJSON,
  ],
  ["ridge", ({ x, y }) => new RidgeClassifier({ classWeight: "balanced" }).fit(x, y), RidgeClassifier.fromJSON],
  ["ridge CV", ({ x, y }) => new RidgeClassifierCV().fit(x, y), RidgeClassifierCV.fromJSON],
  ["logistic regression", ({ x, y }) => new LogisticRegression({ C: 0.5 }).fit(x, y), LogisticRegression.fromJSON],
];

describe.each(cases)("%s", (_, fit, fromJSON) => {
  test.each([
    ["two classes", two],
    ["three classes", three],
  ])("of %s comes back to the last bit", (_name, data) => {
    const before = fit(data);
    const text = JSON.stringify(before);
    const after = fromJSON(JSON.parse(text));
    expect(after.predictProba(data.x)).toEqual(before.predictProba(data.x));
    expect(JSON.stringify(after)).toBe(text);
    expect(after).toMatchObject({ ...before });
  });

  test("refuses JSON that was altered, another estimator's, or none", () => {
    const text = JSON.stringify(fit(two));
    const digits = [...text.matchAll(/\d/g)].map((match) => match.index);
    for (const at of digits.filter((_index, i) => i % 17 === 0)) {
      const altered = text.slice(0, at) + ((Number(text[at]) + 1) % 10) + text.slice(at + 1);
      let parsed: unknown;
      try {
        parsed = JSON.parse(altered);
      } catch {
        continue;
      }
      if (JSON.stringify(parsed) === text) continue; // a digit beyond the last that a double holds
      expect(() => fromJSON(parsed)).toThrow(expect.objectContaining({ code: "ERR_LDA_ESTIMATOR_JSON" }));
    }
    for (const other of [null, 3, "LDA", [], {}, new StandardScaler().fit(two.x).toJSON()])
      expect(() => fromJSON(other)).toThrow(expect.objectContaining({ code: "ERR_LDA_ESTIMATOR_JSON" }));
  });
});

test("a store that sorts keys, or adds none, changes nothing", () => {
  const json = new LinearDiscriminantAnalysis().fit(two.x, two.y).toJSON();
  const turned = Object.fromEntries(Object.entries(json).toReversed());
  expect(() => LinearDiscriminantAnalysis.fromJSON(turned)).not.toThrow();
});

test("every finite double comes back, negative zero included", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (values) => {
      const json: unknown = JSON.parse(JSON.stringify(sealEstimator("Test", { values: Float64Array.from(values) })));
      expect(openEstimator(json, "Test").numbers("values")).toEqual(Float64Array.from(values));
    }),
  );
});

test("a scaler comes back, one that never saw a value of a feature too", () => {
  const x = { data: Float64Array.of(1, Number.NaN, 3, Number.NaN), nRows: 2, nFeatures: 2 };
  const before = new StandardScaler({ withMean: false }).fit(x);
  const after = StandardScaler.fromJSON(JSON.parse(JSON.stringify(before)));
  expect(after.transform(x)).toEqual(before.transform(x));
  expect(after.partialFit(x).nSamplesSeen).toEqual(Float64Array.of(4, 0));
});
