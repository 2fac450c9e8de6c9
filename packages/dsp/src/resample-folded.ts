import { resampleKernel, type ResampleSizes } from "./resample-matrix";
import { multiplyPanelInto, packRows, PANEL } from "./matrix-product";

/** Applies `resampleMatrix` to many rows in half of its multiplications. */
export interface FoldedResampler {
  /** Resamples nRows × nIn of `data` into nRows × nOut of `out`. */
  resampleInto(out: Float64Array, data: Float64Array, nRows: number): void;
}

/** Two samples that lie alike on either side of the middle, and the padded positions at which they do. */
interface Pair {
  readonly left: number;
  readonly right: number;
  readonly positions: readonly number[];
}

/** The weight of an input for an output depends on their distance only, and is the same forwards and backwards. So an
 * output and its mirror image share their work: with e = x[p] + x[-p] and o = x[p] - x[-p] the one is E·e + O·o, the
 * other E·e - O·o. Where both of a pair lie in the padding they are always the same two end values, one column. */
export function planFoldedResampler(sizes: ResampleSizes): FoldedResampler {
  const { nIn, padLeft, nPadded, nResampled, cut, nOut } = sizes;
  const sampleAt = (p: number): number => Math.min(Math.max((p % nPadded) - padLeft, 0), nIn - 1);
  const pairs = foldPairs(nPadded, sampleAt);
  const nPairs = pairs.length;

  // An output q and its mirror image nResampled - q are computed at the row of the smaller one.
  const mirror = (q: number): number => Math.min(q, nResampled - q);
  const rowOf = new Map<number, number>();
  for (let i = 0; i < nOut; i++) if (!rowOf.has(mirror(cut + i))) rowOf.set(mirror(cut + i), rowOf.size);

  const kernel = resampleKernel(nPadded, nResampled);
  const weight = (q: number, p: number): number =>
    kernel[Math.abs(q * nPadded - p * nResampled) % (nPadded * nResampled)]!;
  const even = new Float64Array(rowOf.size * nPairs);
  const odd = new Float64Array(rowOf.size * nPairs);
  for (const [q, row] of rowOf) {
    for (const [column, { positions }] of pairs.entries()) {
      for (const p of positions) {
        // the first and the middle position are their own mirror images, whose sum counts them twice
        const share = p === 0 || 2 * p === nPadded ? 0.5 : 1;
        const [here, there] = [share * weight(q, p), share * weight(q, nPadded - p)];
        even[row * nPairs + column]! += (here + there) / 2;
        odd[row * nPairs + column]! += (here - there) / 2;
      }
    }
  }
  return makeResampler(
    sizes,
    pairs,
    even,
    odd,
    Array.from({ length: nOut }, (_, i) => ({
      row: rowOf.get(mirror(cut + i))!,
      sign: cut + i === mirror(cut + i) ? 1 : -1,
    })),
  );
}

function foldPairs(nPadded: number, sampleAt: (p: number) => number): Pair[] {
  const pairs: { left: number; right: number; positions: number[] }[] = [];
  for (let p = 0; 2 * p <= nPadded; p++) {
    const [left, right] = [sampleAt(p), sampleAt(nPadded - p)];
    const last = pairs.at(-1);
    // the first position and the middle one stand apart
    if (p > 1 && last && last.left === left && last.right === right && 2 * p < nPadded) last.positions.push(p);
    else pairs.push({ left, right, positions: [p] });
  }
  return pairs;
}

function makeResampler(
  { nIn, nOut }: ResampleSizes,
  pairs: readonly Pair[],
  even: Float64Array,
  odd: Float64Array,
  outputs: readonly { readonly row: number; readonly sign: 1 | -1 }[],
): FoldedResampler {
  const nPairs = pairs.length;
  const nFolded = even.length / nPairs;
  const evenPacked = packRows(even, nFolded, nPairs);
  const oddPacked = packRows(odd, nFolded, nPairs);
  const left = Int32Array.from(pairs, (pair) => pair.left);
  const right = Int32Array.from(pairs, (pair) => pair.right);
  const sourceRow = Int32Array.from(outputs, ({ row }) => row);
  const sign = Float64Array.from(outputs, (output) => output.sign);
  const sums = new Float64Array(PANEL * nPairs);
  const differences = new Float64Array(PANEL * nPairs);
  const evenOut = new Float64Array((evenPacked.length / nPairs) * PANEL);
  const oddOut = new Float64Array(evenOut.length);
  return {
    resampleInto(out, data, nRows) {
      for (let row = 0; row < nRows; row += PANEL) {
        const lanes = Math.min(PANEL, nRows - row);
        for (let lane = 0; lane < lanes; lane++) {
          const start = (row + lane) * nIn;
          for (let i = 0, at = lane; i < nPairs; i++, at += PANEL) {
            const a = data[start + left[i]!]!;
            const b = data[start + right[i]!]!;
            sums[at] = a + b;
            differences[at] = a - b;
          }
        }
        multiplyPanelInto(evenOut, sums, evenPacked, nPairs);
        multiplyPanelInto(oddOut, differences, oddPacked, nPairs);
        for (let lane = 0; lane < lanes; lane++) {
          const to = (row + lane) * nOut;
          for (let i = 0; i < nOut; i++) {
            const at = PANEL * sourceRow[i]! + lane;
            out[to + i] = evenOut[at]! + sign[i]! * oddOut[at]!;
          }
        }
      }
    },
  };
}
