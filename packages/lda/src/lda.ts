import { addClassCovarianceInto, type Shrinkage } from "./covariance";
import { ClassTooSmallError, NotFittedError, NumericalError, OptionError, SingleClassError } from "./errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { solveEigen, solveLsqr, solveSvd, type Discriminants, type Solution } from "./lda-solvers";
import type { LinearScores } from "./linear";
import { LinearClassifier, linearFrom, linearState } from "./linear-classifier";
import { checkFinite, checkLabels, checkMatrix, checkWidth, groupByClass, type Matrix } from "./matrix";
import { momentsOf, scalesOf } from "./moments";
import { range } from "./random";
import { centreRows, scatterOf, type CentredRows } from "./scatter";

export type LdaSolver = "lsqr" | "svd" | "eigen";

const SOLVERS: readonly LdaSolver[] = ["lsqr", "svd", "eigen"];

export interface LdaOptions {
  /** "lsqr" (default) and "eigen" shrink, "svd" and "eigen" transform. */
  readonly solver?: LdaSolver;
  /** "auto" (Ledoit and Wolf, the default here but for "svd", which has none), a share in [0, 1], or "none" (or null)
   * for the plain covariance. */
  readonly shrinkage?: Shrinkage;
  /** One a class, ascending class order, each above 0; default the classes' frequencies. */
  readonly priors?: ArrayLike<number> | undefined;
  /** How many components `transform` gives; default as many as there are, classes less 1 or the features. */
  readonly nComponents?: number | undefined;
  /** Solver "svd": directions whose singular value is not above it are dropped. Default 1e-4. */
  readonly tol?: number;
}

interface Fitted extends Solution {
  readonly priors: Float64Array;
  readonly means: Float64Array;
  readonly shrinkages: Float64Array;
}

/** Linear discriminant analysis: classes of normal distributions that share one covariance.
 *
 * The covariance is the classes' own, weighed by the priors and regularised; the decision is linear. Agrees with
 * scikit-learn's `LinearDiscriminantAnalysis`, each solver with its own, to 1e-9 relative (`test/golden/lda.json`,
 * `test/golden/lda-solvers.json`). Unlike there, the default solver is "lsqr" and the default shrinkage "auto": with as
 * many features as an epoch has, no shrinkage is rarely what is wanted.
 * @example new LinearDiscriminantAnalysis({ shrinkage: "auto" }).fit(x, y).predictProba(x)
 * @see B. Blankertz et al., NeuroImage 56(2), 2011, doi:10.1016/j.neuroimage.2010.06.048 */
