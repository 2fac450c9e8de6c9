import { describe, expect, test } from "vitest";
import {
  crossValidate,
  crossValPredict,
  gridSearch,
  LeaveOneGroupOut,
  learningCurve,
  LinearDiscriminantAnalysis,
  RidgeClassifier,
  ShuffleSplit,
  StratifiedKFold,
  type ScorerName,
} from "../../src/index";
import { golden, matrix, mixture, relativeError } from "../golden";

interface Case {
  n_features: number;
  x: number[];
  y: number[];
  test: Record<ScorerName, number[]>;
  train: Record<ScorerName, number[]>;
  predicted: { predict: number[]; predict_proba: number[]; decision_function: number[] };
  x3: number[];
  y3: number[];
  proba3: number[];
  grid: {
    params: { alpha: number; fitIntercept: boolean }[];
    mean: number[];
    std: number[];
    rank: number[];
    best: number;
    coef: number[];
  };
  curve: { sizes: number[]; train: number[][]; test: number[][] };
}
const { producer, cases } = golden<Case>("selection");
const [c] = cases as [Case];
const x = matrix(c.x, c.n_features);
const cv = new StratifiedKFold({ nSplits: 4, shuffle: true, seed: 3 });
const lda = () => new LinearDiscriminantAnalysis();

describe(`agrees with ${producer}`, () => {
  test("crossValidate", () => {
    const scoring = Object.keys(c.test) as ScorerName[];
    const result = crossValidate(lda, x, c.y, { cv, scoring, returnTrainScore: true });
    for (const name of scoring) {
      expect(relativeError(result.testScores[name]!, c.test[name]), name).toBeLessThanOrEqual(1e-9);
      expect(relativeError(result.trainScores![name]!, c.train[name]), name).toBeLessThanOrEqual(1e-9);
    }
    expect(result.splits).toEqual(cv.split({ y: c.y }));
    expect(result.estimators.map(({ priors }) => priors.length)).toEqual([2, 2, 2, 2]);
  });

  test("crossValPredict", () => {
    expect([...crossValPredict(lda, x, c.y, { cv })]).toEqual(c.predicted.predict);
    const proba = crossValPredict(lda, x, c.y, { cv, method: "predictProba" });
    expect(relativeError(proba, c.predicted.predict_proba)).toBeLessThanOrEqual(1e-9);
    const decision = crossValPredict(lda, x, c.y, { cv, method: "decisionFunction" });
    expect(relativeError(decision, c.predicted.decision_function)).toBeLessThanOrEqual(1e-9);
    const three = crossValPredict(lda, matrix(c.x3, 5), c.y3, { method: "predictProba" });
    expect(relativeError(three, c.proba3)).toBeLessThanOrEqual(1e-9);
  });

  test("gridSearch", () => {
    const alphas = { fitIntercept: [true, false], alpha: [0.1, 1, 100, 1e4] };
    const found = gridSearch(
      (params: { alpha: number; fitIntercept: boolean }) => new RidgeClassifier(params),
      alphas,
      x,
      c.y,
      {
        cv,
        scoring: "rocAuc",
      },
    );
    expect(found.results.map(({ params }) => params)).toEqual(c.grid.params);
    expect(
      relativeError(
        found.results.map((point) => point.meanTestScore["rocAuc"]!),
        c.grid.mean,
      ),
    ).toBeLessThanOrEqual(1e-9);
    expect(
      relativeError(
        found.results.map((point) => point.stdTestScore["rocAuc"]!),
        c.grid.std,
      ),
    ).toBeLessThanOrEqual(1e-9);
    expect(found.results.map(({ rank }) => rank)).toEqual(c.grid.rank);
    expect(found.bestIndex).toBe(c.grid.best);
    expect(found.bestParams).toEqual(c.grid.params[c.grid.best]);
    expect(relativeError(found.bestEstimator!.coef, c.grid.coef)).toBeLessThanOrEqual(1e-8);
  });

  test("learningCurve", () => {
    const curve = learningCurve(lda, x, c.y, {
      cv,
      trainSizes: [0.2, 0.5, 1],
      scoring: "rocAuc",
      shuffle: true,
      seed: 9,
    });
    expect([...curve.trainSizes]).toEqual(c.curve.sizes);
    expect(
      relativeError(
        curve.trainScores.flatMap((row) => [...row]),
        c.curve.train.flat(),
      ),
    ).toBeLessThanOrEqual(1e-9);
    expect(
      relativeError(
        curve.testScores.flatMap((row) => [...row]),
        c.curve.test.flat(),
      ),
    ).toBeLessThanOrEqual(1e-9);
  });
});

