import { NumericalError } from "../errors";
import { choleskyInto } from "./cholesky";

const ITERATIONS_MAX = 60;

/** The working memory of `eighInto`, made once for many matrices of one order. */
export interface EighWork {
  /** The off-diagonal of the tridiagonal form. */
  readonly off: Float64Array;
  /** 2 / |u|² of each reflection u. */
  readonly tau: Float64Array;
  /** The lower triangle while it is reduced, the reflections' vectors afterwards. */
  readonly reduced: Float64Array;
}

export function eighWork(n: number): EighWork {
  return { off: new Float64Array(n), tau: new Float64Array(n), reduced: new Float64Array(n * n) };
}

export interface Eigh {
  /** n, ascending. */
  readonly values: Float64Array;
  /** n × n: ROW k is the unit eigenvector of values[k]. */
  readonly vectors: Float64Array;
}

/** Eigenvalues and eigenvectors of a symmetric matrix: A = Vᵀ·diag(values)·V, the vectors being the rows of V.
 * Only the lower triangle of `a` (n × n, row-major) is read; any n. `a` is not changed.
 * @throws {NumericalError} for a matrix with NaN or infinities. */
export function eigh(a: Float64Array, n: number): Eigh {
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  eighInto(values, vectors, a, n, eighWork(n));
  return { values, vectors };
}

/** The eigenvalues alone, ascending: about a fifth of the work. @throws {NumericalError} as `eigh`. */
export function eigenvaluesOf(a: Float64Array, n: number): Float64Array {
  const values = new Float64Array(n);
  eighInto(values, null, a, n, eighWork(n));
  return values;
}

/** The kernel of `eigh`: writes `values` (n, ascending) and, unless null, `vectors` (n × n, an eigenvector a row).
 *
 * Householder reflections to a tridiagonal matrix, then implicit QL steps; every inner loop runs along rows. Allocates
 * nothing. `vectors` may be `a` itself.
 * @throws {NumericalError} when the iteration does not converge, which NaN and infinities cause.
 * @see G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed., 8.3 */
export function eighInto(
  values: Float64Array,
  vectors: Float64Array | null,
  a: Float64Array,
  n: number,
  work: EighWork,
): void {
  const { off, tau, reduced } = work;
  let largest = 0;
  for (let i = 0; i < n; i++)
    for (let at = i * n, end = at + i; at <= end; at++) {
      const size = Math.abs(a[at]!);
      if (size <= largest) continue;
      if (!(size < Infinity))
        throw new NumericalError("a matrix with NaN or infinities has no eigenvalues: its inputs are too large");
      largest = size;
    }
  // Squares of the entries must fit a double, and not vanish; a power of two changes no digit.
  const scale =
    largest > 1e100 || (largest < 1e-100 && largest > 0) ? 2 ** -Math.max(-1000, Math.floor(Math.log2(largest))) : 1;
  for (let i = 0; i < n; i++)
    for (let at = i * n, end = at + i; at <= end; at++) reduced[at] = scale === 1 ? a[at]! : a[at]! * scale;
  tridiagonaliseInto(values, off, tau, reduced, n);
  if (vectors !== null) accumulateInto(vectors, tau, reduced, n);
  iterateInto(values, off, vectors, n);
  sortInto(values, vectors, n);
  if (scale !== 1) for (let k = 0; k < n; k++) values[k]! /= scale;
}

/** The reflection of step i, made of row i's first i entries, clears all of them but the last. Its vector stays there. */
function tridiagonaliseInto(
  diagonal: Float64Array,
  off: Float64Array,
  tau: Float64Array,
  a: Float64Array,
  n: number,
): void {
  const w = diagonal; // free up to entry i while step i is under way
  off[0] = 0;
  if (n > 0) tau[0] = 0;
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    const diagonalEntry = a[row + i]!;
    let sum = 0;
    for (let k = 0; k < i - 1; k++) sum += a[row + k]! * a[row + k]!;
    const last = a[row + i - 1]!;
    if (sum === 0) {
      off[i] = last;
      tau[i] = 0;
      diagonal[i] = diagonalEntry;
      continue;
    }
    const norm = last > 0 ? -Math.sqrt(sum + last * last) : Math.sqrt(sum + last * last);
    off[i] = norm;
    a[row + i - 1] = last - norm;
    const t = 1 / (norm * (norm - last)); // 2 / |u|²
    tau[i] = t;
    for (let j = 0; j < i; j++) w[j] = 0;
    let uw = 0;
    for (let j = 0; j < i; j++) {
      const u = a[row + j]!;
      const at = j * n;
      let g = a[at + j]! * u;
      for (let k = 0; k < j; k++) {
        const value = a[at + k]!;
        g += value * a[row + k]!;
        w[k]! += value * u;
      }
      w[j]! += g;
    }
    for (let j = 0; j < i; j++) {
      w[j]! *= t;
      uw += w[j]! * a[row + j]!;
    }
    const half = (uw * t) / 2;
    for (let j = 0; j < i; j++) w[j]! -= half * a[row + j]!;
    for (let j = 0; j < i; j++) {
      const u = a[row + j]!;
      const v = w[j]!;
      for (let k = 0, at = j * n; k <= j; k++, at++) a[at]! -= u * w[k]! + v * a[row + k]!;
    }
    diagonal[i] = diagonalEntry;
  }
  if (n > 0) diagonal[0] = a[0]!;
}

