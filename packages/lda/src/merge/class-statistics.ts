import { gramInto } from "../linalg/gram";
import type { Matrix } from "../matrix";
import { scalesOf } from "../moments";
import { centreRows } from "../scatter";

/** What can be told of a class's rows without them: sums of the deviations d = row - mean. */
export interface ClassStatistics {
  readonly count: number;
  /** nFeatures. */
  readonly mean: Float64Array;
  /** Σ d_j·d_k, nFeatures × nFeatures, as the next two. */
  readonly scatter: Float64Array;
  /** Σ d_j²·d_k and Σ d_j²·d_k²: what Ledoit and Wolf's share needs once scales are known. */
  readonly higher?: HigherSums | undefined;
}

export interface HigherSums {
  readonly third: Float64Array;
  readonly fourth: Float64Array;
}

/** Rows of one block: their square has to fit the cache beside the products. */
const ROWS_PER_BLOCK = 1024;

/** Statistics of the rows listed; `withHigher` costs four times the products.
 * @throws {NumericalError} when a variance does not fit a double. */
export function statisticsOf(x: Matrix, rows: ArrayLike<number>, withHigher: boolean): ClassStatistics {
  let all: ClassStatistics | undefined;
  for (let from = 0; from < rows.length; from += ROWS_PER_BLOCK) {
    const nRows = Math.min(ROWS_PER_BLOCK, rows.length - from);
    const block = Int32Array.from({ length: nRows }, (_, i) => rows[from + i]!);
    const one = statisticsOfBlock(x, block, withHigher);
    all = all === undefined ? one : withHigher ? merged(all, one) : absorb(all, one);
  }
  return all ?? nothing(x.nFeatures, withHigher);
}

export function nothing(nFeatures: number, withHigher: boolean): ClassStatistics {
  const square = () => new Float64Array(nFeatures * nFeatures);
  const higher = withHigher ? { third: square(), fourth: square() } : undefined;
  return { count: 0, mean: new Float64Array(nFeatures), scatter: square(), higher };
}

function statisticsOfBlock(x: Matrix, rows: ArrayLike<number>, withHigher: boolean): ClassStatistics {
  const { data, mean, nRows, nFeatures } = centreRows(x, rows);
  const scatter = new Float64Array(nFeatures * nFeatures);
  if (!withHigher) {
    gramInto(scatter, data, nRows, nFeatures);
    return { count: nRows, mean, scatter };
  }
  // One Gram matrix of the rows with their squares beside them holds all three sums, as its quarters.
  const width = 2 * nFeatures;
  const wide = new Float64Array(nRows * width);
  for (let i = 0, from = 0; i < nRows; i++)
    for (let j = 0, to = i * width; j < nFeatures; j++, from++, to++) {
      wide[to] = data[from]!;
      wide[to + nFeatures] = data[from]! * data[from]!;
    }
  const gram = new Float64Array(width * width);
  gramInto(gram, wide, nRows, width);
  const third = new Float64Array(scatter.length);
  const fourth = new Float64Array(scatter.length);
  for (let j = 0; j < nFeatures; j++) {
    const [top, bottom, to] = [j * width, (j + nFeatures) * width, j * nFeatures];
    scatter.set(gram.subarray(top, top + nFeatures), to);
    third.set(gram.subarray(bottom, bottom + nFeatures), to);
    fourth.set(gram.subarray(bottom + nFeatures, bottom + width), to);
  }
  return { count: nRows, mean, scatter, higher: { third, fourth } };
}

/** Statistics of both parts' rows together; `higher` only where both have it. */
export function merged(a: ClassStatistics, b: ClassStatistics): ClassStatistics {
  const count = a.count + b.count;
  const share = count === 0 ? 0 : b.count / count;
  const mean = a.mean.map((m, j) => m + (b.mean[j]! - m) * share);
  return around(mean, count, a.higher !== undefined && b.higher !== undefined, [a, 1], [b, 1]);
}

/** `merged` into the buffers of `into`, which is not to be used after; without the higher sums. */
export function absorb(into: ClassStatistics, part: ClassStatistics): ClassStatistics {
  const count = into.count + part.count;
  const { scatter } = into;
  const n = into.mean.length;
  const apart = part.mean.map((m, j) => m - into.mean[j]!);
  const weight = (into.count * part.count) / count;
  for (let j = 0, at = 0; j < n; j++) {
    const weighted = weight * apart[j]!;
    for (let k = 0; k < n; k++, at++) scatter[at]! += part.scatter[at]! + weighted * apart[k]!;
  }
  return { count, scatter, mean: into.mean.map((m, j) => m + apart[j]! * (part.count / count)) };
}

