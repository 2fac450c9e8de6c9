// Two small symmetric matrices at a time: whitened, brought to diagonal form, and functions of them summed.
//
// Entry k of an array is 16 bytes, matrix 0's number and matrix 1's. No operation mixes the two, so that one instruction
// serves both, the square roots and divisions of the rotations too, which are what a single matrix would wait for.

const EPSILON: f64 = 2.220446049250313e-16;

function at(array: usize, index: u32): usize {
  return array + ((<usize>index) << 4);
}
function ld(p: usize): v128 {
  return v128.load(p);
}
function st(p: usize, value: v128): void {
  v128.store(p, value);
}
function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}
function mul(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}
function div(a: v128, b: v128): v128 {
  return f64x2.div(a, b);
}
/** a where the mask is set, b elsewhere. */
function pick(a: v128, b: v128, mask: v128): v128 {
  return v128.bitselect(a, b, mask);
}
function signOf(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(sign, magnitude, i64x2.splat(i64.MIN_VALUE));
}

/** a := W·a·Wᵀ, the lower triangle; W (n × n doubles, lower triangular) is the same for both, a is symmetric and whole. */
export function whiten(a: usize, half: usize, w: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) {
    const row = at(half, i * n);
    for (let j: u32 = 0; j <= i; j++) st(at(row, j), f64x2.splat(0));
    for (let k: u32 = 0; k <= i; k++) {
      const factor = v128.load64_splat(w + ((<usize>(i * n + k)) << 3));
      const from = at(a, k * n);
      for (let j: u32 = 0; j <= i; j++) st(at(row, j), add(ld(at(row, j)), mul(factor, ld(at(from, j)))));
    }
  }
  for (let i: u32 = 0; i < n; i++) {
    const row = at(half, i * n);
    for (let j: u32 = 0; j <= i; j++) {
      let sum = f64x2.splat(0);
      const factors = w + ((<usize>(j * n)) << 3);
      for (let k: u32 = 0; k <= j; k++)
        sum = add(sum, mul(ld(at(row, k)), v128.load64_splat(factors + ((<usize>k) << 3))));
      st(at(a, i * n + j), sum);
    }
  }
}

/** The eigenvalues of both into d (n), in no order, and unless `rows` is 0 the eigenvectors into its rows (n × n).
 * Destroys the lower triangle of a. e and t have room for n each. @returns 1, or 0 when either did not converge. */
export function diagonalise(a: usize, rows: usize, d: usize, e: usize, t: usize, n: u32): i32 {
  tridiagonalise(a, d, e, t, n);
  if (rows != 0) accumulate(rows, a, t, n);
  for (let i: u32 = 1; i < n; i++) st(at(e, i - 1), ld(at(e, i)));
  st(at(e, n - 1), f64x2.splat(0));
  for (let l: u32 = 0; l < n; l++) {
    for (let round = 0; ; round++) {
      const m0 = splitFrom(d, e, l, n);
      const m1 = splitFrom(d + 8, e + 8, l, n);
      if (m0 == l && m1 == l) break;
      if (round == 60) return 0;
      const first = i64x2(-1, 0);
      const second = i64x2(0, -1);
      if (m0 == m1) {
        if (!sweep(rows, d, e, l, m0, n, i64x2.splat(-1))) return 0;
      } else {
        if (m0 != l && !sweep(rows, d, e, l, m0, n, first)) return 0;
        if (m1 != l && !sweep(rows, d, e, l, m1, n, second)) return 0;
      }
    }
  }
  return 1;
}

/** out += Σ weight_k · row_k · row_kᵀ, the lower triangle. */
export function addOuter(out: usize, rows: usize, weights: usize, n: u32): void {
  for (let k: u32 = 0; k < n; k++) {
    const row = at(rows, k * n);
    const weight = ld(at(weights, k));
    for (let i: u32 = 0; i < n; i++) {
      const scaled = mul(weight, ld(at(row, i)));
      const to = at(out, i * n);
      for (let j: u32 = 0; j <= i; j++) st(at(to, j), add(ld(at(to, j)), mul(scaled, ld(at(row, j)))));
    }
  }
}

