import fc from "fast-check";
import { expect, test } from "vitest";
import { bandFactor, bandForm, bandForwardInto } from "../../src/linalg/band";
import { choleskyInto } from "../../src/linalg/cholesky";
import { blockedCholeskyInto } from "../../src/linalg/cholesky-blocked";
import { openDense, openJsDense, openWasmDense } from "../../src/linalg/dense";
import { DENSE_WASM } from "../../src/linalg/dense-wasm";
import { RandomState } from "../../src/index";
import { relativeError } from "../golden";
import { compileDense } from "../../wasm/dense.mjs";

const noise = (seed: number, length: number) => {
  const random = new RandomState(seed);
  return Float64Array.from({ length }, () => random.double() - 0.5);
};

/** A symmetric positive definite matrix. */
function definite(seed: number, n: number): Float64Array {
  const x = noise(seed, n * (n + 3));
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < n + 3; k++) out[i * n + j]! += x[i * (n + 3) + k]! * x[j * (n + 3) + k]!;
  return out;
}

test("the module is what its source compiles to", async () => {
  expect(Buffer.from(await compileDense()).toString("base64")).toBe(DENSE_WASM);
});

test("this machine has the vectors that the fast kernel needs", () => {
  expect(openWasmDense(8)).toBeDefined();
});

test("a product is the sum of products, for any shape and stride, in WebAssembly and in JavaScript", () => {
  const size = fc.integer({ min: 1, max: 70 });
  const shape = fc.record({
    m: size,
    n: size,
    k: fc.oneof(size, fc.constantFrom(127, 129, 300)),
    turned: fc.tuple(fc.boolean(), fc.boolean()),
    lower: fc.boolean(),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ m, n, k, turned, lower, seed }) => {
      const [a, b, c] = [noise(seed, m * k), noise(seed + 1, k * n), noise(seed + 2, m * n)];
      const want = Array.from(c, (value, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let l = 0; l < k; l++)
          sum += a[turned[0] ? l * m + i : i * k + l]! * b[turned[1] ? j * k + l : l * n + j]!;
        return value - 2 * sum;
      });
      for (const open of [openWasmDense, openJsDense]) {
        const dense = open(m * k + k * n + m * n)!;
        dense.f64.set(a);
        dense.f64.set(b, m * k);
        dense.f64.set(c, m * k + k * n);
        dense.gemm(
          m,
          n,
          k,
          -2,
          { at: 0, row: turned[0] ? 1 : k, col: turned[0] ? m : 1 },
          { at: m * k, row: turned[1] ? 1 : n, col: turned[1] ? k : 1 },
          { at: m * k + k * n, row: n },
          lower,
        );
        const got = dense.f64.slice(m * k + k * n);
        const kept = (_: number, at: number) => !lower || at % n <= Math.floor(at / n);
        expect(relativeError(got.filter(kept), want.filter(kept))).toBeLessThanOrEqual(1e-12);
      }
    }),
    { numRuns: 40 },
  );
});

test.each([1, 3, 63, 64, 65, 130])("a blocked factor of order %d is the factor", (n) => {
  const a = definite(n, n);
  const want = a.slice();
  const pivot = choleskyInto(want, n);
  for (const open of [openDense, openJsDense]) {
    const got = a.slice();
    expect(blockedCholeskyInto(got, n, open)).toBeCloseTo(pivot, 9);
    expect(relativeError(got, want)).toBeLessThanOrEqual(1e-11);
  }
  a[(n - 1) * (n + 1)] = -1;
  expect(blockedCholeskyInto(a.slice(), n)).toBe(-1);
});

test.each([1, 2, 8, 9, 10, 17, 40, 73])("Q·B·Qᵀ of order %d is the matrix, and Q orthogonal", (n) => {
  const a = definite(n + 1, n);
  for (const open of [openDense, openJsDense]) {
    const { q, band, width } = bandForm(a, n, open);
    const entry = (i: number, j: number) =>
      Math.abs(i - j) > width ? 0 : band[Math.max(i, j) * (width + 1) + Math.abs(i - j)]!;
    const [product, unit] = [new Float64Array(n * n), new Float64Array(n * n)];
    const qb = Float64Array.from({ length: n * n }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += q[Math.floor(at / n) * n + k]! * entry(k, at % n);
      return sum;
    });
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++) {
          product[i * n + j]! += qb[i * n + k]! * q[j * n + k]!;
          unit[i * n + j]! += q[i * n + k]! * q[j * n + k]!;
        }
    expect(relativeError(product, a)).toBeLessThanOrEqual(1e-13);
    expect(
      relativeError(
        unit,
        Float64Array.from(unit, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
      ),
    ).toBeLessThanOrEqual(1e-13);
  }
});

test("leverages by a banded factor are those of the inverse", () => {
  const [n, count] = [21, 37];
  const form = bandForm(definite(5, n), n);
  const factor = bandFactor(form, 0.25)!;
  const [u, right] = [noise(6, n * 40), noise(7, n)];
  const want = Array.from({ length: count }, (_, i) => {
    const v = Float64Array.from({ length: n }, (_value, k) => u[k * 40 + i]!);
    bandForwardInto(v, factor, form.width);
    return { norm: v.reduce((sum, x) => sum + x * x, 0), fit: v.reduce((sum, x, k) => sum + x * right[k]!, 0) };
  });
  for (const open of [openWasmDense, openJsDense]) {
    const [uAt, wAt, normsAt, fitsAt] = [200, 200 + 40 * n, 300 + 40 * n, 332 + 40 * n];
    const dense = open(fitsAt + 32, form.width)!;
    dense.f64.set(factor);
    dense.f64.set(u, uAt);
    dense.f64.set(right, wAt);
    for (let from = 0; from < count; from += 32) {
      const width = Math.min(32, count - from);
      dense.f64.fill(0, normsAt, fitsAt + 32);
      dense.bandLeverage({ at: 0, order: n, width: form.width }, { at: uAt + from, row: 40 }, width, wAt, 1, normsAt, {
        at: fitsAt,
        row: 32,
      });
      for (let i = 0; i < width; i++) {
        expect(dense.f64[normsAt + i]).toBeCloseTo(want[from + i]!.norm, 10);
        expect(dense.f64[fitsAt + i]).toBeCloseTo(want[from + i]!.fit, 10);
      }
    }
  }
});
