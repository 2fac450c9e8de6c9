/** 0.7413 times the interquartile range, and 1.4826 times the median absolute deviation, are the standard deviation of a
 * normal distribution, and pay no heed to its tails. */
const IQR_TO_STD = 0.7413;
const MAD_TO_STD = 1.4826;

/** The quantile by linear interpolation, as NumPy's default. Reorders `values`, and takes time in proportion to their
 * number. NaN when there is none. */
export function quantileInto(values: Float64Array, quantile: number): number {
  const at = quantile * (values.length - 1);
  const low = Math.floor(at);
  if (!(low >= 0)) return NaN;
  selectInto(values, low);
  const value = values[low]!;
  if (at === low) return value;
  let next = Infinity;
  for (let i = low + 1; i < values.length; i++) if (values[i]! < next) next = values[i]!;
  return value + (next - value) * (at - low);
}

/** Puts the k-th smallest value at index k, those below it before and those above it behind it (Hoare's selection). */
function selectInto(values: Float64Array, k: number): void {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    const a = values[from]!;
    const b = values[middle]!;
    const c = values[to]!;
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swap = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swap;
    }
    if (k <= j) to = j;
    else if (k >= i) from = i;
    else return;
  }
}

export const medianInto = (values: Float64Array): number => quantileInto(values, 0.5);

/** The standard deviation by the interquartile range. Reorders `values`. */
export function iqrStdInto(values: Float64Array): number {
  const upper = quantileInto(values, 0.75);
  return IQR_TO_STD * (upper - quantileInto(values, 0.25));
}

/** The standard deviation by the median absolute deviation. Overwrites `values`. */
export function madStdInto(values: Float64Array): number {
  const median = medianInto(values);
  for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]! - median);
  return MAD_TO_STD * medianInto(values);
}

/** By how many robust standard deviations each value lies above the median. Where more than half of the values agree there
 * is no spread to measure by: those that agree lie at 0, all others infinitely far. */
export function robustZ(values: Float64Array, stdInto: (values: Float64Array) => number): Float64Array {
  const median = medianInto(values.slice());
  const std = stdInto(values.slice());
  return values.map((value) => (value === median ? 0 : (value - median) / std));
}
