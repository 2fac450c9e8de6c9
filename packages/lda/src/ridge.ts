import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { NotFittedError, OptionError } from "./errors";
import type { LinearScores } from "./linear";
import { LinearClassifier, linearFrom, linearState } from "./linear-classifier";
import type { Matrix } from "./matrix";
import { ridgeProblem, smallerGram, solveRidge } from "./ridge-problem";
import { checkClassWeight, type ClassWeight, type FitOptions } from "./weights";

export interface RidgeOptions {
  /** The weight of the squared coefficients, 0 or more. Default 1. */
  readonly alpha?: number;
  /** Default true. */
  readonly fitIntercept?: boolean;
  readonly classWeight?: ClassWeight | undefined;
}

/** Ridge regression of ±1 on the features: the class is the sign, or with more than two classes the highest score.
 *
 * Agrees with scikit-learn's `RidgeClassifier` to 1e-8 relative (`test/golden/ridge.json`). Its scores are no
 * log-odds: `predictProba` is their logistic function, in the right order but not calibrated; `CalibratedClassifier` is.
 * @example new RidgeClassifier({ alpha: 10 }).fit(x, y).predict(x) */
export class RidgeClassifier extends LinearClassifier {
  readonly kind = "ridge";
  readonly calibrated = false;
  readonly alpha: number;
  readonly fitIntercept: boolean;
  readonly classWeight: ClassWeight | undefined;
  #linear: LinearScores | undefined;

  /** @throws {OptionError} */
  constructor({ alpha = 1, fitIntercept = true, classWeight }: RidgeOptions = {}) {
    super();
    if (!(alpha >= 0 && alpha < Infinity)) throw new OptionError("alpha", alpha, "a finite number, 0 or more");
    checkClassWeight(classWeight);
    this.alpha = alpha;
    this.fitIntercept = fitIntercept;
    this.classWeight = classWeight;
  }

  /** @param y - an integer class code a row.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError | SingleClassError} for what is not a training set;
   * {NumericalError} for features too large. */
  fit(x: Matrix, y: ArrayLike<number>, options: FitOptions = {}): this {
    const problem = ridgeProblem(x, y, this, options);
    this.#linear = solveRidge(problem, smallerGram(problem).gram, this.alpha);
    return this;
  }

  get linear(): LinearScores {
    if (this.#linear === undefined) throw new NotFittedError("RidgeClassifier");
    return this.#linear;
  }

  toJSON(): EstimatorJson {
    const { alpha, fitIntercept, classWeight } = this;
    return sealEstimator("RidgeClassifier", {
      alpha,
      fit_intercept: fitIntercept,
      class_weight: classWeight,
      ...linearState(this.linear),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no RidgeClassifier, or was altered. */
  static fromJSON(json: unknown): RidgeClassifier {
    const fields = openEstimator(json, "RidgeClassifier");
    const ridge = new RidgeClassifier({
      alpha: fields.number("alpha"),
      fitIntercept: fields.flag("fit_intercept"),
      classWeight: fields.raw("class_weight") as ClassWeight | undefined,
    });
    ridge.#linear = linearFrom(fields);
    return ridge;
  }
}
