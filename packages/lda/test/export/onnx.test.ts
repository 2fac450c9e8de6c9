import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createModel, LinearDiscriminantAnalysis, RidgeClassifier, StandardScaler, type Model } from "../../src/index";
import { exportOnnx, importLinear, importOnnx } from "../../src/onnx";
import { golden, matrix, mixture, relativeError } from "../golden";

const cases = golden<{
  name: string;
  onnx: string;
  classes: number[];
  given?: true;
  tolerance: number;
  x: number[];
  nFeatures: number;
  proba: number[];
  label: number[];
}>("onnx-import");

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

test.each(cases.cases)(`imports $name as ${cases.producer} scores it`, (c) => {
  const model = importOnnx(bytesOf(c.onnx), c.given ? { classes: c.classes } : {});
  expect(model.classes).toEqual(c.classes);
  const x = matrix(c.x, c.nFeatures);
  expect(relativeError(model.predictProba(x), c.proba)).toBeLessThanOrEqual(c.tolerance);
  expect([...model.predict(x)]).toEqual(c.label);
});

function trained(classes: readonly number[], seed = 1): { model: Model; x: ReturnType<typeof mixture>["x"] } {
  const { x, y } = mixture({ seed, nRows: 60, nFeatures: 5, classes });
  const scaler = new StandardScaler().fit(x);
  const classifier = new LinearDiscriminantAnalysis().fit(scaler.transform(x), y);
  const names = classes.map((code) => `class "${code}" µ`);
  return { model: createModel({ scaler, classifier, classNames: names, positive: classes[0]!, version: "7" }), x };
}

describe("a model goes into a file and comes back", () => {
  test.each([[[1, 2]], [[-4, 0, 9]]])("classes %j", (classes) => {
    const { model, x } = trained(classes);
    const back = importOnnx(exportOnnx(model, { dtype: "float64" }));
    const { kind, classNames, positive, featureNames, version, calibrated } = model;
    expect(back).toMatchObject({ kind, classes, classNames, positive, featureNames, version, calibrated });
    expect([...back.predictProba(x)]).toEqual([...model.predictProba(x)]);
    expect(exportOnnx(back, { dtype: "float64" })).toEqual(exportOnnx(model, { dtype: "float64" }));
  });

  test("a ridge classifier stays uncalibrated", () => {
    const { x, y } = mixture({ seed: 2, nRows: 40, nFeatures: 3 });
    const model = createModel({ classifier: new RidgeClassifier().fit(x, y) });
    const back = importOnnx(exportOnnx(model));
    expect(back).toMatchObject({ kind: "ridge", calibrated: false });
    expect([...back.predictProba(x)]).toEqual([...model.predictProba(x)]);
  });
});

test("every cut of a file is refused by a typed error, and every change of a byte by one or none", () => {
  const bytes = exportOnnx(trained([1, 2]).model);
  const codeOf = (altered: Uint8Array): string => {
    try {
      importOnnx(altered);
      return "read";
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };
  for (let length = 0; length < bytes.length; length += 3)
    expect(codeOf(bytes.subarray(0, length))).toMatch(/^(ERR_LDA_MODEL_FILE|ERR_LDA_OPTION|read)$/);
  expect(codeOf(bytes.subarray(0, bytes.length / 2))).toBe("ERR_LDA_MODEL_FILE");
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      expect(codeOf(bytes.map((byte, i) => (i === at ? byte ^ by : byte)))).toMatch(
        /^(ERR_LDA_MODEL_FILE|ERR_LDA_OPTION|ERR_LDA_NUMERICAL|read)$/,
      );
    }),
    { numRuns: 500 },
  );
});

test("coefficients of scikit-learn, with a scaler before them", () => {
  const { x, y } = mixture({ seed: 3, nRows: 60, nFeatures: 4 });
  const scaler = new StandardScaler().fit(x);
  const lda = new LinearDiscriminantAnalysis().fit(scaler.transform(x), y);
  const { classes, coef, intercept } = lda;
  const model = importLinear({ classes, coef: [coef], intercept, scaler, kind: "lda" });
  const want = createModel({ scaler, classifier: lda });
  expect(relativeError(model.predictProba(x), want.predictProba(x))).toBeLessThan(1e-13);
});

const { model } = trained([1, 2]);
const linear = { classes: [1, 2], coef: [[1, 2]], intercept: [0] };
test.each<[string, () => unknown, string]>([
  ["no bytes", () => importOnnx(new Uint8Array(0)), "ERR_LDA_MODEL_FILE"],
  ["a PNG", () => importOnnx(Uint8Array.of(0x89, 0x50, 0x4e, 0x47)), "ERR_LDA_MODEL_FILE"],
  ["classes nobody tells", () => importOnnx(bytesOf(cases.cases.find(({ given }) => given)!.onnx)), "ERR_LDA_OPTION"],
  ["another dtype", () => exportOnnx(model, { dtype: "float16" as "float32" }), "ERR_LDA_OPTION"],
  ["another layout", () => exportOnnx(model, { probabilities: "map" as "matrix" }), "ERR_LDA_OPTION"],
  [
    "a coefficient beyond float32",
    () => exportOnnx(importLinear({ ...linear, coef: [[1e300, 1]] }), { compute: "float32" }),
    "ERR_LDA_NUMERICAL",
  ],
  ["one class", () => importLinear({ ...linear, classes: [1] }), "ERR_LDA_OPTION"],
  ["classes out of order", () => importLinear({ ...linear, classes: [2, 1] }), "ERR_LDA_OPTION"],
  ["two rows for two classes", () => importLinear({ ...linear, coef: [[1], [2]] }), "ERR_LDA_OPTION"],
  [
    "rows of two lengths",
    () => importLinear({ classes: [1, 2, 3], coef: [[1], [2], [3, 4]], intercept: [0, 0, 0] }),
    "ERR_LDA_OPTION",
  ],
  ["two intercepts", () => importLinear({ ...linear, intercept: [0, 0] }), "ERR_LDA_OPTION"],
  ["NaN", () => importLinear({ ...linear, coef: [[1, NaN]] }), "ERR_LDA_OPTION"],
  ["a scale of 0", () => importLinear({ ...linear, scaler: { mean: [0, 0], scale: [1, 0] } }), "ERR_LDA_OPTION"],
  ["a scaler of another width", () => importLinear({ ...linear, scaler: { mean: [0], scale: [1] } }), "ERR_LDA_OPTION"],
])("%s is refused", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
