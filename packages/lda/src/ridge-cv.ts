import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { NotFittedError, OptionError } from "./errors";
import type { LinearScores } from "./linear";
import { LinearClassifier, linearFrom, linearState } from "./linear-classifier";
import type { Matrix } from "./matrix";
import { leaveOneOut } from "./ridge-loo";
import { ridgeProblem, ridgeScores, smallerGram } from "./ridge-problem";
import { checkClassWeight, type ClassWeight, type FitOptions } from "./weights";

export interface RidgeCvOptions {
  /** Tried in this order, each above 0. Default 0.1, 1 and 10. */
  readonly alphas?: ArrayLike<number>;
  /** Default true. */
  readonly fitIntercept?: boolean;
  readonly classWeight?: ClassWeight | undefined;
}

interface Fitted {
  readonly linear: LinearScores;
  readonly alpha: number;
  readonly scores: Float64Array;
}

/** Ridge regression of ±1 on the features, with the alpha whose errors on rows left out, one at a time, are smallest.
 *
 * The errors come in closed form from one decomposition for all alphas. Agrees with scikit-learn's `RidgeClassifierCV`
 * without `cv` and `scoring` to 1e-8 relative (`test/golden/ridge.json`). Scores are no log-odds: see RidgeClassifier.
 * @example new RidgeClassifierCV({ alphas: logspace(-3, 3, 7) }).fit(x, y).alpha */
export class RidgeClassifierCV extends LinearClassifier {
  readonly kind = "ridge";
  readonly calibrated = false;
  readonly alphas: readonly number[];
  readonly fitIntercept: boolean;
  readonly classWeight: ClassWeight | undefined;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ alphas = [0.1, 1, 10], fitIntercept = true, classWeight }: RidgeCvOptions = {}) {
    super();
    this.alphas = Array.from(alphas);
    if (this.alphas.length === 0 || !this.alphas.every((alpha) => alpha > 0 && alpha < Infinity))
      throw new OptionError("alphas", this.alphas, "finite numbers above 0, at least one");
    checkClassWeight(classWeight);
    this.fitIntercept = fitIntercept;
    this.classWeight = classWeight;
  }

  /** Throws as `RidgeClassifier.fit`. */
  fit(x: Matrix, y: ArrayLike<number>, options: FitOptions = {}): this {
    const problem = ridgeProblem(x, y, this, options);
    const { gram } = smallerGram(problem);
    const { scores, solve } = leaveOneOut(problem, gram, this.alphas);
    let best = 0; // the first of equals, as scikit-learn
    for (let a = 1; a < scores.length; a++) if (scores[a]! > scores[best]!) best = a;
    const alpha = this.alphas[best]!;
    this.#fitted = { linear: ridgeScores(problem, (rightSides) => solve(rightSides, alpha)), alpha, scores };
    return this;
  }

  get linear(): LinearScores {
    return this.#get().linear;
  }

  /** The alpha chosen. */
  get alpha(): number {
    return this.#get().alpha;
  }

  /** Minus the mean squared leave-one-out error of each alpha, over rows and targets. */
  get scores(): Float64Array {
    return this.#get().scores;
  }

  /** The score of the alpha chosen. */
  get bestScore(): number {
    return this.scores.reduce((best, score) => Math.max(best, score));
  }

  toJSON(): EstimatorJson {
    const { alphas, fitIntercept, classWeight, alpha, scores } = this;
    return sealEstimator("RidgeClassifierCV", {
      alphas,
      fit_intercept: fitIntercept,
      class_weight: classWeight,
      alpha,
      scores,
      ...linearState(this.linear),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no RidgeClassifierCV, or was altered. */
  static fromJSON(json: unknown): RidgeClassifierCV {
    const fields = openEstimator(json, "RidgeClassifierCV");
    const alphas = fields.numbers("alphas");
    const ridge = new RidgeClassifierCV({
      alphas,
      fitIntercept: fields.flag("fit_intercept"),
      classWeight: fields.raw("class_weight") as ClassWeight | undefined,
    });
    const scores = fields.numbers("scores", alphas.length);
    ridge.#fitted = { linear: linearFrom(fields), alpha: fields.number("alpha"), scores };
    return ridge;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("RidgeClassifierCV");
    return this.#fitted;
  }
}

/** `count` numbers from 10^from to 10^to, evenly spaced in the exponent: logspace(-3, 3, 7) is 0.001, 0.01, … 1000.
 * @throws {OptionError} */
export function logspace(from: number, to: number, count: number): Float64Array {
  if (!Number.isFinite(from) || !Number.isFinite(to)) throw new OptionError("exponents", [from, to], "finite numbers");
  if (!Number.isInteger(count) || count < 1 || count > 1e6) throw new OptionError("count", count, "an integer from 1");
  return Float64Array.from(
    { length: count },
    (_, i) => 10 ** (count === 1 ? from : from + ((to - from) * i) / (count - 1)),
  );
}
