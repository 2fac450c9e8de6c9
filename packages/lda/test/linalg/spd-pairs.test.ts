import { describe, expect, test } from "vitest";
import { eigh } from "../../src/linalg/eigh";
import { openSpdPairs } from "../../src/linalg/spd-pairs";
import { SPD_WASM } from "../../src/linalg/spd-wasm";
import { compileSpd } from "../../wasm/spd.mjs";
import { mixture, relativeError } from "../golden";

function positiveDefinite(n: number, seed: number): Float64Array {
  const { x } = mixture({ seed, nRows: 3 * n + 4, nFeatures: n });
  const a = new Float64Array(n * n);
  for (let row = 0; row < x.nRows; row++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) a[i * n + j]! += (x.data[row * n + i]! * x.data[row * n + j]!) / x.nRows;
  return a;
}

const lane = (values: Float64Array, which: 0 | 1) =>
  values.filter((_, at) => at % 2 === which).toSorted((a, b) => a - b);
const lowerOf = (a: Float64Array, n: number) => a.filter((_, at) => at % n <= Math.floor(at / n));

describe.each([1, 2, 3, 4, 7, 16, 33])("two matrices of order %d", (n) => {
  const [first, second] = [positiveDefinite(n, n), positiveDefinite(n, n + 50)];
  const pairs = openSpdPairs(n)!;

  test("have their own eigenvalues, and are the sum over their own eigenvectors", () => {
    for (const withVectors of [true, false]) {
      expect(pairs.diagonalise(first, second, withVectors)).toBe(true);
      expect(relativeError(lane(pairs.values, 0), eigh(first, n).values)).toBeLessThanOrEqual(1e-13);
      expect(relativeError(lane(pairs.values, 1), eigh(second, n).values)).toBeLessThanOrEqual(1e-13);
    }
    pairs.diagonalise(first, second, true);
    pairs.weights.set(pairs.values);
    pairs.addOuter();
    const sum = new Float64Array(n * n);
    pairs.takeSumInto(sum);
    const want = first.map((value, i) => value + second[i]!);
    expect(relativeError(lowerOf(sum, n), lowerOf(want, n))).toBeLessThanOrEqual(1e-13);
    pairs.takeSumInto(sum.fill(0));
    expect([...sum]).toEqual([...new Float64Array(n * n)]);
  });

  test("are whitened by the same factor", () => {
    const inverse = Float64Array.from({ length: n * n }, (_, at) =>
      at % n <= Math.floor(at / n) ? 1 / (1 + (at % n)) : 0,
    );
    pairs.whitenBy(inverse);
    expect(pairs.diagonalise(first, second, false)).toBe(true);
    pairs.whitenBy(null);
    const whitened = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < n; k++)
          for (let l = 0; l < n; l++)
            whitened[i * n + j]! += inverse[i * n + k]! * first[k * n + l]! * inverse[j * n + l]!;
    expect(relativeError(lane(pairs.values, 0), eigh(whitened, n).values)).toBeLessThanOrEqual(1e-12);
  });
});

test("matrices that are diagonal, or fall apart in different places", () => {
  const n = 5;
  const pairs = openSpdPairs(n)!;
  const identity = Float64Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 1 : 0));
  const blocks = positiveDefinite(n, 9).map((value, at) => (at % n < 2 === Math.floor(at / n) < 2 ? value : 0));
  for (const [a, b] of [
    [identity, blocks],
    [blocks, identity],
    [new Float64Array(25), blocks],
    [blocks, positiveDefinite(n, 3)],
  ] as const) {
    expect(pairs.diagonalise(a, b, true)).toBe(true);
    expect(relativeError(lane(pairs.values, 0), eigh(a, n).values)).toBeLessThanOrEqual(1e-13);
    expect(relativeError(lane(pairs.values, 1), eigh(b, n).values)).toBeLessThanOrEqual(1e-13);
  }
});

test("where there is no WebAssembly there are no pairs", () => {
  const { WebAssembly } = globalThis as { WebAssembly?: unknown };
  Reflect.deleteProperty(globalThis, "WebAssembly");
  try {
    expect(openSpdPairs(4)).toBeUndefined();
  } finally {
    Object.assign(globalThis, { WebAssembly });
  }
});

test("the bytes are those of the source", async () => {
  expect(Buffer.from(await compileSpd()).toString("base64")).toBe(SPD_WASM);
});
