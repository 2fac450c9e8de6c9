import fc from "fast-check";
import { expect, test } from "vitest";
import { hasKernels } from "../../src/kernels/wasm";
import { unsnappy, unsnappyPlainly } from "../../src/readers/snappy";

/** Compresses by a list of steps: literals, and copies of what came before; what the format allows, however odd. */
type Step = { readonly literal: Uint8Array } | { readonly back: number; readonly n: number; readonly kind: 1 | 2 | 3 };

function compress(steps: readonly Step[]): { block: Uint8Array; plain: Uint8Array } {
  const body: number[] = [];
  const plain: number[] = [];
  for (const step of steps) {
    if ("literal" in step) {
      const n = step.literal.length;
      if (n <= 60) body.push((n - 1) << 2);
      else if (n <= 256) body.push(60 << 2, n - 1);
      else body.push(61 << 2, (n - 1) & 255, (n - 1) >> 8);
      for (const byte of step.literal) {
        body.push(byte);
        plain.push(byte);
      }
    } else if (plain.length > 0) {
      const back = 1 + (step.back % plain.length);
      const { kind } = step;
      const n = kind === 1 ? 4 + (step.n % 8) : step.n;
      if (kind === 1 && back < 2048) body.push(1 | ((n - 4) << 2) | ((back >> 8) << 5), back & 255);
      else if (kind === 2 || kind === 1) body.push(2 | ((n - 1) << 2), back & 255, back >> 8);
      else body.push(3 | ((n - 1) << 2), back & 255, back >> 8, 0, 0);
      for (let i = 0; i < n; i++) plain.push(plain[plain.length - back]!);
    }
  }
  const length: number[] = [];
  for (let n = plain.length; ; n = Math.floor(n / 128)) {
    length.push(n < 128 ? n : (n % 128) | 128);
    if (n < 128) break;
  }
  return { block: Uint8Array.from([...length, ...body]), plain: Uint8Array.from(plain) };
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ literal: fc.uint8Array({ minLength: 1, maxLength: 400 }) }),
  fc.record({ back: fc.nat({ max: 5000 }), n: fc.integer({ min: 1, max: 64 }), kind: fc.constantFrom(1, 2, 3) }),
);

test.skipIf(!hasKernels())("WebAssembly and JavaScript give the same bytes", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 30 }), (steps) => {
      const { block, plain } = compress(steps);
      expect(unsnappyPlainly(block, plain.length)).toEqual(plain);
      expect(unsnappy(block, plain.length).slice()).toEqual(plain);
    }),
  );
});

test.skipIf(!hasKernels())("and refuse the same damaged blocks", () => {
  const attempt = (decode: typeof unsnappy, block: Uint8Array, length: number): Uint8Array | "refused" => {
    try {
      return decode(block, length).slice();
    } catch {
      return "refused";
    }
  };
  fc.assert(
    fc.property(
      fc.array(anyStep, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }),
      fc.nat({ max: 3 }),
      fc.integer({ min: -2, max: 2 }),
      (steps, edits, cut, longer) => {
        const { block, plain } = compress(steps);
        const damaged = block.slice(0, Math.max(1, block.length - cut));
        for (const [at, byte] of edits) damaged[at % damaged.length] = byte;
        const length = Math.max(0, plain.length + longer);
        expect(attempt(unsnappy, damaged, length)).toEqual(attempt(unsnappyPlainly, damaged, length));
      },
    ),
    { numRuns: 400 },
  );
});

test("no memory is kept for a block that claims to swell more than it can", () => {
  for (const decode of [unsnappy, unsnappyPlainly])
    for (const length of [2 ** 31, 2 ** 40, 1e9, -1, Number.NaN])
      expect(() => decode(Uint8Array.of(4, 0, 0), length)).toThrow(/claims too many/);
});
