import { describe, expect, test } from "vitest";
import { RandomState } from "../src/index";
import { digestOf, golden } from "./golden";

interface Case {
  name: string;
  seed: number;
  words: number[];
  doubles: number[];
  permutation_digest: string;
  permutation_first: number[];
  choice: number[];
  bounded: number[];
}
const { producer, cases } = golden<Case>("random");

describe(`draws as ${producer}`, () => {
  test.each(cases)("$name", (c) => {
    const random = new RandomState(c.seed);
    expect(c.words.map(() => random.uint32())).toEqual(c.words);
    expect(c.doubles.map(() => random.double())).toEqual(c.doubles);
    const permutation = random.permutation(Int32Array.from({ length: 1500 }, (_, i) => i));
    expect([...permutation.subarray(0, 10)]).toEqual(c.permutation_first);
    expect(digestOf(permutation)).toBe(c.permutation_digest);
    expect([...random.choice([3, 5, 8, 13], 2)]).toEqual(c.choice);
    expect([1, 2, 3, 7, 64, 1000].map((k) => random.bounded(k - 1))).toEqual(c.bounded);
  });
});

test.each([-1, 2 ** 32, 1.5, Number.NaN])("refuses seed %d", (seed) => {
  expect(() => new RandomState(seed)).toThrow(expect.objectContaining({ code: "ERR_LDA_OPTION", option: "seed" }));
});
