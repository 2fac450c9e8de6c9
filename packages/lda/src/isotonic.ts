/** A rising step-and-slope function: values at thresholds, straight lines between, level beyond. */
export interface RisingFunction {
  /** Ascending. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The rising function nearest to weighted points in squares, by pooling those that fall.
 * As scikit-learn's `IsotonicRegression(out_of_bounds="clip")`. */
export function fitIsotonic(x: ArrayLike<number>, y: ArrayLike<number>, weights: ArrayLike<number>): RisingFunction {
  const order = Array.from(x, (_, i) => i)
    .filter((i) => weights[i]! > 0)
    .sort((i, j) => x[i]! - x[j]! || y[i]! - y[j]!);
  // Points at one place count as one, their weighted mean.
  const at: number[] = [];
  const mean: number[] = [];
  const mass: number[] = [];
  for (const i of order) {
    const last = at.length - 1;
    if (last >= 0 && x[i]! - at[last]! < 1e-15) {
      const total = mass[last]! + weights[i]!;
      mean[last]! += ((y[i]! - mean[last]!) * weights[i]!) / total;
      mass[last] = total;
      continue;
    }
    at.push(x[i]!);
    mean.push(y[i]!);
    mass.push(weights[i]!);
  }
  const blocks: { value: number; mass: number; count: number }[] = [];
  for (let i = 0; i < at.length; i++) {
    let block = { value: mean[i]!, mass: mass[i]!, count: 1 };
    for (let before = blocks.at(-1); before !== undefined && before.value >= block.value; before = blocks.at(-1)) {
      blocks.pop();
      const total = before.mass + block.mass;
      const value = (before.value * before.mass + block.value * block.mass) / total;
      block = { value, mass: total, count: before.count + block.count };
    }
    blocks.push(block);
  }
  const level = blocks.flatMap(({ value, count }) => Array.from({ length: count }, () => value));
  const kept = at.flatMap((_, i) =>
    i === 0 || i === at.length - 1 || level[i] !== level[i - 1] || level[i] !== level[i + 1] ? [i] : [],
  );
  return { x: Float64Array.from(kept, (i) => at[i]!), y: Float64Array.from(kept, (i) => level[i]!) };
}

export function evaluateRising({ x, y }: RisingFunction, value: number): number {
  const last = x.length - 1;
  if (value <= x[0]!) return y[0]!;
  if (value >= x[last]!) return y[last]!;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! < value) low = middle;
    else high = middle;
  }
  const share = (value - x[low]!) / (x[high]! - x[low]!);
  return y[low]! + share * (y[high]! - y[low]!);
}
