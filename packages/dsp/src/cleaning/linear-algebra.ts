/** The few dense routines that cleaning needs, row-major and small: none is meant for more than some hundred rows. */

const SWEEPS_MAX = 60;

/** Eigenvalues, ascending, and eigenvectors of a symmetric matrix by Jacobi's cyclic rotations: row k of `vectors` is the
 * unit vector of `values[k]`. Small eigenvalues keep their digits, whatever the large ones are.
 * @see G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed., 8.5 */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = identity(n);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        const app = a[p * n + p]!;
        const aqq = a[q * n + q]!;
        if (Math.abs(apq) <= Number.EPSILON * 0.25 * Math.sqrt(Math.abs(app) * Math.abs(aqq)) || apq === 0) continue;
        off++;
        const theta = (aqq - app) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        rotateInto(a, v, n, p, q, t);
      }
    if (off === 0) break;
  }
  const order = Array.from({ length: n }, (_, k) => k).sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  const vectors = new Float64Array(n * n);
  order.forEach((k, to) => vectors.set(v.subarray(k * n, (k + 1) * n), to * n));
  return { values: Float64Array.from(order, (k) => a[k * n + k]!), vectors };
}

/** Rotates rows and columns p and q of `a`, and rows p and q of `v`, by the angle of tangent `t`, which clears a[p, q]. */
function rotateInto(a: Float64Array, v: Float64Array, n: number, p: number, q: number, t: number): void {
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const shift = t * a[p * n + q]!;
  a[p * n + p]! -= shift;
  a[q * n + q]! += shift;
  a[p * n + q] = 0;
  a[q * n + p] = 0;
  for (let k = 0; k < n; k++) {
    const vp = v[p * n + k]!;
    const vq = v[q * n + k]!;
    v[p * n + k] = c * vp - s * vq;
    v[q * n + k] = s * vp + c * vq;
    if (k === p || k === q) continue;
    const ap = a[p * n + k]!;
    const aq = a[q * n + k]!;
    a[k * n + p] = a[p * n + k] = c * ap - s * aq;
    a[k * n + q] = a[q * n + k] = s * ap + c * aq;
  }
}

export function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

/** a (n × m) times b (m × p). */
export function multiply(a: Float64Array, b: Float64Array, n: number, m: number, p: number): Float64Array {
  const out = new Float64Array(n * p);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < m; k++) {
      const factor = a[i * m + k]!;
      for (let j = 0; j < p; j++) out[i * p + j]! += factor * b[k * p + j]!;
    }
  return out;
}

/** The transpose of an n × m matrix. */
export function transpose(a: Float64Array, n: number, m: number): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = a[i * m + j]!;
  return out;
}

/** Whether a symmetric matrix is positive definite: whether its Cholesky factor exists. Reads the lower triangle of
 * `matrix`, and overwrites it. */
export function isPositiveDefiniteInto(matrix: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      if (i > j) matrix[i * n + j] = sum / matrix[j * n + j]!;
      else if (sum > 0) matrix[j * n + j] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** The X of least length that makes A·X nearest to B, for A (n × m, n ≥ m) and B (n × p), by Householder reflections.
 * @returns m × p, or undefined when the columns of A depend on each other, to `tolerance` of the largest. */
export function leastSquares(
  matrix: Float64Array,
  right: Float64Array,
  n: number,
  m: number,
  p: number,
  tolerance = 1e-13,
): Float64Array | undefined {
  const a = matrix.slice();
  const b = right.slice();
  const norms = Array.from({ length: m }, (_, j) => columnNorm(a, n, m, j, 0));
  for (let j = 0; j < m; j++) {
    const norm = columnNorm(a, n, m, j, j);
    if (!(norm > tolerance * norms[j]!)) return undefined;
    const alpha = a[j * m + j]! > 0 ? -norm : norm;
    const head = a[j * m + j]! - alpha;
    const scale = -1 / (alpha * head);
    a[j * m + j] = head;
    const reflect = (of: Float64Array, width: number, column: number): void => {
      let sum = 0;
      for (let i = j; i < n; i++) sum += a[i * m + j]! * of[i * width + column]!;
      sum *= scale;
      for (let i = j; i < n; i++) of[i * width + column]! -= sum * a[i * m + j]!;
    };
    for (let k = j + 1; k < m; k++) reflect(a, m, k);
    for (let k = 0; k < p; k++) reflect(b, p, k);
    a[j * m + j] = alpha;
  }
  const x = new Float64Array(m * p);
  for (let k = 0; k < p; k++)
    for (let i = m - 1; i >= 0; i--) {
      let sum = b[i * p + k]!;
      for (let j = i + 1; j < m; j++) sum -= a[i * m + j]! * x[j * p + k]!;
      x[i * p + k] = sum / a[i * m + i]!;
    }
  return x;
}

function columnNorm(a: Float64Array, n: number, m: number, column: number, from: number): number {
  let sum = 0;
  for (let i = from; i < n; i++) sum += a[i * m + column]! ** 2;
  return Math.sqrt(sum);
}

/** The point that has the least sum of distances to all rows of `points`, n × m: Weiszfeld's iteration, which Vardi and
 * Zhang made safe where it meets one of the points. Ends when it moves by less than 1e-12 of its length.
 * @see Y. Vardi, C.-H. Zhang, PNAS 97(4), 2000, doi:10.1073/pnas.97.4.1423 */
export function geometricMedian(points: Float64Array, n: number, m: number): Float64Array {
  let y = new Float64Array(m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) y[j]! += points[i * m + j]! / n;
  for (let iteration = 0; iteration < 2000; iteration++) {
    const next = new Float64Array(m);
    let weights = 0;
    let nEqual = 0;
    for (let i = 0; i < n; i++) {
      let square = 0;
      for (let j = 0; j < m; j++) square += (points[i * m + j]! - y[j]!) ** 2;
      if (square === 0) {
        nEqual++;
        continue;
      }
      const weight = 1 / Math.sqrt(square);
      weights += weight;
      for (let j = 0; j < m; j++) next[j]! += weight * points[i * m + j]!;
    }
    if (nEqual === n) return y;
    let pull = 0;
    for (let j = 0; j < m; j++) {
      next[j]! /= weights;
      pull += ((next[j]! - y[j]!) * weights) ** 2;
    }
    const stay = nEqual === 0 ? 0 : Math.min(1, nEqual / Math.sqrt(pull));
    let moved = 0;
    let length = 0;
    for (let j = 0; j < m; j++) {
      next[j] = (1 - stay) * next[j]! + stay * y[j]!;
      moved += (next[j]! - y[j]!) ** 2;
      length += next[j]! ** 2;
    }
    y = next;
    if (moved <= 1e-24 * length) break;
  }
  return y;
}
