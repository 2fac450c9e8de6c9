import { LabelError, NotFittedError, NumericalError, OptionError, SingleClassError } from "./errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { classifierFromJson } from "./from-json";
import { evaluateRising, fitIsotonic, type RisingFunction } from "./isotonic";
import { accuracyOf } from "./linear-classifier";
import { checkFinite, checkLabels, checkMatrix, groupByClass, type Matrix } from "./matrix";
import { minimise } from "./optimise";
import { crossValPredict, folder, splitsOf, type CrossValidation } from "./selection/cross-validate";
import type { Estimator } from "./selection/estimator";
import { checkSampleWeight, type FitOptions } from "./weights";

/** A score to a probability: 1 / (1 + exp(slope · score + intercept)), or a rising function. */
export type Calibrator =
  | { readonly method: "sigmoid"; readonly slope: number; readonly intercept: number }
  | { readonly method: "isotonic"; readonly points: RisingFunction };

export interface CalibrationOptions<E extends Estimator> {
  /** Makes a classifier that is not fitted; with cv "prefit", gives the fitted one. */
  readonly estimator: () => E;
  /** "sigmoid" is Platt's, for few rows; "isotonic" any rising function, for a thousand and more. Default "sigmoid". */
  readonly method?: "sigmoid" | "isotonic";
  /** The folds whose held-out rows calibrate, or "prefit" when all rows given to `fit` do. Default 5, stratified. */
  readonly cv?: CrossValidation | "prefit";
  /** true (default): a classifier and a calibration a fold, probabilities averaged; false: one classifier of all rows,
   * calibrated on what the folds predicted. */
  readonly ensemble?: boolean;
  /** The group of each row, for splitters that go by it. */
  readonly groups?: ArrayLike<number> | ArrayLike<string>;
}

interface Member<E> {
  readonly estimator: E;
  /** One for two classes, else one a class. */
  readonly calibrators: readonly Calibrator[];
}

/** A classifier whose probabilities are made from its scores on rows that it was not trained on.
 *
 * Agrees with scikit-learn's `CalibratedClassifierCV` for the same folds: isotonic to 1e-9, sigmoid to the 1e-5 where its
 * search stops (`test/golden/calibration.json`).
 * @see J. C. Platt, Advances in Large Margin Classifiers, 1999; B. Zadrozny, C. Elkan, KDD 2002
 * @example new CalibratedClassifier({ estimator: () => new RidgeClassifierCV() }).fit(x, y).predictProba(x) */
export class CalibratedClassifier<E extends Estimator = Estimator> {
  readonly kind = "calibrated";
  readonly method: "sigmoid" | "isotonic";
  readonly #options: CalibrationOptions<E>;
  #fitted: { classes: readonly number[]; members: readonly Member<E>[] } | undefined;

  /** @throws {OptionError} */
  constructor(options: CalibrationOptions<E>) {
    const { estimator, method = "sigmoid", cv, ensemble = true } = options;
    if (typeof estimator !== "function") throw new OptionError("estimator", estimator, "a function that makes one");
    if (method !== "sigmoid" && method !== "isotonic")
      throw new OptionError("method", method, '"sigmoid" or "isotonic"');
    if (typeof cv === "string" && cv !== "prefit") throw new OptionError("cv", cv, 'folds, or "prefit"');
    this.method = method;
    this.#options = { ...options, ensemble };
  }

