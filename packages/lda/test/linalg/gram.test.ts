import { expect, test } from "vitest";
import { gramInto } from "../../src/linalg/gram";
import { relativeError, mixture } from "../golden";

test.each([1, 127, 128, 129, 300].flatMap((n) => [1, 3, 4, 5, 127, 133].map((p) => ({ n, p }))))(
  "$n × $p",
  ({ n, p }) => {
    const { x } = mixture({ seed: n * p, nRows: Math.max(n, 4), nFeatures: p });
    const a = x.data.subarray(0, n * p);
    const want = new Float64Array(p * p);
    for (let r = 0; r < n; r++)
      for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) want[i * p + j]! += a[r * p + i]! * a[r * p + j]!;
    const got = new Float64Array(p * p).fill(Number.NaN);
    gramInto(got, a, n, p);
    expect(relativeError(got, want)).toBeLessThanOrEqual(1e-13);
  },
);

test("is the same to the last bit in both triangles", () => {
  const { x } = mixture({ seed: 3, nRows: 200, nFeatures: 37 });
  const out = new Float64Array(37 * 37);
  gramInto(out, x.data, 200, 37);
  for (let i = 0; i < 37; i++) for (let j = 0; j < i; j++) expect(out[i * 37 + j]).toBe(out[j * 37 + i]);
});
