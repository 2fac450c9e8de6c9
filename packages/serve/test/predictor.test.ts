import fc from "fast-check";
import { expect, test } from "vitest";
import { checkPredictor, loadedModel, type Predictor } from "../src/predictor";
import { constantPredictor, refTo } from "./fakes";

const broken = (change: Partial<Predictor>): Predictor => ({ ...constantPredictor(0.5), ...change });
const linear = (weights: readonly number[]): Predictor =>
  broken({
    nFeatures: weights.length,
    featureNames: weights.map((_, i) => `f${i}`),
    predictProba(data, nRows) {
      const out = new Float64Array(2 * nRows);
      for (let row = 0; row < nRows; row++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * data[row * weights.length + i]!;
        out[2 * row + 1] = 1 / (1 + Math.exp(-sum));
        out[2 * row] = 1 - out[2 * row + 1]!;
      }
      return out;
    },
  });

test("a linear model is served if and only if all its weights are finite", () => {
  const weight = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const bad = fc.constantFrom(Number.NaN, Infinity, -Infinity);
  fc.assert(
    fc.property(fc.array(weight, { minLength: 1, maxLength: 20 }), fc.nat(), bad, (weights, at, value) => {
      checkPredictor(linear(weights));
      const spoiled = weights.with(at % weights.length, value);
      expect(() => checkPredictor(linear(spoiled))).toThrow(/probe row of 0s: .*finite/);
    }),
  );
});

test.each([
  ["no features", { nFeatures: 0 }, /nFeatures: expected a positive integer, got 0/],
  ["too few names", { featureNames: ["a"] }, /featureNames: expected 3, got 1/],
  ["one class", { classes: [1], classNames: ["a"] }, /classes: expected at least 2, got 1/],
  ["a name too many", { classNames: ["a", "b", "c"] }, /classNames: expected 2, got 3/],
  ["a foreign positive class", { positive: 7 }, /positive: expected one of 1, 2, got 7/],
  ["too few probabilities", { predictProba: () => new Float64Array(1) }, /expected 2 probabilities, got 1/],
  ["a probability above one", { predictProba: () => Float64Array.of(-0.5, 1.5) }, /expected a probability in \[0, 1\]/],
  ["a sum that is not one", { predictProba: () => Float64Array.of(0.5, 0.6) }, /add up to 1, got 1.1/],
  [
    "one that throws",
    {
      predictProba: () => {
        throw new Error("out of memory");
      },
    },
    /the model threw: out of memory/,
  ],
] as const)("refuses a predictor with %s", (_, change, message) => {
  expect(() => checkPredictor(broken(change))).toThrow(message);
});

test("refuses another width than the one being served, and names both", () => {
  expect(() => checkPredictor(constantPredictor(0.5, 4), 3)).toThrow(/expected 3 features .* got 4/);
  checkPredictor(constantPredictor(0.5, 3), 3);
});

test("dresses a version with the words it is known by", () => {
  const { label, spoken, positiveColumn, key } = loadedModel(constantPredictor(0.5), refTo("12"), { key: "k" });
  expect({ label, spoken, positiveColumn, key }).toEqual({
    label: "v12",
    spoken: "v12 (source: runs:/run12/model)",
    positiveColumn: 1,
    key: "k",
  });
});
