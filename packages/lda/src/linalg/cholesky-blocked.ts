import { choleskyInto } from "./cholesky";
import { openDense, type Dense } from "./dense";

const BLOCK = 64;

/** As `choleskyInto`, for matrices large enough that nearly all of it is worth doing as matrix products: block by block,
 * each block of rows below the diagonal times the inverse of the block on it. */
export function blockedCholeskyInto(a: Float64Array, n: number, open: (length: number) => Dense = openDense): number {
  const inverseAt = n * n;
  const panelAt = inverseAt + BLOCK * BLOCK;
  const dense = open(panelAt + n * BLOCK);
  const { f64 } = dense;
  f64.set(a);
  let smallest = Infinity;
  for (let k = 0; k < n; k += BLOCK) {
    const width = Math.min(BLOCK, n - k);
    const corner = new Float64Array(width * width);
    for (let i = 0; i < width; i++) corner.set(f64.subarray((k + i) * n + k, (k + i) * n + k + width), i * width);
    const pivot = choleskyInto(corner, width);
    if (pivot < 0) return -1;
    smallest = Math.min(smallest, pivot);
    for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) f64[(k + i) * n + k + j] = corner[i * width + j]!;
    const below = n - k - width;
    if (below === 0) break;
    f64.set(inverseOf(corner, width), inverseAt);
    const first = (k + width) * n + k;
    f64.fill(0, panelAt, panelAt + below * width);
    const rows = { at: first, row: n, col: 1 };
    dense.gemm(below, width, width, 1, rows, { at: inverseAt, row: 1, col: width }, { at: panelAt, row: width });
    for (let i = 0; i < below; i++) f64.copyWithin(first + i * n, panelAt + i * width, panelAt + (i + 1) * width);
    const rest = { at: first + width, row: n };
    const panel = { at: panelAt, row: width, col: 1 };
    dense.gemm(below, below, width, -1, panel, { at: panelAt, row: 1, col: width }, rest, true);
  }
  for (let i = 0; i < n; i++) a.set(f64.subarray(i * n, i * n + i + 1), i * n);
  return smallest;
}

/** L⁻¹, lower triangular, zeros above. */
function inverseOf(l: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const pivot = 1 / l[i * n + i]!;
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k]!;
      for (let j = 0; j <= k; j++) out[i * n + j]! -= factor * out[k * n + j]!;
    }
    for (let j = 0; j < i; j++) out[i * n + j]! *= pivot;
    out[i * n + i] = pivot;
  }
  return out;
}
