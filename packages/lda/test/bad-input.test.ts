import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CalibratedClassifier,
  LdaError,
  LinearDiscriminantAnalysis,
  LogisticRegression,
  PCA,
  Pipeline,
  RidgeClassifier,
  RidgeClassifierCV,
  StandardScaler,
  StepwiseLda,
  ToeplitzLda,
  type Matrix,
} from "../src/index";
import { mixture } from "./golden";

interface Classifier {
  fit(x: Matrix, y: ArrayLike<number>): unknown;
  predict(x: Matrix): Int32Array;
  predictProba(x: Matrix): Float64Array;
}

const makers: [string, () => Classifier][] = [
  ["LDA lsqr", () => new LinearDiscriminantAnalysis()],
  ["LDA lsqr without shrinkage", () => new LinearDiscriminantAnalysis({ shrinkage: "none" })],
  ["LDA svd", () => new LinearDiscriminantAnalysis({ solver: "svd" })],
  ["LDA eigen", () => new LinearDiscriminantAnalysis({ solver: "eigen" })],
  ["ridge", () => new RidgeClassifier()],
  ["ridge without penalty", () => new RidgeClassifier({ alpha: 0 })],
  ["ridge CV", () => new RidgeClassifierCV()],
  ["logistic regression", () => new LogisticRegression()],
  ["logistic regression without penalty", () => new LogisticRegression({ C: Infinity, maxIter: 60 })],
  ["stepwise LDA", () => new StepwiseLda()],
  ["block-Toeplitz LDA", () => new ToeplitzLda({ nChannels: 1 })],
  ["pipeline", () => new Pipeline({ steps: [new StandardScaler(), new PCA()], classifier: new LogisticRegression() })],
  ["calibrated", () => new CalibratedClassifier({ estimator: () => new LinearDiscriminantAnalysis(), cv: 2 })],
];

/** What a classifier says of rows: probabilities that sum to 1, or a typed error. */
function answers(make: () => Classifier, x: Matrix, y: ArrayLike<number>): boolean {
  try {
    const classifier = make();
    classifier.fit(x, y);
    const proba = classifier.predictProba(x);
    const nClasses = proba.length / x.nRows;
    const known = new Set(Array.from(y));
    for (let i = 0; i < x.nRows; i++) {
      const row = [...proba.subarray(i * nClasses, (i + 1) * nClasses)];
      if (!row.every((p) => p >= 0 && p <= 1)) return false;
      if (Math.abs(row.reduce((a, b) => a + b, 0) - 1) > 1e-9) return false;
    }
    return classifier.predict(x).every((label) => known.has(label));
  } catch (error) {
    return error instanceof LdaError && error.code.startsWith("ERR_LDA_");
  }
}

describe.each(makers)("%s", (_, make) => {
  test("gives probabilities or a typed error, whatever the rows", () => {
    const value = fc.oneof(
      { weight: 5, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(0, -0, 1e150, -1e150, 1e-150, 1e300, 5e-324, Number.NaN, Infinity, -Infinity),
      },
    );
    const problem = fc
      .record({ nRows: fc.integer({ min: 0, max: 12 }), nFeatures: fc.integer({ min: 0, max: 15 }) })
      .chain(({ nRows, nFeatures }) =>
        fc.record({
          data: fc.array(value, { minLength: nRows * nFeatures, maxLength: nRows * nFeatures }),
          y: fc.array(fc.constantFrom(1, 2, 5), { minLength: nRows, maxLength: nRows }),
          nRows: fc.constant(nRows),
          nFeatures: fc.constant(nFeatures),
        }),
      );
    fc.assert(
      fc.property(problem, ({ data, y, nRows, nFeatures }) => {
        expect(answers(make, { data: Float64Array.from(data), nRows, nFeatures }, y)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("takes constant features, fewer rows than features, and magnitudes of 1e150 or a typed error", () => {
    const { x, y } = mixture({ seed: 101, nRows: 24, nFeatures: 6 });
    const wide = mixture({ seed: 102, nRows: 10, nFeatures: 30 });
    const constant = { ...x, data: x.data.map((value, i) => (i % 6 === 2 ? 0.1 : value)) };
    const equal = { ...x, data: new Float64Array(x.data.length).fill(3) };
    for (const [rows, labels] of [
      [constant, y],
      [equal, y],
      [wide.x, wide.y],
      [{ ...x, data: x.data.map((value) => value * 1e150) }, y],
      [{ ...x, data: x.data.map((value) => value * 1e-150) }, y],
    ] as const)
      expect(answers(make, rows, labels)).toBe(true);
  });

  test("refuses one class, no rows, names, NaN and other widths with a code", () => {
    const { x, y } = mixture({ seed: 103, nRows: 24, nFeatures: 3 });
    const refused = (act: () => unknown, codes: string[]) => {
      let error: unknown;
      try {
        act();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(LdaError);
      expect(codes).toContain((error as LdaError).code);
    };
    refused(() => make().fit(x, new Int32Array(24).fill(1)), ["ERR_LDA_SINGLE_CLASS"]);
    refused(() => make().fit({ data: new Float64Array(0), nRows: 0, nFeatures: 3 }, []), ["ERR_LDA_EMPTY"]);
    refused(() => make().fit({ ...x, data: x.data.with(4, Number.NaN) }, y), ["ERR_LDA_NON_FINITE"]);
    refused(() => make().fit(x, Array.from(y, String) as unknown as number[]), ["ERR_LDA_LABEL"]);
    refused(() => make().fit(x, y.subarray(1)), ["ERR_LDA_SHAPE"]);
    refused(() => make().predictProba(x), ["ERR_LDA_NOT_FITTED"]);
    const fitted = make();
    fitted.fit(x, y);
    const narrow = { data: new Float64Array(4), nRows: 2, nFeatures: 2 };
    refused(() => fitted.predictProba(narrow), ["ERR_LDA_SHAPE"]);
    refused(() => fitted.predictProba({ ...x, data: x.data.with(7, Infinity) }), ["ERR_LDA_NON_FINITE"]);
  });
});
