import { describe, expect, test } from "vitest";
import { choleskyInto } from "../../src/linalg/cholesky";
import { gramInto } from "../../src/linalg/gram";
import { solveSymmetricInto } from "../../src/linalg/solve";
import { relativeError, mixture } from "../golden";

function positiveDefinite(n: number): Float64Array {
  const { x } = mixture({ seed: n, nRows: 3 * n + 4, nFeatures: n });
  const a = new Float64Array(n * n);
  gramInto(a, x.data, x.nRows, n);
  return a;
}

describe.each([1, 2, 3, 4, 5, 8, 31, 66])("order %d", (n) => {
  test("L times its transpose is the matrix, and the smallest pivot is told", () => {
    const a = positiveDefinite(n);
    const l = a.slice();
    const smallest = choleskyInto(l, n);
    const product = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k <= Math.min(i, j); k++) product[i * n + j]! += l[i * n + k]! * l[j * n + k]!;
    expect(relativeError(product, a)).toBeLessThanOrEqual(1e-13);
    expect(
      relativeError([smallest], [Math.min(...Array.from({ length: n }, (_, i) => l[i * n + i]! ** 2))]),
    ).toBeLessThanOrEqual(1e-13);
  });

  test("solves for several right sides, and leaves the matrix alone", () => {
    const a = positiveDefinite(n);
    const before = a.slice();
    const x = [0, 1].map((k) => Float64Array.from({ length: n }, (_, i) => Math.sin(3 * i + k)));
    const b = x.map((v) => v.map((_, i) => v.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0)));
    expect(solveSymmetricInto(b, a, n)).toBe(n);
    b.forEach((got, k) => expect(relativeError(got, x[k]!)).toBeLessThanOrEqual(1e-9));
    expect(a).toEqual(before);
  });
});

test("a matrix that is not positive definite has no factor", () => {
  expect(choleskyInto(Float64Array.of(1, 2, 2, 1), 2)).toBe(-1);
  expect(choleskyInto(Float64Array.of(Number.NaN), 1)).toBe(-1);
});

test("a singular matrix gives the solution of least norm", () => {
  // x + y = 2 twice over, and a third unknown without an equation.
  const b = Float64Array.of(2, 2, 0);
  expect(solveSymmetricInto([b], Float64Array.of(1, 1, 0, 1, 1, 0, 0, 0, 0), 3)).toBe(1);
  expect(relativeError(b, [1, 1, 0])).toBeLessThanOrEqual(1e-14);
});

test("a matrix of zeros gives zeros", () => {
  const b = Float64Array.of(1, 2);
  expect(solveSymmetricInto([b], new Float64Array(4), 2)).toBe(0);
  expect([...b]).toEqual([0, 0]);
});
