import { describe, expect, test } from "vitest";
import { StepwiseLda, ToeplitzLda } from "../src/index";
import { studentTail } from "../src/student-tail";
import { golden, matrix, mixture, relativeError } from "./golden";

interface ToeplitzCase {
  name: string;
  n_features: number;
  n_channels: number;
  order: "channel" | "time";
  tapering: "linear" | "none";
  shrinkage: "auto" | number;
  x: number[];
  y: number[];
  share: number;
  coef: number[];
  decision: number[];
}
const toeplitz = golden<ToeplitzCase>("toeplitz-lda");

/** Scores of three classes less their mean: what they share tells nothing. */
function centred(scores: ArrayLike<number>, nScores: number): number[] {
  const list = Array.from(scores);
  if (nScores === 1) return list;
  return list.map((value, i) => {
    const row = Math.floor(i / nScores) * nScores;
    return value - list.slice(row, row + nScores).reduce((a, b) => a + b, 0) / nScores;
  });
}

describe(`ToeplitzLda agrees with ${toeplitz.producer}`, () => {
  test.each(toeplitz.cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const { n_channels: nChannels, order, tapering, shrinkage } = c;
    const lda = new ToeplitzLda({ nChannels, order, tapering, shrinkage }).fit(x, c.y);
    expect(lda.shrinkageUsed).toBeCloseTo(c.share, 12);
    expect(relativeError(lda.coef, c.coef)).toBeLessThanOrEqual(1e-9);
    const nScores = lda.classes.length === 2 ? 1 : lda.classes.length;
    expect(relativeError(centred(lda.decisionFunction(x), nScores), centred(c.decision, nScores))).toBeLessThanOrEqual(
      1e-9,
    );
    const after = ToeplitzLda.fromJSON(JSON.parse(JSON.stringify(lda)));
    expect(after.predictProba(x)).toEqual(lda.predictProba(x));
  });
});

interface StepwiseCase {
  name: string;
  n_features: number;
  x: number[];
  y: number[];
  options: { pEnter?: number; pRemove?: number; maxFeatures?: number };
  selected: number[];
  coef: number[];
  decision: number[];
}
const stepwise = golden<StepwiseCase>("stepwise-lda");

describe(`StepwiseLda agrees with ${stepwise.producer}`, () => {
  test.each(stepwise.cases)("$name", (c) => {
    const x = matrix(c.x, c.n_features);
    const lda = new StepwiseLda(c.options).fit(x, c.y);
    expect([...lda.selected]).toEqual(c.selected);
    expect(
      relativeError(
        Array.from(lda.selected, (j) => lda.coef[j]!),
        c.coef,
      ),
    ).toBeLessThanOrEqual(1e-9);
    expect(lda.coef.filter((value) => value !== 0).length).toBe(c.selected.length);
    expect(relativeError(lda.decisionFunction(x), c.decision)).toBeLessThanOrEqual(1e-9);
    const after = StepwiseLda.fromJSON(JSON.parse(JSON.stringify(lda)));
    expect([after.predictProba(x), after.selected]).toEqual([lda.predictProba(x), lda.selected]);
  });
});

test("features that tell nothing leave the shares of the classes", () => {
  const x = matrix([1, 2, 1, 2, 1, 2, 1, 2], 1);
  const lda = new StepwiseLda().fit(x, [1, 1, 2, 2, 1, 1, 1, 1]);
  expect(lda.selected.length).toBe(0);
  expect(relativeError(lda.predictProba(x).slice(0, 2), [0.75, 0.25])).toBeLessThanOrEqual(1e-12);
});

test("a feature twice is picked once", () => {
  const { x, y } = mixture({ seed: 71, nRows: 60, nFeatures: 1 });
  const twice = {
    data: Float64Array.from(x.data, (v) => v).reduce<number[]>((list, v) => [...list, v, v], []),
    nRows: 60,
    nFeatures: 2,
  };
  const lda = new StepwiseLda({ pEnter: 0.9, pRemove: 0.95 }).fit({ ...twice, data: Float64Array.from(twice.data) }, y);
  expect([...lda.selected]).toEqual([0]);
});

const tails = golden<{ name: string; square: number; df: number; tail: number }>("student-tail");
test.each(tails.cases)(`the tail of Student's t at $name is that of SciPy`, ({ square, df, tail }) => {
  expect(Math.abs(studentTail(square, df) - tail)).toBeLessThanOrEqual(1e-11 * tail);
});

describe("refuses", () => {
  const { x, y } = mixture({ seed: 72, nRows: 20, nFeatures: 6 });
  const three = mixture({ seed: 73, nRows: 30, nFeatures: 6, classes: [1, 2, 3] });
  test.each([
    [
      "channels that do not divide the features",
      () => new ToeplitzLda({ nChannels: 4 }).fit(x, y),
      { code: "ERR_LDA_SHAPE", got: 6, expected: 4 },
    ],
    ["no channels", () => new ToeplitzLda({ nChannels: 0 }), { code: "ERR_LDA_OPTION", option: "nChannels" }],
    [
      "an unknown taper",
      () => new ToeplitzLda({ nChannels: 2, tapering: "cosine" as "none" }),
      { code: "ERR_LDA_OPTION" },
    ],
    ["one class", () => new ToeplitzLda({ nChannels: 2 }).fit(x, new Int32Array(20)), { code: "ERR_LDA_SINGLE_CLASS" }],
    [
      "a class of one row",
      () => new ToeplitzLda({ nChannels: 2 }).fit(x, new Int32Array(20).with(3, 1)),
      { code: "ERR_LDA_CLASS_TOO_SMALL" },
    ],
    ["three classes", () => new StepwiseLda().fit(three.x, three.y), { code: "ERR_LDA_OPTION" }],
    ["stepwise, one class", () => new StepwiseLda().fit(x, new Int32Array(20)), { code: "ERR_LDA_SINGLE_CLASS" }],
    [
      "a way out that is easier than the way in",
      () => new StepwiseLda({ pRemove: 0.05 }),
      { code: "ERR_LDA_OPTION", option: "pRemove" },
    ],
    ["half a feature", () => new StepwiseLda({ maxFeatures: 1.5 }), { code: "ERR_LDA_OPTION" }],
    ["NaN", () => new StepwiseLda().fit({ ...x, data: x.data.with(8, Number.NaN) }, y), { code: "ERR_LDA_NON_FINITE" }],
    [
      "squares beyond doubles",
      () => new ToeplitzLda({ nChannels: 2 }).fit({ ...x, data: x.data.map((v) => v * 1e200) }, y),
      { code: "ERR_LDA_NUMERICAL" },
    ],
    ["use before fitting", () => new ToeplitzLda({ nChannels: 2 }).predict(x), { code: "ERR_LDA_NOT_FITTED" }],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });
});