  /** @throws {ShapeError | EmptyError | NonFiniteError | LabelError | SingleClassError} for what is not a training set;
   * and what folds and classifier throw. */
  fit(x: Matrix, y: ArrayLike<number>, { sampleWeight }: FitOptions = {}): this {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    if (sampleWeight !== undefined) checkSampleWeight(sampleWeight, x.nRows);
    const { classes } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, x.nRows);
    const { estimator: create, cv = 5, ensemble, groups } = this.#options;
    const weights = sampleWeight === undefined ? undefined : Float64Array.from(sampleWeight);
    const calibrated = (estimator: E, rows: Matrix, labels: ArrayLike<number>, w: Float64Array | undefined) =>
      this.#calibrated(estimator, scoresOf(estimator, rows), labels, classes, w);
    if (cv === "prefit") {
      const estimator = create();
      const stranger = Array.from(y).findIndex((label) => !estimator.classes.includes(label));
      if (stranger >= 0)
        throw new LabelError(stranger, y[stranger], `one of the classifier's classes ${estimator.classes.join(", ")}`);
      const member = this.#calibrated(estimator, scoresOf(estimator, x), y, estimator.classes, weights);
      this.#fitted = { classes: [...estimator.classes], members: [member] };
      return this;
    }
    const folds = {
      cv,
      ...(groups === undefined ? {} : { groups }),
      ...(weights === undefined ? {} : { sampleWeight: weights }),
    };
    if (ensemble === false) {
      const method = create().decisionFunction === undefined ? "predictProba" : "decisionFunction";
      const held = crossValPredict(create, x, y, { ...folds, method });
      const estimator = create();
      if (weights === undefined) estimator.fit(x, y);
      else estimator.fit(x, y, { sampleWeight: weights });
      const member = this.#calibrated(
        estimator,
        method === "predictProba" ? ofSecond(held, classes) : held,
        y,
        classes,
        weights,
      );
      this.#fitted = { classes, members: [member] };
      return this;
    }
    const fold = folder(x, y, folds);
    const members = splitsOf(y, folds).map((split) => {
      const { estimator, test } = fold(create, split);
      return calibrated(estimator, test.x, test.y, weights && Float64Array.from(split.test, (i) => weights[i]!));
    });
    this.#fitted = { classes, members };
    return this;
  }

  #calibrated(
    estimator: E,
    scores: Float64Array,
    y: ArrayLike<number>,
    classes: readonly number[],
    weights: Float64Array | undefined,
  ): Member<E> {
    const nScores = classes.length === 2 ? 1 : classes.length;
    if (estimator.classes.length !== classes.length)
      throw new OptionError(
        "cv",
        `a fold with ${estimator.classes.length} of ${classes.length} classes`,
        "folds that train on all of them",
      );
    const labels = Array.from(y);
    const calibrators = Array.from({ length: nScores }, (_, k) => {
      const label = classes[nScores === 1 ? 1 : k]!;
      const column = scores.filter((_score, i) => i % nScores === k);
      return calibrate(
        this.method,
        column,
        Float64Array.from(labels, (other) => (other === label ? 1 : 0)),
        weights,
      );
    });
    return { estimator, calibrators };
  }

  get classes(): readonly number[] {
    return this.#get().classes;
  }

  /** Fitted, one a fold. */
  get estimators(): readonly E[] {
    return this.#get().members.map(({ estimator }) => estimator);
  }

  /** Of each of `estimators`: one for two classes, else one a class. */
  get calibrators(): readonly (readonly Calibrator[])[] {
    return this.#get().members.map(({ calibrators }) => calibrators);
  }

  /** nRows × nClasses. Throws as the classifier. */
  predictProba(x: Matrix): Float64Array {
    const { classes, members } = this.#get();
    const nClasses = classes.length;
    const out = new Float64Array(x.nRows * nClasses);
    for (const { estimator, calibrators } of members) {
      const scores = scoresOf(estimator, x);
      const row = new Float64Array(nClasses);
      for (let i = 0; i < x.nRows; i++) {
        if (nClasses === 2) {
          row[1] = probabilityOf(calibrators[0]!, scores[i]!);
          row[0] = 1 - row[1];
        } else {
          for (let k = 0; k < nClasses; k++) row[k] = probabilityOf(calibrators[k]!, scores[i * nClasses + k]!);
          const sum = row.reduce((a, b) => a + b, 0);
          for (let k = 0; k < nClasses; k++) row[k] = sum === 0 ? 1 / nClasses : row[k]! / sum;
        }
        for (let k = 0; k < nClasses; k++) out[i * nClasses + k]! += row[k]! / members.length;
      }
    }
    return out;
  }

  /** The likeliest class of each row; a tie goes to the lower one. */
  predict(x: Matrix): Int32Array {
    const proba = this.predictProba(x);
    const { classes } = this.#get();
    return Int32Array.from({ length: x.nRows }, (_, i) => {
      let best = 0;
      for (let k = 1; k < classes.length; k++)
        if (proba[i * classes.length + k]! > proba[i * classes.length + best]!) best = k;
      return classes[best]!;
    });
  }

  score(x: Matrix, y: ArrayLike<number>, { sampleWeight }: { sampleWeight?: ArrayLike<number> } = {}): number {
    return accuracyOf(this.predict(x), y, sampleWeight);
  }

  /** @throws {OptionError} when the classifier has no toJSON. */
  toJSON(): EstimatorJson {
    const { classes, members } = this.#get();
    return sealEstimator("CalibratedClassifier", {
      method: this.method,
      classes,
      estimators: members.map(({ estimator }) => {
        const json = (estimator as { toJSON?: () => EstimatorJson }).toJSON?.();
        if (json === undefined) throw new OptionError("estimator", estimator.constructor.name, "one with toJSON");
        return json;
      }),
      calibrators: members.map(({ calibrators }) =>
        calibrators.map((c) =>
          c.method === "sigmoid"
            ? { slope: c.slope, intercept: c.intercept }
            : { x: [...c.points.x], y: [...c.points.y] },
        ),
      ),
    });
  }

  /** Fitted; it cannot be fitted again. @throws {EstimatorJsonError} for JSON that is no CalibratedClassifier, was
   * altered, or has a classifier that is not this package's. */
  static fromJSON(json: unknown): CalibratedClassifier {
    const fields = openEstimator(json, "CalibratedClassifier");
    const method = fields.oneOf("method", ["sigmoid", "isotonic"]);
    const classes = fields.classes("classes");
    const estimators = fields.list("estimators").map((part) => classifierFromJson(part, "CalibratedClassifier"));
    const calibrators = fields.list("calibrators");
    if (calibrators.length !== estimators.length || estimators.length === 0)
      fields.refuse("calibrators", "one list a classifier");
    const calibrated = new CalibratedClassifier<Estimator>({
      method,
      estimator: () => {
        throw new OptionError("estimator", "read from JSON", "a CalibratedClassifier made anew, to fit it");
      },
    });
    const nScores = classes.length === 2 ? 1 : classes.length;
    const members = estimators.map((estimator, m) => {
      const list = calibrators[m] as unknown[];
      if (!Array.isArray(list) || list.length !== nScores) fields.refuse("calibrators", `${nScores} a classifier`);
      return {
        estimator,
        calibrators: list.map((c) =>
          calibratorFrom(c, method, () => fields.refuse("calibrators", `of method ${method}`)),
        ),
      };
    });
    calibrated.#fitted = { classes, members };
    return calibrated;
  }

  #get() {
    if (this.#fitted === undefined) throw new NotFittedError("CalibratedClassifier");
    return this.#fitted;
  }
}

