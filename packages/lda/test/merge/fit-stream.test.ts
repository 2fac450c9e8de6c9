import fc from "fast-check";
import { expect, test } from "vitest";
import { fitStream, LinearDiscriminantAnalysis, takeLabels, takeRows, type LabelledBlock } from "../../src/index";
import { mixture, relativeError } from "../golden";

/** Blocks of one size, all in the same buffer. */
function* blocksOf({ x, y }: ReturnType<typeof mixture>, size: number): Generator<LabelledBlock> {
  const buffer = new Float64Array(size * x.nFeatures);
  for (let from = 0; from < x.nRows; from += size) {
    const rows = Int32Array.from({ length: Math.min(size, x.nRows - from) }, (_, i) => from + i);
    buffer.set(takeRows(x, rows).data);
    const data = buffer.subarray(0, rows.length * x.nFeatures);
    yield { x: { data, nRows: rows.length, nFeatures: x.nFeatures }, y: takeLabels(y, rows) };
  }
}

test("rows in blocks fit what all rows at once fit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(500),
        nRows: fc.integer({ min: 12, max: 60 }),
        nFeatures: fc.integer({ min: 1, max: 8 }),
        classes: fc.constantFrom([1, 2], [0, 3, 5]),
      }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom("auto" as const, 0.3, "none" as const),
      async (p, size, shrinkage) => {
        const all = mixture({ ...p, nRows: p.nRows + 6 * p.nFeatures }); // enough rows for a covariance of full rank
        const want = new LinearDiscriminantAnalysis({ shrinkage }).fit(all.x, all.y);
        const got = await fitStream(() => blocksOf(all, size), { shrinkage });
        expect(relativeError(got.linear.coef, want.coef)).toBeLessThan(1e-9);
        expect(relativeError([...got.shrinkages, 1], [...want.shrinkages, 1])).toBeLessThan(1e-9);
        expect([...got.priors]).toEqual([...want.priors]);
      },
    ),
    { numRuns: 60 },
  );
});

const all = mixture({ seed: 1, nRows: 20, nFeatures: 2 });
let readings = 0;
test.each<[string, () => Iterable<LabelledBlock>, string]>([
  ["no rows", () => [], "ERR_LDA_SINGLE_CLASS"],
  ["one class", () => [{ x: all.x, y: all.y.map(() => 1) }], "ERR_LDA_SINGLE_CLASS"],
  [
    "widths that change",
    () => [
      { x: all.x, y: all.y },
      { x: { ...all.x, nRows: 40, nFeatures: 1 }, y: [...all.y, ...all.y] },
    ],
    "ERR_LDA_SHAPE",
  ],
  ["NaN", () => [{ x: { ...all.x, data: all.x.data.map(() => NaN) }, y: all.y }], "ERR_LDA_NON_FINITE"],
  ["rows that go away", () => (readings++ % 2 === 0 ? [{ x: all.x, y: all.y }] : []), "ERR_LDA_SHAPE"],
  [
    "labels that change",
    () => [{ x: all.x, y: readings++ % 2 === 1 ? all.y : all.y.map((label) => 3 - label) }],
    "ERR_LDA_SHAPE",
  ],
])("%s is refused", async (_, open, code) => {
  readings = 0;
  await expect(fitStream(open)).rejects.toMatchObject({ code });
});

test("what the source throws comes through, and the source is told to end", async () => {
  let ended = false;
  function* source(): Generator<LabelledBlock> {
    try {
      yield { x: all.x, y: [1.5] };
    } finally {
      ended = true;
    }
  }
  await expect(fitStream(source)).rejects.toMatchObject({ code: "ERR_LDA_SHAPE" });
  expect(ended).toBe(true);
});
