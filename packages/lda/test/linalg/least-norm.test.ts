import fc from "fast-check";
import { expect, test } from "vitest";
import { gramInto } from "../../src/linalg/gram";
import { leastNormInto } from "../../src/linalg/least-norm";
import { mixture, relativeError } from "../golden";

const multiply = (a: Float64Array, n: number, x: Float64Array) =>
  Float64Array.from({ length: n }, (_, i) => x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0));

const problem = fc.record({
  n: fc.integer({ min: 1, max: 24 }),
  rank: fc.integer({ min: 1, max: 24 }),
  seed: fc.nat(),
  power: fc.constantFrom(-300, 0, 250),
});

test("finds the rank, solves what can be solved, and stays in the range of the matrix", () => {
  fc.assert(
    fc.property(problem, ({ n, rank, seed, power }) => {
      const { x } = mixture({ seed, nRows: Math.max(4, rank), nFeatures: n });
      const rows = Math.min(rank, n);
      const a = new Float64Array(n * n);
      gramInto(
        a,
        x.data.map((value) => value * 2 ** (power / 2)),
        rows,
        n,
      );
      const some = Float64Array.from({ length: n }, (_, i) => Math.cos(2 * i + seed));
      const inRange = multiply(a, n, some); // A·some, so A·x = b has solutions, of which `some` is one
      const b = [inRange.slice(), inRange.map((value) => -2 * value)];
      const found = leastNormInto(b, a, n);
      expect(found).toBeGreaterThanOrEqual(rows); // rounding may lift an eigenvalue of zero above eps
      expect(relativeError(multiply(a, n, b[0]!), inRange)).toBeLessThanOrEqual(1e-9);
      expect(
        relativeError(
          b[1]!,
          b[0]!.map((value) => -2 * value),
        ),
      ).toBeLessThanOrEqual(1e-9);
      const norm = (v: Float64Array) => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
      expect(norm(b[0]!)).toBeLessThanOrEqual(norm(some) * (1 + 1e-9));
    }),
    { numRuns: 200 },
  );
});

test.each([
  ["a diagonal one", [2, 0, 0, 0, 0, 0, 0, 0, 4], [2, 7, 8], [1, 0, 2], 2],
  ["one of equal rows", [1, 1, 1, 1, 1, 1, 1, 1, 1], [3, 3, 3], [1, 1, 1], 1],
  ["one with a negative eigenvalue", [0, 1, 1, 0], [2, 3], [3, 2], 2],
  ["one of zeros", [0, 0, 0, 0], [1, 2], [0, 0], 0],
  ["a number", [4], [2], [0.5], 1],
])("%s", (_, a, b, x, rank) => {
  const got = Float64Array.from(b);
  expect(leastNormInto([got], Float64Array.from(a), b.length)).toBe(rank);
  expect(relativeError([...got, 1], [...x, 1])).toBeLessThanOrEqual(1e-14);
});