/** q = P₁·P₂·…, so that q·A·qᵀ is the tridiagonal matrix; the block of the first i rows is all that step i touches. */
function accumulateInto(q: Float64Array, tau: Float64Array, reflections: Float64Array, n: number): void {
  q.fill(0);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let i = 1; i < n; i++) {
    const t = tau[i]!;
    if (t === 0) continue;
    const row = i * n;
    for (let r = 0, at = 0; r < i; r++, at += n) {
      let sum = 0;
      for (let k = 0; k < i; k++) sum += q[at + k]! * reflections[row + k]!;
      sum *= t;
      for (let k = 0; k < i; k++) q[at + k]! -= sum * reflections[row + k]!;
    }
  }
}

/** Implicit QL steps with Wilkinson's shift; `off[i]` stands between diagonal i - 1 and i. Rotates the rows of `rows`. */
function iterateInto(diagonal: Float64Array, off: Float64Array, rows: Float64Array | null, n: number): void {
  for (let i = 1; i < n; i++) off[i - 1] = off[i]!;
  if (n > 0) off[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l;
      for (; m < n - 1; m++) {
        const near = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(off[m]!) <= Number.EPSILON * near || Math.abs(off[m]!) < 1e-290) break;
      }
      if (m === l) break;
      if (iteration === ITERATIONS_MAX)
        throw new NumericalError("the eigenvalues of a symmetric matrix did not converge: rescale its inputs");
      const d = diagonal[l]!;
      const e = off[l]!;
      let g = (diagonal[l + 1]! - d) / (2 * e);
      const root = Math.sqrt(g * g + 1);
      g = diagonal[m]! - d + e / (g + (g >= 0 ? root : -root));
      let sin = 1;
      let cos = 1;
      let shift = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sin * off[i]!;
        const b = cos * off[i]!;
        const r = Math.sqrt(f * f + g * g);
        off[i + 1] = r;
        if (r === 0) {
          diagonal[i + 1]! -= shift;
          off[m] = 0;
          break;
        }
        sin = f / r;
        cos = g / r;
        g = diagonal[i + 1]! - shift;
        const t = (diagonal[i]! - g) * sin + 2 * cos * b;
        shift = sin * t;
        diagonal[i + 1] = g + shift;
        g = cos * t - b;
        if (rows !== null) {
          const low = i * n;
          const high = low + n;
          for (let k = 0; k < n; k++) {
            const above = rows[high + k]!;
            const below = rows[low + k]!;
            rows[high + k] = sin * below + cos * above;
            rows[low + k] = cos * below - sin * above;
          }
        }
      }
      if (i >= l) continue; // a rotation vanished: the matrix falls apart there
      diagonal[l]! -= shift;
      off[l] = g;
      off[m] = 0;
    }
  }
}

/** Ascending by insertion: QL leaves them nearly so. */
function sortInto(values: Float64Array, rows: Float64Array | null, n: number): void {
  if (rows === null) {
    values.sort();
    return;
  }
  for (let i = 0; i < n - 1; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (values[j]! < values[least]!) least = j;
    if (least === i) continue;
    const value = values[i]!;
    values[i] = values[least]!;
    values[least] = value;
    for (let k = 0, p = i * n, q = least * n; k < n; k++, p++, q++) {
      const kept = rows[p]!;
      rows[p] = rows[q]!;
      rows[q] = kept;
    }
  }
}

/** Solves A·v = λ·B·v, A symmetric, B symmetric positive definite: values ascending, each ROW v of `vectors` with vᵀBv = 1.
 * Neither matrix is changed; only their lower triangles are read.
 * @returns null when B has no Cholesky factor, so is singular or indefinite. @throws {NumericalError} as `eigh`. */
export function generalisedEigh(a: Float64Array, b: Float64Array, n: number): Eigh | null {
  const lower = b.slice();
  if (choleskyInto(lower, n) < 0) return null;
  // What is left of a diagonal entry after those before it are taken off is rounding when the row depends on theirs.
  for (let i = 0; i < n; i++) {
    const at = i * n + i;
    if (!(lower[at]! * lower[at]! > 16 * n * Number.EPSILON * b[at]!)) return null;
  }
  const whitened = a.slice();
  whitenInto(whitened, lower, n);
  const { values, vectors } = eigh(whitened, n);
  // v = L⁻ᵀ·u
  for (let k = 0; k < n; k++)
    for (let i = n - 1, row = k * n; i >= 0; i--) {
      const x = (vectors[row + i]! /= lower[i * n + i]!);
      for (let j = 0; j < i; j++) vectors[row + j]! -= lower[i * n + j]! * x;
    }
  return { values, vectors };
}

/** A := L⁻¹·A·L⁻ᵀ, `lower` as `choleskyInto` leaves it; only the lower triangle of `a` is read, both are written. */
export function whitenInto(a: Float64Array, lower: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]!;
  for (let pass = 0; pass < 2; pass++) {
    // A := L⁻¹·A, row by row, then the transpose, which the second pass takes
    for (let i = 0; i < n; i++) {
      const row = i * n;
      for (let k = 0; k < i; k++) {
        const factor = lower[row + k]!;
        for (let j = 0, at = k * n; j < n; j++, at++) a[row + j]! -= factor * a[at]!;
      }
      const pivot = lower[row + i]!;
      for (let j = 0; j < n; j++) a[row + j]! /= pivot;
    }
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) {
        const kept = a[i * n + j]!;
        a[i * n + j] = a[j * n + i]!;
        a[j * n + i] = kept;
      }
  }
}
