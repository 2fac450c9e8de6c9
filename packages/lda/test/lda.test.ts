import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearDiscriminantAnalysis, StandardScaler, type Shrinkage } from "../src/index";
import { relativeError, golden, matrix, mixture } from "./golden";

interface Case {
  name: string;
  n_features: number;
  x: number[];
  y: number[];
  shrinkage: Shrinkage;
  priors: number[] | null;
  far_from_zero: boolean;
  fits: {
    standardize: boolean;
    coef: number[];
    intercept: number[];
    decision: number[];
    proba: number[];
    predict: number[];
  }[];
}
const { producer, cases } = golden<Case>("lda");

describe(`agrees with ${producer}`, () => {
  test.each(cases.flatMap((c) => c.fits.map((fit) => ({ ...c, ...fit }))))("$name, standardised: $standardize", (c) => {
    const raw = matrix(c.x, c.n_features);
    const x = c.standardize ? new StandardScaler().fit(raw).transform(raw) : raw;
    const lda = new LinearDiscriminantAnalysis({ shrinkage: c.shrinkage, priors: c.priors ?? undefined }).fit(x, c.y);
    const nClasses = lda.classes.length;
    // A million away from zero the peer's scores are small differences of large numbers; see the test of offsets below.
    const scores = c.far_from_zero && !c.standardize ? 2e-4 : 1e-9;
    expect(relativeError(lda.coef, c.coef)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(lda.intercept, c.intercept)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(lda.decisionFunction(x), c.decision)).toBeLessThanOrEqual(scores);
    expect(
      relativeError(
        lda.predictProba(x).filter((_, i) => i % nClasses > 0),
        c.proba,
      ),
    ).toBeLessThanOrEqual(scores);
    expect([...lda.predict(x)]).toEqual(c.predict);
  });
});

test("an offset common to all rows changes no probability", () => {
  for (const classes of [
    [1, 2],
    [1, 2, 3],
  ]) {
    const { x, y } = mixture({ seed: 5, nRows: 60, nFeatures: 4, classes });
    const far = { ...x, data: x.data.map((value) => value + 2 ** 20) }; // the features keep 32 bits below the point
    const near = { ...x, data: far.data.map((value) => value - 2 ** 20) };
    const fit = (rows: typeof x) => new LinearDiscriminantAnalysis().fit(rows, y).predictProba(rows);
    expect(relativeError(fit(far), fit(near))).toBeLessThanOrEqual(1e-9);
  }
});

