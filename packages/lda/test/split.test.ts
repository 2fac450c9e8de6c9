import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitBySubject, trainTestSplit } from "../src/index";
import { digestOf, golden } from "./golden";

interface Case {
  name: string;
  n: number;
  codes: number[];
  test_size: number | null;
  train_size: number | null;
  seed: number;
  stratify: boolean;
  n_train: number;
  n_test: number;
  train_digest: string;
  test_digest: string;
  train_first: number[];
  test_first: number[];
}
const { producer, cases } = golden<Case>("split");

// The labels that tools/golden/lda.py makes: every third row is of another class, those in turn.
const labelsOf = (n: number, [first, ...others]: number[]) =>
  Int32Array.from({ length: n }, (_, i) => (i % 3 ? first! : others[Math.floor(i / 3) % others.length]!));

describe(`gives the indices of ${producer}`, () => {
  test.each(cases)("$name", (c) => {
    const { train, test: held } = trainTestSplit(c.n, {
      testSize: c.test_size ?? undefined,
      trainSize: c.train_size ?? undefined,
      seed: c.seed,
      stratify: c.stratify ? labelsOf(c.n, c.codes) : undefined,
    });
    expect([train.length, held.length]).toEqual([c.n_train, c.n_test]);
    expect([...train.subarray(0, 20)]).toEqual(c.train_first);
    expect([...held.subarray(0, 20)]).toEqual(c.test_first);
    expect([digestOf(train), digestOf(held)]).toEqual([c.train_digest, c.test_digest]);
  });
});

test("is a partition that keeps each class's share to within a row", () => {
  const problem = fc.record({
    counts: fc.array(fc.integer({ min: 4, max: 60 }), { minLength: 2, maxLength: 4 }),
    testSize: fc.double({ min: 0.3, max: 0.7, noNaN: true }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(problem, ({ counts, testSize, seed }) => {
      const y = counts.flatMap((count, k) => Array.from({ length: count }, () => k));
      const { train, test: held } = trainTestSplit(y.length, { testSize, seed, stratify: y });
      expect([...train, ...held].toSorted((a, b) => a - b)).toEqual([...y.keys()]);
      expect(held.length).toBe(Math.ceil(testSize * y.length));
      counts.forEach((count, k) => {
        const inTest = held.filter((i) => y[i] === k).length;
        expect(Math.abs(inTest - (count * held.length) / y.length)).toBeLessThan(1 + 1e-9);
      });
    }),
  );
});

describe("refuses", () => {
  test.each([
    [
      "a class of one row",
      () => trainTestSplit(5, { stratify: [1, 1, 1, 1, 2] }),
      { code: "ERR_LDA_CLASS_TOO_SMALL", label: 2, count: 1 },
    ],
    ["one class", () => trainTestSplit(4, { stratify: [1, 1, 1, 1] }), { code: "ERR_LDA_SINGLE_CLASS", label: 1 }],
    [
      "a test part smaller than the classes",
      () => trainTestSplit(8, { testSize: 1, stratify: [1, 1, 1, 1, 2, 2, 2, 2] }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "a training part smaller than the classes",
      () => trainTestSplit(8, { testSize: 7, stratify: [1, 1, 1, 1, 2, 2, 2, 2] }),
      { code: "ERR_LDA_OPTION" },
    ],
    [
      "labels of another length",
      () => trainTestSplit(8, { stratify: [1, 2] }),
      { code: "ERR_LDA_SHAPE", got: 2, expected: 8 },
    ],
    ["no rows", () => trainTestSplit(0), { code: "ERR_LDA_EMPTY" }],
    ["one row", () => trainTestSplit(1, { testSize: 0.5 }), { code: "ERR_LDA_EMPTY" }],
    ["a test size of 0", () => trainTestSplit(10, { testSize: 0 }), { code: "ERR_LDA_OPTION", option: "testSize" }],
    ["a test size of 1.5", () => trainTestSplit(10, { testSize: 1.5 }), { code: "ERR_LDA_OPTION", option: "testSize" }],
    ["all rows as test", () => trainTestSplit(10, { testSize: 10 }), { code: "ERR_LDA_OPTION", option: "testSize" }],
    [
      "parts larger than the whole",
      () => trainTestSplit(10, { testSize: 0.6, trainSize: 0.6 }),
      { code: "ERR_LDA_OPTION" },
    ],
    ["a negative seed", () => trainTestSplit(10, { seed: -1 }), { code: "ERR_LDA_OPTION", option: "seed" }],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});

describe("splitBySubject", () => {
  test("trains on the first of them, each subject on one side", () => {
    expect(splitBySubject([3, 3, 1, 2, 1, 9], { percentage: 50 })).toEqual({ train: [3, 1], unseen: [2, 9] });
    expect(splitBySubject(["a", "b"], { percentage: 100 })).toEqual({ train: ["a", "b"], unseen: [] });
    expect(splitBySubject(["a", "b", "c"], { percentage: 1 }).train).toEqual(["a"]);
  });

  test("with a seed is a partition of the same sizes", () => {
    const subjects = Array.from({ length: 15 }, (_, i) => i + 1);
    const { train, unseen } = splitBySubject(subjects, { percentage: 60, seed: 7 });
    expect(train.length).toBe(9);
    expect([...train, ...unseen].toSorted((a, b) => a - b)).toEqual(subjects);
    expect(train).not.toEqual(subjects.slice(0, 9));
    expect(splitBySubject(subjects, { percentage: 60, seed: 7 }).train).toEqual(train);
  });

  test.each([0, -1, 101, Number.NaN])("refuses %d percent", (percentage) => {
    expect(() => splitBySubject([1, 2], { percentage })).toThrow(expect.objectContaining({ code: "ERR_LDA_OPTION" }));
  });
});
