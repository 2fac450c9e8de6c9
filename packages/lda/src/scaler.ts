import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { NonFiniteError, NotFittedError, NumericalError } from "./errors";
import { foldScaler, type LinearScores } from "./linear";
import { checkMatrix, checkWidth, type Matrix } from "./matrix";
import { mergedMoments, momentsOf, scalesOf, weightedMomentsOf, type Moments } from "./moments";
import { range } from "./random";
import { checkSampleWeight, type FitOptions } from "./weights";

export interface ScalerOptions {
  /** Whether to take the mean off. Default true. */
  readonly withMean?: boolean;
  /** Whether to divide by the standard deviation. Default true. */
  readonly withStd?: boolean;
}

type Fitted = Pick<Moments, "mean" | "variance" | "counts"> & { readonly scale: Float64Array };

/** Takes from each feature its mean and divides by its population standard deviation.
 *
 * Agrees with scikit-learn's `StandardScaler` to 1e-12 (`test/golden/scaler.json`, `test/golden/scaler-parts.json`), the
 * rule for constant features included: their scale is 1. NaN is ignored when fitting and passes through a transform;
 * infinities are refused.
 * @example const z = new StandardScaler().fit(x).transform(x); */
export class StandardScaler {
  readonly withMean: boolean;
  readonly withStd: boolean;
  #fitted: Fitted | undefined;

  constructor({ withMean = true, withStd = true }: ScalerOptions = {}) {
    this.withMean = withMean;
    this.withStd = withStd;
  }

  /** A scaler with parameters known from elsewhere, as when a model is read from a file. */
  static from({
    mean,
    scale,
    variance,
  }: {
    mean: Float64Array;
    scale: Float64Array;
    variance?: Float64Array;
  }): StandardScaler {
    const scaler = new StandardScaler();
    const counts = new Float64Array(mean.length).fill(1);
    scaler.#fitted = { mean, scale, variance: variance ?? scale.map((s) => s * s), counts };
    return scaler;
  }

  /** @throws {ShapeError | EmptyError | NonFiniteError}; {OptionError} for weights; {NumericalError} when a variance does
   * not fit a double. */
  fit(x: Matrix, _y?: ArrayLike<number>, { sampleWeight }: FitOptions = {}): this {
    this.#learn(momentsFor(x, sampleWeight));
    return this;
  }

  /** Learns more rows on top of those it knows, as if all had been fitted at once. Throws as `fit`. */
  partialFit(x: Matrix, _y?: ArrayLike<number>, { sampleWeight }: FitOptions = {}): this {
    checkMatrix(x);
    if (this.#fitted) checkWidth(x, this.#fitted.mean.length, "the scaler");
    const more = momentsFor(x, sampleWeight);
    this.#learn(this.#fitted === undefined ? more : mergedMoments(this.#fitted, more));
    return this;
  }

  get nFeatures(): number {
    return this.mean.length;
  }

  /** Of each feature, also where `withMean` is false and it is not taken off. */
  get mean(): Float64Array {
    return this.#parameters().mean;
  }

  /** What a transform takes off: the mean, or zeros. */
  get centre(): Float64Array {
    return this.withMean ? this.mean : new Float64Array(this.nFeatures);
  }

  /** Population variance, without the rule for constant features. */
  get variance(): Float64Array {
    return this.#parameters().variance;
  }

  /** What a transform divides by: ones where `withStd` is false. */
  get scale(): Float64Array {
    const { scale } = this.#parameters();
    return this.withStd ? scale : new Float64Array(scale.length).fill(1);
  }

  /** How many values of each feature were seen, or what they weighed; NaN does not count. */
  get nSamplesSeen(): Float64Array {
    return this.#parameters().counts;
  }

  /** A new matrix of `(x - mean) / scale`. */
  transform(x: Matrix): Matrix {
    const { centre, scale } = this;
    return mapRows(x, centre.length, (to, from, at) => {
      for (let j = 0; j < centre.length; j++) to[at + j] = (from[at + j]! - centre[j]!) / scale[j]!;
    });
  }

  fitTransform(x: Matrix, y?: ArrayLike<number>, options?: FitOptions): Matrix {
    return this.fit(x, y, options).transform(x);
  }

  /** A new matrix of `x · scale + mean`. */
  inverseTransform(x: Matrix): Matrix {
    const { centre, scale } = this;
    return mapRows(x, centre.length, (to, from, at) => {
      for (let j = 0; j < centre.length; j++) to[at + j] = from[at + j]! * scale[j]! + centre[j]!;
    });
  }

  /** Scores of scaled rows as scores of the rows themselves. */
  fold(scores: LinearScores): LinearScores {
    const { centre, scale } = this;
    return foldScaler(scores, { mean: centre, scale });
  }

  toJSON(): EstimatorJson {
    const { withMean, withStd } = this;
    const { mean, scale, variance, counts } = this.#parameters();
    return sealEstimator("StandardScaler", { with_mean: withMean, with_std: withStd, mean, scale, variance, counts });
  }

  /** @throws {EstimatorJsonError} for JSON that is no StandardScaler, or was altered. */
  static fromJSON(json: unknown): StandardScaler {
    const fields = openEstimator(json, "StandardScaler");
    const scaler = new StandardScaler({ withMean: fields.flag("with_mean"), withStd: fields.flag("with_std") });
    const mean = fields.numbers("mean", undefined, { nan: true }); // of a feature that was never there
    if (mean.length === 0) fields.refuse("mean", "one number a feature");
    const scale = fields.numbers("scale", mean.length, { nan: true });
    if (scale.some((s) => s <= 0)) fields.refuse("scale", "a list of numbers above 0");
    scaler.#fitted = {
      mean,
      scale,
      variance: fields.numbers("variance", mean.length, { nan: true }),
      counts: fields.numbers("counts", mean.length),
    };
    return scaler;
  }

  #learn({ mean, variance, counts }: Pick<Moments, "mean" | "variance" | "counts">): void {
    const overflow = variance.findIndex((v) => v === Infinity);
    if (overflow >= 0)
      throw new NumericalError(`the variance of feature ${overflow} does not fit a double: rescale the features`);
    this.#fitted = { mean, variance, counts, scale: scalesOf({ mean, variance, counts }) };
  }

  #parameters(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("StandardScaler");
    return this.#fitted;
  }
}

function momentsFor(x: Matrix, sampleWeight: ArrayLike<number> | undefined): Moments {
  checkMatrix(x);
  const { data, nRows, nFeatures } = x;
  if (sampleWeight !== undefined) checkSampleWeight(sampleWeight, nRows);
  for (let i = 0; i < data.length; i++)
    if (Math.abs(data[i]!) === Infinity) throw new NonFiniteError(Math.floor(i / nFeatures), i % nFeatures, data[i]!);
  return sampleWeight === undefined
    ? momentsOf(data, nFeatures, range(nRows))
    : weightedMomentsOf(data, nFeatures, sampleWeight);
}

function mapRows(
  x: Matrix,
  fitted: number,
  mapRow: (to: Float64Array, from: Float64Array, at: number) => void,
): Matrix {
  checkMatrix(x);
  checkWidth(x, fitted, "the scaler");
  const { nRows, nFeatures } = x;
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < nRows; i++) mapRow(data, x.data, i * nFeatures);
  return { data, nRows, nFeatures };
}
