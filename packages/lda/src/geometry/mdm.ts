import { NotFittedError, OptionError, SingleClassError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import { accuracyOf } from "../linear-classifier";
import { checkLabels, groupByClass } from "../matrix";
import { checkSampleWeight, type FitOptions } from "../weights";
import { checkDistanceMetric, DISTANCE_METRICS, squaredDistanceFrom, type DistanceMetric } from "./distance";
import { checkMatrices, checkOrder, matrixAt, takeMatrices, type SpdMatrices } from "./matrices";
import { checkMeanMetric, MEAN_METRICS, meanOf, type MeanMetric } from "./mean";

export interface MdmOptions {
  /** One metric for means and distances, or one each. Default "riemann". */
  readonly metric?: MeanMetric | { readonly mean: MeanMetric; readonly distance: DistanceMetric };
}

interface Fitted {
  readonly classes: readonly number[];
  readonly nChannels: number;
  /** nClasses × nChannels × nChannels. */
  readonly means: Float64Array;
}

/** Minimum distance to mean: a matrix belongs to the class whose mean is nearest.
 *
 * Agrees with pyRiemann's `MDM` to 1e-7 (`test/golden/geometry.json`); probabilities are the softmax of -distance².
 * @example new MDM().fit(covariances, y).predictProba(covariances)
 * @see A. Barachant et al., IEEE Trans. Biomedical Engineering 59(4), 2012, doi:10.1109/TBME.2011.2172210 */
export class MDM {
  readonly kind = "mdm";
  readonly metric: { readonly mean: MeanMetric; readonly distance: DistanceMetric };
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ metric = "riemann" }: MdmOptions = {}) {
    const { mean, distance } = typeof metric === "string" ? { mean: metric, distance: metric } : metric;
    checkMeanMetric(mean);
    checkDistanceMetric(distance);
    this.metric = { mean, distance };
  }

  /** @param y - an integer class code a matrix.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError | SingleClassError | OptionError} for what is not a
   * training set; {NumericalError} when a matrix is not positive definite. */
  fit(matrices: SpdMatrices, y: ArrayLike<number>, { sampleWeight }: FitOptions = {}): this {
    checkMatrices(matrices);
    checkLabels(y, matrices.nMatrices);
    if (sampleWeight !== undefined) checkSampleWeight(sampleWeight, matrices.nMatrices);
    const { classes, rows } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, matrices.nMatrices);
    const size = matrices.nChannels ** 2;
    const means = new Float64Array(classes.length * size);
    rows.forEach((members, k) => {
      const weights = sampleWeight && Float64Array.from(members, (m) => sampleWeight[m]!);
      if (weights && !weights.some((weight) => weight > 0))
        throw new OptionError("sampleWeight", `0 for all of class ${classes[k]}`, "one above 0 in every class");
      means.set(meanOf(takeMatrices(matrices, members), { metric: this.metric.mean, sampleWeight: weights }), k * size);
    });
    this.#fitted = { classes, nChannels: matrices.nChannels, means };
    return this;
  }

  /** Ascending class codes. */
  get classes(): readonly number[] {
    return this.#get().classes;
  }

  get nChannels(): number {
    return this.#get().nChannels;
  }

  /** nClasses × nChannels × nChannels. */
  get means(): Float64Array {
    return this.#get().means;
  }

  /** The distance of each matrix from each class's mean, nMatrices × nClasses. */
  transform(matrices: SpdMatrices): Float64Array {
    return this.#squared(matrices).map(Math.sqrt);
  }

  /** nMatrices × nClasses. */
  predictProba(matrices: SpdMatrices): Float64Array {
    const squared = this.#squared(matrices);
    const nClasses = this.classes.length;
    for (let at = 0; at < squared.length; at += nClasses) {
      const row = squared.subarray(at, at + nClasses);
      const nearest = row.reduce((a, b) => Math.min(a, b), Infinity);
      let sum = 0;
      for (let k = 0; k < nClasses; k++) sum += row[k] = Math.exp(nearest - row[k]!);
      for (let k = 0; k < nClasses; k++) row[k]! /= sum;
    }
    return squared;
  }

  /** The class whose mean is nearest; a tie goes to the lower class. */
  predict(matrices: SpdMatrices): Int32Array {
    const squared = this.#squared(matrices);
    const { classes } = this;
    return Int32Array.from({ length: matrices.nMatrices }, (_, m) => {
      let best = 0;
      for (let k = 1; k < classes.length; k++)
        if (squared[m * classes.length + k]! < squared[m * classes.length + best]!) best = k;
      return classes[best]!;
    });
  }

  /** The share of matrices predicted right. */
  score(matrices: SpdMatrices, y: ArrayLike<number>, { sampleWeight }: FitOptions = {}): number {
    return accuracyOf(this.predict(matrices), y, sampleWeight);
  }

  toJSON(): EstimatorJson {
    const { classes, nChannels, means } = this.#get();
    return sealEstimator("MDM", {
      mean_metric: this.metric.mean,
      distance_metric: this.metric.distance,
      classes,
      n_channels: nChannels,
      means,
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no MDM, or was altered. */
  static fromJSON(json: unknown): MDM {
    const fields = openEstimator(json, "MDM");
    const mdm = new MDM({
      metric: {
        mean: fields.oneOf("mean_metric", MEAN_METRICS),
        distance: fields.oneOf("distance_metric", DISTANCE_METRICS),
      },
    });
    const classes = fields.classes("classes");
    const nChannels = fields.count("n_channels");
    mdm.#fitted = { classes, nChannels, means: fields.numbers("means", classes.length * nChannels * nChannels) };
    return mdm;
  }

  #squared(matrices: SpdMatrices): Float64Array {
    const { classes, nChannels, means } = this.#get();
    checkMatrices(matrices);
    checkOrder(matrices.nChannels, nChannels, "MDM");
    const out = new Float64Array(matrices.nMatrices * classes.length);
    for (let k = 0; k < classes.length; k++) {
      const mean = means.subarray(k * nChannels ** 2, (k + 1) * nChannels ** 2);
      const squareOf = squaredDistanceFrom(mean, nChannels, this.metric.distance);
      for (let m = 0; m < matrices.nMatrices; m++) out[m * classes.length + k] = squareOf(matrixAt(matrices, m), m);
    }
    return out;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("MDM");
    return this.#fitted;
  }
}
