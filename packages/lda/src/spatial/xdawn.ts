import { NotFittedError, NumericalError, OptionError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorFields, type EstimatorJson } from "../estimator-json";
import { generalisedEigh } from "../linalg/eigh";
import { checkEstimator, covarianceOf, jointCovariance, type CovarianceEstimator } from "./covariances";
import { checkEpochs, checkEpochShape, classAverages, type Epochs } from "./epochs";

export interface XdawnOptions {
  /** Filters a class, at most nChannels are kept. Default 4. */
  readonly nFilter?: number;
  /** The classes that get filters, in this order; default all, ascending. */
  readonly classes?: readonly number[] | undefined;
  /** Default "scm". */
  readonly estimator?: CovarianceEstimator;
  /** nChannels × nChannels: what the averages are compared with; default the covariance of all epochs joined in time. */
  readonly baselineCovariance?: Float64Array | undefined;
}

interface Fitted {
  readonly classes: readonly number[];
  readonly nChannels: number;
  readonly nTimes: number;
  readonly filters: Float64Array;
  readonly patterns: Float64Array;
  readonly evokeds: Float64Array;
}

/** Spatial filters that raise a class's evoked response above everything else: xDAWN.
 *
 * For each class the generalised eigenvectors of the covariance of its average against that of the data, the strongest
 * first, of unit length. An eigenvector has no sign: its largest entry is made positive. Agrees with pyRiemann's `Xdawn`
 * to 1e-8 relative up to the sign (`test/golden/spatial.json`); MNE's `Xdawn`, which corrects for overlap, is another.
 * @example new Xdawn({ nFilter: 2 }).fit(epochs, y).transform(epochs)
 * @see B. Rivet et al., IEEE Trans. Biomedical Engineering 56(8), 2009, doi:10.1109/TBME.2009.2012869 */
