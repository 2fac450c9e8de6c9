import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumericalError } from "../../src/index";
import { choleskyInto } from "../../src/linalg/cholesky";
import { eigenvaluesOf, eigh, eighInto, eighWork, generalisedEigh, whitenInto } from "../../src/linalg/eigh";
import { RandomState } from "../../src/random";
import { relativeError } from "../golden";

function symmetric(n: number, seed = n): Float64Array {
  const random = new RandomState(seed);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = Math.round(2000 * random.double() - 1000) / 100;
  return a;
}

/** Vᵀ·diag(values)·V */
function rebuilt(values: Float64Array, vectors: Float64Array): Float64Array {
  const n = values.length;
  const a = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) a[i * n + j]! += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
  return a;
}

const identity = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

describe.each([1, 2, 3, 4, 5, 8, 17, 40, 97])("order %d", (n) => {
  test("values ascend, vectors are orthonormal rows, and both give the matrix back", () => {
    const a = symmetric(n);
    const before = a.slice();
    const { values, vectors } = eigh(a, n);
    expect(a).toEqual(before);
    expect([...values]).toEqual([...values].toSorted((x, y) => x - y));
    expect(relativeError(rebuilt(values, vectors), a)).toBeLessThanOrEqual(1e-13);
    expect(relativeError(rebuilt(new Float64Array(n).fill(1), vectors), identity(n))).toBeLessThanOrEqual(1e-13);
    expect(relativeError(eigenvaluesOf(a, n), values)).toBeLessThanOrEqual(1e-14);
  });

  test("reads the lower triangle alone, and may write over its input", () => {
    const a = symmetric(n);
    const lower = a.map((value, at) => (at % n > Math.floor(at / n) ? Number.NaN : value));
    const values = new Float64Array(n);
    eighInto(values, lower, lower, n, eighWork(n));
    expect([...values]).toEqual([...eigh(a, n).values]);
    expect(relativeError(rebuilt(values, lower), a)).toBeLessThanOrEqual(1e-13);
  });
});

test("repeated, zero and single eigenvalues", () => {
  expect([...eigh(identity(4), 4).values]).toEqual([1, 1, 1, 1]);
  expect([...eigh(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  expect([...eigh(new Float64Array(0), 0).values]).toEqual([]);
  expect([...eigh(Float64Array.of(-3), 1).values]).toEqual([-3]);
  const ones = eigh(new Float64Array(25).fill(1), 5);
  expect(relativeError(ones.values, [0, 0, 0, 0, 5])).toBeLessThanOrEqual(1e-15);
  const diagonal = eigh(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), 3);
  expect([...diagonal.values]).toEqual([1, 2, 3]);
});

test.each([1e-200, 1e150, 1e300])("entries near %g keep their digits", (size) => {
  const a = symmetric(6);
  const { values, vectors } = eigh(
    a.map((value) => value * size),
    6,
  );
  const plain = eigh(a, 6);
  expect(
    relativeError(
      values.map((value) => value / size),
      plain.values,
    ),
  ).toBeLessThanOrEqual(1e-14);
  expect(relativeError(vectors.map(Math.abs), plain.vectors.map(Math.abs))).toBeLessThanOrEqual(1e-10);
});

test("NaN and infinities are refused", () => {
  for (const bad of [Number.NaN, Infinity, -Infinity])
    for (const at of [0, 3, 8]) {
      const a = identity(3);
      a[at] = bad;
      expect(() => eigh(a, 3)).toThrow(NumericalError);
      expect(() => eigenvaluesOf(a, 3)).toThrow(NumericalError);
    }
});

describe.each([1, 2, 6, 23])("a pair of order %d", (n) => {
  const a = symmetric(n);
  const root = symmetric(n, 99);
  const b = identity(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) b[i * n + j]! += root[i * n + k]! * root[j * n + k]!;
  const form = (m: Float64Array, u: Float64Array, v: Float64Array): number =>
    u.reduce((sum, ui, i) => sum + v.reduce((row, vj, j) => row + ui * m[i * n + j]! * vj, 0), 0);

  test("the vectors make both diagonal, and B the identity", () => {
    const { values, vectors } = generalisedEigh(a, b, n)!;
    const rows = Array.from({ length: n }, (_, k) => vectors.subarray(k * n, (k + 1) * n));
    const inB = Float64Array.from(rows.flatMap((u) => rows.map((v) => form(b, u, v))));
    const inA = Float64Array.from(rows.flatMap((u) => rows.map((v) => form(a, u, v))));
    expect(relativeError(inB, identity(n))).toBeLessThanOrEqual(1e-10);
    expect(
      relativeError(
        inA,
        identity(n).map((one, i) => one * values[i % n]!),
      ),
    ).toBeLessThanOrEqual(1e-10);
  });

  test("a matrix whitened by its own factor is the identity", () => {
    const lower = b.slice();
    choleskyInto(lower, n);
    const whitened = b.slice();
    whitenInto(whitened, lower, n);
    expect(relativeError(whitened, identity(n))).toBeLessThanOrEqual(1e-11);
  });
});

test("a pair whose second matrix is singular has no answer", () => {
  expect(generalisedEigh(identity(2), Float64Array.of(1, 0, 0, 0), 2)).toBeNull();
});

test("any symmetric matrix is given back", () => {
  const entry = fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constantFrom(0, 1, -1, 1e-9, 1e9));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(entry, { minLength: 45, maxLength: 45 }), (n, entries) => {
      const a = new Float64Array(n * n);
      for (let i = 0, next = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = entries[next++]!;
      const { values, vectors } = eigh(a, n);
      expect(relativeError(rebuilt(values, vectors), a)).toBeLessThanOrEqual(1e-12);
      expect(relativeError(rebuilt(new Float64Array(n).fill(1), vectors), identity(n))).toBeLessThanOrEqual(1e-12);
    }),
    { numRuns: 200 },
  );
});
