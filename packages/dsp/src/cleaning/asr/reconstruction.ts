import { isPositiveDefiniteInto, multiply, symmetricEigen, transpose } from "../linear-algebra";
import type { AsrCalibration } from "./calibrate";

/** Eigenvalues below this share of the largest stand for directions in which there is nothing but rounding. */
const NOTHING = 1e-12;

/** What mends one window's signal: it keeps the directions that are within their thresholds, and estimates the others from
 * those by the clean covariance. Null when there is nothing to mend.
 * @param covariance - nChannels × nChannels, of the spectrally weighted window.
 * @param limits - `thresholdsᵀ · thresholds`.
 * @param nRemovedMax - at most this many directions are given up, those of largest variance. */
export function reconstruction(
  { mixing, thresholds }: AsrCalibration,
  covariance: Float64Array,
  limits: Float64Array,
  n: number,
  nRemovedMax: number,
): Float64Array | null {
  // When limits - covariance is positive definite, no direction at all is beyond its limit, and no eigenvector is needed.
  const room = limits.map((limit, i) => limit - covariance[i]!);
  if (isPositiveDefiniteInto(room, n)) return null;
  const { values, vectors } = symmetricEigen(covariance, n);
  const allowed = multiply(thresholds, transpose(vectors, n, n), n, n, n);
  const kept: number[] = [];
  for (let k = 0; k < n; k++) {
    let limit = 0;
    for (let i = 0; i < n; i++) limit += allowed[i * n + k]! ** 2;
    if (values[k]! < limit || k + 1 < n - nRemovedMax || values[k]! <= NOTHING * values[n - 1]!) kept.push(k);
  }
  if (kept.length === n) return null;

  // mixing · pinv(kept rows of vectorsᵀ · mixing) · kept rows of vectorsᵀ, the pseudo-inverse by the rows' Gram matrix.
  const m = kept.length;
  const rows = new Float64Array(m * n);
  kept.forEach((k, i) => rows.set(vectors.subarray(k * n, (k + 1) * n), i * n));
  const projected = multiply(rows, mixing, m, n, n);
  const gram = symmetricEigen(multiply(projected, transpose(projected, m, n), m, n, m), m);
  const inverse = new Float64Array(m * m);
  for (let k = 0; k < m; k++) {
    if (!(gram.values[k]! > NOTHING * gram.values[m - 1]!)) continue;
    for (let i = 0; i < m; i++)
      for (let j = 0; j < m; j++)
        inverse[i * m + j]! += (gram.vectors[k * m + i]! * gram.vectors[k * m + j]!) / gram.values[k]!;
  }
  const back = multiply(mixing, transpose(projected, m, n), n, n, m);
  return multiply(multiply(back, inverse, n, m, m), rows, n, m, n);
}
