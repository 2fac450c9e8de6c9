import type { Shrinkage } from "./covariance";
import { LabelError, MetricUndefinedError, OptionError } from "./errors";
import { LinearDiscriminantAnalysis, type LdaSolver } from "./lda";
import type { LinearClassifier } from "./linear-classifier";
import { LogisticRegression } from "./logreg";
import { checkFinite, checkLabels, checkMatrix, takeLabels, takeRows, type Matrix } from "./matrix";
import { accuracy } from "./metrics/accuracy";
import { cohenKappa } from "./metrics/cohen-kappa";
import { confusionCounts, type ConfusionCounts } from "./metrics/confusion-matrix";
import { rocAuc } from "./metrics/roc-auc";
import { createModel, type Model, type TrainingSummary } from "./model";
import { range } from "./random";
import { logspace, RidgeClassifierCV } from "./ridge-cv";
import { StandardScaler } from "./scaler";
import { trainTestSplit, type Split } from "./split";

/** What `trainModel` fits. */
export type ModelKind = "lda" | "ridge" | "logreg";

export interface TrainOptions {
  readonly features: Matrix;
  /** An integer class code a row. */
  readonly labels: ArrayLike<number>;
  /** Share of the rows held out, stratified; 0 trains on all. Default 0.2. */
  readonly testSize?: number;
  /** Of the split. Default 42. */
  readonly seed?: number;
  /** Whether to scale the features by the training rows' mean and standard deviation first. Default false. */
  readonly standardize?: boolean;
  /** "lda" (default); "ridge", its alpha the best of 0.001, 0.01, … 1000 by leave-one-out; "logreg". */
  readonly model?: ModelKind;
  /** Of "lda". Default "lsqr". */
  readonly solver?: LdaSolver | undefined;
  /** Of "lda". Default "auto", for solver "svd" "none". */
  readonly shrinkage?: Shrinkage | undefined;
  /** Of "lda". */
  readonly priors?: ArrayLike<number> | undefined;
  /** Of "ridge", tried in this order. */
  readonly alphas?: ArrayLike<number> | undefined;
  /** Of "logreg". Default 1. */
  readonly C?: number | undefined;
  readonly classNames?: readonly string[];
  readonly positive?: number;
  readonly featureNames?: readonly string[];
  /** Further fields for the model's training summary, such as the subjects it was trained on. */
  readonly training?: TrainingSummary;
}

export interface Evaluation extends ConfusionCounts {
  /** Rows scored. */
  readonly n: number;
  readonly auc: number;
  readonly accuracy: number;
  /** NaN when labels and predictions are one and the same class. */
  readonly kappa: number;
}

export interface Trained {
  /** Fitted on the training rows only. */
  readonly model: Model;
  /** On the rows held out; null when there are none. */
  readonly metrics: Evaluation | null;
  readonly split: Split;
}

/** Splits, fits and scores: `train_test_split(stratify=y)`, `StandardScaler` if asked for, the classifier, and the metrics of the
 * part held out, each equal to scikit-learn's.
 * @throws {LdaError} as the steps do, before anything is fitted wherever possible. */
export function trainModel(options: TrainOptions): Trained {
  const { features, labels, testSize = 0.2, seed = 42, standardize = false } = options;
  const { classNames, positive, featureNames, training } = options;
  checkMatrix(features);
  checkLabels(labels, features.nRows);
  checkFinite(features);
  const { classifier, told } = classifierFor(options);
  const all = testSize === 0;
  const split = all
    ? { train: range(features.nRows), test: new Int32Array(0) }
    : trainTestSplit(features.nRows, { testSize, seed, stratify: labels });
  const x = all ? features : takeRows(features, split.train);
  const y = takeLabels(labels, split.train);
  const scaler = standardize ? new StandardScaler().fit(x) : undefined;
  classifier.fit(scaler ? scaler.transform(x) : x, y);
  const parts = { classifier, scaler, classNames, positive, featureNames };
  const draft = createModel(parts);
  const metrics = all ? null : evaluateModel(draft, takeRows(features, split.test), takeLabels(labels, split.test));
  const summary = {
    n_train: split.train.length,
    n_test: split.test.length,
    n_train_per_class: classifier.classes.map((label) =>
      y.reduce((count, other) => count + (other === label ? 1 : 0), 0),
    ),
    test_size: testSize,
    ...(all ? {} : { seed }),
    standardize,
    ...told(),
    ...(metrics === null ? {} : { metrics }),
    ...training,
  };
  return { model: createModel({ ...parts, training: summary }), metrics, split };
}

