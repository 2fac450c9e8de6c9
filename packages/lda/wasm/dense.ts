// The dense kernels of src/linalg/dense.ts, in AssemblyScript; wasm/dense.mjs compiles them. Pointers are in bytes,
// strides and counts in doubles. The memory is the caller's, and nothing is allocated.

// A packed block of the right operand (128 × 512 doubles) stays in the second-level cache, one of its panels of four
// columns (4 kB) in the first.
const KC: i32 = 128;
const MC: i32 = 64;
const NC: i32 = 512;

function min(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/** Panels of four: dst[panel][k][r] = src(4·panel + r, k), zeros beyond `count`. */
function pack(dst: usize, src: usize, si: i32, sk: i32, count: i32, kc: i32): void {
  for (let i = 0; i < count; i += 4) {
    const width = min(4, count - i);
    let p = src + ((<usize>(i * si)) << 3);
    if (width == 4 && si == 1) {
      for (let k = 0; k < kc; k++, dst += 32, p += (<usize>sk) << 3) {
        v128.store(dst, v128.load(p));
        v128.store(dst, v128.load(p, 16), 16);
      }
    } else if (width == 4) {
      const step = (<usize>si) << 3;
      const next = (<usize>sk) << 3;
      let p1 = p + step;
      let p2 = p1 + step;
      let p3 = p2 + step;
      for (let k = 0; k < kc; k++, dst += 32) {
        f64.store(dst, f64.load(p));
        f64.store(dst, f64.load(p1), 8);
        f64.store(dst, f64.load(p2), 16);
        f64.store(dst, f64.load(p3), 24);
        p += next;
        p1 += next;
        p2 += next;
        p3 += next;
      }
    } else {
      for (let k = 0; k < kc; k++, dst += 32, p += (<usize>sk) << 3)
        for (let r = 0; r < 4; r++)
          f64.store(dst + ((<usize>r) << 3), r < width ? f64.load(p + ((<usize>(r * si)) << 3)) : 0);
    }
  }
}

/** C tile (rows × cols of at most 4 × 4) += alpha · the product of two panels. */
function tile(p: usize, q: usize, kc: i32, alpha: f64, c: usize, ldc: usize, rows: i32, cols: i32, spare: usize): void {
  let c00 = f64x2.splat(0),
    c01 = f64x2.splat(0),
    c10 = f64x2.splat(0),
    c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0),
    c21 = f64x2.splat(0),
    c30 = f64x2.splat(0),
    c31 = f64x2.splat(0);
  const end = p + ((<usize>kc) << 5);
  while (p < end) {
    const b0 = v128.load(q);
    const b1 = v128.load(q, 16);
    let a = v128.load_splat<u64>(p);
    c00 = f64x2.add(c00, f64x2.mul(a, b0));
    c01 = f64x2.add(c01, f64x2.mul(a, b1));
    a = v128.load_splat<u64>(p, 8);
    c10 = f64x2.add(c10, f64x2.mul(a, b0));
    c11 = f64x2.add(c11, f64x2.mul(a, b1));
    a = v128.load_splat<u64>(p, 16);
    c20 = f64x2.add(c20, f64x2.mul(a, b0));
    c21 = f64x2.add(c21, f64x2.mul(a, b1));
    a = v128.load_splat<u64>(p, 24);
    c30 = f64x2.add(c30, f64x2.mul(a, b0));
    c31 = f64x2.add(c31, f64x2.mul(a, b1));
    p += 32;
    q += 32;
  }
  const factor = f64x2.splat(alpha);
  if (rows == 4 && cols == 4) {
    v128.store(c, f64x2.add(v128.load(c), f64x2.mul(factor, c00)));
    v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(factor, c01)), 16);
    c += ldc;
    v128.store(c, f64x2.add(v128.load(c), f64x2.mul(factor, c10)));
    v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(factor, c11)), 16);
    c += ldc;
    v128.store(c, f64x2.add(v128.load(c), f64x2.mul(factor, c20)));
    v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(factor, c21)), 16);
    c += ldc;
    v128.store(c, f64x2.add(v128.load(c), f64x2.mul(factor, c30)));
    v128.store(c, f64x2.add(v128.load(c, 16), f64x2.mul(factor, c31)), 16);
    return;
  }
  v128.store(spare, c00);
  v128.store(spare, c01, 16);
  v128.store(spare, c10, 32);
  v128.store(spare, c11, 48);
  v128.store(spare, c20, 64);
  v128.store(spare, c21, 80);
  v128.store(spare, c30, 96);
  v128.store(spare, c31, 112);
  for (let r = 0; r < rows; r++)
    for (let s = 0; s < cols; s++) {
      const at = c + <usize>r * ldc + ((<usize>s) << 3);
      f64.store(at, f64.load(at) + alpha * f64.load(spare + ((<usize>(r * 4 + s)) << 3)));
    }
}

