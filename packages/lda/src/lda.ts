import { addClassCovarianceInto, type Shrinkage } from "./covariance";
import { ClassTooSmallError, NotFittedError, NumericalError, OptionError, SingleClassError } from "./errors";
import { manyClasses, twoClasses } from "./lda-scores";
import { decisionsOf, predictionsOf, probabilitiesOf, type LinearScores } from "./linear";
import { checkFinite, checkLabels, checkMatrix, checkWidth, groupByClass, type Matrix } from "./matrix";
import { centreRows } from "./scatter";

export interface LdaOptions {
  /** Only "lsqr" so far. */
  readonly solver?: "lsqr";
  /** "auto" (Ledoit and Wolf, the default here), a share in [0, 1], or "none" (or null) for the plain covariance. */
  readonly shrinkage?: Shrinkage;
  /** One a class, ascending class order, each above 0; default the classes' frequencies. */
  readonly priors?: ArrayLike<number> | undefined;
}

interface Fitted {
  readonly linear: LinearScores;
  readonly priors: Float64Array;
  readonly means: Float64Array;
  readonly shrinkages: Float64Array;
  readonly rank: number;
}

/** Linear discriminant analysis: classes of normal distributions that share one covariance.
 *
 * The covariance is the classes' own, weighed by the priors and regularised; the decision is linear. Agrees with
 * scikit-learn's `LinearDiscriminantAnalysis(solver="lsqr")` to 1e-9 relative (`test/golden/lda.json`). Unlike there,
 * the default shrinkage is "auto": with as many features as an epoch has, no shrinkage is rarely what is wanted.
 * @example new LinearDiscriminantAnalysis({ shrinkage: "auto" }).fit(x, y).predictProba(x)
 * @see B. Blankertz et al., NeuroImage 56(2), 2011, doi:10.1016/j.neuroimage.2010.06.048 */
export class LinearDiscriminantAnalysis {
  readonly kind = "lda";
  readonly solver = "lsqr";
  readonly shrinkage: Shrinkage;
  readonly #priors: Float64Array | undefined;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ solver = "lsqr", shrinkage = "auto", priors }: LdaOptions = {}) {
    if (solver !== "lsqr") throw new OptionError("solver", solver, '"lsqr", the one this version has');
    const known = shrinkage === "auto" || shrinkage === "none" || shrinkage === null;
    if (!known && !(typeof shrinkage === "number" && shrinkage >= 0 && shrinkage <= 1))
      throw new OptionError("shrinkage", shrinkage, '"auto", "none" or a number from 0 to 1');
    this.shrinkage = shrinkage;
    this.#priors = priors === undefined ? undefined : checkedPriors(priors);
  }

  /** @param y - an integer class code a row.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError} for what is not a training set;
   * {SingleClassError | ClassTooSmallError} for too few rows of a class; {NumericalError} for features too large. */
  fit(x: Matrix, y: ArrayLike<number>): this {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    const { nFeatures } = x;
    const { classes, rows } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, x.nRows);
    rows.forEach((r, k) => {
      if (r.length < 2) throw new ClassTooSmallError(classes[k]!, r.length, 2);
    });
    if (this.#priors !== undefined && this.#priors.length !== classes.length)
      throw new OptionError("priors", `${this.#priors.length} numbers`, `${classes.length}, one a class`);
    const priors = this.#priors ?? Float64Array.from(rows, (r) => r.length / x.nRows);

    const sigma = new Float64Array(nFeatures * nFeatures);
    const means = new Float64Array(classes.length * nFeatures);
    const shrinkages = new Float64Array(classes.length);
    for (let k = 0; k < classes.length; k++) {
      const centred = centreRows(x, rows[k]!);
      means.set(centred.mean, k * nFeatures);
      shrinkages[k] = addClassCovarianceInto(sigma, centred, priors[k]!, this.shrinkage);
    }
    const { linear, rank } =
      classes.length === 2 ? twoClasses(classes, sigma, means, priors) : manyClasses(classes, sigma, means, priors);
    if (![...linear.coef, ...linear.centre, ...linear.offset].every(Number.isFinite))
      throw new NumericalError("the coefficients do not fit a double: rescale the features");
    this.#fitted = { linear, priors, means, shrinkages, rank };
    return this;
  }

  /** Ascending class codes. */
  get classes(): readonly number[] {
    return this.linear.classes;
  }

  get nFeatures(): number {
    return this.linear.nFeatures;
  }

  /** The form predictions are made with. */
  get linear(): LinearScores {
    return this.#get().linear;
  }

  /** nClasses. */
  get priors(): Float64Array {
    return this.#get().priors;
  }

  /** nClasses × nFeatures. */
  get means(): Float64Array {
    return this.#get().means;
  }

  /** The share each class's covariance was shrunk by, ascending class order. */
  get shrinkages(): Float64Array {
    return this.#get().shrinkages;
  }

  /** nScores × nFeatures, scikit-learn's `coef_`. */
  get coef(): Float64Array {
    return this.linear.coef;
  }

  /** nScores, scikit-learn's `intercept_`: the score of a row of zeros. */
  get intercept(): Float64Array {
    const { linear } = this;
    return decisionsOf({ data: new Float64Array(linear.nFeatures), nRows: 1, nFeatures: linear.nFeatures }, linear);
  }

  /** One score a row for two classes, positive for the second; nRows × nClasses for more. */
  decisionFunction(x: Matrix): Float64Array {
    return decisionsOf(this.#checked(x), this.linear);
  }

  /** nRows × nClasses. */
  predictProba(x: Matrix): Float64Array {
    return probabilitiesOf(this.#checked(x), this.linear);
  }

  /** The likelier class of each row. */
  predict(x: Matrix): Int32Array {
    return predictionsOf(this.#checked(x), this.linear);
  }

  #checked(x: Matrix): Matrix {
    checkMatrix(x);
    checkWidth(x, this.nFeatures, "the classifier");
    checkFinite(x);
    return x;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("LinearDiscriminantAnalysis");
    return this.#fitted;
  }
}

function checkedPriors(given: ArrayLike<number>): Float64Array {
  const priors = Float64Array.from(given);
  if (!priors.every((p) => p > 0 && Number.isFinite(p)))
    throw new OptionError("priors", [...priors], "numbers above 0");
  const sum = priors.reduce((a, b) => a + b, 0);
  return Math.abs(sum - 1) > 1e-5 ? priors.map((p) => p / sum) : priors;
}
