import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createModel,
  LdaStatistics,
  LinearDiscriminantAnalysis,
  takeLabels,
  takeRows,
  type Matrix,
} from "../../src/index";
import type { Shrinkage } from "../../src/covariance";
import { mixture, relativeError } from "../golden";

/** The rows cut into parts of the sizes given, the rest as the last. */
function partsOf({ x, y }: { x: Matrix; y: ArrayLike<number> }, sizes: readonly number[]) {
  const parts: { x: Matrix; y: Int32Array }[] = [];
  let from = 0;
  for (const size of [...sizes, x.nRows]) {
    const rows = Int32Array.from({ length: Math.min(size, x.nRows - from) }, (_, i) => from + i);
    if (rows.length > 0) parts.push({ x: takeRows(x, rows), y: takeLabels(y, rows) });
    from += rows.length;
  }
  return parts;
}

/** The worst relative difference between what the statistics solve to and what the pooled rows train to. */
function difference(got: LdaStatistics, x: Matrix, y: ArrayLike<number>, shrinkage: Shrinkage): number {
  const want = new LinearDiscriminantAnalysis({ shrinkage }).fit(x, y);
  const solved = got.solve({ shrinkage });
  const decisions = createModel({ classifier: solved }).decisionFunction(x);
  return Math.max(
    relativeError(solved.linear.coef, want.coef),
    relativeError(solved.means, want.means),
    relativeError([...solved.shrinkages, 1], [...want.shrinkages, 1]),
    relativeError([...decisions, 1], [...want.decisionFunction(x), 1]),
  );
}

const problem = fc.record({
  seed: fc.nat(1000),
  nRows: fc.integer({ min: 12, max: 60 }),
  nFeatures: fc.integer({ min: 1, max: 9 }),
  classes: fc.constantFrom([1, 2], [-1, 4, 7]),
});
const shrinkages = fc.constantFrom<Shrinkage>("auto", 0.2, 1);

test("merged in any order and grouping, parts give what the pooled rows give", () => {
  fc.assert(
    fc.property(
      problem,
      shrinkages,
      fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 4 }),
      fc.nat(),
      (p, shrinkage, sizes, turn) => {
        const { x, y } = mixture(p);
        const statistics = partsOf({ x, y }, sizes).map((part) => LdaStatistics.of(part.x, part.y));
        const turned = statistics.map((_, i) => statistics[(i + turn) % statistics.length]!);
        const there = statistics.reduce((a, b) => a.merge(b));
        const back = turned.reduceRight((b, a) => a.merge(b));
        expect(there.counts).toEqual(back.counts);
        expect(difference(there, x, y, shrinkage)).toBeLessThan(1e-8);
        expect(difference(back, x, y, shrinkage)).toBeLessThan(1e-8);
      },
    ),
  );
});

test("what was merged can be removed again", () => {
  fc.assert(
    fc.property(problem, shrinkages, fc.integer({ min: 1, max: 30 }), (p, shrinkage, nMore) => {
      const { x, y } = mixture(p);
      const more = mixture({ ...p, seed: p.seed + 1, nRows: Math.max(nMore, 2 * p.classes.length) });
      const extra = LdaStatistics.of(more.x, more.y);
      expect(difference(LdaStatistics.of(x, y).merge(extra).remove(extra), x, y, shrinkage)).toBeLessThan(1e-8);
      expect(difference(extra.merge(LdaStatistics.of(x, y)).remove(extra), x, y, shrinkage)).toBeLessThan(1e-8);
    }),
  );
});

describe("numbers that are hard on sums", () => {
  const base = mixture({ seed: 5, nRows: 80, nFeatures: 6 });
  const shifted = (offset: number, scale: number) => ({
    x: { ...base.x, data: base.x.data.map((value, i) => value * (i % 6 === 2 ? scale : 1) + offset) },
    y: base.y,
  });
  test.each([
    ["a mean a hundred times the deviation", shifted(100, 1)],
    ["a mean a million times the deviation", shifted(1e6, 1)],
    ["a feature a thousand times the others", shifted(0, 1e3)],
    ["a constant feature", { x: { ...base.x, data: base.x.data.map((v, i) => (i % 6 === 4 ? 3.25 : v)) }, y: base.y }],
  ])("%s", (_, { x, y }) => {
    const parts = partsOf({ x, y }, [17, 30]).map((part) => LdaStatistics.of(part.x, part.y));
    expect(
      difference(
        parts.reduce((a, b) => a.merge(b)),
        x,
        y,
        "auto",
      ),
    ).toBeLessThan(1e-8);
  });

  test("more rows than a block", () => {
    const { x, y } = mixture({ seed: 9, nRows: 4700, nFeatures: 3 });
    expect(difference(LdaStatistics.of(x, y), x, y, "auto")).toBeLessThan(1e-8);
  });
});