export class LinearDiscriminantAnalysis extends LinearClassifier {
  readonly kind = "lda";
  readonly solver: LdaSolver;
  readonly shrinkage: Shrinkage;
  readonly nComponents: number | undefined;
  readonly tol: number;
  readonly #priors: Float64Array | undefined;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ solver = "lsqr", shrinkage, priors, nComponents, tol = 1e-4 }: LdaOptions = {}) {
    super();
    if (!SOLVERS.includes(solver)) throw new OptionError("solver", solver, '"lsqr", "svd" or "eigen"');
    const share = shrinkage === undefined ? (solver === "svd" ? "none" : "auto") : shrinkage;
    const known = share === "auto" || share === "none" || share === null;
    if (!known && !(typeof share === "number" && share >= 0 && share <= 1))
      throw new OptionError("shrinkage", share, '"auto", "none" or a number from 0 to 1');
    if (solver === "svd" && share !== "none" && share !== null)
      throw new OptionError("shrinkage", share, '"none" for solver "svd"; "lsqr" and "eigen" shrink');
    if (nComponents !== undefined && !(Number.isInteger(nComponents) && nComponents >= 1))
      throw new OptionError("nComponents", nComponents, "an integer from 1");
    if (!(tol >= 0 && tol < Infinity)) throw new OptionError("tol", tol, "a number, 0 or more");
    this.solver = solver;
    this.shrinkage = share;
    this.nComponents = nComponents;
    this.tol = tol;
    this.#priors = priors === undefined ? undefined : checkedPriors(priors);
  }

  /** @param y - an integer class code a row.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError} for what is not a training set;
   * {SingleClassError | ClassTooSmallError} for too few rows of a class; {NumericalError} for features too large, or
   * with solver "eigen" a singular covariance. */
  fit(x: Matrix, y: ArrayLike<number>): this {
    const steps = this.fitSteps(x, y);
    let step = steps.next();
    while (!step.done) step = steps.next(scatterOf(step.value));
    return this;
  }

  /** A fit that stops at each Gram matrix, nearly all of its work, for whoever computes it elsewhere: gives the centred
   * rows of a class and takes what `scatterOf` would answer. Throws as `fit`.
   * @internal */
  *fitSteps(
    x: Matrix,
    y: ArrayLike<number>,
    allocate?: (length: number) => Float64Array,
  ): Generator<CentredRows, void, Float64Array> {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    const { nRows, nFeatures } = x;
    const { classes, rows } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, nRows);
    rows.forEach((r, k) => {
      if (r.length < 2) throw new ClassTooSmallError(classes[k]!, r.length, 2);
    });
    if (this.#priors !== undefined && this.#priors.length !== classes.length)
      throw new OptionError("priors", `${this.#priors.length} numbers`, `${classes.length}, one a class`);
    const componentsMax = Math.min(classes.length - 1, nFeatures);
    const { nComponents: nComponentsMax = componentsMax } = this;
    if (nComponentsMax > componentsMax)
      throw new OptionError("nComponents", nComponentsMax, `at most ${componentsMax}, classes less 1 or the features`);
    const frequencies = Float64Array.from(rows, (r) => r.length / nRows);
    const priors = this.#priors ?? frequencies;

    const sigma = new Float64Array(nFeatures * nFeatures);
    const means = new Float64Array(classes.length * nFeatures);
    const shrinkages = new Float64Array(classes.length);
    const weights = this.solver === "svd" ? frequencies : priors;
    for (let k = 0; k < classes.length; k++) {
      const centred = centreRows(x, rows[k]!, allocate);
      means.set(centred.mean, k * nFeatures);
      shrinkages[k] = addClassCovarianceInto(sigma, centred, weights[k]!, this.shrinkage, yield centred);
    }
    const statistics = { classes, nFeatures, means, priors, sigma };
    const solution =
      this.solver === "lsqr"
        ? solveLsqr(statistics)
        : this.solver === "eigen"
          ? solveEigen(statistics, x, { shrinkage: this.shrinkage, nComponentsMax })
          : solveSvd(statistics, withinScale(sigma, x), { tol: this.tol, nRows, nComponentsMax });
    const { coef, centre, offset } = solution.linear;
    if (![...coef, ...centre, ...offset].every(Number.isFinite))
      throw new NumericalError("the coefficients do not fit a double: rescale the features");
    this.#fitted = { ...solution, priors, means, shrinkages };
  }

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

  /** Solvers "svd" and "eigen": each component's share of the variance between classes. */
  get explainedVarianceRatio(): Float64Array {
    return this.#discriminants().explainedVarianceRatio;
  }

  /** Solvers "svd" and "eigen": nFeatures × components, row-major. The sign of a component is free. */
  get scalings(): Float64Array {
    return this.#discriminants().scalings;
  }

  /** The rows seen along the directions that tell the classes apart: nRows × components.
   * @throws {OptionError} for solver "lsqr", and as `predict`. */
  transform(x: Matrix): Matrix {
    const { scalings, nComponents, centre } = this.#discriminants();
    checkMatrix(x);
    checkWidth(x, this.nFeatures, "the classifier");
    checkFinite(x);
    const { nRows, nFeatures } = x;
    const data = new Float64Array(nRows * nComponents);
    for (let i = 0; i < nRows; i++)
      for (let j = 0; j < nFeatures; j++) {
        const value = x.data[i * nFeatures + j]! - centre[j]!;
        for (let c = 0; c < nComponents; c++) data[i * nComponents + c]! += value * scalings[j * nComponents + c]!;
      }
    return { data, nRows, nFeatures: nComponents };
  }

  toJSON(): EstimatorJson {
    const { solver, shrinkage, nComponents, tol } = this;
    const { linear, rank, priors, means, shrinkages, discriminants } = this.#get();
    return sealEstimator("LinearDiscriminantAnalysis", {
      solver,
      shrinkage: shrinkage ?? "none",
      n_components: nComponents,
      tol,
      given_priors: this.#priors,
      ...linearState(linear),
      rank,
      priors,
      means,
      shrinkages,
      ...(discriminants === undefined
        ? {}
        : {
            scalings: discriminants.scalings,
            scalings_centre: discriminants.centre,
            explained_variance_ratio: discriminants.explainedVarianceRatio,
          }),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no LinearDiscriminantAnalysis, or was altered. */
  static fromJSON(json: unknown): LinearDiscriminantAnalysis {
    const fields = openEstimator(json, "LinearDiscriminantAnalysis");
    const shrinkage = fields.raw("shrinkage");
    const lda = new LinearDiscriminantAnalysis({
      solver: fields.oneOf("solver", SOLVERS),
      shrinkage: typeof shrinkage === "number" ? shrinkage : fields.oneOf("shrinkage", ["auto", "none"] as const),
      priors: fields.has("given_priors") ? fields.numbers("given_priors") : undefined,
      nComponents: fields.has("n_components") ? fields.count("n_components") : undefined,
      tol: fields.number("tol"),
    });
    const linear = linearFrom(fields);
    const nClasses = linear.classes.length;
    const scalings = fields.has("scalings") ? fields.numbers("scalings") : undefined;
    lda.#fitted = {
      linear,
      rank: fields.count("rank"),
      priors: fields.numbers("priors", nClasses),
      means: fields.numbers("means", nClasses * linear.nFeatures),
      shrinkages: fields.numbers("shrinkages", nClasses),
      ...(scalings === undefined
        ? {}
        : {
            discriminants: {
              scalings,
              nComponents: scalings.length / linear.nFeatures,
              centre: fields.numbers("scalings_centre", linear.nFeatures),
              explainedVarianceRatio: fields.numbers("explained_variance_ratio"),
            },
          }),
    };
    return lda;
  }

  #discriminants(): Discriminants {
    const { discriminants } = this.#get();
    if (discriminants === undefined)
      throw new OptionError("solver", this.solver, '"svd" or "eigen", the solvers that transform');
    return discriminants;
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

/** Each feature's deviation within classes, 1 where that is but the rounding of a constant. */
function withinScale(sigma: Float64Array, x: Matrix): Float64Array {
  const { nFeatures } = x;
  const moments = momentsOf(x.data, nFeatures, range(x.nRows));
  return scalesOf({ ...moments, variance: moments.variance.map((_, j) => sigma[j * nFeatures + j]!) });
}
