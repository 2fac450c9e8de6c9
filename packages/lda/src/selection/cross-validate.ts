import { OptionError, ShapeError } from "../errors";
import { checkLabels, checkMatrix, takeLabels, takeRows, type Matrix } from "../matrix";
import type { Split } from "../split";
import { checkSampleWeight } from "../weights";
import { takeOf, type Estimator, type Take } from "./estimator";
import { StratifiedKFold } from "./folds";
import { scorersOf, type Scoring } from "./scorers";
import type { Splitter } from "./splitter";

/** How rows are held out: a splitter, a number of stratified folds (not shuffled), or the splits themselves. */
export type CrossValidation = Splitter | number | readonly Split[];

export interface FoldedOptions<X = Matrix> {
  /** Default 5. */
  readonly cv?: CrossValidation;
  /** The group of each row, for splitters that go by it. */
  readonly groups?: ArrayLike<number> | ArrayLike<string>;
  /** One a row; a fold is fitted with those of its training rows. */
  readonly sampleWeight?: ArrayLike<number>;
  /** How items are picked from `x`, where it is no matrix of rows. */
  readonly take?: Take<X>;
}

export interface CrossValidateOptions<X = Matrix> extends FoldedOptions<X> {
  /** Default "accuracy". */
  readonly scoring?: Scoring<X>;
  /** Whether the training rows are scored too. Default false. */
  readonly returnTrainScore?: boolean;
}

export interface CrossValidated<E> {
  /** By the name of the scorer, one a fold. */
  readonly testScores: Readonly<Record<string, Float64Array>>;
  readonly trainScores?: Readonly<Record<string, Float64Array>>;
  /** Fitted on each fold's training rows. */
  readonly estimators: readonly E[];
  readonly splits: readonly Split[];
}

/** Fits a new estimator on each fold's training rows and scores it on the rest: scikit-learn's `cross_validate`
 * (`test/golden/selection.json`).
 * @param create - makes an estimator that is not fitted; called once a fold.
 * @example crossValidate(() => new LinearDiscriminantAnalysis(), x, y, { cv: new LeaveOneGroupOut(), groups, scoring: ["rocAuc", "accuracy"] })
 * @throws {OptionError | ShapeError} and what splitter, estimator and metrics throw. */
export function crossValidate<X, E extends Estimator<X>>(
  create: () => E,
  x: X,
  y: ArrayLike<number>,
  options: CrossValidateOptions<X> = {},
): CrossValidated<E> {
  const { scoring = "accuracy", returnTrainScore = false } = options;
  const scorers = scorersOf(scoring);
  const fold = folder(x, y, options);
  const splits = splitsOf(y, options);
  const blank = () => Object.fromEntries(scorers.map(([name]) => [name, new Float64Array(splits.length)]));
  const [testScores, trainScores] = [blank(), blank()];
  const estimators = splits.map((split, f) => {
    const { estimator, train, test } = fold(create, split);
    for (const [name, score] of scorers) {
      testScores[name]![f] = score(estimator, test.x, test.y);
      if (returnTrainScore) trainScores[name]![f] = score(estimator, train.x, train.y);
    }
    return estimator;
  });
  return { testScores, ...(returnTrainScore ? { trainScores } : {}), estimators, splits };
}

/** What is predicted of each row by an estimator that did not train on it: scikit-learn's `cross_val_predict`.
 * @returns predictions, probabilities (nRows × nClasses) or decisions (one a row for two classes, else nRows ×
 * nClasses). A class that a fold's training rows lack has probability 0 there, and the lowest score.
 * @throws {OptionError} when a row is tested twice or never; and as `crossValidate`. */
export function crossValPredict<X, E extends Estimator<X>>(
  create: () => E,
  x: X,
  y: ArrayLike<number>,
  {
    method = "predict",
    ...options
  }: FoldedOptions<X> & { method?: "predict" | "predictProba" | "decisionFunction" } = {},
): Float64Array {
  if (!["predict", "predictProba", "decisionFunction"].includes(method))
    throw new OptionError("method", method, '"predict", "predictProba" or "decisionFunction"');
  const fold = folder(x, y, options);
  const splits = splitsOf(y, options);
  const tested = new Uint8Array(y.length);
  for (const { test } of splits) for (const i of test) tested[i]! += 1;
  if (tested.some((times) => times !== 1))
    throw new OptionError("cv", "splits that test a row twice or never", "folds, in which each row is tested once");
  const classes = [...new Set(Array.from(y))].toSorted((a, b) => a - b);
  const nColumns = method === "predict" || (method === "decisionFunction" && classes.length === 2) ? 1 : classes.length;
  const out = new Float64Array(y.length * nColumns).fill(method === "decisionFunction" ? -Number.MAX_VALUE : 0);
  for (const split of splits) {
    const { estimator, test } = fold(create, split);
    const values = estimator[method]?.(test.x);
    if (values === undefined) throw new OptionError("method", method, "one that the estimator has");
    const nHere = values.length / split.test.length;
    if (nColumns > 1 && nHere !== estimator.classes.length)
      throw new OptionError(
        "cv",
        `a fold with ${estimator.classes.length} of ${classes.length} classes`,
        "folds with all of them, or method predictProba",
      );
    const columns = nColumns === 1 ? [0] : estimator.classes.map((label) => classes.indexOf(label));
    split.test.forEach((row, i) => {
      columns.forEach((column, k) => {
        out[row * nColumns + column] = values[i * nHere + k]!;
      });
    });
  }
  return out;
}

/** The splits that `cv` gives. @throws {OptionError | ShapeError} and as the splitter. */
export function splitsOf<X>(y: ArrayLike<number>, { cv = 5, groups }: FoldedOptions<X>): readonly Split[] {
  checkLabels(y, y.length);
  const nRows = y.length;
  if (typeof cv === "number") return new StratifiedKFold({ nSplits: cv }).split({ y, groups });
  if ("split" in cv) return cv.split({ nRows, y, groups });
  if (cv.length === 0) throw new OptionError("cv", "no splits", "one at least");
  for (const { train, test } of cv)
    for (const part of [train, test]) {
      if (part.length === 0) throw new OptionError("cv", "an empty part", "rows in each part of every split");
      const beyond = part.find((row) => !(Number.isInteger(row) && row >= 0 && row < nRows));
      if (beyond !== undefined) throw new ShapeError(`row ${beyond} asked of ${nRows}`, beyond, nRows);
    }
  return cv;
}

interface Part<X> {
  readonly x: X;
  readonly y: Int32Array;
}

/** Fits on a split's training rows. */
export function folder<X>(x: X, y: ArrayLike<number>, { take: given, sampleWeight }: FoldedOptions<X>) {
  const take = takeOf(x, given);
  if (take === (takeRows as unknown)) {
    checkMatrix(x as Matrix);
    checkLabels(y, (x as Matrix).nRows);
  }
  if (sampleWeight !== undefined) checkSampleWeight(sampleWeight, y.length);
  return <E extends Estimator<X>>(
    create: () => E,
    { train, test }: Split,
  ): { estimator: E; train: Part<X>; test: Part<X> } => {
    const part = (rows: Int32Array): Part<X> => ({ x: take(x, rows), y: takeLabels(y, rows) });
    const [training, held] = [part(train), part(test)];
    const estimator = create();
    if (sampleWeight === undefined) estimator.fit(training.x, training.y);
    else estimator.fit(training.x, training.y, { sampleWeight: Float64Array.from(train, (i) => sampleWeight[i]!) });
    return { estimator, train: training, test: held };
  };
}
