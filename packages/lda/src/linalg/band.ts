import { openDense, type Dense } from "./dense";

/** A = Q·B·Qᵀ with Q orthogonal and B banded. */
export interface BandForm {
  readonly order: number;
  /** How many diagonals B has below the main one. */
  readonly width: number;
  /** B(k, k - d) at k·(width + 1) + d. */
  readonly band: Float64Array;
  /** order × order, row-major. */
  readonly q: Float64Array;
}

/** Diagonals below the main one: more make the reduction faster and the solving slower. */
const WIDTH = 8;
/** Reflections applied at once when Q is put together. */
const GROUP = 64;

/** The banded form of a symmetric matrix, by blocks of Householder reflections.
 *
 * Unlike the reduction to a tridiagonal matrix, it reads the matrix once a block and not once a column, so that nearly
 * all of it is matrix products. What is shifted by a multiple of the identity keeps Q.
 * @see C. H. Bischof, B. Lang, X. Sun, ACM TOMS 26(4), 2000, doi:10.1145/365723.365735 */
export function bandForm(a: Float64Array, order: number, open: (length: number) => Dense = openDense): BandForm {
  const width = Math.min(WIDTH, Math.max(order - 1, 0));
  const matrix = { at: 0, row: order };
  const vectors = { at: order * order, row: order }; // reflection k in column k, below row k
  const scratch = 2 * order * order;
  const dense = open(scratch + 6 * WIDTH * order + GROUP * (2 * order + GROUP));
  dense.f64.set(a);
  const taus = new Float64Array(order);
  if (width > 0) for (let k = 0; k < order - width; k += width) reducePanel(dense, order, width, k, scratch, taus);
  const band = new Float64Array(order * (width + 1));
  for (let k = 0; k < order; k++)
    for (let d = 0; d <= Math.min(width, k); d++) band[k * (width + 1) + d] = dense.f64[matrix.at + k * order + k - d]!;
  return { order, width, band, q: formQ(dense, order, vectors.at, scratch, taus) };
}

/** Reflections that clear `width` columns from k on below the band, applied to the rest of the matrix from both sides. */
function reducePanel(dense: Dense, order: number, width: number, k: number, scratch: number, taus: Float64Array): void {
  const { f64 } = dense;
  const first = k + width;
  const m = order - first;
  const panel: Float64Array[] = [];
  for (let j = 0; j < width; j++) {
    const column = new Float64Array(m);
    for (let i = 0; i < m; i++) column[i] = f64[(first + i) * order + k + j]!;
    panel.push(column);
  }
  const vs: Float64Array[] = [];
  for (let j = 0; j < Math.min(width, m); j++) {
    const { v, tau } = reflection(panel[j]!, j);
    taus[k + j] = tau;
    vs.push(v);
    if (tau !== 0) for (let c = j; c < width; c++) reflectInto(panel[c]!, v, tau, j);
    for (let i = j + 1; i < m; i++) panel[j]![i] = 0;
  }
  for (let j = 0; j < width; j++) for (let i = 0; i < m; i++) f64[(first + i) * order + k + j] = panel[j]![i]!;
  const n = vs.length;
  const vectors = order * order;
  vs.forEach((v, j) => {
    for (let i = j; i < m; i++) f64[vectors + (first + i) * order + k + j] = v[i]!;
  });

  // With X = A·V, Y = X·T and S = Tᵀ·Vᵀ·Y, the rest becomes A - V·Wᵀ - W·Vᵀ, W = Y - V·S/2.
  const t = triangleOf(vs, taus.subarray(k, k + n));
  const x = scratch;
  f64.fill(0, x, x + n * m);
  dense.gemm(
    n,
    m,
    m,
    1,
    { at: vectors + first * order + k, row: 1, col: order },
    { at: first * order + first, row: order, col: 1 },
    { at: x, row: m },
  );
  const y = vs.map((_, c) => {
    const out = new Float64Array(m);
    for (let l = 0; l <= c; l++) {
      const factor = t[l * n + c]!;
      for (let i = 0; i < m; i++) out[i]! += factor * f64[x + l * m + i]!;
    }
    return out;
  });
  const vy = vs.map((v) => y.map((column) => dot(v, column)));
  const left = x + n * m;
  const right = left + 2 * n * m;
  for (let c = 0; c < n; c++) {
    const w = y[c]!;
    for (let l = 0; l < n; l++) {
      let s = 0;
      for (let r = 0; r <= l; r++) s += t[r * n + l]! * vy[r]![c]!;
      const v = vs[l]!;
      for (let i = 0; i < m; i++) w[i]! -= (s / 2) * v[i]!;
    }
  }
  for (let c = 0; c < n; c++) {
    const [v, w] = [vs[c]!, y[c]!];
    for (let i = 0; i < m; i++) {
      f64[left + i * 2 * n + c] = v[i]!;
      f64[left + i * 2 * n + n + c] = w[i]!;
    }
    f64.set(w, right + c * m);
    f64.set(v, right + (n + c) * m);
  }
  dense.gemm(
    m,
    m,
    2 * n,
    -1,
    { at: left, row: 2 * n, col: 1 },
    { at: right, row: m, col: 1 },
    { at: first * order + first, row: order },
  );
}

