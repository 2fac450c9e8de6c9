import { expect, test } from "vitest";
import { gramInto } from "../../src/linalg/gram";
import { openJsKernel, openWasmKernel } from "../../src/linalg/gram-kernel";
import { GRAM_WASM } from "../../src/linalg/gram-wasm";
import { wasm } from "../../wasm/gram.mjs";
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

test("WebAssembly gives the bits that JavaScript gives", () => {
  for (const n of [1, 127, 128, 129, 400])
    for (const p of [1, 3, 4, 5, 130, 261]) {
      const { x } = mixture({ seed: n + p, nRows: Math.max(n, 4), nFeatures: p });
      const [js, vectors] = [openJsKernel, openWasmKernel].map((open) => {
        const out = new Float64Array(p * p);
        gramInto(out, x.data, n, p, (...lengths) => open(...lengths)!);
        return out;
      });
      expect(vectors).toEqual(js);
    }
});

test("the WebAssembly committed is the one that wasm/gram.mjs writes", () => {
  expect(Buffer.from(wasm).toString("base64")).toBe(GRAM_WASM);
});

test("without the memory for it there is no WebAssembly kernel, and JavaScript stands in", () => {
  expect(openWasmKernel(2 ** 32, 0)).toBeUndefined();
});
