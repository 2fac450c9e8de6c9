import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  GroupKFold,
  KFold,
  LeaveOneGroupOut,
  ShuffleSplit,
  StratifiedGroupKFold,
  StratifiedKFold,
  StratifiedShuffleSplit,
  type Splitter,
} from "../../src/index";
import { digestOf, golden } from "../golden";

const SPLITTERS: Record<string, new (options?: Record<string, never>) => Splitter> = {
  KFold,
  StratifiedKFold,
  GroupKFold,
  LeaveOneGroupOut,
  StratifiedGroupKFold,
  ShuffleSplit,
  StratifiedShuffleSplit,
};

interface Case {
  name: string;
  splitter: string;
  options: Record<string, never>;
  n: number;
  codes: number[];
  folds: { n_train: number; n_test: number; train: string; test: string; first: number[] }[];
}
const { producer, cases } = golden<Case>("folds");

// As tools/golden/lda_estimators.py makes them.
const labelsOf = (n: number, [first, ...others]: number[]) =>
  Int32Array.from({ length: n }, (_, i) => (i % 3 ? first! : others[Math.floor(i / 3) % others.length]!));
const groupsOf = (n: number) => Int32Array.from({ length: n }, (_, i) => (i % 5 ? (i * i + 3 * i) % 11 : 7));

describe(`gives the indices of ${producer}`, () => {
  test.each(cases)("$name", ({ splitter, options, n, codes, folds }) => {
    const got = new SPLITTERS[splitter]!(options).split({ y: labelsOf(n, codes), groups: groupsOf(n) });
    expect(
      got.map(({ train, test: held }) => ({
        n_train: train.length,
        n_test: held.length,
        train: digestOf(train),
        test: digestOf(held),
        first: [...held.subarray(0, 5)],
      })),
    ).toEqual(folds);
  });
});

const problem = fc
  .record({
    rows: fc.array(fc.record({ label: fc.integer({ min: 0, max: 2 }), group: fc.integer({ min: 0, max: 5 }) }), {
      minLength: 12,
      maxLength: 80,
    }),
    nSplits: fc.integer({ min: 2, max: 4 }),
    shuffle: fc.boolean(),
  })
  .filter(({ rows, nSplits }) => new Set(rows.map(({ group }) => group)).size >= nSplits);

describe("every row is tested once, and never trains the model that tests it", () => {
  test.each(["KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "LeaveOneGroupOut"] as const)(
    "%s",
    (name) => {
      fc.assert(
        fc.property(problem, ({ rows, nSplits, shuffle }) => {
          const [y, groups] = [rows.map(({ label }) => label), rows.map(({ group }) => group)];
          const splitter = new SPLITTERS[name]!({ nSplits, shuffle } as never);
          const folds = splitter.split({ y, groups });
          const tested = folds.flatMap(({ test: held }) => [...held]);
          expect(tested.toSorted((a, b) => a - b)).toEqual([...y.keys()]);
          for (const { train, test: held } of folds) {
            expect([...train, ...held].toSorted((a, b) => a - b)).toEqual([...y.keys()]);
            const trained = new Set([...train].map((i) => groups[i]));
            expect(name.includes("Group") && [...held].some((i) => trained.has(groups[i]!))).toBe(false);
          }
          const perFold = [...new Set(y)].map((label) =>
            folds.map(({ test: held }) => [...held].filter((i) => y[i] === label).length),
          );
          const uneven = perFold.some((counts) => Math.max(...counts) - Math.min(...counts) > 1);
          expect(name === "StratifiedKFold" && uneven).toBe(false);
        }),
      );
    },
  );
});

test("groups may be names, in alphabetical order", () => {
  const folds = new LeaveOneGroupOut().split({ groups: ["b", "a", "b", "c"] });
  expect(folds.map(({ test: held }) => [...held])).toEqual([[1], [0, 2], [3]]);
});

describe("refuses", () => {
  const y = [1, 2, 1, 2, 1, 2];
  test.each([
    ["one fold", () => new KFold({ nSplits: 1 }), { code: "ERR_LDA_OPTION", option: "nSplits" }],
    ["half a fold", () => new StratifiedKFold({ nSplits: 2.5 }), { code: "ERR_LDA_OPTION" }],
    ["a seed without shuffling", () => new KFold({ seed: 1 }), { code: "ERR_LDA_OPTION", option: "seed" }],
    ["more folds than rows", () => new KFold({ nSplits: 7 }).split({ y }), { code: "ERR_LDA_OPTION" }],
    ["nothing", () => new KFold().split({}), { code: "ERR_LDA_EMPTY" }],
    ["no rows", () => new KFold().split({ nRows: 0 }), { code: "ERR_LDA_EMPTY" }],
    ["no labels", () => new StratifiedKFold().split({ nRows: 9 }), { code: "ERR_LDA_SHAPE", expected: 9 }],
    ["labels of another length", () => new KFold().split({ nRows: 9, y }), { code: "ERR_LDA_SHAPE", got: 6 }],
    ["half a label", () => new StratifiedKFold().split({ y: [1, 2.5, 1, 2, 1] }), { code: "ERR_LDA_LABEL", row: 1 }],
    [
      "more folds than rows of any class",
      () => new StratifiedKFold().split({ y }),
      { code: "ERR_LDA_CLASS_TOO_SMALL", needed: 5 },
    ],
    ["no groups", () => new GroupKFold({ nSplits: 2 }).split({ y }), { code: "ERR_LDA_SHAPE" }],
    ["more folds than groups", () => new GroupKFold().split({ groups: y }), { code: "ERR_LDA_OPTION" }],
    ["one group", () => new LeaveOneGroupOut().split({ groups: [3, 3] }), { code: "ERR_LDA_OPTION" }],
    [
      "a group that is NaN",
      () => new LeaveOneGroupOut().split({ groups: [3, Number.NaN] }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "more stratified folds than groups",
      () => new StratifiedGroupKFold({ nSplits: 3 }).split({ y, groups: y }),
      { code: "ERR_LDA_OPTION" },
    ],
    ["no splits", () => new ShuffleSplit({ nSplits: 0 }), { code: "ERR_LDA_OPTION" }],
    [
      "a class of one row",
      () => new StratifiedShuffleSplit().split({ y: [1, 1, 1, 2] }),
      { code: "ERR_LDA_CLASS_TOO_SMALL" },
    ],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
