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

/** As `momentsOf`, of all rows, a row of weight 2 counting twice. */
export function weightedMomentsOf(data: Float64Array, nFeatures: number, weights: ArrayLike<number>): Moments {
  const mean = new Float64Array(nFeatures);
  const variance = new Float64Array(nFeatures);
  const correction = new Float64Array(nFeatures);
  const counts = new Float64Array(nFeatures);
  for (let i = 0, at = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    for (let j = 0; j < nFeatures; j++, at++) {
      const value = data[at]!;
      if (value !== value) continue;
      mean[j]! += weight * value;
      counts[j]! += weight;
    }
  }
  for (let j = 0; j < nFeatures; j++) mean[j]! /= counts[j]!;
  for (let i = 0, at = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    for (let j = 0; j < nFeatures; j++, at++) {
      const d = data[at]! - mean[j]!;
      if (d !== d) continue;
      correction[j]! += weight * d;
      variance[j]! += weight * d * d;
    }
  }
  for (let j = 0; j < nFeatures; j++)
    variance[j] = (variance[j]! - (correction[j]! * correction[j]!) / counts[j]!) / counts[j]!;
  return { mean, variance, correction, counts };
}

/** The moments of two sets of rows together, feature by feature (Chan, Golub, LeVeque 1983). */
export function mergedMoments(
  a: Pick<Moments, "mean" | "variance" | "counts">,
  b: Pick<Moments, "mean" | "variance" | "counts">,
): Pick<Moments, "mean" | "variance" | "counts"> {
  const counts = a.counts.map((n, j) => n + b.counts[j]!);
  const part = (moments: typeof a, j: number, n: number) =>
    moments.counts[j] === 0
      ? { mean: 0, variance: 0, share: 0 }
      : {
          mean: moments.mean[j]!,
          variance: moments.variance[j]!,
          share: moments.counts[j]! / n,
        };
  const mean = new Float64Array(counts.length);
  const variance = new Float64Array(counts.length);
  for (let j = 0; j < counts.length; j++) {
    const [p, q] = [part(a, j, counts[j]!), part(b, j, counts[j]!)];
    const apart = p.share === 0 || q.share === 0 ? 0 : q.mean - p.mean;
    mean[j] = counts[j] === 0 ? Number.NaN : p.share === 0 ? q.mean : p.mean + apart * q.share;
    variance[j] =
      counts[j] === 0 ? Number.NaN : p.share * p.variance + q.share * q.variance + p.share * q.share * apart * apart;
  }
  return { mean, variance, counts };
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
export function scalesOf({ mean, variance, counts }: Omit<Moments, "correction"> & Partial<Moments>): Float64Array {
  return variance.map((v, j) => {
    const n = counts[j]!;
    const noise = n * Number.EPSILON * v + (n * mean[j]! * Number.EPSILON) ** 2;
    return v <= noise ? 1 : Math.sqrt(v);
  });
}