/** The reflection of step i, made of row i's first i entries, clears all of them but the last. Its vector stays there. */
function tridiagonalise(a: usize, d: usize, e: usize, t: usize, n: u32): void {
  st(e, f64x2.splat(0));
  st(t, f64x2.splat(0));
  for (let i: u32 = n - 1; i > 0; i--) {
    const u = at(a, i * n);
    const corner = ld(at(u, i));
    let sum = f64x2.splat(0);
    for (let k: u32 = 0; k < i; k++) sum = add(sum, mul(ld(at(u, k)), ld(at(u, k))));
    const last = ld(at(u, i - 1));
    const norm = f64x2.neg(signOf(f64x2.sqrt(sum), last));
    st(at(e, i), norm);
    st(at(u, i - 1), sub(last, norm));
    const product = mul(norm, sub(norm, last));
    const zero = f64x2.eq(product, f64x2.splat(0));
    const tau = pick(f64x2.splat(0), div(f64x2.splat(1), product), zero);
    st(at(t, i), tau);
    for (let j: u32 = 0; j < i; j++) st(at(d, j), f64x2.splat(0));
    for (let j: u32 = 0; j < i; j++) {
      const uj = ld(at(u, j));
      const row = at(a, j * n);
      let g = mul(ld(at(row, j)), uj);
      for (let k: u32 = 0; k < j; k++) {
        const value = ld(at(row, k));
        g = add(g, mul(value, ld(at(u, k))));
        st(at(d, k), add(ld(at(d, k)), mul(value, uj)));
      }
      st(at(d, j), add(ld(at(d, j)), g));
    }
    let dot = f64x2.splat(0);
    for (let j: u32 = 0; j < i; j++) {
      const w = mul(ld(at(d, j)), tau);
      st(at(d, j), w);
      dot = add(dot, mul(w, ld(at(u, j))));
    }
    const half = mul(mul(dot, tau), f64x2.splat(0.5));
    for (let j: u32 = 0; j < i; j++) st(at(d, j), sub(ld(at(d, j)), mul(half, ld(at(u, j)))));
    for (let j: u32 = 0; j < i; j++) {
      const uj = ld(at(u, j));
      const wj = ld(at(d, j));
      const row = at(a, j * n);
      for (let k: u32 = 0; k <= j; k++)
        st(at(row, k), sub(ld(at(row, k)), add(mul(uj, ld(at(d, k))), mul(wj, ld(at(u, k))))));
    }
    st(at(d, i), corner);
  }
  st(d, ld(a));
}

/** q = P₁·P₂·…; the block of the first i rows is all that step i touches. */
function accumulate(q: usize, a: usize, t: usize, n: u32): void {
  for (let k: u32 = 0; k < n * n; k++) st(at(q, k), f64x2.splat(0));
  for (let i: u32 = 0; i < n; i++) st(at(q, i * n + i), f64x2.splat(1));
  for (let i: u32 = 1; i < n; i++) {
    const u = at(a, i * n);
    const tau = ld(at(t, i));
    for (let r: u32 = 0; r < i; r++) {
      const row = at(q, r * n);
      let sum = f64x2.splat(0);
      for (let k: u32 = 0; k < i; k++) sum = add(sum, mul(ld(at(row, k)), ld(at(u, k))));
      sum = mul(sum, tau);
      for (let k: u32 = 0; k < i; k++) st(at(row, k), sub(ld(at(row, k)), mul(sum, ld(at(u, k)))));
    }
  }
}

/** Of one matrix: where the off-diagonal first vanishes, from l on. */
function splitFrom(d: usize, e: usize, l: u32, n: u32): u32 {
  let m = l;
  for (; m < n - 1; m++) {
    const near = Math.abs(load<f64>(at(d, m))) + Math.abs(load<f64>(at(d, m + 1)));
    const off = Math.abs(load<f64>(at(e, m)));
    if (off <= EPSILON * near || off < 1e-290) break;
  }
  return m;
}

/** One implicit QL step with Wilkinson's shift over [l, m], of the matrices that the mask names. */
function sweep(rows: usize, d: usize, e: usize, l: u32, m: u32, n: u32, mask: v128): bool {
  const one = f64x2.splat(1);
  const none = f64x2.splat(0);
  const dl = ld(at(d, l));
  const el = ld(at(e, l));
  let g = div(sub(ld(at(d, l + 1)), dl), add(el, el));
  g = add(g, signOf(f64x2.sqrt(add(mul(g, g), one)), g));
  g = add(sub(ld(at(d, m)), dl), div(el, g));
  let s = one;
  let c = one;
  let p = none;
  for (let i: i32 = m - 1; i >= <i32>l; i--) {
    const ei = ld(at(e, i));
    const f = mul(s, ei);
    const b = mul(c, ei);
    const r = f64x2.sqrt(add(mul(f, f), mul(g, g)));
    st(at(e, i + 1), pick(r, ld(at(e, i + 1)), mask));
    s = div(f, r);
    c = div(g, r);
    const old = ld(at(d, i + 1));
    g = sub(old, p);
    const turn = add(mul(sub(ld(at(d, i)), g), s), mul(add(c, c), b));
    p = mul(s, turn);
    st(at(d, i + 1), pick(add(g, p), old, mask));
    g = sub(mul(c, turn), b);
    if (rows != 0) {
      const sin = pick(s, none, mask);
      const cos = pick(c, one, mask);
      let low = at(rows, i * n);
      let high = at(low, n);
      for (const end = high; low < end; low += 16, high += 16) {
        const above = ld(high);
        const below = ld(low);
        st(high, add(mul(sin, below), mul(cos, above)));
        st(low, sub(mul(cos, below), mul(sin, above)));
      }
    }
  }
  st(at(d, l), pick(sub(dl, p), dl, mask));
  st(at(e, l), pick(g, el, mask));
  st(at(e, m), pick(none, ld(at(e, m)), mask));
  // A rotation between two zeros is no number; then all that follows is none.
  return !v128.any_true(v128.and(f64x2.ne(g, g), mask));
}
