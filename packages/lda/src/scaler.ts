import { NonFiniteError, NotFittedError, NumericalError } from "./errors";
import { checkMatrix, checkWidth, type Matrix } from "./matrix";
import { momentsOf, scalesOf } from "./moments";

/** Takes from each feature its mean and divides by its population standard deviation.
 *
 * Agrees with scikit-learn's `StandardScaler` to 1e-12 (`test/golden/scaler.json`), the rule for constant features
 * included: their scale is 1. NaN is ignored when fitting and passes through a transform; infinities are refused.
 * @example const z = new StandardScaler().fit(x).transform(x); */
export class StandardScaler {
  #fitted: { mean: Float64Array; variance: Float64Array; scale: Float64Array } | undefined;

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
    scaler.#fitted = { mean, scale, variance: variance ?? scale.map((s) => s * s) };
    return scaler;
  }

  /** @throws {ShapeError | EmptyError | NonFiniteError}; {NumericalError} when a variance does not fit a double. */
  fit(x: Matrix): this {
    checkMatrix(x);
    const { data, nRows, nFeatures } = x;
    for (let i = 0; i < data.length; i++)
      if (Math.abs(data[i]!) === Infinity) throw new NonFiniteError(Math.floor(i / nFeatures), i % nFeatures, data[i]!);
    const moments = momentsOf(
      data,
      nFeatures,
      Int32Array.from({ length: nRows }, (_, i) => i),
    );
    const overflow = moments.variance.findIndex((v) => v === Infinity);
    if (overflow >= 0)
      throw new NumericalError(`the variance of feature ${overflow} does not fit a double: rescale the features`);
    this.#fitted = { mean: moments.mean, variance: moments.variance, scale: scalesOf(moments) };
    return this;
  }

  get mean(): Float64Array {
    return this.#parameters().mean;
  }

  /** Population variance, without the rule for constant features. */
  get variance(): Float64Array {
    return this.#parameters().variance;
  }

  get scale(): Float64Array {
    return this.#parameters().scale;
  }

  /** A new matrix of `(x - mean) / scale`. */
  transform(x: Matrix): Matrix {
    const { mean, scale } = this.#parameters();
    return mapRows(x, mean.length, (value, j) => (value - mean[j]!) / scale[j]!);
  }

  /** A new matrix of `x · scale + mean`. */
  inverseTransform(x: Matrix): Matrix {
    const { mean, scale } = this.#parameters();
    return mapRows(x, mean.length, (value, j) => value * scale[j]! + mean[j]!);
  }

  #parameters() {
    if (this.#fitted === undefined) throw new NotFittedError("StandardScaler");
    return this.#fitted;
  }
}

function mapRows(x: Matrix, fitted: number, map: (value: number, feature: number) => number): Matrix {
  checkMatrix(x);
  checkWidth(x, fitted, "the scaler");
  const { nRows, nFeatures } = x;
  const data = new Float64Array(x.data.length);
  for (let i = 0, at = 0; i < nRows; i++) for (let j = 0; j < nFeatures; j++, at++) data[at] = map(x.data[at]!, j);
  return { data, nRows, nFeatures };
}
