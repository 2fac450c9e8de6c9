import { NumericalError } from "./errors";
import { gramInto } from "./linalg/gram";
import type { Matrix } from "./matrix";
import { momentsOf, scalesOf } from "./moments";

/** Rows of one class, each feature's mean over them taken off. */
export interface CentredRows {
  /** nRows × nFeatures, row-major. */
  readonly data: Float64Array;
  readonly nRows: number;
  readonly nFeatures: number;
  readonly mean: Float64Array;
  /** Population standard deviation; 1 for a constant feature. */
  readonly scale: Float64Array;
}

/** A copy of the rows listed, centred on their own mean.
 * @throws {NumericalError} when a variance does not fit a double. */
export function centreRows(
  x: Matrix,
  rows: ArrayLike<number>,
  allocate: (length: number) => Float64Array = (length) => new Float64Array(length),
): CentredRows {
  const { nFeatures } = x;
  const moments = momentsOf(x.data, nFeatures, rows);
  const { mean, variance, correction } = moments;
  const overflow = variance.findIndex((v) => !Number.isFinite(v));
  if (overflow >= 0)
    throw new NumericalError(`the variance of feature ${overflow} does not fit a double: rescale the features`);
  const scale = scalesOf(moments);
  // The mean carries a rounding error that an offset magnifies; what the deviations leave over takes it back.
  const rest = correction.map((c) => c / rows.length);
  const data = allocate(rows.length * nFeatures);
  const source = x.data;
  for (let i = 0, to = 0; i < rows.length; i++) {
    const from = rows[i]! * nFeatures;
    for (let j = 0; j < nFeatures; j++, to++) data[to] = source[from + j]! - mean[j]! - rest[j]!;
  }
  return { data, nRows: rows.length, nFeatures, mean: mean.map((m, j) => m + rest[j]!), scale };
}

/** Covariance of centred rows, divided by nRows: nFeatures × nFeatures, both triangles. */
export function scatterOf({ data, nRows, nFeatures }: CentredRows): Float64Array {
  const covariance = new Float64Array(nFeatures * nFeatures);
  gramInto(covariance, data, nRows, nFeatures);
  for (let i = 0; i < covariance.length; i++) covariance[i]! /= nRows;
  return covariance;
}

/** The three sums of Ledoit and Wolf's lemma, for the rows divided by `scale`. */
export interface LedoitWolfSums {
  /** Σ S_jj */
  readonly trace: number;
  /** Σ S_ij² */
  readonly sumOfSquares: number;
  /** Σᵢ ‖xᵢ‖⁴ */
  readonly sumOfNorms: number;
}

/** Σ S_jj and Σ S_ij² of the covariance divided by `scale` on both sides: of the correlations. */
export function correlationSums(
  covariance: Float64Array,
  scale: Float64Array,
): Pick<LedoitWolfSums, "trace" | "sumOfSquares"> {
  const nFeatures = scale.length;
  const inverse = scale.map((s) => 1 / s);
  let trace = 0;
  let sumOfSquares = 0;
  for (let i = 0; i < nFeatures; i++) {
    const at = i * nFeatures;
    let row = 0;
    for (let j = 0; j < i; j++) {
      const r = covariance[at + j]! * inverse[j]! * inverse[i]!;
      row += r * r;
    }
    const diagonal = covariance[at + i]! * inverse[i]! * inverse[i]!;
    trace += diagonal;
    sumOfSquares += 2 * row + diagonal * diagonal;
  }
  return { trace, sumOfSquares };
}

/** Σᵢ ‖xᵢ‖⁴ of the rows divided by `scale`. */
function sumOfNorms(data: Float64Array, nRows: number, scale: Float64Array): number {
  const nFeatures = scale.length;
  const inverse = scale.map((s) => 1 / s);
  let sum = 0;
  for (let i = 0, at = 0; i < nRows; i++) {
    let norm = 0;
    for (let j = 0; j < nFeatures; j++, at++) {
      const z = data[at]! * inverse[j]!;
      norm += z * z;
    }
    sum += norm * norm;
  }
  return sum;
}

/** @throws {NumericalError} when a sum does not fit a double. */
export function ledoitWolfSums(
  { data, nRows }: CentredRows,
  covariance: Float64Array,
  scale: Float64Array,
): LedoitWolfSums {
  return checkSums({ ...correlationSums(covariance, scale), sumOfNorms: sumOfNorms(data, nRows, scale) });
}

/** @throws {NumericalError} when a sum does not fit a double. */
export function checkSums(sums: LedoitWolfSums): LedoitWolfSums {
  if (!Number.isFinite(sums.trace + sums.sumOfSquares + sums.sumOfNorms))
    throw new NumericalError("the sums of squares of the features do not fit a double: rescale them");
  return sums;
}