test("a fold is fitted with the weights of its own rows", () => {
  const { x: rows, y } = mixture({ seed: 51, nRows: 60, nFeatures: 3 });
  const sampleWeight = y.map((label, i) => (label === 1 ? 1 : 2 + (i % 3)));
  const { estimators, splits } = crossValidate(() => new RidgeClassifier(), rows, y, { sampleWeight });
  const { train } = splits[2]!;
  const by = (i: number) => rows.data.subarray(i * 3, i * 3 + 3);
  const taken = { data: Float64Array.from([...train].flatMap((i) => [...by(i)])), nRows: train.length, nFeatures: 3 };
  const want = new RidgeClassifier().fit(
    taken,
    train.map((i) => y[i]!),
    { sampleWeight: train.map((i) => sampleWeight[i]!) },
  );
  expect(estimators[2]!.coef).toEqual(want.coef);
});

test("a class that a fold did not train on has probability 0 there", () => {
  const { x: rows, y } = mixture({ seed: 52, nRows: 30, nFeatures: 2, classes: [1, 2] });
  const labels = y.map((label, i) => (i < 5 ? 3 : label));
  const groups = labels.map((label) => (label === 3 ? 0 : 1 + (label % 2)));
  const mixed = groups.map((group, i) => (group === 0 ? 0 : 1 + (i % 2)));
  const proba = crossValPredict(lda, rows, labels, {
    cv: new LeaveOneGroupOut(),
    groups: mixed,
    method: "predictProba",
  });
  expect([...proba.subarray(0, 15)].filter((_, i) => i % 3 === 2)).toEqual([0, 0, 0, 0, 0]);
  for (let i = 0; i < 30; i++) expect(proba.subarray(i * 3, i * 3 + 3).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
});

test("items of any shape are picked as the caller says", () => {
  const texts = ["a", "bb", "a", "bb", "aa", "b", "aa", "b"];
  const byFirstLetter = () => ({
    classes: [1, 2],
    fit: () => undefined,
    predict: (list: string[]) => Int32Array.from(list, (text) => (text.startsWith("a") ? 1 : 2)),
  });
  const { testScores } = crossValidate(byFirstLetter, texts, [1, 2, 1, 2, 1, 2, 1, 1], {
    cv: 3,
    take: (list, indices) => [...indices].map((i) => list[i]!),
    scoring: { right: "accuracy", count: (_, list) => list.length },
  });
  expect(testScores["right"]!.reduce((sum, s, f) => sum + s * testScores["count"]![f]!, 0)).toBe(7);
});

describe("refuses", () => {
  test.each([
    [
      "an unknown scorer",
      () => crossValidate(lda, x, c.y, { scoring: "auc" as "rocAuc" }),
      { code: "ERR_LDA_OPTION", option: "scoring" },
    ],
    ["no scorers", () => crossValidate(lda, x, c.y, { scoring: [] }), { code: "ERR_LDA_OPTION" }],
    ["no splits", () => crossValidate(lda, x, c.y, { cv: [] }), { code: "ERR_LDA_OPTION", option: "cv" }],
    [
      "a split of rows that are not there",
      () => crossValidate(lda, x, c.y, { cv: [{ train: Int32Array.of(0, 1), test: Int32Array.of(90) }] }),
      { code: "ERR_LDA_SHAPE", got: 90 },
    ],
    [
      "an empty part",
      () => crossValidate(lda, x, c.y, { cv: [{ train: Int32Array.of(0, 1), test: Int32Array.of() }] }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "predictions of rows tested twice",
      () => crossValPredict(lda, x, c.y, { cv: new ShuffleSplit({ nSplits: 12 }) }),
      { code: "ERR_LDA_OPTION", option: "cv" },
    ],
    [
      "an AUC of three classes",
      () => crossValidate(lda, matrix(c.x3, 5), c.y3, { scoring: "rocAuc" }),
      { code: "ERR_LDA_METRIC_UNDEFINED" },
    ],
    ["weights of another length", () => crossValidate(lda, x, c.y, { sampleWeight: [1] }), { code: "ERR_LDA_SHAPE" }],
    ["labels of another length", () => crossValidate(lda, x, [1, 2, 1, 2], { cv: 2 }), { code: "ERR_LDA_SHAPE" }],
    ["an empty grid", () => gridSearch(lda, {}, x, c.y), { code: "ERR_LDA_OPTION", option: "grid" }],
    ["a grid without values", () => gridSearch(lda, { a: [] }, x, c.y), { code: "ERR_LDA_OPTION", option: "grid.a" }],
    [
      "a choice by what is not scored",
      () => gridSearch(lda, { a: [1] }, x, c.y, { refit: "kappa" }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "more training rows than there are",
      () => learningCurve(lda, x, c.y, { trainSizes: [500] }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "items without a way to pick them",
      () => crossValidate(() => lda() as never, "abcdef", [1, 2, 1, 2, 1, 2], { cv: 2 }),
      { code: "ERR_LDA_OPTION", option: "take" },
    ],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
