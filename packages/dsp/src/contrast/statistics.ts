/** Statistics of every point of a map under a permutation, from sums alone. Only the sums change from one permutation to
 * the next: the sums of squares over all observations stay, so that a permutation costs one pass over the data. */

/** Adds rows of `x`, each times its weight, into `out`. */
function weightedSumInto(out: Float64Array, x: Float64Array, weights: Float64Array, nPoints: number): void {
  out.fill(0);
  for (let row = 0, at = 0; row < weights.length; row++, at += nPoints) {
    const weight = weights[row]!;
    if (weight === 0) continue;
    for (let i = 0; i < nPoints; i++) out[i]! += weight * x[at + i]!;
  }
}

/** Student's t of one sample against 0, at each point. Where nothing varies it is 0 for a mean of 0, else infinite. */
export function oneSampleT(x: Float64Array, n: number, nPoints: number): Float64Array {
  const t = new Float64Array(nPoints);
  weightedSumInto(t, x, new Float64Array(n).fill(1), nPoints);
  for (let i = 0; i < nPoints; i++) {
    const mean = t[i]! / n;
    let squares = 0;
    for (let row = 0; row < n; row++) squares += (x[row * nPoints + i]! - mean) ** 2;
    t[i] = mean === 0 ? 0 : mean / Math.sqrt(squares / (n - 1) / n);
  }
  return t;
}

/** The same after the signs of some observations have been turned: the sum of squares does not change with a sign. */
export function planSignFlips(x: Float64Array, n: number, nPoints: number) {
  const squares = new Float64Array(nPoints);
  for (let row = 0; row < n; row++) for (let i = 0; i < nPoints; i++) squares[i]! += x[row * nPoints + i]! ** 2;
  const scale = Math.sqrt(n * (n - 1));
  return (out: Float64Array, signs: Float64Array): void => {
    weightedSumInto(out, x, signs, nPoints);
    for (let i = 0; i < nPoints; i++) {
      const mean = out[i]! / n;
      const left = squares[i]! - n * mean * mean;
      out[i] = left > 0 ? (mean / Math.sqrt(left)) * scale : 0;
    }
  };
}

/** F of a one-way analysis of variance, or, for two groups, the t of equal variances whose square it is, at each point,
 * for observations in any order. The observations are centred first: that changes neither, and saves the digits that
 * sums of squares lose beside a large mean.
 * @param x - all observations, nObservations × nPoints, one group after another.
 * @returns a function that writes the statistic for the order in which `order` lists the observations. */
export function planGroups(x: Float64Array, sizes: readonly number[], nPoints: number, statistic: "F" | "t") {
  const n = sizes.reduce((a, b) => a + b, 0);
  const mean = new Float64Array(nPoints);
  weightedSumInto(mean, x, new Float64Array(n).fill(1 / n), nPoints);
  const centred = x.slice();
  const total = new Float64Array(nPoints);
  const squares = new Float64Array(nPoints);
  for (let row = 0, at = 0; row < n; row++, at += nPoints)
    for (let i = 0; i < nPoints; i++) {
      const value = centred[at + i]! - mean[i]!;
      centred[at + i] = value;
      total[i]! += value;
      squares[i]! += value * value;
    }
  // the sums of the largest group are what is left of the total
  const left = sizes.indexOf(Math.max(...sizes));
  const sums = sizes.map(() => new Float64Array(nPoints));
  const dofBetween = sizes.length - 1;
  const dofWithin = n - sizes.length;
  return (out: Float64Array, order: Int32Array): void => {
    sums[left]!.set(total);
    for (let group = 0, from = 0; group < sizes.length; from += sizes[group]!, group++) {
      if (group === left) continue;
      const sum = sums[group]!.fill(0);
      for (let k = from; k < from + sizes[group]!; k++) {
        const at = order[k]! * nPoints;
        for (let i = 0; i < nPoints; i++) sum[i]! += centred[at + i]!;
      }
      for (let i = 0; i < nPoints; i++) sums[left]![i]! -= sum[i]!;
    }
    for (let i = 0; i < nPoints; i++) {
      let between = -(total[i]! ** 2) / n;
      for (let group = 0; group < sizes.length; group++) between += sums[group]![i]! ** 2 / sizes[group]!;
      const within = squares[i]! - total[i]! ** 2 / n - between;
      const f = between <= 0 ? 0 : between / dofBetween / (Math.max(within, 0) / dofWithin);
      if (statistic === "F") out[i] = f;
      else out[i] = Math.sqrt(f) * (sums[0]![i]! / sizes[0]! < sums[1]![i]! / sizes[1]! ? -1 : 1);
    }
  };
}
