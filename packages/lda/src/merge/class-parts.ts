import { gramInto } from "../linalg/gram";
import type { Matrix } from "../matrix";
import { range } from "../random";
import { centreRows } from "../scatter";
import {
  addScatterInto,
  merged,
  movedSumOfNorms,
  statisticsOf,
  without,
  type ClassStatistics,
} from "./class-statistics";

/** Rows that were added to, or taken out of, what the sums know. */
interface PendingRows {
  /** nRows × nFeatures, less their own mean. */
  readonly data: Float64Array;
  readonly nRows: number;
  readonly mean: Float64Array;
  readonly sign: 1 | -1;
}

/** A class's rows as sums, and a few rows beside them that have not been summed yet: fewer than there are features, so
 * that they are smaller than the sums, and to solve with them costs one product of four. */
export interface ClassParts {
  readonly count: number;
  readonly mean: Float64Array;
  readonly sums: ClassStatistics | undefined;
  readonly pending: readonly PendingRows[];
}

/** @throws {NumericalError} when a variance does not fit a double. */
export function partsOf(x: Matrix, rows: ArrayLike<number>, withHigher: boolean): ClassParts {
  if (!withHigher || rows.length > x.nFeatures) return summed(statisticsOf(x, rows, withHigher));
  const { data, nRows, mean } = centreRows(x, rows);
  return { count: nRows, mean, sums: undefined, pending: [{ data, nRows, mean, sign: 1 }] };
}

export const summed = (sums: ClassStatistics): ClassParts => ({
  count: sums.count,
  mean: sums.mean,
  sums,
  pending: [],
});

/** Everything as sums. */
export function compacted({ mean, sums, pending }: ClassParts): ClassStatistics {
  const [added, gone] = [1, -1].map((sign) =>
    sumsOf(
      pending.filter((rows) => rows.sign === sign),
      mean,
    ),
  );
  const all = sums && added ? merged(sums, added) : (sums ?? added!);
  return gone ? without(all, gone) : all;
}

/** Sums of all these rows at once, taken from a mean that they have nearly in common. */
function sumsOf(pending: readonly PendingRows[], mean: Float64Array): ClassStatistics | undefined {
  if (pending.length === 0) return undefined;
  const nFeatures = mean.length;
  const nRows = pending.reduce((sum, rows) => sum + rows.nRows, 0);
  const data = new Float64Array(nRows * nFeatures);
  let at = 0;
  for (const rows of pending) {
    const shift = rows.mean.map((m, j) => m - mean[j]!);
    for (let i = 0; i < rows.data.length; i++, at++) data[at] = rows.data[i]! + shift[i % nFeatures]!;
  }
  const sums = statisticsOf({ data, nRows, nFeatures }, range(nRows), true);
  return { ...sums, mean: sums.mean.map((m, j) => m + mean[j]!) };
}

export function joined(a: ClassParts, b: ClassParts): ClassParts {
  const count = a.count + b.count;
  const mean = a.mean.map((m, j) => m + (b.mean[j]! - m) * (b.count / count));
  const sums = a.sums && b.sums ? merged(a.sums, b.sums) : (a.sums ?? b.sums);
  return bounded({ count, mean, sums, pending: [...a.pending, ...b.pending] });
}

/** `all` without `part`, of which it has more rows. */
export function parted(all: ClassParts, part: ClassParts): ClassParts {
  if (part.sums) return summed(without(compacted(all), compacted(part)));
  const count = all.count - part.count;
  const mean = all.mean.map((m, j) => m - (part.mean[j]! - m) * (part.count / count));
  const gone = part.pending.map((rows): PendingRows => ({ ...rows, sign: rows.sign === 1 ? -1 : 1 }));
  return bounded({ count, mean, sums: all.sums, pending: [...all.pending, ...gone] });
}

function bounded(parts: ClassParts): ClassParts {
  const nPending = parts.pending.reduce((sum, { nRows }) => sum + nRows, 0);
  return nPending > parts.mean.length ? summed(compacted(parts)) : parts;
}

/** Σ d_j·d_k around the mean of all. */
export function scatterOfParts({ mean, sums, pending }: ClassParts): Float64Array {
  const n = mean.length;
  const scatter = new Float64Array(n * n);
  const shiftOf = (own: Float64Array): Float64Array => mean.map((m, j) => m - own[j]!);
  if (sums) addScatterInto(scatter, sums, shiftOf(sums.mean), 1);
  const gram = new Float64Array(pending.length > 0 ? n * n : 0);
  for (const { data, nRows, mean: own, sign } of pending) {
    gramInto(gram, data, nRows, n);
    addScatterInto(scatter, { count: nRows, scatter: gram }, shiftOf(own), sign);
  }
  return scatter;
}

/** Σ ‖d / scale‖⁴ around the mean of all. */
export function sumOfNormsOfParts({ mean, sums, pending }: ClassParts, scale: Float64Array): number {
  const n = mean.length;
  const w = scale.map((s) => 1 / (s * s));
  let total = sums ? movedSumOfNorms(sums, mean, w) : 0;
  for (const { data, nRows, mean: own, sign } of pending) {
    const shift = mean.map((m, j) => m - own[j]!);
    let sum = 0;
    for (let i = 0, at = 0; i < nRows; i++) {
      let norm = 0;
      for (let j = 0; j < n; j++, at++) {
        const d = data[at]! - shift[j]!;
        norm += d * d * w[j]!;
      }
      sum += norm * norm;
    }
    total += sign * sum;
  }
  return total;
}