function calibratorFrom(json: unknown, method: Calibrator["method"], refuse: () => never): Calibrator {
  const c = json as { slope?: unknown; intercept?: unknown; x?: unknown; y?: unknown } | null;
  if (typeof c !== "object" || c === null) return refuse();
  if (method === "sigmoid") {
    const { slope, intercept } = c;
    return typeof slope === "number" && typeof intercept === "number" ? { method, slope, intercept } : refuse();
  }
  const isNumbers = (list: unknown): list is number[] =>
    Array.isArray(list) && list.length > 0 && list.every((value) => Number.isFinite(value));
  if (!isNumbers(c.x) || !isNumbers(c.y) || c.x.length !== c.y.length) return refuse();
  return { method, points: { x: Float64Array.from(c.x), y: Float64Array.from(c.y) } };
}

/** Fits a calibration of scores to labels of 0 and 1.
 * @throws {ShapeError | OptionError} for lists of other lengths and scores that are not finite. */
export function calibrate(
  method: Calibrator["method"],
  scores: Float64Array,
  labels: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Calibrator {
  checkLabels(labels, scores.length);
  if (weights !== undefined) checkSampleWeight(weights, scores.length);
  const odd = scores.findIndex((score) => !Number.isFinite(score));
  if (odd >= 0) throw new NumericalError(`score ${odd} is ${scores[odd]}: scores must be finite to be calibrated`);
  const w = weights === undefined ? new Float64Array(scores.length).fill(1) : Float64Array.from(weights);
  return method === "isotonic"
    ? { method, points: fitIsotonic(scores, labels, w) }
    : { method, ...fitSigmoid(scores, labels, w) };
}

/** Platt's logistic regression of one score, its targets drawn in from 0 and 1 as by one row more of each class. */
function fitSigmoid(scores: Float64Array, labels: ArrayLike<number>, weights: Float64Array) {
  const scale = scores.reduce((max, score) => Math.max(max, Math.abs(score)), 0) || 1;
  let [negative, positive] = [0, 0];
  for (let i = 0; i < weights.length; i++)
    if (labels[i]! > 0) positive += weights[i]!;
    else negative += weights[i]!;
  const [low, high] = [1 / (negative + 2), (positive + 1) / (positive + 2)];
  const total = negative + positive;
  const shift = Math.log((negative + 1) / (positive + 1)); // where Platt starts
  const probability = (f: number, at: Float64Array) => logistic(-(at[0]! * f + at[1]! + shift));
  const { at } = minimise(
    {
      length: 2,
      gradientInto(gradient, point) {
        gradient.fill(0);
        let loss = 0;
        for (let i = 0; i < scores.length; i++) {
          const f = scores[i]! / scale;
          const z = -(point[0]! * f + point[1]! + shift);
          const target = labels[i]! > 0 ? high : low;
          const weight = weights[i]! / total;
          loss += weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target * z);
          const slope = weight * (target - logistic(z));
          gradient[0]! += slope * f;
          gradient[1]! += slope;
        }
        return loss;
      },
      hessian(point) {
        const out = new Float64Array(4);
        for (let i = 0; i < scores.length; i++) {
          const f = scores[i]! / scale;
          const p = probability(f, point);
          const curvature = (weights[i]! / total) * p * (1 - p);
          out[0]! += curvature * f * f;
          out[1]! += curvature * f;
          out[3]! += curvature;
        }
        out[2] = out[1]!;
        return out;
      },
    },
    { tol: 1e-12, maxIter: 200 },
  );
  return { slope: at[0]! / scale, intercept: at[1]! + shift };
}

/** The probability that a calibration gives a score. */
export function probabilityOf(calibrator: Calibrator, score: number): number {
  return calibrator.method === "sigmoid"
    ? logistic(-(calibrator.slope * score + calibrator.intercept))
    : evaluateRising(calibrator.points, score);
}

function scoresOf<E extends Estimator>(estimator: E, x: Matrix): Float64Array {
  const decisions = estimator.decisionFunction?.(x);
  if (decisions !== undefined) return decisions;
  const proba = estimator.predictProba?.(x);
  if (proba === undefined)
    throw new OptionError("estimator", estimator.constructor.name, "one with decisions or probabilities");
  return ofSecond(proba, estimator.classes);
}

function ofSecond(probabilities: Float64Array, classes: readonly number[]): Float64Array {
  return classes.length === 2 ? probabilities.filter((_, i) => i % 2 === 1) : probabilities;
}

function logistic(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}