/** Population standard deviation of each feature; 1 where it is constant. */
export function scaleOf({ count, mean, scatter }: ClassStatistics): Float64Array {
  const n = mean.length;
  const variance = mean.map((_, j) => scatter[j * n + j]! / count);
  return scalesOf({ mean, variance, counts: mean.map(() => count) });
}

/** Statistics of `all` without the rows of `part`, which must be among them. */
export function without(all: ClassStatistics, part: ClassStatistics): ClassStatistics {
  const count = all.count - part.count;
  const withHigher = all.higher !== undefined && part.higher !== undefined;
  if (count === 0) return nothing(all.mean.length, withHigher);
  const mean = all.mean.map((m, j) => m - (part.mean[j]! - m) * (part.count / count));
  return around(mean, count, withHigher, [all, 1], [part, -1]);
}

/** Sums of several parts, each moved from its own mean to `mean` and taken times its sign. */
function around(
  mean: Float64Array,
  count: number,
  withHigher: boolean,
  ...parts: readonly (readonly [ClassStatistics, 1 | -1])[]
): ClassStatistics {
  const sums = nothing(mean.length, withHigher);
  for (const [part, sign] of parts) {
    const shift = mean.map((m, j) => m - part.mean[j]!);
    addScatterInto(sums.scatter, part, shift, sign);
    if (sums.higher) addHigherInto(sums.higher, part, part.higher!, shift, sign);
  }
  return { ...sums, count, mean };
}

// With d' = row - own mean, e = new mean - own mean and d = d' - e, the sums of d multiply out into those of d', whose
// first moments vanish.

/** Adds a part's scatter, moved by `e` from its own mean. */
export function addScatterInto(
  out: Float64Array,
  { count, scatter }: Pick<ClassStatistics, "count" | "scatter">,
  e: Float64Array,
  sign: 1 | -1,
): void {
  const n = e.length;
  const weighted = sign * count;
  for (let j = 0, at = 0; j < n; j++) {
    const shifted = weighted * e[j]!;
    if (sign === 1) for (let k = 0; k < n; k++, at++) out[at]! += scatter[at]! + shifted * e[k]!;
    else for (let k = 0; k < n; k++, at++) out[at]! += shifted * e[k]! - scatter[at]!;
  }
}

/** Σ ‖d∘√w‖⁴ over a part's rows, d taken from `mean`: wᵀ·F·w of the moved fourth moments F, without forming them. */
export function movedSumOfNorms(
  { count, mean: own, scatter, higher }: ClassStatistics,
  mean: Float64Array,
  w: Float64Array,
): number {
  const n = mean.length;
  const { third, fourth } = higher!;
  const e = mean.map((m, j) => m - own[j]!);
  const we = w.map((value, j) => value * e[j]!);
  let [fourths, thirds, seconds, wv, wee] = [0, 0, 0, 0, 0];
  for (let j = 0, at = 0; j < n; j++) {
    let [f, t, s] = [0, 0, 0];
    for (let k = 0; k < n; k++, at++) {
      f += fourth[at]! * w[k]!;
      t += third[at]! * we[k]!;
      s += scatter[at]! * we[k]!;
    }
    fourths += w[j]! * f;
    thirds += w[j]! * t;
    seconds += we[j]! * s;
    wv += w[j]! * scatter[j * n + j]!;
    wee += we[j]! * e[j]!;
  }
  return fourths - 4 * thirds + 2 * wv * wee + 4 * seconds + count * wee * wee;
}

/** Columns and rows walked together, so that the transposed matrix is read along its cache lines. */
const TILE = 32;

function addHigherInto(
  { third, fourth }: HigherSums,
  { count, scatter }: ClassStatistics,
  own: HigherSums,
  e: Float64Array,
  sign: 1 | -1,
): void {
  const n = e.length;
  for (let rows = 0; rows < n; rows += TILE)
    for (let columns = 0; columns < n; columns += TILE)
      for (let j = rows; j < Math.min(rows + TILE, n); j++) {
        const ej = e[j]!;
        const vj = scatter[j * n + j]!;
        for (let k = columns; k < Math.min(columns + TILE, n); k++) {
          const at = j * n + k;
          const ek = e[k]!;
          const vk = scatter[k * n + k]!;
          const c = scatter[at]!;
          third[at]! += sign * (own.third[at]! - vj * ek - 2 * ej * c - count * ej * ej * ek);
          fourth[at]! +=
            sign *
            (own.fourth[at]! -
              2 * ek * own.third[at]! -
              2 * ej * own.third[k * n + j]! +
              vj * ek * ek +
              vk * ej * ej +
              4 * ej * ek * c +
              count * ej * ej * ek * ek);
        }
      }
}