/** C(i, j) += alpha · Σₖ A(i, k)·B(k, j), with A(i, k) at a + i·ai + k·ak, B(k, j) at b + k·bk + j·bj and C(i, j) at
 * c + i·ldc + j. With `lower`, tiles that lie wholly above the diagonal of C are left out. */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  a: usize,
  ai: i32,
  ak: i32,
  b: usize,
  bk: i32,
  bj: i32,
  c: usize,
  ldc: i32,
  lower: i32,
  work: usize,
): void {
  const packA = work + 128;
  const packB = packA + <usize>(MC * KC * 8);
  const rowBytes = (<usize>ldc) << 3;
  for (let jc = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    for (let pc = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      pack(packB, b + ((<usize>(pc * bk + jc * bj)) << 3), bj, bk, nc, kc);
      for (let ic = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        if (lower && ic + mc <= jc) continue;
        pack(packA, a + ((<usize>(ic * ai + pc * ak)) << 3), ai, ak, mc, kc);
        for (let j = 0; j < nc; j += 4) {
          const q = packB + <usize>(j * kc * 8);
          for (let i = 0; i < mc; i += 4) {
            if (lower && ic + i + 3 < jc + j) continue;
            tile(
              packA + <usize>(i * kc * 8),
              q,
              kc,
              alpha,
              c + <usize>(ic + i) * rowBytes + ((<usize>(jc + j)) << 3),
              rowBytes,
              min(4, mc - i),
              min(4, nc - j),
              work,
            );
          }
        }
      }
    }
  }
}

/** For `count` columns of U (order × …, a row apart by `stride`): v = L⁻¹u for a banded L; then norms += v² and, for
 * each of nTargets rows of w, fits[target] += v·w, everything summed down the columns. L(k, k - d) is at
 * l + k·(band + 1) + d, its diagonal inverted. `v` has room for (band + 1) × 32 doubles. Columns are taken eight at a
 * time, so that up to seven beyond the last are read and written too: rows of U, norms and fits have room for them. */
export function bandLeverage(
  l: usize,
  order: i32,
  band: i32,
  u: usize,
  stride: i32,
  count: i32,
  w: usize,
  nTargets: i32,
  norms: usize,
  fits: usize,
  fitStride: i32,
  v: usize,
): void {
  const slots = band + 1;
  const rowBytes = (<usize>stride) << 3;
  for (let column = 0; column < count; column += 8) {
    const offset = (<usize>column) << 3;
    let n0 = f64x2.splat(0),
      n1 = f64x2.splat(0),
      n2 = f64x2.splat(0),
      n3 = f64x2.splat(0);
    let source = u + offset;
    for (let k = 0; k < order; k++, source += rowBytes) {
      const row = l + <usize>(k * slots * 8);
      let a0 = v128.load(source),
        a1 = v128.load(source, 16),
        a2 = v128.load(source, 32),
        a3 = v128.load(source, 48);
      const reach = min(band, k);
      for (let d = 1; d <= reach; d++) {
        const factor = v128.load_splat<u64>(row + ((<usize>d) << 3));
        const other = v + <usize>(((k - d) % slots) * 64);
        a0 = f64x2.sub(a0, f64x2.mul(factor, v128.load(other)));
        a1 = f64x2.sub(a1, f64x2.mul(factor, v128.load(other, 16)));
        a2 = f64x2.sub(a2, f64x2.mul(factor, v128.load(other, 32)));
        a3 = f64x2.sub(a3, f64x2.mul(factor, v128.load(other, 48)));
      }
      const inverse = v128.load_splat<u64>(row);
      a0 = f64x2.mul(a0, inverse);
      a1 = f64x2.mul(a1, inverse);
      a2 = f64x2.mul(a2, inverse);
      a3 = f64x2.mul(a3, inverse);
      const to = v + <usize>((k % slots) * 64);
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      n0 = f64x2.add(n0, f64x2.mul(a0, a0));
      n1 = f64x2.add(n1, f64x2.mul(a1, a1));
      n2 = f64x2.add(n2, f64x2.mul(a2, a2));
      n3 = f64x2.add(n3, f64x2.mul(a3, a3));
      for (let t = 0; t < nTargets; t++) {
        const weight = v128.load_splat<u64>(w + ((<usize>(t * order + k)) << 3));
        const fit = fits + ((<usize>(t * fitStride)) << 3) + offset;
        v128.store(fit, f64x2.add(v128.load(fit), f64x2.mul(weight, a0)));
        v128.store(fit, f64x2.add(v128.load(fit, 16), f64x2.mul(weight, a1)), 16);
        v128.store(fit, f64x2.add(v128.load(fit, 32), f64x2.mul(weight, a2)), 32);
        v128.store(fit, f64x2.add(v128.load(fit, 48), f64x2.mul(weight, a3)), 48);
      }
    }
    const sums = norms + offset;
    v128.store(sums, f64x2.add(v128.load(sums), n0));
    v128.store(sums, f64x2.add(v128.load(sums, 16), n1), 16);
    v128.store(sums, f64x2.add(v128.load(sums, 32), n2), 32);
    v128.store(sums, f64x2.add(v128.load(sums, 48), n3), 48);
  }
}

