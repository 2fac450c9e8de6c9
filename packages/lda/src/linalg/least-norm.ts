import { NumericalError } from "../errors";

/** Solves A·x = b in the sense of least norm, for each right side in place; A symmetric, n × n, not changed.
 *
 * Eigenvalues within eps × the largest of zero count as zero, or those that are not above `above`. A = Q·T·Qᵀ by Householder reflections, then the implicit
 * QL iteration on the tridiagonal T; eigenvectors are never formed, as the rotations go onto the right sides alone.
 * @returns the rank: how many eigenvalues counted.
 * @throws {NumericalError} when the iteration does not converge.
 * @see G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed., 8.3 */
export function leastNormInto(
  rightSides: readonly Float64Array[],
  a: Float64Array,
  n: number,
  { above }: { above?: number } = {},
): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]!));
  if (largest === 0) {
    for (const b of rightSides) b.fill(0);
    return 0;
  }
  // Squares of the entries must fit a double; a power of two changes no digit.
  const scale = 2 ** -Math.floor(Math.log2(largest));
  // Where features differ much in scale, the small eigenvalues keep their digits if the reflections take the large
  // features first and the iteration, on T turned round, meets them last.
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  const work = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) work[i * n + j] = a[order[i]! * n + order[j]!]! * scale;

  const { diagonal, off, tau } = tridiagonaliseInto(work, n);
  const eigenvalues = diagonal.reverse();
  const rotations = diagonaliseInto(eigenvalues, off.subarray(0, n - 1).reverse(), n);
  const noise = Number.EPSILON * eigenvalues.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const threshold = above === undefined ? noise : above * scale;
  const c = new Float64Array(n);
  for (const b of rightSides) {
    for (let i = 0; i < n; i++) c[i] = b[order[i]!]!;
    for (let k = 0; k < n - 2; k++) reflectInto(c, work, n, k, tau[k]!);
    c.reverse();
    for (const { at, cos, sin } of rotations) {
      const [low, high] = [c[at]!, c[at + 1]!];
      c[at] = cos * low - sin * high;
      c[at + 1] = sin * low + cos * high;
    }
    for (let i = 0; i < n; i++) c[i] = Math.abs(eigenvalues[i]!) > threshold ? (c[i]! / eigenvalues[i]!) * scale : 0;
    for (let r = rotations.length - 1; r >= 0; r--) {
      const { at, cos, sin } = rotations[r]!;
      const [low, high] = [c[at]!, c[at + 1]!];
      c[at] = cos * low + sin * high;
      c[at + 1] = cos * high - sin * low;
    }
    c.reverse();
    for (let k = n - 3; k >= 0; k--) reflectInto(c, work, n, k, tau[k]!);
    for (let i = 0; i < n; i++) b[order[i]!] = c[i]!;
  }
  return eigenvalues.reduce((rank, value) => rank + (Math.abs(value) > threshold ? 1 : 0), 0);
}

/** Reflection k maps column k of what is left to one entry beside the diagonal. Works on the lower triangle; the vector of
 * reflection k stays in row k, right of the diagonal. */
function tridiagonaliseInto(a: Float64Array, n: number) {
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const tau = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    const row = k * n;
    diagonal[k] = a[row + k]!;
    for (let j = k + 1; j < n; j++) a[row + j] = a[j * n + k]!;
    let below = 0;
    for (let j = k + 2; j < n; j++) below += a[row + j]! * a[row + j]!;
    const first = a[row + k + 1]!;
    if (below === 0) {
      off[k] = first;
      continue;
    }
    const norm = Math.sqrt(first * first + below);
    off[k] = first > 0 ? -norm : norm;
    a[row + k + 1] = first - off[k]!; // of one sign with `first`: nothing cancels
    tau[k] = 1 / (norm * (norm + Math.abs(first)));
    downdateInto(a, n, k, tau[k]!, w);
  }
  if (n > 1) {
    diagonal[n - 2] = a[(n - 2) * n + n - 2]!;
    off[n - 2] = a[(n - 1) * n + n - 2]!;
  }
  diagonal[n - 1] = a[n * n - 1]!;
  return { diagonal, off, tau };
}