/** The classifier asked for, and what to tell of it once it is fitted. */
function classifierFor(options: TrainOptions): {
  classifier: LinearClassifier & { fit(x: Matrix, y: ArrayLike<number>): unknown };
  told: () => TrainingSummary;
} {
  const { model = "lda", solver, shrinkage, priors, alphas = logspace(-3, 3, 7), C = 1 } = options;
  const only = { lda: ["solver", "shrinkage", "priors"], ridge: ["alphas"], logreg: ["C"] } as const;
  for (const [kind, names] of Object.entries(only))
    for (const name of names)
      if (kind !== model && options[name] !== undefined)
        throw new OptionError(name, options[name], `nothing: it is an option of model "${kind}", not of "${model}"`);
  if (model === "ridge") {
    const classifier = new RidgeClassifierCV({ alphas });
    return { classifier, told: () => ({ alphas: [...classifier.alphas], alpha: classifier.alpha }) };
  }
  if (model === "logreg") {
    const classifier = new LogisticRegression({ C });
    return { classifier, told: () => ({ C, n_iter: classifier.nIter, converged: classifier.converged }) };
  }
  if (model !== "lda") throw new OptionError("model", model, '"lda", "ridge" or "logreg"');
  const classifier = new LinearDiscriminantAnalysis({
    ...(solver === undefined ? {} : { solver }),
    ...(shrinkage === undefined ? {} : { shrinkage }),
    priors,
  });
  return {
    classifier,
    told: () => ({
      solver: classifier.solver,
      shrinkage: classifier.shrinkage ?? "none",
      shrinkage_per_class: [...classifier.shrinkages],
    }),
  };
}

/** Scores a model of two classes on labelled rows; the AUC is that of its probability of the positive class.
 * @throws {MetricUndefinedError} when a class is absent from the labels, or the model has more than two;
 * {LabelError} for a label the model does not know; and as `predictProba`. */
export function evaluateModel(model: Model, features: Matrix, labels: ArrayLike<number>): Evaluation {
  checkTwoClasses(model);
  checkMatrix(features);
  checkLabels(labels, features.nRows);
  return evaluationOf(model, labels, model.predict(features), positiveProbabilities(model, features));
}

/** The same of predictions that were made before. */
export function evaluationOf(
  model: Model,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): Evaluation {
  const { classes, positive } = model;
  checkTwoClasses(model);
  for (let i = 0; i < labels.length; i++)
    if (!classes.includes(labels[i]!))
      throw new LabelError(i, labels[i], `one of the model's classes ${classes.join(", ")}`);
  return {
    n: labels.length,
    auc: rocAuc(labels, probabilities, { positive }),
    accuracy: accuracy(labels, predicted),
    kappa: cohenKappa(labels, predicted),
    ...confusionCounts(labels, predicted, { positive }),
  };
}

function checkTwoClasses({ classes }: Model): void {
  if (classes.length !== 2)
    throw new MetricUndefinedError("evaluation", `it is of two classes, the model has ${classes.length}`);
}

/** The probability of the model's positive class, one a row. Throws as `predictProba`. */
export function positiveProbabilities(model: Model, features: Matrix): Float64Array {
  const probabilities = model.predictProba(features);
  const nClasses = model.classes.length;
  const column = model.classes.indexOf(model.positive);
  return Float64Array.from({ length: features.nRows }, (_, i) => probabilities[i * nClasses + column]!);
}
