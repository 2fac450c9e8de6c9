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
    let p = src + (<usize>(i * si) << 3);
    if (width == 4 && si == 1) {
      for (let k = 0; k < kc; k++, dst += 32, p += <usize>sk << 3) {
        v128.store(dst, v128.load(p));
        v128.store(dst, v128.load(p, 16), 16);
      }
    } else if (width == 4) {
      const step = <usize>si << 3;
      const next = <usize>sk << 3;
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
      for (let k = 0; k < kc; k++, dst += 32, p += <usize>sk << 3)
        for (let r = 0; r < 4; r++)
          f64.store(dst + (<usize>r << 3), r < width ? f64.load(p + (<usize>(r * si) << 3)) : 0);
    }
  }
}

/** C tile (rows × cols of at most 4 × 4) += alpha · the product of two panels. */
function tile(p: usize, q: usize, kc: i32, alpha: f64, c: usize, ldc: usize, rows: i32, cols: i32, spare: usize): void {
  let c00 = f64x2.splat(0), c01 = f64x2.splat(0), c10 = f64x2.splat(0), c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0), c21 = f64x2.splat(0), c30 = f64x2.splat(0), c31 = f64x2.splat(0);
  const end = p + (<usize>kc << 5);
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
      const at = c + <usize>r * ldc + (<usize>s << 3);
      f64.store(at, f64.load(at) + alpha * f64.load(spare + (<usize>(r * 4 + s) << 3)));
    }
}

/** C(i, j) += alpha · Σₖ A(i, k)·B(k, j), with A(i, k) at a + i·ai + k·ak, B(k, j) at b + k·bk + j·bj and C(i, j) at
 * c + i·ldc + j. With `lower`, tiles that lie wholly above the diagonal of C are left out. */
export function gemm(
  m: i32, n: i32, k: i32, alpha: f64,
  a: usize, ai: i32, ak: i32,
  b: usize, bk: i32, bj: i32,
  c: usize, ldc: i32, lower: i32, work: usize,
): void {
  const packA = work + 128;
  const packB = packA + <usize>(MC * KC * 8);
  const rowBytes = <usize>ldc << 3;
  for (let jc = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    for (let pc = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      pack(packB, b + (<usize>(pc * bk + jc * bj) << 3), bj, bk, nc, kc);
      for (let ic = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        if (lower && ic + mc <= jc) continue;
        pack(packA, a + (<usize>(ic * ai + pc * ak) << 3), ai, ak, mc, kc);
        for (let j = 0; j < nc; j += 4) {
          const q = packB + <usize>(j * kc * 8);
          for (let i = 0; i < mc; i += 4) {
            if (lower && ic + i + 3 < jc + j) continue;
            tile(
              packA + <usize>(i * kc * 8), q, kc, alpha,
              c + <usize>(ic + i) * rowBytes + (<usize>(jc + j) << 3), rowBytes, min(4, mc - i), min(4, nc - j), work,
            );
          }
        }
      }
    }
  }
}

/** For `count` columns of U (order × …, a row apart by `stride`): v = L⁻¹u for a banded L, then norms += v² and, for
 * each of nTargets rows of w, fits[target] += v·w, everything summed down the columns.
 * L(k, k - d) is at l + k·(band + 1) + d, its diagonal inverted. `v` has room for (band + 1) × 32 doubles. */
export function bandLeverage(
  l: usize, order: i32, band: i32, u: usize, stride: i32, count: i32,
  w: usize, nTargets: i32, norms: usize, fits: usize, fitStride: i32, v: usize,
): void {
  const slots = band + 1;
  for (let from = 0; from < count; from += 32) {
    const width = min(32, count - from);
    const bytes = <usize>((width + 1) & ~1) << 3;
    for (let k = 0; k < order; k++) {
      const row = l + <usize>(k * slots * 8);
      const to = v + <usize>((k % slots) * 256);
      const source = u + (<usize>(k * stride + from) << 3);
      for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(source + at));
      const reach = min(band, k);
      for (let d = 1; d <= reach; d++) {
        const factor = f64x2.splat(f64.load(row + (<usize>d << 3)));
        const other = v + <usize>(((k - d) % slots) * 256);
        for (let at: usize = 0; at < bytes; at += 16)
          v128.store(to + at, f64x2.sub(v128.load(to + at), f64x2.mul(factor, v128.load(other + at))));
      }
      const inverse = v128.load_splat<u64>(row);
      const sums = norms + (<usize>from << 3);
      for (let at: usize = 0; at < bytes; at += 16) {
        const value = f64x2.mul(v128.load(to + at), inverse);
        v128.store(to + at, value);
        v128.store(sums + at, f64x2.add(v128.load(sums + at), f64x2.mul(value, value)));
      }
      for (let t = 0; t < nTargets; t++) {
        const weight = v128.load_splat<u64>(w + (<usize>(t * order + k) << 3));
        const fit = fits + (<usize>(t * fitStride + from) << 3);
        for (let at: usize = 0; at < bytes; at += 16)
          v128.store(fit + at, f64x2.add(v128.load(fit + at), f64x2.mul(weight, v128.load(to + at))));
      }
    }
  }
}