/** H·B·H of the block B below and right of k, with H = I - tau·v·vᵀ and v in row k: B - v·wᵀ - w·vᵀ. */
function downdateInto(a: Float64Array, n: number, k: number, tau: number, w: Float64Array): void {
  const v = k * n;
  w.fill(0, k + 1);
  for (let i = k + 1; i < n; i++) {
    const row = i * n;
    const vi = a[v + i]!;
    let sum = 0;
    for (let j = k + 1; j < i; j++) {
      const value = a[row + j]!;
      sum += value * a[v + j]!;
      w[j]! += value * vi;
    }
    w[i]! += sum + a[row + i]! * vi;
  }
  let along = 0;
  for (let i = k + 1; i < n; i++) along += w[i]! * a[v + i]!;
  for (let i = k + 1; i < n; i++) w[i] = tau * (w[i]! - (tau / 2) * along * a[v + i]!);
  for (let i = k + 1; i < n; i++) {
    const row = i * n;
    const [vi, wi] = [a[v + i]!, w[i]!];
    for (let j = k + 1; j <= i; j++) a[row + j]! -= vi * w[j]! + wi * a[v + j]!;
  }
}

function reflectInto(b: Float64Array, a: Float64Array, n: number, k: number, tau: number): void {
  if (tau === 0) return;
  const v = k * n;
  let dot = 0;
  for (let i = k + 1; i < n; i++) dot += a[v + i]! * b[i]!;
  dot *= tau;
  for (let i = k + 1; i < n; i++) b[i]! -= dot * a[v + i]!;
}

interface Rotation {
  readonly at: number;
  readonly cos: number;
  readonly sin: number;
}

/** Eigenvalues of the tridiagonal matrix, into `diagonal`, and the rotations that lead there. `off` has n - 1 numbers. */
function diagonaliseInto(diagonal: Float64Array, off: Float64Array, n: number): Rotation[] {
  const rotations: Rotation[] = [];
  let size = 0;
  for (let low = 0; low < n - 1; low++) {
    // What is negligible is judged by the largest met so far, small ones first: a bound on T as a whole would drop
    // digits of the small eigenvalues, one on the neighbours alone never lets go of those that are only noise.
    size = Math.max(size, Math.abs(diagonal[low]!) + Math.abs(off[low]!));
    for (let round = 0; ; round++) {
      let high = low;
      while (high < n - 1 && Math.abs(off[high]!) > Number.EPSILON * size) high++;
      if (high === low) break;
      if (round === 60) throw new NumericalError("the eigenvalues of the covariance do not converge: use shrinkage");
      qlStep(diagonal, off, low, high, rotations);
    }
  }
  return rotations;
}

/** One implicit QL step with Wilkinson's shift on the block from low to high. */
function qlStep(diagonal: Float64Array, off: Float64Array, low: number, high: number, rotations: Rotation[]): void {
  const half = (diagonal[low + 1]! - diagonal[low]!) / (2 * off[low]!);
  const root = Math.hypot(half, 1);
  let g = diagonal[high]! - diagonal[low]! + off[low]! / (half + (half < 0 ? -root : root));
  let [sin, cos, shift] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = sin * off[i]!;
    const b = cos * off[i]!;
    const r = Math.hypot(f, g);
    off[i + 1] = r; // beyond the last one where the block ends with the matrix: a typed array ignores that
    if (r === 0) {
      // The block falls apart here: finish this part in the next step.
      diagonal[i + 1]! -= shift;
      off[high] = 0;
      return;
    }
    sin = f / r;
    cos = g / r;
    g = diagonal[i + 1]! - shift;
    const t = (diagonal[i]! - g) * sin + 2 * cos * b;
    shift = sin * t;
    diagonal[i + 1] = g + shift;
    g = cos * t - b;
    rotations.push({ at: i, cos, sin });
  }
  diagonal[low]! -= shift;
  off[low] = g;
  off[high] = 0;
}
