import fc from "fast-check";
import { expect, test } from "vitest";
import { linearScoresInto, linearScoresJsInto } from "../../src/linalg/linear-kernel";
import { RandomState } from "../../src/index";

const noise = (seed: number, length: number) => {
  const random = new RandomState(seed);
  return Float64Array.from({ length }, () => random.double() - 0.5);
};

test("WebAssembly and JavaScript give the same bits, and a row the same whatever is beside it", () => {
  const shape = fc.record({
    nRows: fc.integer({ min: 1, max: 21 }),
    nFeatures: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1119, 1121, 9000)),
    nScores: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ nRows, nFeatures, nScores, seed }) => {
      const form = {
        nFeatures,
        centre: noise(seed, nFeatures),
        coef: noise(seed + 1, nFeatures * nScores),
        offset: noise(seed + 2, nScores),
      };
      const data = noise(seed + 3, nRows * nFeatures);
      const [fast, slow, alone] = [0, 1, 2].map(() => new Float64Array(nRows * nScores)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      linearScoresInto(fast, data, nRows, form);
      linearScoresJsInto(slow, data, nRows, form);
      for (let i = 0; i < nRows; i++)
        linearScoresInto(
          alone.subarray(i * nScores, (i + 1) * nScores),
          data.subarray(i * nFeatures, (i + 1) * nFeatures),
          1,
          form,
        );
      expect(fast).toEqual(slow);
      expect(alone).toEqual(slow);
    }),
    { numRuns: 60 },
  );
});

test("a value that is not finite makes its score so", () => {
  const form = { nFeatures: 6, centre: new Float64Array(6), coef: new Float64Array(6), offset: Float64Array.of(1) };
  for (const value of [Number.NaN, Infinity, -Infinity])
    for (let at = 0; at < 6; at++) {
      const out = new Float64Array(1);
      linearScoresInto(out, new Float64Array(6).with(at, value), 1, form);
      expect(out[0]).toBeNaN();
    }
});
