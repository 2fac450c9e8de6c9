import { NotFittedError, OptionError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import type { SpdMatrices } from "../geometry/matrices";
import { eigh } from "../linalg/eigh";
import { checkEstimator, stackedCovariances, type CovarianceEstimator } from "./covariances";
import { checkEpochs, checkEpochShape, classAverages, type Epochs } from "./epochs";
import { applyFilters, toUnitInto } from "./xdawn";

export interface ErpCovariancesOptions {
  /** The classes whose averages are used, in this order; default all, ascending. */
  readonly classes?: readonly number[] | undefined;
  /** Default "scm", which is singular unless an epoch has more times than rows: see "lwf". */
  readonly estimator?: CovarianceEstimator;
  /** Keeps only this many singular components of each average; default all channels of it. */
  readonly svd?: number | undefined;
}

interface Fitted {
  readonly prototypes: Float64Array;
  readonly nPrototypes: number;
  readonly nChannels: number;
  readonly nTimes: number;
}

/** Covariances of each epoch with the classes' averages put above its channels, so that the shape of the response over
 * time becomes part of the covariance: (nPrototypes + nChannels) square.
 *
 * Agrees with pyRiemann's `ERPCovariances` to 1e-10 relative (`test/golden/spatial.json`).
 * @example new ERPCovariances({ estimator: "lwf" }).fit(epochs, y).transform(epochs)
 * @see A. Barachant, M. Congedo, arXiv:1409.0107, 2014 */
export class ERPCovariances {
  readonly kind = "erp-covariances";
  readonly estimator: CovarianceEstimator;
  readonly svd: number | undefined;
  readonly #wanted: readonly number[] | undefined;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ classes, estimator = "scm", svd }: ErpCovariancesOptions = {}) {
    checkEstimator(estimator);
    if (svd !== undefined && !(Number.isInteger(svd) && svd >= 1))
      throw new OptionError("svd", svd, "a whole number above 0");
    if (classes !== undefined && !(classes.length > 0 && classes.every(Number.isInteger)))
      throw new OptionError("classes", classes, "one or more class codes");
    this.estimator = estimator;
    this.svd = svd;
    this.#wanted = classes;
  }

  /** @throws {ShapeError | EmptyError | NonFiniteError | LabelError | OptionError} for what is not a training set. */
  fit(epochs: Epochs, y: ArrayLike<number>): this {
    checkEpochs(epochs);
    const { nChannels, nTimes } = epochs;
    const present = classAverages(epochs, y);
    const parts = (this.#wanted ?? present.classes).map((label) => {
      const index = present.classes.indexOf(label);
      if (index < 0) throw new OptionError("classes", label, `classes that occur: ${present.classes.join(", ")}`);
      return rotated(present.averages[index]!, nChannels, nTimes, this.svd);
    });
    const prototypes = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let to = 0;
    for (const part of parts) {
      prototypes.set(part, to);
      to += part.length;
    }
    this.#fitted = { prototypes, nPrototypes: prototypes.length / nTimes, nChannels, nTimes };
    return this;
  }

  /** @throws {ShapeError} when the epochs are not of the shape fitted. */
  transform(epochs: Epochs): SpdMatrices {
    const { prototypes, nPrototypes, nChannels, nTimes } = this.#get();
    checkEpochs(epochs);
    checkEpochShape(epochs, nChannels, nTimes, "ERPCovariances");
    return stackedCovariances(prototypes, nPrototypes, epochs, this.estimator);
  }

  fitTransform(epochs: Epochs, y: ArrayLike<number>): SpdMatrices {
    return this.fit(epochs, y).transform(epochs);
  }

  /** nPrototypes × nTimes. */
  get prototypes(): Float64Array {
    return this.#get().prototypes;
  }

  toJSON(): EstimatorJson {
    const { prototypes, nChannels, nTimes } = this.#get();
    return sealEstimator("ERPCovariances", {
      estimator: this.estimator,
      svd: this.svd,
      n_channels: nChannels,
      n_times: nTimes,
      prototypes,
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no ERPCovariances, or was altered. */
  static fromJSON(json: unknown): ERPCovariances {
    const fields = openEstimator(json, "ERPCovariances");
    const erp = new ERPCovariances({
      estimator: fields.raw("estimator") as CovarianceEstimator,
      svd: fields.has("svd") ? fields.count("svd") : undefined,
    });
    const nTimes = fields.count("n_times");
    const prototypes = fields.numbers("prototypes");
    const nPrototypes = prototypes.length / nTimes;
    if (!(Number.isInteger(nPrototypes) && nPrototypes > 0)) fields.refuse("prototypes", "rows of n_times");
    erp.#fitted = { prototypes, nPrototypes, nChannels: fields.count("n_channels"), nTimes };
    return erp;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("ERPCovariances");
    return this.#fitted;
  }
}

/** The average seen along its strongest left singular vectors, each with its largest entry positive; the average itself
 * when `svd` is undefined. */
function rotated(average: Float64Array, nChannels: number, nTimes: number, svd: number | undefined): Float64Array {
  if (svd === undefined) return average;
  const gram = new Float64Array(nChannels * nChannels);
  for (let i = 0; i < nChannels; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let t = 0; t < nTimes; t++) sum += average[i * nTimes + t]! * average[j * nTimes + t]!;
      gram[i * nChannels + j] = sum;
    }
  const { vectors } = eigh(gram, nChannels);
  const kept = Math.min(svd, nChannels);
  const filters = new Float64Array(kept * nChannels);
  for (let f = 0; f < kept; f++) {
    const row = vectors.subarray((nChannels - 1 - f) * nChannels, (nChannels - f) * nChannels);
    toUnitInto(row);
    filters.set(row, f * nChannels);
  }
  return applyFilters(filters, { data: average, nEpochs: 1, nChannels, nTimes }).data;
}
