/** Mean and population variance of each feature over the rows listed: two passes, the second corrected for the rounding
 * of the first (Chan, Golub, LeVeque 1983), so that an offset of 1e6 costs no digits. `counts` is the number of values
 * that are not NaN; a feature without any has mean and variance NaN. */
export function momentsOf(data: Float64Array, nFeatures: number, rows: ArrayLike<number>): Moments {
  const mean = new Float64Array(nFeatures);
  const variance = new Float64Array(nFeatures);
  const correction = new Float64Array(nFeatures);
  const counts = new Float64Array(nFeatures);
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i]! * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      const value = data[at + j]!;
      if (value !== value) continue;
      mean[j]! += value;
      counts[j]! += 1;
    }
  }
  for (let j = 0; j < nFeatures; j++) mean[j]! /= counts[j]!;
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i]! * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      const d = data[at + j]! - mean[j]!;
      if (d !== d) continue;
      correction[j]! += d;
      variance[j]! += d * d;
    }
  }
  for (let j = 0; j < nFeatures; j++)
    variance[j] = (variance[j]! - (correction[j]! * correction[j]!) / counts[j]!) / counts[j]!;
  return { mean, variance, correction, counts };
}

export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** Sum of the deviations from `mean`: zero but for rounding. */
  readonly correction: Float64Array;
  readonly counts: Float64Array;
}

/** Standard deviation, or 1 for a feature whose variance is no more than the rounding error of computing it: 0.1 twenty
 * times has a variance of 1e-33 and is constant all the same. scikit-learn's rule, to the letter. */
export function scalesOf({ mean, variance, counts }: Moments): Float64Array {
  return variance.map((v, j) => {
    const n = counts[j]!;
    const noise = n * Number.EPSILON * v + (n * mean[j]! * Number.EPSILON) ** 2;
    return v <= noise ? 1 : Math.sqrt(v);
  });
}
