import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FastICA, PCA, rejectComponents, samplesOf, type FastIcaOptions } from "../src/index";
import { golden, matrix, mixture, relativeError } from "./golden";

interface PcaCase {
  name: string;
  n_features: number;
  x: number[];
  n_components: number | null;
  whiten: boolean;
  mean: number[];
  components: number[];
  variance: number[];
  ratio: number[];
  singular: number[];
  noise: number;
  transformed: number[];
  inverse: number[];
}
const pca = golden<PcaCase>("pca");

describe(`PCA agrees with ${pca.producer}`, () => {
  test.each(pca.cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const fitted = new PCA({ nComponents: c.n_components ?? undefined, whiten: c.whiten }).fit(x);
    expect(relativeError(fitted.mean, c.mean)).toBeLessThanOrEqual(1e-12);
    expect(relativeError(fitted.components, c.components)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(fitted.explainedVariance, c.variance)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(fitted.explainedVarianceRatio, c.ratio)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(fitted.singularValues, c.singular)).toBeLessThanOrEqual(1e-9);
    expect(fitted.noiseVariance).toBeCloseTo(c.noise, 9);
    const transformed = fitted.transform(x);
    expect(relativeError(transformed.data, c.transformed)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(fitted.inverseTransform(transformed).data, c.inverse)).toBeLessThanOrEqual(1e-9);
    const after = PCA.fromJSON(JSON.parse(JSON.stringify(fitted)));
    expect(after.transform(x)).toEqual(transformed);
  });
});

test("directions are orthogonal and give the rows back, whatever the shape", () => {
  const shape = fc.record({
    seed: fc.nat(),
    nRows: fc.integer({ min: 4, max: 20 }),
    nFeatures: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(shape, (options) => {
      const { x } = mixture(options);
      const fitted = new PCA().fit(x);
      const { components } = fitted;
      const [n, p] = [Math.min(x.nRows, x.nFeatures), x.nFeatures];
      for (let k = 0; k < n; k++)
        for (let l = 0; l <= k; l++) {
          let product = 0;
          for (let j = 0; j < p; j++) product += components[k * p + j]! * components[l * p + j]!;
          expect(product).toBeCloseTo(k === l ? 1 : 0, 9);
        }
      expect(relativeError(fitted.inverseTransform(fitted.transform(x)).data, x.data)).toBeLessThanOrEqual(1e-9);
    }),
    { numRuns: 40 },
  );
});

interface IcaCase {
  name: string;
  n_features: number;
  x: number[];
  w_init: number[] | null;
  seed: number | null;
  fun: "logcosh" | "exp" | "cube";
  alpha: number;
  algorithm: "parallel" | "deflation";
  whiten: "unit-variance" | "arbitrary-variance";
  components: number[];
  mixing: number[];
  mean: number[];
  sources: number[];
}
const ica = golden<IcaCase>("ica");

describe(`FastICA agrees with ${ica.producer}`, () => {
  test.each(ica.cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const options: FastIcaOptions = {
      nComponents: 3,
      fun: c.fun,
      alpha: c.alpha,
      algorithm: c.algorithm,
      whiten: c.whiten,
      tol: 1e-10,
      maxIter: 1000,
      ...(c.w_init === null ? {} : { wInit: c.w_init }),
      ...(c.seed === null ? {} : { seed: c.seed }),
    };
    const fitted = new FastICA(options).fit(x);
    expect(fitted.converged).toBe(true);
    expect(relativeError(fitted.components, c.components)).toBeLessThanOrEqual(1e-8);
    expect(relativeError(fitted.mixing, c.mixing)).toBeLessThanOrEqual(1e-8);
    expect(relativeError(fitted.mean, c.mean)).toBeLessThanOrEqual(1e-12);
    expect(relativeError(fitted.transform(x).data.slice(0, 120), c.sources)).toBeLessThanOrEqual(1e-8);
    const after = FastICA.fromJSON(JSON.parse(JSON.stringify(fitted)));
    expect(after.transform(x)).toEqual(fitted.transform(x));
  });
});

