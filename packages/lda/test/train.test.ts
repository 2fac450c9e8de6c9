import { describe, expect, test } from "vitest";
import {
  createModel,
  evaluateModel,
  LinearDiscriminantAnalysis,
  StandardScaler,
  takeLabels,
  takeRows,
  trainModel,
  trainTestSplit,
} from "../src/index";
import { accuracy, cohenKappa, confusionCounts, rocAuc } from "../src/metrics";
import { mixture } from "./golden";

const { x, y } = mixture({ seed: 12, nRows: 120, nFeatures: 9 });

describe("trainModel", () => {
  test.each([true, false])(
    "is the split, the fit and the metrics one after another; standardised: %s",
    (standardize) => {
      const { model, metrics, split } = trainModel({ features: x, labels: y, testSize: 0.25, seed: 3, standardize });
      expect(split).toEqual(trainTestSplit(120, { testSize: 0.25, seed: 3, stratify: y }));
      const [train, held] = [takeRows(x, split.train), takeRows(x, split.test)];
      const [yTrain, yHeld] = [takeLabels(y, split.train), takeLabels(y, split.test)];
      const scaler = standardize ? new StandardScaler().fit(train) : undefined;
      const lda = new LinearDiscriminantAnalysis().fit(scaler ? scaler.transform(train) : train, yTrain);
      const proba = createModel({ classifier: lda, scaler }).predictProba(held);
      expect(model.predictProba(held)).toEqual(proba);
      const predicted = model.predict(held);
      expect(metrics).toEqual({
        n: 30,
        auc: rocAuc(
          yHeld,
          proba.filter((_, i) => i % 2 === 1),
        ),
        accuracy: accuracy(yHeld, predicted),
        kappa: cohenKappa(yHeld, predicted),
        ...confusionCounts(yHeld, predicted),
      });
      expect(metrics).toEqual(evaluateModel(model, held, yHeld));
      expect(model.training).toMatchObject({
        n_train: 90,
        n_test: 30,
        seed: 3,
        test_size: 0.25,
        standardize,
        shrinkage: "auto",
        metrics,
      });
    },
  );

  test("with a test size of 0 fits on all rows and has no metrics", () => {
    const { model, metrics, split } = trainModel({ features: x, labels: y, testSize: 0 });
    expect(metrics).toBeNull();
    expect([...split.train]).toEqual([...y.keys()]);
    expect(model.predictProba(x)).toEqual(new LinearDiscriminantAnalysis().fit(x, y).predictProba(x));
    expect(model.training).not.toHaveProperty("seed");
  });

  test("scores the class called positive", () => {
    const [high, low] = [2, 1].map((positive) => trainModel({ features: x, labels: y, positive }).metrics!);
    expect(low!.auc).toBeCloseTo(high!.auc, 12);
    expect([low!.tn, low!.fp, low!.fn, low!.tp]).toEqual([high!.tp, high!.fn, high!.fp, high!.tn]);
  });

  test("does not change its input", () => {
    const before = x.data.slice();
    trainModel({ features: x, labels: y, standardize: true });
    expect(x.data).toEqual(before);
  });

  test.each([
    ["one class", { labels: new Int32Array(120).fill(1) }, { code: "ERR_LDA_SINGLE_CLASS" }],
    [
      "a class of one row",
      { labels: new Int32Array(120).fill(1).with(5, 2) },
      { code: "ERR_LDA_CLASS_TOO_SMALL", count: 1 },
    ],
    ["fewer labels", { labels: y.subarray(1) }, { code: "ERR_LDA_SHAPE" }],
    [
      "NaN",
      { features: { ...x, data: x.data.with(10, Number.NaN) } },
      { code: "ERR_LDA_NON_FINITE", row: 1, feature: 1 },
    ],
    ["a test size of 1", { testSize: 1 }, { code: "ERR_LDA_OPTION" }],
    ["a seed that is no integer", { seed: 0.5 }, { code: "ERR_LDA_OPTION", option: "seed" }],
  ])("refuses %s", (_, options, fields) => {
    expect(() => trainModel({ features: x, labels: y, ...options })).toThrow(expect.objectContaining(fields));
  });
});

describe("evaluateModel refuses", () => {
  const { model } = trainModel({ features: x, labels: y });
  const many = mixture({ seed: 1, nRows: 60, nFeatures: 9, classes: [1, 2, 3] });
  const three = createModel({ classifier: new LinearDiscriminantAnalysis().fit(many.x, many.y) });
  test.each([
    [
      "labels of one class",
      () => evaluateModel(model, x, new Int32Array(120).fill(2)),
      { code: "ERR_LDA_METRIC_UNDEFINED" },
    ],
    [
      "a label it does not know",
      () => evaluateModel(model, x, y.with(7, 3)),
      { code: "ERR_LDA_LABEL", row: 7, value: 3 },
    ],
    [
      "rows of another width",
      () => evaluateModel(model, { ...x, nRows: 360, nFeatures: 3 }, new Int32Array(360).fill(1)),
      { code: "ERR_LDA_SHAPE" },
    ],
    ["a model of three classes", () => evaluateModel(three, many.x, many.y), { code: "ERR_LDA_METRIC_UNDEFINED" }],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
