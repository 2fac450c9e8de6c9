import { describe, expect, test } from "vitest";
import {
  calibrate,
  CalibratedClassifier,
  LinearDiscriminantAnalysis,
  probabilityOf,
  RidgeClassifier,
  StratifiedKFold,
  type Estimator,
} from "../src/index";
import { golden, matrix, mixture, relativeError } from "./golden";

interface Case {
  name: string;
  n_features: number;
  x: number[];
  y: number[];
  ridge: boolean;
  method: "sigmoid" | "isotonic";
  shuffled: boolean;
  prefit: boolean;
  ensemble: boolean;
  sample_weight: number[] | null;
  proba: number[];
  predict: number[];
}
const { producer, cases } = golden<Case>("calibration");

describe(`agrees with ${producer}`, () => {
  test.each(cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const half = 40 * c.n_features;
    const part = (from: number, to?: number) => matrix(c.x.slice(from, to), c.n_features);
    const fresh = (): Estimator => (c.ridge ? new RidgeClassifier() : new LinearDiscriminantAnalysis());
    const fittedBase = new LinearDiscriminantAnalysis();
    if (c.prefit) fittedBase.fit(part(0, half), c.y.slice(0, 40));
    const model = new CalibratedClassifier<Estimator>({
      estimator: c.prefit ? () => fittedBase : fresh,
      method: c.method,
      ensemble: c.ensemble,
      ...(c.prefit ? { cv: "prefit" as const } : {}),
      ...(c.shuffled ? { cv: new StratifiedKFold({ nSplits: 4, shuffle: true, seed: 1 }) } : {}),
    });
    if (c.prefit) model.fit(part(half), c.y.slice(40));
    else model.fit(x, c.y, c.sample_weight === null ? {} : { sampleWeight: c.sample_weight });
    // The peer's sigmoid is where its search stopped, at a gradient of 1e-6.
    expect(relativeError(model.predictProba(x), c.proba)).toBeLessThanOrEqual(c.method === "sigmoid" ? 1e-5 : 1e-9);
    expect([...model.predict(x)]).toEqual(c.predict);
    const text = JSON.stringify(model);
    const after = CalibratedClassifier.fromJSON(JSON.parse(text));
    expect(after.predictProba(x)).toEqual(model.predictProba(x));
    expect(JSON.stringify(after)).toBe(text);
  });
});

test("a rising calibration rises, and is level beyond what it has seen", () => {
  const { x, y } = mixture({ seed: 61, nRows: 60, nFeatures: 1 });
  const calibrator = calibrate(
    "isotonic",
    x.data,
    y.map((label) => label - 1),
  );
  const values = Array.from({ length: 200 }, (_, i) => probabilityOf(calibrator, (i - 100) / 10));
  expect(values.every((value, i) => value >= 0 && value <= 1 && (i === 0 || value >= values[i - 1]!))).toBe(true);
  expect(probabilityOf(calibrator, 1e300)).toBe(values.at(-1));
});

test("scores that tell nothing, or all, give probabilities and no NaN", () => {
  for (const scores of [
    [0, 0, 0, 0],
    [-1e150, -1e150, 1e150, 1e150],
    [1e-200, 2e-200, 3e-200, 4e-200],
  ])
    for (const method of ["sigmoid", "isotonic"] as const) {
      const calibrator = calibrate(method, Float64Array.from(scores), [0, 0, 1, 1]);
      for (const score of scores) {
        const p = probabilityOf(calibrator, score);
        expect(p >= 0 && p <= 1).toBe(true);
      }
    }
});

describe("refuses", () => {
  const { x, y } = mixture({ seed: 62, nRows: 40, nFeatures: 2 });
  const estimator = () => new LinearDiscriminantAnalysis();
  test.each([
    ["one class", () => new CalibratedClassifier({ estimator }).fit(x, y.fill(2)), { code: "ERR_LDA_SINGLE_CLASS" }],
    [
      "an unknown method",
      () => new CalibratedClassifier({ estimator, method: "platt" as "sigmoid" }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "an unknown cv",
      () => new CalibratedClassifier({ estimator, cv: "five" as "prefit" }),
      { code: "ERR_LDA_OPTION" },
    ],
    ["use before fitting", () => new CalibratedClassifier({ estimator }).predict(x), { code: "ERR_LDA_NOT_FITTED" }],
    [
      "a prefit that is not fitted",
      () =>
        new CalibratedClassifier({ estimator, cv: "prefit" }).fit(x, mixture({ seed: 62, nRows: 40, nFeatures: 2 }).y),
      { code: "ERR_LDA_NOT_FITTED" },
    ],
    [
      "scores that are not finite",
      () => calibrate("sigmoid", Float64Array.of(1, Number.NaN), [0, 1]),
      { code: "ERR_LDA_NUMERICAL" },
    ],
    ["scores without labels", () => calibrate("sigmoid", Float64Array.of(1, 2), [0]), { code: "ERR_LDA_SHAPE" }],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