test("a part may lack a class, and a class may come and go", () => {
  const { x, y } = mixture({ seed: 3, nRows: 40, nFeatures: 4 });
  const rowsOf = (label: number) => Int32Array.from([...y.keys()].filter((i) => y[i] === label));
  const [ones, twos] = [1, 2].map((label) =>
    LdaStatistics.of(takeRows(x, rowsOf(label)), takeLabels(y, rowsOf(label))),
  );
  expect(() => ones!.solve()).toThrow(expect.objectContaining({ code: "ERR_LDA_SINGLE_CLASS" }));
  const both = twos!.merge(ones!);
  expect(both.classes).toEqual([1, 2]);
  expect(difference(both, x, y, "auto")).toBeLessThan(1e-8);
  expect(both.remove(twos!).classes).toEqual([1]);
});

test("statistics for a fixed shrinkage only are smaller, and say what they cannot", () => {
  const { x, y } = mixture({ seed: 4, nRows: 40, nFeatures: 4 });
  const small = LdaStatistics.of(x, y, { auto: false });
  expect(small.ofClass(1)!.higher).toBeUndefined();
  expect(difference(small.merge(small).remove(LdaStatistics.of(x, y)), x, y, 0.5)).toBeLessThan(1e-8);
  expect(() => small.solve({ shrinkage: "auto" })).toThrow(expect.objectContaining({ code: "ERR_LDA_OPTION" }));
  expect(small.merge(LdaStatistics.of(x, y)).auto).toBe(false);
});

test("priors are taken as given", () => {
  const { x, y } = mixture({ seed: 6, nRows: 50, nFeatures: 3 });
  const want = new LinearDiscriminantAnalysis({ priors: [0.9, 0.1] }).fit(x, y);
  expect(relativeError(LdaStatistics.of(x, y).solve({ priors: [0.9, 0.1] }).linear.coef, want.coef)).toBeLessThan(1e-9);
});

const good = mixture({ seed: 7, nRows: 12, nFeatures: 2 });
const statistics = LdaStatistics.of(good.x, good.y);
test.each<[string, () => unknown, string]>([
  [
    "another width",
    () => statistics.merge(LdaStatistics.of({ data: new Float64Array(2), nRows: 2, nFeatures: 1 }, [1, 2])),
    "ERR_LDA_SHAPE",
  ],
  ["rows never merged", () => statistics.remove(statistics.merge(statistics)), "ERR_LDA_SHAPE"],
  [
    "NaN",
    () => LdaStatistics.of({ data: Float64Array.of(1, NaN), nRows: 2, nFeatures: 1 }, [1, 2]),
    "ERR_LDA_NON_FINITE",
  ],
  [
    "labels of halves",
    () => LdaStatistics.of({ data: Float64Array.of(1, 2), nRows: 2, nFeatures: 1 }, [1, 1.5]),
    "ERR_LDA_LABEL",
  ],
  ["no rows", () => LdaStatistics.of({ data: new Float64Array(0), nRows: 0, nFeatures: 1 }, []), "ERR_LDA_EMPTY"],
  [
    "one row of a class",
    () => LdaStatistics.of({ data: Float64Array.of(1, 2, 3), nRows: 3, nFeatures: 1 }, [1, 1, 2]).solve(),
    "ERR_LDA_CLASS_TOO_SMALL",
  ],
  ["a shrinkage of 2", () => statistics.solve({ shrinkage: 2 }), "ERR_LDA_OPTION"],
  ["one prior", () => statistics.solve({ priors: [1] }), "ERR_LDA_OPTION"],
  ["a negative prior", () => statistics.solve({ priors: [1, -1] }), "ERR_LDA_OPTION"],
  [
    "huge magnitudes",
    () => LdaStatistics.of({ ...good.x, data: good.x.data.map((v) => v * 1e150) }, good.y).solve(),
    "ERR_LDA_NUMERICAL",
  ],
  [
    "sums of another size",
    () => LdaStatistics.from(2, [[1, { count: 2, mean: new Float64Array(2), scatter: new Float64Array(3) }]]),
    "ERR_LDA_SHAPE",
  ],
])("%s is refused", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