test("probabilities are in [0, 1], sum to 1 a row, and the likeliest class is the prediction", () => {
  const problem = fc.record({
    seed: fc.nat(),
    nRows: fc.integer({ min: 9, max: 40 }),
    nFeatures: fc.integer({ min: 1, max: 12 }),
    classes: fc.constantFrom([1, 2], [-3, 0, 8]),
    shrinkage: fc.constantFrom<Shrinkage>("auto", 0.2, "none"),
  });
  fc.assert(
    fc.property(problem, ({ shrinkage, ...rest }) => {
      const { x, y } = mixture(rest);
      const lda = new LinearDiscriminantAnalysis({ shrinkage }).fit(x, y);
      const proba = lda.predictProba(x);
      const k = lda.classes.length;
      lda.predict(x).forEach((label, i) => {
        const row = [...proba.subarray(i * k, (i + 1) * k)];
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        expect(row.every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(row[lda.classes.indexOf(label)]).toBe(Math.max(...row));
      });
    }),
    { numRuns: 60 },
  );
});

test("rows in another order give the same classifier", () => {
  const { x, y } = mixture({ seed: 8, nRows: 50, nFeatures: 7 });
  const order = [...y.keys()].toReversed();
  const data = Float64Array.from(order.flatMap((i) => [...x.data.subarray(i * 7, (i + 1) * 7)]));
  const labels = order.map((i) => y[i]!);
  const reversed = new LinearDiscriminantAnalysis().fit({ ...x, data }, labels);
  expect(relativeError(reversed.coef, new LinearDiscriminantAnalysis().fit(x, y).coef)).toBeLessThanOrEqual(1e-12);
});

describe("refuses", () => {
  const { x, y } = mixture({ seed: 1, nRows: 20, nFeatures: 3 });
  const fit = (rows = x, labels: ArrayLike<number> = y) => new LinearDiscriminantAnalysis().fit(rows, labels);
  const at = (index: number, value: number) => ({ ...x, data: x.data.with(index, value) });

  test.each([
    ["one class", () => fit(x, new Int32Array(20).fill(2)), { code: "ERR_LDA_SINGLE_CLASS", label: 2, nRows: 20 }],
    ["a class of one row", () => fit(x, y.with(0, 9)), { code: "ERR_LDA_CLASS_TOO_SMALL", label: 9, count: 1 }],
    ["fewer labels than rows", () => fit(x, y.subarray(1)), { code: "ERR_LDA_SHAPE", got: 19, expected: 20 }],
    [
      "a label that is no integer",
      () => fit(x, [...y.slice(0, 19), 1.5]),
      { code: "ERR_LDA_LABEL", row: 19, value: 1.5 },
    ],
    ["a buffer of another size", () => fit({ ...x, nFeatures: 4 }), { code: "ERR_LDA_SHAPE", got: 60, expected: 80 }],
    ["no rows", () => fit({ data: new Float64Array(0), nRows: 0, nFeatures: 3 }, []), { code: "ERR_LDA_EMPTY" }],
    [
      "no features",
      () => fit({ data: new Float64Array(0), nRows: 3, nFeatures: 0 }, [1, 1, 2]),
      { code: "ERR_LDA_EMPTY" },
    ],
    ["NaN", () => fit(at(7, Number.NaN)), { code: "ERR_LDA_NON_FINITE", row: 2, feature: 1 }],
    [
      "an infinity",
      () => fit(at(59, -Infinity)),
      { code: "ERR_LDA_NON_FINITE", row: 19, feature: 2, value: -Infinity },
    ],
    ["a variance beyond doubles", () => fit(at(3, 1e200)), { code: "ERR_LDA_NUMERICAL" }],
    [
      "priors of another length",
      () => new LinearDiscriminantAnalysis({ priors: [0.2, 0.2, 0.6] }).fit(x, y),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "a prior of 0",
      () => new LinearDiscriminantAnalysis({ priors: [0, 1] }),
      { code: "ERR_LDA_OPTION", option: "priors" },
    ],
    [
      "a shrinkage above 1",
      () => new LinearDiscriminantAnalysis({ shrinkage: 1.1 }),
      { code: "ERR_LDA_OPTION", value: 1.1 },
    ],
    [
      "a shrinkage that is NaN",
      () => new LinearDiscriminantAnalysis({ shrinkage: Number.NaN }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "an unknown solver",
      () => new LinearDiscriminantAnalysis({ solver: "qr" as "lsqr" }),
      { code: "ERR_LDA_OPTION", option: "solver" },
    ],
    ["predicting before fitting", () => new LinearDiscriminantAnalysis().predict(x), { code: "ERR_LDA_NOT_FITTED" }],
    [
      "rows of another width",
      () => fit().predictProba({ ...x, nRows: 30, nFeatures: 2 }),
      { code: "ERR_LDA_SHAPE", got: 2, expected: 3 },
    ],
    ["predicting NaN", () => fit().predict(at(4, Number.NaN)), { code: "ERR_LDA_NON_FINITE", row: 1, feature: 1 }],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});

describe("magnitudes at the ends of the range", () => {
  const { x, y } = mixture({ seed: 2, nRows: 30, nFeatures: 4 });
  const want = new LinearDiscriminantAnalysis().fit(x, y).predictProba(x);

  test.each([2 ** -400, 2 ** -40, 2 ** 40, 2 ** 498])("features times %d give the same probabilities", (factor) => {
    const scaled = { ...x, data: x.data.map((value) => value * factor) };
    expect(
      relativeError(new LinearDiscriminantAnalysis().fit(scaled, y).predictProba(scaled), want),
    ).toBeLessThanOrEqual(1e-9);
  });

  test("a row far beyond the training data is certain, or a typed error, never NaN", () => {
    const lda = new LinearDiscriminantAnalysis().fit(x, y);
    const [sign] = lda.coef;
    const far = { data: Float64Array.of(sign! * 1e300, 0, 0, 0), nRows: 1, nFeatures: 4 };
    expect([...lda.predictProba(far)]).toEqual(sign === 0 ? [0.5, 0.5] : [0, 1]);
    const coef = [...lda.coef];
    const torn = {
      data: Float64Array.from(coef, (c, j) => (j % 2 === 0 ? 1 : -1) * Math.sign(c) * 1.7e308),
      nRows: 1,
      nFeatures: 4,
    };
    const steep = { ...x, data: x.data.map((value) => value * 1e-3) };
    const answer = () => new LinearDiscriminantAnalysis().fit(steep, y).predictProba(torn);
    expect(answer).toThrow(expect.objectContaining({ code: "ERR_LDA_NUMERICAL" }));
  });
});

test("features constant within every class say nothing: the priors remain", () => {
  const x = matrix([5, 1, 5, 1, 5, 1, 5, 2, 5, 2], 2);
  expect(
    relativeError(new LinearDiscriminantAnalysis().fit(x, [1, 1, 1, 2, 2]).predictProba(x).slice(0, 2), [0.6, 0.4]),
  ).toBeLessThanOrEqual(1e-15);
});