/** v with v[from] = 1 and zeros before, so that (I - tau·v·vᵀ)·column is zero below `from`. */
function reflection(column: Float64Array, from: number): { v: Float64Array; tau: number } {
  const v = new Float64Array(column.length);
  v[from] = 1;
  let below = 0;
  for (let i = from + 1; i < column.length; i++) below += column[i]! * column[i]!;
  if (below === 0) return { v, tau: 0 };
  const head = column[from]!;
  const norm = Math.sqrt(head * head + below);
  const pivot = head > 0 ? head + norm : head - norm;
  for (let i = from + 1; i < column.length; i++) v[i] = column[i]! / pivot;
  return { v, tau: (2 * pivot * pivot) / (pivot * pivot + below) };
}

function reflectInto(column: Float64Array, v: Float64Array, tau: number, from: number): void {
  let sum = 0;
  for (let i = from; i < column.length; i++) sum += v[i]! * column[i]!;
  sum *= tau;
  for (let i = from; i < column.length; i++) column[i]! -= sum * v[i]!;
}

/** T with (I - tau₀v₀v₀ᵀ)(I - tau₁v₁v₁ᵀ)… = I - V·T·Vᵀ, upper triangular. `products` are those of the vectors. */
function triangleOf(
  vs: readonly Float64Array[],
  taus: Float64Array,
  products: (l: number, c: number) => number = (l, c) => dot(vs[l]!, vs[c]!),
): Float64Array {
  const n = taus.length;
  const t = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    t[c * n + c] = taus[c]!;
    const column = Array.from({ length: c }, (_, l) => products(l, c));
    for (let r = 0; r < c; r++) {
      let sum = 0;
      for (let l = r; l < c; l++) sum += t[r * n + l]! * column[l]!;
      t[r * n + c] = -taus[c]! * sum;
    }
  }
  return t;
}

/** The product of all reflections, put together from the last on, `GROUP` at a time. Overwrites the matrix. */
function formQ(dense: Dense, order: number, vectors: number, scratch: number, taus: Float64Array): Float64Array {
  const { f64 } = dense;
  f64.fill(0, 0, order * order);
  for (let i = 0; i < order; i++) f64[i * order + i] = 1;
  for (let k = Math.floor((order - 1) / GROUP) * GROUP; k >= 0; k -= GROUP) {
    const n = Math.min(GROUP, order - k);
    const m = order - k;
    const v = { at: vectors + k * order + k, row: order, col: 1 };
    const vt = { at: v.at, row: 1, col: order };
    const [products, vq, tvq] = [scratch, scratch + n * n, scratch + n * n + n * m];
    f64.fill(0, scratch, scratch + n * n + 2 * n * m);
    dense.gemm(n, n, m, 1, vt, v, { at: products, row: n });
    const t = triangleOf([], taus.subarray(k, k + n), (l, c) => f64[products + l * n + c]!);
    f64.set(t, products);
    dense.gemm(n, m, m, 1, vt, { at: k * order + k, row: order, col: 1 }, { at: vq, row: m });
    dense.gemm(n, m, n, 1, { at: products, row: n, col: 1 }, { at: vq, row: m, col: 1 }, { at: tvq, row: m });
    dense.gemm(m, m, n, -1, v, { at: tvq, row: m, col: 1 }, { at: k * order + k, row: order });
  }
  return f64.slice(0, order * order);
}

/** The Cholesky factor of B + shift·I as `Dense.bandLeverage` takes it, diagonal inverted; undefined when there is none. */
export function bandFactor({ order, width, band }: BandForm, shift: number): Float64Array | undefined {
  const slots = width + 1;
  const l = band.slice();
  for (let k = 0; k < order; k++) {
    const row = k * slots;
    l[row]! += shift;
    for (let d = Math.min(width, k); d >= 0; d--) {
      const j = k - d;
      let value = l[row + d]!;
      for (let i = Math.max(0, k - width); i < j; i++)
        if (j - i <= width) value -= l[row + k - i]! * l[j * slots + j - i]!;
      if (d > 0) l[row + d] = value * l[j * slots]!;
      else if (value > 0) l[row] = 1 / Math.sqrt(value);
      else return undefined;
    }
  }
  return l;
}

/** Solves A·x = b in place, with L the factor of A's band form, shifted or not. */
export function bandSolveInto(b: Float64Array, { order, width, q }: BandForm, l: Float64Array): void {
  const x = new Float64Array(order);
  for (let i = 0, at = 0; i < order; i++) for (let k = 0; k < order; k++, at++) x[k]! += b[i]! * q[at]!;
  bandForwardInto(x, l, width);
  for (let k = order - 1; k >= 0; k--) {
    const row = k * (width + 1);
    const value = x[k]! * l[row]!;
    x[k] = value;
    for (let d = Math.min(width, k); d > 0; d--) x[k - d]! -= l[row + d]! * value;
  }
  for (let i = 0, at = 0; i < order; i++) {
    let sum = 0;
    for (let k = 0; k < order; k++, at++) sum += q[at]! * x[k]!;
    b[i] = sum;
  }
}

/** L⁻¹·b in place, L as `bandFactor` gives it. */
export function bandForwardInto(b: Float64Array, l: Float64Array, width: number): void {
  for (let k = 0; k < b.length; k++) {
    const row = k * (width + 1);
    let value = b[k]!;
    for (let d = Math.min(width, k); d > 0; d--) value -= l[row + d]! * b[k - d]!;
    b[k] = value * l[row]!;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