export class Xdawn {
  readonly kind = "xdawn";
  readonly nFilter: number;
  readonly estimator: CovarianceEstimator;
  readonly #wanted: readonly number[] | undefined;
  readonly #baseline: Float64Array | undefined;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ nFilter = 4, classes, estimator = "scm", baselineCovariance }: XdawnOptions = {}) {
    if (!(Number.isInteger(nFilter) && nFilter >= 1))
      throw new OptionError("nFilter", nFilter, "a whole number above 0");
    checkEstimator(estimator);
    if (classes !== undefined && !(classes.length > 0 && classes.every(Number.isInteger)))
      throw new OptionError("classes", classes, "one or more class codes");
    this.nFilter = nFilter;
    this.estimator = estimator;
    this.#wanted = classes;
    this.#baseline = baselineCovariance;
  }

  /** @param y - an integer class code an epoch.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError | OptionError} for what is not a training set;
   * {NumericalError} when channels are linearly dependent. */
  fit(epochs: Epochs, y: ArrayLike<number>): this {
    checkEpochs(epochs);
    const { nChannels, nTimes } = epochs;
    const present = classAverages(epochs, y);
    const classes = this.#wanted ?? present.classes;
    const baseline = this.#baseline ?? jointCovariance(epochs, this.estimator);
    if (baseline.length !== nChannels * nChannels)
      throw new OptionError("baselineCovariance", `${baseline.length} numbers`, `${nChannels} × ${nChannels}`);
    const perClass = Math.min(this.nFilter, nChannels);
    const filters = new Float64Array(classes.length * perClass * nChannels);
    const patterns = new Float64Array(filters.length);
    const evokeds = new Float64Array(classes.length * perClass * nTimes);
    classes.forEach((label, k) => {
      const index = present.classes.indexOf(label);
      if (index < 0) throw new OptionError("classes", label, `classes that occur: ${present.classes.join(", ")}`);
      const average = present.averages[index]!;
      const solved = generalisedEigh(covarianceOf(average, nChannels, nTimes, this.estimator), baseline, nChannels);
      if (solved === null)
        throw new NumericalError(
          `the covariance of the ${nChannels} channels is singular: leave out channels that are sums of others (as after an average reference), or use the estimator "lwf" or "oas"`,
        );
      for (let f = 0; f < perClass; f++) {
        const at = (k * perClass + f) * nChannels;
        const filter = filters.subarray(at, at + nChannels);
        filter.set(solved.vectors.subarray((nChannels - 1 - f) * nChannels, (nChannels - f) * nChannels));
        toUnitInto(filter);
        patternInto(patterns.subarray(at, at + nChannels), filter, baseline);
        projectInto(evokeds.subarray((k * perClass + f) * nTimes), filter, 1, average, nChannels, nTimes);
      }
    });
    this.#fitted = { classes: [...classes], nChannels, nTimes, filters, patterns, evokeds };
    return this;
  }

  /** Epochs of nFilters channels: the filters of all classes, one class after another. @throws {ShapeError} */
  transform(epochs: Epochs): Epochs {
    const { filters, nChannels } = this.#get();
    checkEpochs(epochs);
    checkEpochShape(epochs, nChannels, null, "Xdawn");
    return applyFilters(filters, epochs);
  }

  fitTransform(epochs: Epochs, y: ArrayLike<number>): Epochs {
    return this.fit(epochs, y).transform(epochs);
  }

  get classes(): readonly number[] {
    return this.#get().classes;
  }

  get nChannels(): number {
    return this.#get().nChannels;
  }

  get nTimes(): number {
    return this.#get().nTimes;
  }

  /** How many filters all classes have together. */
  get nFilters(): number {
    return this.#get().filters.length / this.#get().nChannels;
  }

  /** nFilters × nChannels. */
  get filters(): Float64Array {
    return this.#get().filters;
  }

  /** nFilters × nChannels: where in the channels each filter's source shows. */
  get patterns(): Float64Array {
    return this.#get().patterns;
  }

  /** nFilters × nTimes: each filter applied to the average of its class. */
  get evokeds(): Float64Array {
    return this.#get().evokeds;
  }

  toJSON(): EstimatorJson {
    const { nChannels, nTimes, ...arrays } = this.#get();
    return sealEstimator("Xdawn", {
      n_filter: this.nFilter,
      estimator: this.estimator,
      n_channels: nChannels,
      n_times: nTimes,
      ...arrays,
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no Xdawn, or was altered. */
  static fromJSON(json: unknown): Xdawn {
    const fields = openEstimator(json, "Xdawn");
    const xdawn = new Xdawn({
      nFilter: fields.count("n_filter"),
      estimator: fields.raw("estimator") as CovarianceEstimator,
    });
    xdawn.#fitted = fittedFrom(fields);
    return xdawn;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("Xdawn");
    return this.#fitted;
  }
}

function fittedFrom(fields: EstimatorFields): Fitted {
  const nChannels = fields.count("n_channels");
  const nTimes = fields.count("n_times");
  const filters = fields.numbers("filters");
  const nFilters = filters.length / nChannels;
  if (!(Number.isInteger(nFilters) && nFilters > 0)) fields.refuse("filters", "a row of n_channels a filter");
  return {
    classes: [...fields.numbers("classes")],
    nChannels,
    nTimes,
    filters,
    patterns: fields.numbers("patterns", filters.length),
    evokeds: fields.numbers("evokeds", nFilters * nTimes),
  };
}

/** Scales to unit length and makes the entry of largest size positive. */
export function toUnitInto(vector: Float64Array): void {
  let squares = 0;
  let largest = 0;
  for (let i = 0; i < vector.length; i++) {
    squares += vector[i]! * vector[i]!;
    if (Math.abs(vector[i]!) > Math.abs(largest)) largest = vector[i]!;
  }
  const scale = (largest < 0 ? -1 : 1) / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
}

/** The filter's column of the inverse filter matrix, B·u / uᵀBu, since the filters are orthogonal in B. */
export function patternInto(pattern: Float64Array, filter: Float64Array, b: Float64Array): void {
  const n = filter.length;
  let form = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += b[i * n + j]! * filter[j]!;
    pattern[i] = sum;
    form += sum * filter[i]!;
  }
  for (let i = 0; i < n; i++) pattern[i]! /= form;
}

/** Each epoch's channels replaced by `filters` (nFilters × nChannels) times them. */
export function applyFilters(filters: Float64Array, { data, nEpochs, nChannels, nTimes }: Epochs): Epochs {
  const nFilters = filters.length / nChannels;
  const out = new Float64Array(nEpochs * nFilters * nTimes);
  for (let epoch = 0; epoch < nEpochs; epoch++)
    projectInto(
      out.subarray(epoch * nFilters * nTimes),
      filters,
      nFilters,
      data.subarray(epoch * nChannels * nTimes, (epoch + 1) * nChannels * nTimes),
      nChannels,
      nTimes,
    );
  return { data: out, nEpochs, nChannels: nFilters, nTimes };
}

/** out (nFilters × nTimes) = filters · channels. */
function projectInto(
  out: Float64Array,
  filters: Float64Array,
  nFilters: number,
  channels: Float64Array,
  nChannels: number,
  nTimes: number,
): void {
  for (let f = 0; f < nFilters; f++) {
    const to = f * nTimes;
    for (let t = 0; t < nTimes; t++) out[to + t] = 0;
    let c = 0;
    for (; c + 3 < nChannels; c += 4) {
      const w0 = filters[f * nChannels + c]!;
      const w1 = filters[f * nChannels + c + 1]!;
      const w2 = filters[f * nChannels + c + 2]!;
      const w3 = filters[f * nChannels + c + 3]!;
      const r0 = c * nTimes;
      const r1 = r0 + nTimes;
      const r2 = r1 + nTimes;
      const r3 = r2 + nTimes;
      for (let t = 0; t < nTimes; t++)
        out[to + t]! +=
          w0 * channels[r0 + t]! + w1 * channels[r1 + t]! + w2 * channels[r2 + t]! + w3 * channels[r3 + t]!;
    }
    for (; c < nChannels; c++) {
      const weight = filters[f * nChannels + c]!;
      const row = c * nTimes;
      for (let t = 0; t < nTimes; t++) out[to + t]! += weight * channels[row + t]!;
    }
  }
}