describe("rejectComponents", () => {
  const [c] = ica.cases as [IcaCase];
  const rows = matrix(c.x, 4);
  const data = new Float64Array(800);
  for (let e = 0; e < 4; e++)
    for (let ch = 0; ch < 4; ch++)
      for (let t = 0; t < 50; t++) data[(e * 4 + ch) * 50 + t] = rows.data[(e * 50 + t) * 4 + ch]!;
  const epochs = { data, nEpochs: 4, nChannels: 4, nTimes: 50, sampleRateHz: 100 };
  const all = new FastICA({ nComponents: 4 }).fit(samplesOf(epochs));

  test("samples are rows of channels", () => {
    expect(samplesOf(epochs)).toEqual({ data: rows.data.slice(0, 800), nRows: 200, nFeatures: 4 });
  });

  test("takes the source off and leaves the others, other fields and the input alone", () => {
    const before = data.slice();
    const cleaned = rejectComponents(epochs, all, [2]);
    expect(cleaned.sampleRateHz).toBe(100);
    expect(data).toEqual(before);
    const [was, is] = [all.transform(samplesOf(epochs)), all.transform(samplesOf(cleaned))];
    const column = (m: typeof was, k: number) => m.data.filter((_, i) => i % 4 === k);
    expect(column(is, 2).every((value) => Math.abs(value) < 1e-9)).toBe(true);
    for (const k of [0, 1, 3]) expect(relativeError(column(is, k), column(was, k))).toBeLessThanOrEqual(1e-9);
  });

  test("of no source changes nothing; of all leaves the mean", () => {
    expect(rejectComponents(epochs, all, []).data).toEqual(data);
    const flat = samplesOf(rejectComponents(epochs, all, [0, 1, 2, 3, 3]));
    flat.data.forEach((value, i) => expect(value).toBeCloseTo(all.mean[i % 4]!, 9));
  });

  test.each([
    ["a source that is not there", () => rejectComponents(epochs, all, [4]), { code: "ERR_LDA_OPTION", value: 4 }],
    [
      "other channels",
      () => rejectComponents({ ...epochs, nChannels: 2, nTimes: 100 }, all, [0]),
      { code: "ERR_LDA_SHAPE" },
    ],
    [
      "a buffer of another size",
      () => rejectComponents({ ...epochs, nTimes: 49 }, all, [0]),
      { code: "ERR_LDA_SHAPE" },
    ],
    [
      "NaN",
      () => rejectComponents({ ...epochs, data: data.with(3, Number.NaN) }, all, [0]),
      { code: "ERR_LDA_NON_FINITE" },
    ],
  ])("refuses %s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});

describe("refuses", () => {
  const { x } = mixture({ seed: 3, nRows: 12, nFeatures: 4 });
  const flat = { ...x, data: x.data.map((value, i) => (i % 4 === 3 ? x.data[i - 1]! : value)) };
  test.each([
    ["more components than there are", () => new PCA({ nComponents: 5 }).fit(x), { code: "ERR_LDA_OPTION" }],
    ["no components", () => new PCA({ nComponents: 0 }), { code: "ERR_LDA_OPTION", option: "nComponents" }],
    ["half a component more", () => new PCA({ nComponents: 2.5 }), { code: "ERR_LDA_OPTION" }],
    ["one row", () => new PCA().fit(matrix([1, 2], 2)), { code: "ERR_LDA_OPTION" }],
    ["NaN", () => new PCA().fit({ ...x, data: x.data.with(5, Number.NaN) }), { code: "ERR_LDA_NON_FINITE", row: 1 }],
    ["another width", () => new PCA().fit(x).transform(matrix([1, 2], 2)), { code: "ERR_LDA_SHAPE" }],
    ["use before fitting", () => new PCA().transform(x), { code: "ERR_LDA_NOT_FITTED" }],
    [
      "squares beyond doubles",
      () => new PCA().fit({ ...x, data: x.data.map((v) => v * 1e200) }),
      { code: "ERR_LDA_NUMERICAL" },
    ],
    [
      "sources of rows that vary in fewer directions",
      () => new FastICA().fit(flat),
      { code: "ERR_LDA_OPTION", option: "nComponents" },
    ],
    [
      "a start of another size",
      () => new FastICA({ wInit: [1, 2] }).fit(x),
      { code: "ERR_LDA_OPTION", option: "wInit" },
    ],
    ["an unknown contrast", () => new FastICA({ fun: "tanh" as "exp" }), { code: "ERR_LDA_OPTION", option: "fun" }],
    ["infinities", () => new FastICA().fit({ ...x, data: x.data.with(5, Infinity) }), { code: "ERR_LDA_NON_FINITE" }],
    ["JSON of another", () => FastICA.fromJSON(new PCA().fit(x).toJSON()), { code: "ERR_LDA_ESTIMATOR_JSON" }],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
