import { NumericalError, OptionError, ShapeError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import type { SpdMatrices } from "../geometry/matrices";
import { checkEpochs, type Epochs } from "./epochs";

/** How the covariance of channels over time is estimated.
 *
 * - "scm": centred, divided by nTimes; "cov" by nTimes - 1; "corr": correlations.
 * - "lwf", "oas": "scm" shrunk towards a scaled identity by Ledoit and Wolf's share, or by the oracle's approximation.
 * - a number from 0 to 1: "scm" shrunk by that share. */
export type CovarianceEstimator = "scm" | "cov" | "corr" | "lwf" | "oas" | number;

const NAMED: readonly CovarianceEstimator[] = ["scm", "cov", "corr", "lwf", "oas"];

/** @throws {OptionError} */
export function checkEstimator(
  estimator: CovarianceEstimator,
  option = "estimator",
  allowed: readonly CovarianceEstimator[] = NAMED,
): void {
  if (allowed.includes(estimator)) return;
  if (typeof estimator === "number" && estimator >= 0 && estimator <= 1) return;
  throw new OptionError(option, estimator, `${allowed.map((name) => `"${name}"`).join(", ")} or a share from 0 to 1`);
}

export interface CovariancesOptions {
  /** Default "scm". */
  readonly estimator?: CovarianceEstimator;
}

/** The covariance of the channels within each epoch: nEpochs matrices, nChannels × nChannels, in the unit's square.
 *
 * Agrees with pyRiemann's `Covariances` to 1e-12 relative (`test/golden/spatial.json`).
 * @throws {ShapeError | EmptyError | NonFiniteError} for what are no epochs; {OptionError};
 * {NumericalError} when a covariance does not fit a double.
 * @see O. Ledoit, M. Wolf, J. Multivariate Analysis 88(2), 2004, doi:10.1016/S0047-259X(03)00096-4
 * @see Y. Chen et al., IEEE Trans. Signal Processing 58(10), 2010, doi:10.1109/TSP.2010.2053029 (oas) */
export function covariances(epochs: Epochs, { estimator = "scm" }: CovariancesOptions = {}): SpdMatrices {
  checkEstimator(estimator);
  checkEpochs(epochs);
  return stackedCovariances(null, 0, epochs, estimator);
}

/** `covariances` as a step with the interface of the others; there is nothing to fit. */
export class Covariances {
  readonly kind = "covariances";
  readonly estimator: CovarianceEstimator;

  /** @throws {OptionError} */
  constructor({ estimator = "scm" }: CovariancesOptions = {}) {
    checkEstimator(estimator);
    this.estimator = estimator;
  }

  fit(epochs: Epochs, _y?: ArrayLike<number>): this {
    checkEpochs(epochs);
    return this;
  }

  transform(epochs: Epochs): SpdMatrices {
    return covariances(epochs, this);
  }

  fitTransform(epochs: Epochs, _y?: ArrayLike<number>): SpdMatrices {
    return this.transform(epochs);
  }

  toJSON(): EstimatorJson {
    return sealEstimator("Covariances", { estimator: this.estimator });
  }

  /** @throws {EstimatorJsonError | OptionError} */
  static fromJSON(json: unknown): Covariances {
    const fields = openEstimator(json, "Covariances");
    return new Covariances({ estimator: fields.raw("estimator") as CovarianceEstimator });
  }
}

/** Covariances of the epochs, each with the same `nFixed` rows (nFixed × nTimes) put above its channels; the products
 * among those rows are formed once. */
export function stackedCovariances(
  fixed: Float64Array | null,
  nFixed: number,
  epochs: Epochs,
  estimator: CovarianceEstimator,
): SpdMatrices {
  const { data, nEpochs, nChannels, nTimes } = epochs;
  checkTimes(nTimes, estimator);
  const n = nFixed + nChannels;
  const rows = new Float64Array(n * nTimes);
  const fixedProducts = new Float64Array(n * n);
  if (fixed !== null) {
    rows.set(fixed);
    centreRowsInto(rows, 0, nFixed, nTimes);
    addProductsInto(fixedProducts, rows, 0, nFixed, n, nTimes);
  }
  const out = new Float64Array(nEpochs * n * n);
  const size = nChannels * nTimes;
  for (let epoch = 0; epoch < nEpochs; epoch++) {
    rows.set(data.subarray(epoch * size, (epoch + 1) * size), nFixed * nTimes);
    centreRowsInto(rows, nFixed, n, nTimes);
    const covariance = out.subarray(epoch * n * n, (epoch + 1) * n * n);
    if (nFixed > 0) covariance.set(fixedProducts);
    addProductsInto(covariance, rows, nFixed, n, n, nTimes);
    finishInto(covariance, n, nTimes, estimator === "lwf" ? sumOfNorms(rows, n, nTimes) : 0, estimator, epoch);
  }
  return { data: out, nMatrices: nEpochs, nChannels: n };
}

/** The covariance of all epochs put end to end in time, each channel centred on its mean over all of them. */
export function jointCovariance(epochs: Epochs, estimator: CovarianceEstimator): Float64Array {
  const { data, nEpochs, nChannels, nTimes } = epochs;
  checkTimes(nEpochs * nTimes, estimator);
  const means = new Float64Array(nChannels);
  for (let row = 0; row < nEpochs * nChannels; row++) {
    let sum = 0;
    for (let t = 0, at = row * nTimes; t < nTimes; t++, at++) sum += data[at]!;
    means[row % nChannels]! += sum / (nEpochs * nTimes);
  }
  const rows = new Float64Array(nChannels * nTimes);
  const covariance = new Float64Array(nChannels * nChannels);
  let norms = 0;
  for (let epoch = 0; epoch < nEpochs; epoch++) {
    for (let c = 0, from = epoch * rows.length, to = 0; c < nChannels; c++)
      for (let t = 0; t < nTimes; t++, from++, to++) rows[to] = data[from]! - means[c]!;
    addProductsInto(covariance, rows, 0, nChannels, nChannels, nTimes);
    if (estimator === "lwf") norms += sumOfNorms(rows, nChannels, nTimes);
  }
  finishInto(covariance, nChannels, nEpochs * nTimes, norms, estimator, null);
  return covariance;
}

/** The covariance of one array of channels, nChannels × nTimes. */
export function covarianceOf(
  data: Float64Array,
  nChannels: number,
  nTimes: number,
  estimator: CovarianceEstimator,
): Float64Array {
  return stackedCovariances(null, 0, { data, nEpochs: 1, nChannels, nTimes }, estimator).data;
}

function checkTimes(nTimes: number, estimator: CovarianceEstimator): void {
  if (estimator === "cov" && nTimes < 2)
    throw new ShapeError('the estimator "cov" divides by nTimes - 1, so one time is too few', nTimes, 2);
}

function centreRowsInto(rows: Float64Array, from: number, to: number, nTimes: number): void {
  for (let row = from; row < to; row++) {
    const begin = row * nTimes;
    const end = begin + nTimes;
    let sum = 0;
    for (let i = begin; i < end; i++) sum += rows[i]!;
    const mean = sum / nTimes;
    for (let i = begin; i < end; i++) rows[i]! -= mean;
  }
}

/** Adds to the lower triangle of `out` (n wide) the products of rows [from, to) with the rows up to each. Two rows by
 * two at a time, so that four products share four reads. */
function addProductsInto(
  out: Float64Array,
  rows: Float64Array,
  from: number,
  to: number,
  n: number,
  nTimes: number,
): void {
  for (let i = from; i < to; i += 2) {
    const last = i + 1 < to ? i + 1 : i;
    const a0 = i * nTimes;
    const a1 = last * nTimes;
    for (let j = 0; j <= last; j += 2) {
      const b0 = j * nTimes;
      const b1 = j + 1 <= last ? b0 + nTimes : b0;
      let c00 = 0;
      let c01 = 0;
      let c10 = 0;
      let c11 = 0;
      for (let t = 0; t < nTimes; t++) {
        const x0 = rows[a0 + t]!;
        const x1 = rows[a1 + t]!;
        const y0 = rows[b0 + t]!;
        const y1 = rows[b1 + t]!;
        c00 += x0 * y0;
        c01 += x0 * y1;
        c10 += x1 * y0;
        c11 += x1 * y1;
      }
      if (j <= i) out[i * n + j]! += c00;
      if (j + 1 <= i) out[i * n + j + 1]! += c01;
      if (last === i) continue;
      out[last * n + j]! += c10;
      if (j + 1 <= last) out[last * n + j + 1]! += c11;
    }
  }
}

/** Σ over times of ‖x‖⁴, which is what Ledoit and Wolf's share needs besides the covariance. */
function sumOfNorms(rows: Float64Array, n: number, nTimes: number): number {
  let sum = 0;
  for (let t = 0; t < nTimes; t++) {
    let norm = 0;
    for (let c = 0, at = t; c < n; c++, at += nTimes) norm += rows[at]! * rows[at]!;
    sum += norm * norm;
  }
  return sum;
}

/** Turns sums of products (lower triangle) into the covariance, both triangles. */
function finishInto(
  out: Float64Array,
  n: number,
  nTimes: number,
  norms: number,
  estimator: CovarianceEstimator,
  epoch: number | null,
): void {
  const divisor = estimator === "cov" ? nTimes - 1 : nTimes;
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const value = out[i * n + j]! / divisor;
      out[i * n + j] = value;
      out[j * n + i] = value;
      squares += 2 * value * value;
    }
    const diagonal = (out[i * n + i]! /= divisor);
    trace += diagonal;
    squares += diagonal * diagonal;
  }
  if (!Number.isFinite(trace + squares + norms))
    throw new NumericalError(
      `the covariance of ${epoch === null ? "the epochs" : `epoch ${epoch}`} does not fit a double: rescale the epochs`,
    );
  if (estimator === "corr") return correlateInto(out, n, epoch);
  if (estimator === "scm" || estimator === "cov") return;
  const share =
    estimator === "lwf" || estimator === "oas" ? shareOf(estimator, n, nTimes, trace, squares, norms) : estimator;
  for (let i = 0; i < n * n; i++) out[i]! *= 1 - share;
  for (let i = 0; i < n; i++) out[i * n + i]! += (share * trace) / n;
}

function shareOf(
  estimator: "lwf" | "oas",
  n: number,
  nTimes: number,
  trace: number,
  squares: number,
  norms: number,
): number {
  if (n === 1) return 0;
  const mu = trace / n;
  if (estimator === "oas") {
    const alpha = squares / (n * n);
    const below = (nTimes + 1) * (alpha - (mu * mu) / n);
    return below === 0 ? 1 : Math.min((alpha + mu * mu) / below, 1);
  }
  const delta = (squares - 2 * mu * trace + n * mu * mu) / n;
  const beta = Math.min((norms / nTimes - squares) / (n * nTimes), delta);
  return beta === 0 ? 0 : beta / delta;
}

function correlateInto(out: Float64Array, n: number, epoch: number | null): void {
  const deviations = Float64Array.from({ length: n }, (_, i) => Math.sqrt(out[i * n + i]!));
  const constant = deviations.findIndex((deviation) => deviation === 0);
  if (constant >= 0)
    throw new NumericalError(
      `row ${constant} of ${epoch === null ? "the epochs" : `epoch ${epoch}`} is constant, so it has no correlations: drop that channel`,
    );
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) out[i * n + j] = i === j ? 1 : out[i * n + j]! / deviations[i]! / deviations[j]!;
}