function finish(a: v128, b: v128, x: usize, centre: usize, coef: usize, from: i32, p: i32): f64 {
  const pair = f64x2.add(a, b);
  let sum = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
  for (let j = from; j < p; j++) {
    const at = (<usize>j) << 3;
    sum += (f64.load(x + at) - f64.load(centre + at)) * f64.load(coef + at);
  }
  return sum;
}

/** out(i, k) = Σⱼ (x(i, j) - centre(j))·coef(k, j) + offset(k). A row's sum is taken in the same order whatever rows are
 * beside it: of every fourth term, and those four together. */
export function linearScores(
  x: usize,
  nRows: i32,
  p: i32,
  centre: usize,
  coef: usize,
  offset: usize,
  nScores: i32,
  out: usize,
): void {
  const bytes = (<usize>p) << 3;
  const whole = p & ~3;
  const end = (<usize>whole) << 3;
  const step = (<usize>nScores) << 3;
  let i = 0;
  for (; i + 4 <= nRows; i += 4, x += 4 * bytes, out += 4 * step) {
    const x1 = x + bytes;
    const x2 = x1 + bytes;
    const x3 = x2 + bytes;
    for (let k = 0; k < nScores; k++) {
      const w = coef + <usize>k * bytes;
      let a0 = f64x2.splat(0),
        b0 = f64x2.splat(0),
        a1 = f64x2.splat(0),
        b1 = f64x2.splat(0);
      let a2 = f64x2.splat(0),
        b2 = f64x2.splat(0),
        a3 = f64x2.splat(0),
        b3 = f64x2.splat(0);
      for (let at: usize = 0; at < end; at += 32) {
        let c = v128.load(centre + at);
        let v = v128.load(w + at);
        a0 = f64x2.add(a0, f64x2.mul(f64x2.sub(v128.load(x + at), c), v));
        a1 = f64x2.add(a1, f64x2.mul(f64x2.sub(v128.load(x1 + at), c), v));
        a2 = f64x2.add(a2, f64x2.mul(f64x2.sub(v128.load(x2 + at), c), v));
        a3 = f64x2.add(a3, f64x2.mul(f64x2.sub(v128.load(x3 + at), c), v));
        c = v128.load(centre + at, 16);
        v = v128.load(w + at, 16);
        b0 = f64x2.add(b0, f64x2.mul(f64x2.sub(v128.load(x + at, 16), c), v));
        b1 = f64x2.add(b1, f64x2.mul(f64x2.sub(v128.load(x1 + at, 16), c), v));
        b2 = f64x2.add(b2, f64x2.mul(f64x2.sub(v128.load(x2 + at, 16), c), v));
        b3 = f64x2.add(b3, f64x2.mul(f64x2.sub(v128.load(x3 + at, 16), c), v));
      }
      const add = f64.load(offset + ((<usize>k) << 3));
      const to = out + ((<usize>k) << 3);
      f64.store(to, finish(a0, b0, x, centre, w, whole, p) + add);
      f64.store(to + step, finish(a1, b1, x1, centre, w, whole, p) + add);
      f64.store(to + 2 * step, finish(a2, b2, x2, centre, w, whole, p) + add);
      f64.store(to + 3 * step, finish(a3, b3, x3, centre, w, whole, p) + add);
    }
  }
  for (; i < nRows; i++, x += bytes, out += step)
    for (let k = 0; k < nScores; k++) {
      const w = coef + <usize>k * bytes;
      let a = f64x2.splat(0),
        b = f64x2.splat(0);
      for (let at: usize = 0; at < end; at += 32) {
        a = f64x2.add(a, f64x2.mul(f64x2.sub(v128.load(x + at), v128.load(centre + at)), v128.load(w + at)));
        b = f64x2.add(
          b,
          f64x2.mul(f64x2.sub(v128.load(x + at, 16), v128.load(centre + at, 16)), v128.load(w + at, 16)),
        );
      }
      f64.store(out + ((<usize>k) << 3), finish(a, b, x, centre, w, whole, p) + f64.load(offset + ((<usize>k) << 3)));
    }
}
