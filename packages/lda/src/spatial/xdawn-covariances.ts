import { NotFittedError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import type { SpdMatrices } from "../geometry/matrices";
import { checkEstimator, stackedCovariances, type CovarianceEstimator } from "./covariances";
import { checkEpochs, checkEpochShape, type Epochs } from "./epochs";
import { applyFilters, Xdawn } from "./xdawn";

export interface XdawnCovariancesOptions {
  /** xDAWN filters a class, at most nChannels are kept. Default 4. */
  readonly nFilter?: number;
  /** Whether the epochs are filtered too, or the classes' averages alone. Default true. */
  readonly applyFilters?: boolean;
  /** The classes that get filters, in this order; default all, ascending. */
  readonly classes?: readonly number[] | undefined;
  /** Of the matrices. Default "scm", which is singular when all filters are more than the channels: see "lwf". */
  readonly estimator?: CovarianceEstimator;
  /** Of xDAWN. Default "scm". */
  readonly xdawnEstimator?: CovarianceEstimator;
  /** nChannels × nChannels, as for `Xdawn`. */
  readonly baselineCovariance?: Float64Array | undefined;
}

/** Covariances of each epoch seen through xDAWN filters, with the filtered averages of the classes put above it: with K
 * classes, 2 · K · nFilter square.
 *
 * Agrees with pyRiemann's `XdawnCovariances` to 1e-8 relative up to the filters' signs (`test/golden/spatial.json`).
 * @example new XdawnCovariances({ nFilter: 2, estimator: "lwf" }).fit(epochs, y).transform(epochs)
 * @see A. Barachant, MEG decoding using Riemannian geometry and unsupervised classification, technical report, 2014 */
export class XdawnCovariances {
  readonly kind = "xdawn-covariances";
  readonly estimator: CovarianceEstimator;
  readonly applyFilters: boolean;
  readonly #options: XdawnCovariancesOptions;
  #xdawn: Xdawn | undefined;

  /** @throws {OptionError} */
  constructor(options: XdawnCovariancesOptions = {}) {
    const { estimator = "scm", applyFilters = true } = options;
    checkEstimator(estimator);
    this.estimator = estimator;
    this.applyFilters = applyFilters;
    this.#options = options;
    this.#newXdawn();
  }

  /** @throws {ShapeError | EmptyError | NonFiniteError | LabelError | OptionError} for what is not a training set;
   * {NumericalError} when channels are linearly dependent. */
  fit(epochs: Epochs, y: ArrayLike<number>): this {
    this.#xdawn = this.#newXdawn().fit(epochs, y);
    return this;
  }

  /** @throws {ShapeError} when the epochs are not of the shape fitted. */
  transform(epochs: Epochs): SpdMatrices {
    const { filters, nFilters, evokeds, nChannels, nTimes } = this.xdawn;
    checkEpochs(epochs);
    checkEpochShape(epochs, nChannels, nTimes, "XdawnCovariances");
    const seen = this.applyFilters ? applyFilters(filters, epochs) : epochs;
    return stackedCovariances(evokeds, nFilters, seen, this.estimator);
  }

  fitTransform(epochs: Epochs, y: ArrayLike<number>): SpdMatrices {
    return this.fit(epochs, y).transform(epochs);
  }

  /** The filters. */
  get xdawn(): Xdawn {
    if (this.#xdawn === undefined) throw new NotFittedError("XdawnCovariances");
    return this.#xdawn;
  }

  toJSON(): EstimatorJson {
    return sealEstimator("XdawnCovariances", {
      estimator: this.estimator,
      apply_filters: this.applyFilters,
      xdawn: this.xdawn.toJSON(),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no XdawnCovariances, or was altered. */
  static fromJSON(json: unknown): XdawnCovariances {
    const fields = openEstimator(json, "XdawnCovariances");
    const xdawn = Xdawn.fromJSON(fields.raw("xdawn"));
    const out = new XdawnCovariances({
      nFilter: xdawn.nFilter,
      estimator: fields.raw("estimator") as CovarianceEstimator,
      applyFilters: fields.flag("apply_filters"),
      xdawnEstimator: xdawn.estimator,
    });
    out.#xdawn = xdawn;
    return out;
  }

  #newXdawn(): Xdawn {
    const { nFilter = 4, classes, xdawnEstimator = "scm", baselineCovariance } = this.#options;
    return new Xdawn({ nFilter, classes, estimator: xdawnEstimator, baselineCovariance });
  }
}
