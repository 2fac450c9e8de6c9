import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StandardScaler } from "../src/index";
import { relativeError, golden, matrix } from "./golden";

interface Case {
  name: string;
  n_features: number;
  x: (number | null)[];
  mean: number[];
  scale: number[];
  transformed: (number | null)[];
}
const { producer, cases } = golden<Case>("scaler");
const numbers = (list: (number | null)[]) => list.map((value) => value ?? Number.NaN);

describe(`agrees with ${producer}`, () => {
  test.each(cases)("$name", (c) => {
    const x = matrix(numbers(c.x), c.n_features);
    const scaler = new StandardScaler().fit(x);
    expect(relativeError(scaler.mean, c.mean)).toBeLessThanOrEqual(1e-12);
    expect(relativeError(scaler.scale, c.scale)).toBeLessThanOrEqual(1e-12);
    const got = scaler.transform(x).data;
    expect([...got].map(Number.isNaN)).toEqual(c.transformed.map((value) => value === null));
    // Deviations of 1e-6 at 1e9 are a few units in the last place of the data, and so are their mean's roundings.
    expect(
      relativeError(
        got.map((value) => value || 0),
        c.transformed.map((value) => value ?? 0),
      ),
    ).toBeLessThanOrEqual(Math.abs(x.data[0]!) > 1e8 ? 0.05 : 1e-9);
  });
});

interface PartsCase extends Case {
  parts: number[];
  with_mean: boolean;
  with_std: boolean;
  sample_weight: number[] | null;
  variance: number[] | null;
}
const parts = golden<PartsCase>("scaler-parts");

describe(`learns part by part as ${parts.producer}`, () => {
  test.each(parts.cases)("$name", (c) => {
    const { n_features: nFeatures, sample_weight: weights } = c;
    const data = numbers(c.x);
    const scaler = new StandardScaler({ withMean: c.with_mean, withStd: c.with_std });
    c.parts.slice(1).forEach((to, i) => {
      const from = c.parts[i]!;
      const part = matrix(data.slice(from * nFeatures, to * nFeatures), nFeatures);
      scaler.partialFit(part, undefined, weights === null ? {} : { sampleWeight: weights.slice(from, to) });
    });
    expect(relativeError(scaler.mean, c.mean)).toBeLessThanOrEqual(1e-12);
    const variance = c.variance ?? [...scaler.variance];
    expect(relativeError([...scaler.variance, 1], [...variance, 1])).toBeLessThanOrEqual(1e-12);
    expect(relativeError(scaler.scale, c.scale)).toBeLessThanOrEqual(1e-12);
    const { data: got } = scaler.transform(matrix(data, nFeatures));
    expect([...got].map(Number.isNaN)).toEqual(c.transformed.map((value) => value === null));
    const [zeros, want] = [got.map((value) => value || 0), c.transformed.map((value) => value ?? 0)];
    expect(relativeError(zeros, want)).toBeLessThanOrEqual(1e-12);
  });
});

test("transform has mean 0 and deviation 1, and the inverse gives the rows back", () => {
  const hundredths = fc.integer({ min: -1e5, max: 1e5 }).map((value) => value / 100);
  const rows = fc.array(fc.tuple(hundredths, hundredths), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(rows, (list) => {
      const x = matrix(list.flat(), 2);
      const scaler = new StandardScaler().fit(x);
      const z = scaler.transform(x);
      expect(relativeError([...scaler.inverseTransform(z).data, 1e3], [...x.data, 1e3])).toBeLessThanOrEqual(1e-12);
      for (const j of [0, 1]) {
        const column = z.data.filter((_, i) => i % 2 === j);
        const constant = scaler.scale[j] === 1;
        if (constant) continue;
        expect(column.reduce((a, b) => a + b, 0) / list.length).toBeCloseTo(0, 6);
        expect(column.reduce((a, b) => a + b * b, 0) / list.length).toBeCloseTo(1, 6);
      }
    }),
  );
});

describe("refuses", () => {
  const fitted = new StandardScaler().fit(matrix([1, 2, 3, 4], 2));
  test.each([
    [
      "infinities",
      () => new StandardScaler().fit(matrix([1, Infinity], 1)),
      { code: "ERR_LDA_NON_FINITE", row: 1, feature: 0 },
    ],
    [
      "a variance beyond doubles",
      () => new StandardScaler().fit(matrix([1e200, -1e200], 1)),
      { code: "ERR_LDA_NUMERICAL" },
    ],
    ["no rows", () => new StandardScaler().fit(matrix([], 1)), { code: "ERR_LDA_EMPTY" }],
    ["another width", () => fitted.transform(matrix([1, 2, 3], 3)), { code: "ERR_LDA_SHAPE", got: 3, expected: 2 }],
    ["use before fitting", () => new StandardScaler().transform(matrix([1], 1)), { code: "ERR_LDA_NOT_FITTED" }],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
