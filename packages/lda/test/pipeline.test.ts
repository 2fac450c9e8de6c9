import { describe, expect, test } from "vitest";
import {
  createModel,
  crossValidate,
  decodeModel,
  encodeModel,
  FastICA,
  LinearDiscriminantAnalysis,
  LogisticRegression,
  PCA,
  Pipeline,
  RidgeClassifier,
  StandardScaler,
  type Matrix,
} from "../src/index";
import { mixture, relativeError } from "./golden";

const two = mixture({ seed: 81, nRows: 70, nFeatures: 6 });
const three = mixture({ seed: 82, nRows: 90, nFeatures: 6, classes: [1, 2, 3] });

const pipelines = {
  "scaler, PCA, logistic regression": () =>
    new Pipeline({
      steps: [new StandardScaler(), new PCA({ nComponents: 3, whiten: true })],
      classifier: new LogisticRegression(),
    }),
  "ICA, LDA": () =>
    new Pipeline({ steps: [new FastICA({ nComponents: 4 })], classifier: new LinearDiscriminantAnalysis() }),
  "ridge alone": () => new Pipeline({ steps: [], classifier: new RidgeClassifier() }),
};

describe.each(Object.entries(pipelines))("%s", (_, make) => {
  test.each([
    ["two", two],
    ["three", three],
  ])("of %s classes is its steps one after another", (_name, { x, y }) => {
    const pipeline = make().fit(x, y);
    const { steps, classifier } = make();
    const rows = steps.reduce<Matrix>((before, step) => {
      step.fit(before);
      return step.transform(before);
    }, x);
    classifier.fit(rows, y);
    expect(pipeline.predictProba(x)).toEqual(classifier.predictProba(rows));
    expect(pipeline.predict(x)).toEqual(classifier.predict(rows));
    expect(pipeline.score(x, y)).toBe(classifier.score(rows, y));
  });

  test.each([
    ["two", two],
    ["three", three],
  ])("of %s classes is one linear classifier, saved as a model", (_name, { x, y }) => {
    const pipeline = make().fit(x, y);
    const model = decodeModel(encodeModel(createModel({ classifier: pipeline })));
    expect(relativeError(model.predictProba(x), pipeline.predictProba(x))).toBeLessThanOrEqual(1e-9);
    expect(relativeError(model.decisionFunction(x), pipeline.decisionFunction(x))).toBeLessThanOrEqual(1e-9);
    expect(model).toMatchObject({ kind: pipeline.kind, calibrated: pipeline.calibrated, nFeatures: 6 });
  });

  test("comes back from JSON to the last bit", () => {
    const pipeline = make().fit(two.x, two.y);
    const text = JSON.stringify(pipeline);
    const after = Pipeline.fromJSON(JSON.parse(text));
    expect(after.predictProba(two.x)).toEqual(pipeline.predictProba(two.x));
    expect(JSON.stringify(after)).toBe(text);
    const altered = text.replace(/"centre":\[(-?)\d/, '"centre":[$19');
    expect(altered).not.toBe(text);
    expect(() => Pipeline.fromJSON(JSON.parse(altered))).toThrow(
      expect.objectContaining({ code: "ERR_LDA_ESTIMATOR_JSON" }),
    );
  });
});

test("is cross-validated as a whole: nothing of the held-out rows is learnt", () => {
  const make = pipelines["scaler, PCA, logistic regression"];
  const { testScores, splits } = crossValidate(make, two.x, two.y, { cv: 3, scoring: "rocAuc" });
  expect(testScores["rocAuc"]!.every((score) => score > 0.5 && score <= 1)).toBe(true);
  expect(splits.length).toBe(3);
});

describe("refuses", () => {
  const squares = {
    fit: () => undefined,
    transform: (x: typeof two.x) => ({ ...x, data: x.data.map((value) => value * value) }),
  };
  const odd = () => new Pipeline({ steps: [squares], classifier: new LinearDiscriminantAnalysis() });
  test.each([
    [
      "a step that is none",
      () => new Pipeline({ steps: [{} as PCA], classifier: new RidgeClassifier() }),
      { code: "ERR_LDA_OPTION", option: "steps[0]" },
    ],
    [
      "a classifier that is none",
      () => new Pipeline({ steps: [], classifier: {} as RidgeClassifier }),
      { code: "ERR_LDA_OPTION", option: "classifier" },
    ],
    ["use before fitting", () => pipelines["ICA, LDA"]().predict(two.x), { code: "ERR_LDA_NOT_FITTED" }],
    [
      "to be linear with a step that is not",
      () => odd().fit(two.x, two.y).linear,
      { code: "ERR_LDA_OPTION", option: "steps[0]" },
    ],
    [
      "to save a step that cannot be",
      () => odd().fit(two.x, two.y).toJSON(),
      { code: "ERR_LDA_OPTION", option: "steps[0]" },
    ],
    [
      "rows of another width",
      () =>
        pipelines["ICA, LDA"]()
          .fit(two.x, two.y)
          .predict({ data: new Float64Array(5), nRows: 1, nFeatures: 5 }),
      { code: "ERR_LDA_SHAPE" },
    ],
    [
      "JSON of a scaler",
      () => Pipeline.fromJSON(new StandardScaler().fit(two.x).toJSON()),
      { code: "ERR_LDA_ESTIMATOR_JSON" },
    ],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });

  test("but a step that is not linear predicts", () => {
    expect(odd().fit(two.x, two.y).predict(two.x).length).toBe(70);
  });
});
