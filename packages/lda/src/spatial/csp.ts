import { NotFittedError, NumericalError, OptionError, SingleClassError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import { checkMatrices, checkOrder, matrixAt, notPositiveDefinite, takeMatrices } from "../geometry/matrices";
import type { SpdMatrices } from "../geometry/matrices";
import { checkMeanMetric, MEAN_METRICS, meanOf, type MeanMetric } from "../geometry/mean";
import { generalisedEigh } from "../linalg/eigh";
import { checkLabels, groupByClass, type Matrix } from "../matrix";
import { patternInto } from "./xdawn";

export interface CspOptions {
  /** Filters kept, at most nChannels. Default 4. */
  readonly nFilter?: number;
  /** Of the classes' mean covariances. Default "euclid". */
  readonly metric?: MeanMetric;
}

interface Fitted {
  readonly nChannels: number;
  readonly filters: Float64Array;
  readonly patterns: Float64Array;
}

/** Common spatial patterns: the filters whose variance differs most between two classes, strongest first.
 *
 * Takes covariances, as pyRiemann's `CSP`, with which it agrees to 1e-8 relative (`test/golden/spatial.json`) up to the
 * filters' signs: the largest entry is made positive. Filters are scaled to variance 1 in the sum of both means.
 * @example new CSP({ nFilter: 6 }).fit(covariances, y).transform(covariances)
 * @see B. Blankertz et al., IEEE Signal Processing Magazine 25(1), 2008, doi:10.1109/MSP.2008.4408441 */
export class CSP {
  readonly kind = "csp";
  readonly nFilter: number;
  readonly metric: MeanMetric;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ nFilter = 4, metric = "euclid" }: CspOptions = {}) {
    if (!(Number.isInteger(nFilter) && nFilter >= 1))
      throw new OptionError("nFilter", nFilter, "a whole number above 0");
    checkMeanMetric(metric);
    this.nFilter = nFilter;
    this.metric = metric;
  }

  /** @param y - one of two class codes a matrix.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError | SingleClassError | OptionError} for what is not a
   * training set of two classes; {NumericalError} when the classes' covariances are singular. */
  fit(matrices: SpdMatrices, y: ArrayLike<number>): this {
    checkMatrices(matrices);
    checkLabels(y, matrices.nMatrices);
    const { nChannels } = matrices;
    const { classes, rows } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, matrices.nMatrices, "CSP");
    if (classes.length > 2) throw new OptionError("y", `${classes.length} classes`, "two: take them in pairs");
    const [first, second] = rows.map((members) => meanOf(takeMatrices(matrices, members), { metric: this.metric })) as [
      Float64Array,
      Float64Array,
    ];
    const both = first.map((value, i) => value + second[i]!);
    const solved = generalisedEigh(second, both, nChannels);
    if (solved === null) throw notPositiveDefinite("the sum of the classes' mean covariances");
    const { values, vectors } = solved;
    const order = Array.from(values, (_, k) => k).sort(
      (a, b) => Math.abs(values[b]! - 0.5) - Math.abs(values[a]! - 0.5),
    );
    const kept = order.slice(0, this.nFilter);
    const filters = new Float64Array(kept.length * nChannels);
    const patterns = new Float64Array(filters.length);
    kept.forEach((k, f) => {
      const filter = filters.subarray(f * nChannels, (f + 1) * nChannels);
      const vector = vectors.subarray(k * nChannels, (k + 1) * nChannels);
      const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
      filter.set(largest < 0 ? vector.map((value) => -value) : vector);
      patternInto(patterns.subarray(f * nChannels, (f + 1) * nChannels), filter, both);
    });
    this.#fitted = { nChannels, filters, patterns };
    return this;
  }

  /** The logarithm of each filter's variance, nMatrices × nFilters. @throws {ShapeError | NumericalError} */
  transform(matrices: SpdMatrices): Matrix {
    const seen = this.filterMatrices(matrices);
    const n = seen.nChannels;
    const data = Float64Array.from({ length: seen.nMatrices * n }, (_, at) => {
      const [m, f] = [Math.floor(at / n), at % n];
      const variance = seen.data[m * n * n + f * n + f]!;
      if (!(variance > 0)) throw new NumericalError(`matrix ${m} has no variance along filter ${f}`);
      return Math.log(variance);
    });
    return { data, nRows: seen.nMatrices, nFeatures: n };
  }

  /** The matrices seen through the filters, nFilters square: pyRiemann's `log=False`. @throws {ShapeError} */
  filterMatrices(matrices: SpdMatrices): SpdMatrices {
    const { filters, nChannels } = this.#get();
    checkMatrices(matrices);
    checkOrder(matrices.nChannels, nChannels, "CSP");
    const nFilters = filters.length / nChannels;
    const out: SpdMatrices = {
      data: new Float64Array(matrices.nMatrices * nFilters * nFilters),
      nMatrices: matrices.nMatrices,
      nChannels: nFilters,
    };
    const half = new Float64Array(nFilters * nChannels);
    for (let m = 0; m < matrices.nMatrices; m++) {
      const matrix = matrixAt(matrices, m);
      half.fill(0);
      for (let f = 0; f < nFilters; f++)
        for (let c = 0; c < nChannels; c++)
          for (let j = 0; j < nChannels; j++)
            half[f * nChannels + j]! += filters[f * nChannels + c]! * matrix[c * nChannels + j]!;
      const seen = matrixAt(out, m);
      for (let f = 0; f < nFilters; f++)
        for (let g = 0; g <= f; g++) {
          let sum = 0;
          for (let j = 0; j < nChannels; j++) sum += half[f * nChannels + j]! * filters[g * nChannels + j]!;
          seen[f * nFilters + g] = sum;
          seen[g * nFilters + f] = sum;
        }
    }
    return out;
  }

  fitTransform(matrices: SpdMatrices, y: ArrayLike<number>): Matrix {
    return this.fit(matrices, y).transform(matrices);
  }

  /** nFilters × nChannels. */
  get filters(): Float64Array {
    return this.#get().filters;
  }

  /** nFilters × nChannels. */
  get patterns(): Float64Array {
    return this.#get().patterns;
  }

  toJSON(): EstimatorJson {
    const { nChannels, filters, patterns } = this.#get();
    return sealEstimator("CSP", {
      n_filter: this.nFilter,
      metric: this.metric,
      n_channels: nChannels,
      filters,
      patterns,
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no CSP, or was altered. */
  static fromJSON(json: unknown): CSP {
    const fields = openEstimator(json, "CSP");
    const csp = new CSP({ nFilter: fields.count("n_filter"), metric: fields.oneOf("metric", MEAN_METRICS) });
    const nChannels = fields.count("n_channels");
    const filters = fields.numbers("filters");
    if (!(filters.length > 0 && filters.length % nChannels === 0)) fields.refuse("filters", "rows of n_channels");
    csp.#fitted = { nChannels, filters, patterns: fields.numbers("patterns", filters.length) };
    return csp;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("CSP");
    return this.#fitted;
  }
}
