/** How many of the ascending `sorted` are below `value`. */
export const countBelow = (sorted: ArrayLike<number>, value: number): number => count(sorted, value, false);

/** How many of the ascending `sorted` are below `value` or level with it. */
export const countUpTo = (sorted: ArrayLike<number>, value: number): number => count(sorted, value, true);

function count(sorted: ArrayLike<number>, value: number, orLevel: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const at = (low + high) >>> 1;
    if (sorted[at]! < value || (orLevel && sorted[at] === value)) low = at + 1;
    else high = at;
  }
  return low;
}

/** The quantile of ascending values with linear interpolation, NumPy's default. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  if (a === b) return a;
  // From the nearer end, as NumPy interpolates, so that the last bit is the same.
  const t = at - low;
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}
