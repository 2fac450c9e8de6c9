import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { NotFittedError, NumericalError, OptionError, SingleClassError } from "./errors";
import type { LinearScores } from "./linear";
import { LinearClassifier, linearFrom, linearState } from "./linear-classifier";
import { logisticLoss } from "./logistic-loss";
import { checkFinite, checkLabels, checkMatrix, groupByClass, type Matrix } from "./matrix";
import { momentsOf, scalesOf } from "./moments";
import { minimise } from "./optimise";
import { range } from "./random";
import { checkClassWeight, rowWeights, type ClassWeight, type FitOptions } from "./weights";

export interface LogisticRegressionOptions {
  /** The inverse of the penalty's weight: Σ loss + |coef|² / (2C). Above 0; Infinity for no penalty. Default 1. */
  readonly C?: number;
  /** Done when no entry of the gradient of the mean loss, features scaled to unit deviation, is larger. Default 1e-10. */
  readonly tol?: number;
  /** Default 1000. */
  readonly maxIter?: number;
  /** Default true; the intercept is not penalised. */
  readonly fitIntercept?: boolean;
  readonly classWeight?: ClassWeight | undefined;
}

interface Fitted {
  readonly linear: LinearScores;
  readonly nIter: number;
  readonly converged: boolean;
}

/** Logistic regression with an L2 penalty: of one score for two classes, multinomial for more.
 *
 * Found by L-BFGS, and by Newton's steps from there where the second derivatives fit in memory, so the answer is the
 * optimum itself. scikit-learn's `LogisticRegression(solver="lbfgs")` stops earlier by default (`tol=1e-4`); given a small
 * `tol` it agrees to 1e-6 relative (`test/golden/logreg.json`).
 * @example new LogisticRegression({ C: 0.1 }).fit(x, y).predictProba(x) */
export class LogisticRegression extends LinearClassifier {
  readonly kind = "logreg";
  readonly C: number;
  readonly tol: number;
  readonly maxIter: number;
  readonly fitIntercept: boolean;
  readonly classWeight: ClassWeight | undefined;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({
    C = 1,
    tol = 1e-10,
    maxIter = 1000,
    fitIntercept = true,
    classWeight,
  }: LogisticRegressionOptions = {}) {
    super();
    if (!(C > 0)) throw new OptionError("C", C, "a number above 0");
    if (!(tol > 0 && tol < Infinity)) throw new OptionError("tol", tol, "a number above 0");
    if (!Number.isSafeInteger(maxIter) || maxIter < 1) throw new OptionError("maxIter", maxIter, "an integer from 1");
    checkClassWeight(classWeight);
    this.C = C;
    this.tol = tol;
    this.maxIter = maxIter;
    this.fitIntercept = fitIntercept;
    this.classWeight = classWeight;
  }

  /** @param y - an integer class code a row.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError | SingleClassError} for what is not a training set;
   * {NumericalError} for features too large. */
  fit(x: Matrix, y: ArrayLike<number>, { sampleWeight }: FitOptions = {}): this {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    const { nRows, nFeatures } = x;
    const { classes, rows } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, nRows);
    const weights =
      rowWeights(rows, classes, nRows, this.classWeight, sampleWeight, "weights") ?? new Float64Array(nRows).fill(1);

    // The same optimum, sought where it is found sooner: rows centred (with an intercept to take that up) and scaled.
    const moments = momentsOf(x.data, nFeatures, range(nRows));
    const scale = scalesOf(moments);
    const centre = this.fitIntercept ? moments.mean : new Float64Array(nFeatures);
    if (!this.fitIntercept)
      moments.variance.forEach((v, j) => {
        const root = Math.sqrt(v + moments.mean[j]! * moments.mean[j]!);
        scale[j] = root > 0 ? root : 1;
      });
    const z = new Float64Array(x.data.length);
    for (let i = 0, at = 0; i < nRows; i++)
      for (let j = 0; j < nFeatures; j++, at++) z[at] = (x.data[at]! - centre[j]!) / scale[j]!;
    if (!scale.every(Number.isFinite) || !z.every(Number.isFinite))
      throw new NumericalError("the variance of the features does not fit a double: rescale them");

    const codes = new Int32Array(nRows);
    rows.forEach((members, k) => {
      for (const i of members) codes[i] = k;
    });
    const total = weights.reduce((a, b) => a + b, 0);
    const penalty = scale.map((s) => 1 / (this.C * total * s * s));
    const loss = logisticLoss({
      z,
      nRows,
      nFeatures,
      codes,
      nClasses: classes.length,
      weights: weights.map((weight) => weight / total),
      penalty,
      fitIntercept: this.fitIntercept,
    });
    const { at: solution, nIter, converged } = minimise(loss, { tol: this.tol, maxIter: this.maxIter });

    const nScores = classes.length === 2 ? 1 : classes.length;
    const stride = solution.length / nScores;
    const coef = new Float64Array(nScores * nFeatures);
    const offset = new Float64Array(nScores);
    for (let k = 0; k < nScores; k++) {
      for (let j = 0; j < nFeatures; j++) coef[k * nFeatures + j] = solution[k * stride + j]! / scale[j]!;
      if (this.fitIntercept) offset[k] = solution[k * stride + nFeatures]!;
    }
    if (!coef.every(Number.isFinite) || !offset.every(Number.isFinite))
      throw new NumericalError("the coefficients do not fit a double: rescale the features");
    this.#fitted = { linear: { classes, nFeatures, centre, coef, offset, commonOffset: 0 }, nIter, converged };
    return this;
  }

  get linear(): LinearScores {
    return this.#get().linear;
  }

  /** Steps taken. */
  get nIter(): number {
    return this.#get().nIter;
  }

  /** Whether the gradient came below `tol`, or as near to zero as doubles allow, within `maxIter` steps. */
  get converged(): boolean {
    return this.#get().converged;
  }

  toJSON(): EstimatorJson {
    const { C, tol, maxIter, fitIntercept, classWeight, nIter, converged } = this;
    return sealEstimator("LogisticRegression", {
      C: C === Infinity ? "Infinity" : C,
      tol,
      max_iter: maxIter,
      fit_intercept: fitIntercept,
      class_weight: classWeight,
      n_iter: nIter,
      converged,
      ...linearState(this.linear),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no LogisticRegression, or was altered. */
  static fromJSON(json: unknown): LogisticRegression {
    const fields = openEstimator(json, "LogisticRegression");
    const model = new LogisticRegression({
      C: fields.raw("C") === "Infinity" ? Infinity : fields.number("C"),
      tol: fields.number("tol"),
      maxIter: fields.count("max_iter"),
      fitIntercept: fields.flag("fit_intercept"),
      classWeight: fields.raw("class_weight") as ClassWeight | undefined,
    });
    model.#fitted = {
      linear: linearFrom(fields),
      nIter: fields.count("n_iter"),
      converged: fields.flag("converged"),
    };
    return model;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("LogisticRegression");
    return this.#fitted;
  }
}
