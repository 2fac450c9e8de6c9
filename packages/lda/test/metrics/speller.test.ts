import fc from "fast-check";
import { expect, test } from "vitest";
import {
  calibrateStop,
  EvidenceAccumulator,
  fitScoreDensities,
  informationTransferRate,
  selectItem,
  spellerAccuracy,
  wolpawBits,
  type SpellerTrial,
} from "../../src/metrics";
import { RandomState } from "../../src/random";

const matrix = { nRows: 3, nColumns: 4 };

/** Trials whose target flashes score higher by `gain`, in noise of standard deviation 1. */
function trialsOf(n: number, gain: number, seed: number, nRepetitions = 8): SpellerTrial[] {
  const random = new RandomState(seed);
  const noise = () => Math.sqrt(-2 * Math.log(1 - random.double())) * Math.cos(2 * Math.PI * random.double());
  return Array.from({ length: n }, () => {
    const target = random.bounded(11);
    const stimuli = Array.from({ length: nRepetitions }, () => [
      ...random.permutation(Int32Array.from({ length: 7 }, (_x, i) => i)),
    ]).flat();
    const lit = (s: number) => s === Math.floor(target / 4) || s === 3 + (target % 4);
    return { target, stimuli, scores: stimuli.map((s) => (lit(s) ? gain : 0) + noise()) };
  });
}

test("row and column must both be right, the first wins a tie", () => {
  expect(selectItem([0, 2, 1, 0, 0, 5, 0], matrix)).toBe(1 * 4 + 2);
  expect(selectItem([1, 1, 1, 2, 2, 2, 2], matrix)).toBe(0);
  expect(selectItem([0, 3, 3], { nItems: 3 })).toBe(1);
});

test("scores are summed over repetitions: each flash of a stimulus is its next repetition, in any order", () => {
  const trial: SpellerTrial = { target: 1, stimuli: [0, 1, 1, 0], scores: [1, 0, 5, 1] };
  const curve = spellerAccuracy([trial, { ...trial, target: 0 }], { nItems: 2 });
  expect(curve).toMatchObject({ nTrials: 2, nRepetitions: 2 });
  expect([...curve.accuracy]).toEqual([0.5, 0.5]); // 1 against 0 after one, 2 against 5 after two
});

test("accuracy rises with repetitions", () => {
  const { accuracy, nRepetitions } = spellerAccuracy(trialsOf(200, 1, 5), matrix);
  expect(nRepetitions).toBe(8);
  expect(accuracy[7]!).toBeGreaterThan(accuracy[0]! + 0.3);
});

test("bits a selection: log2 N when always right, 0 at chance, raised again below it and flagged", () => {
  expect(wolpawBits(36, 1)).toBeCloseTo(Math.log2(36), 14);
  expect(wolpawBits(36, 1 / 36)).toBeCloseTo(0, 12);
  expect(wolpawBits(2, 0)).toBe(1);
  // the table in Wolpaw et al. 2002, figure 2: four targets at 90 % give 1.37 bits
  expect(wolpawBits(4, 0.9)).toBeCloseTo(1.3725, 4);
  const below = informationTransferRate({ nItems: 4, accuracy: 0.05, secondsPerSelection: 10 });
  expect(below.belowChance).toBe(true);
  expect(below.bitsPerMinute).toBeCloseTo(6 * wolpawBits(4, 0.05), 12);
});

test("the posterior is Bayes's rule, whatever the order of the flashes", () => {
  const densities = { targetMean: 1, nonTargetMean: 0, targetVariance: 0.5, nonTargetVariance: 2 };
  const density = (x: number, mean: number, v: number) => Math.exp(-((x - mean) ** 2) / (2 * v)) / Math.sqrt(v);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.double({ min: -3, max: 3, noNaN: true })), {
        maxLength: 12,
      }),
      (flashes) => {
        const priors = [0.2, 0.5, 0.3];
        const likelihood = priors.map((prior, item) =>
          flashes.reduce((p, [s, x]) => p * (s === item ? density(x, 1, 0.5) : density(x, 0, 2)), prior),
        );
        const total = likelihood.reduce((a, b) => a + b, 0);
        const there = new EvidenceAccumulator({ layout: { nItems: 3 }, densities, priors });
        const back = new EvidenceAccumulator({ layout: { nItems: 3 }, densities, priors });
        for (const [s, x] of flashes) there.add(s, x);
        for (const [s, x] of flashes.toReversed()) back.add(s, x);
        there.posterior.forEach((p, i) => {
          expect(p).toBeCloseTo(likelihood[i]! / total, 9);
          expect(back.posterior[i]).toBeCloseTo(p, 9);
        });
        expect(there.nFlashes).toBe(flashes.length);
        expect(there.reset().posterior[1]).toBeCloseTo(0.5, 12);
      },
    ),
  );
});

test("a calibrated stop keeps its accuracy on new trials with fewer flashes", () => {
  const known = trialsOf(300, 1.2, 1);
  const labels = known.flatMap(({ stimuli, target }) =>
    [...(stimuli as number[])].map((s) => (s === Math.floor(target / 4) || s === 3 + (target % 4) ? 2 : 1)),
  );
  const densities = fitScoreDensities(
    labels,
    known.flatMap(({ scores }) => [...(scores as number[])]),
  );
  expect(densities.targetMean).toBeCloseTo(1.2, 1);
  expect(densities.nonTargetVariance).toBeCloseTo(1, 1);
  const rule = calibrateStop(known, { layout: matrix, densities, targetAccuracy: 0.9 });
  expect(rule.missed).toBe(false);
  expect(rule.accuracy).toBeGreaterThanOrEqual(0.9);
  expect(rule.meanFlashes).toBeLessThan(56);
  const evidence = new EvidenceAccumulator({ layout: matrix, densities });
  let [right, flashes] = [0, 0];
  for (const trial of trialsOf(300, 1.2, 2)) {
    evidence.reset();
    for (let i = 0; i < trial.scores.length && evidence.confidence < rule.threshold; i++)
      evidence.add(trial.stimuli[i]!, trial.scores[i]!);
    right += Number(evidence.item === trial.target);
    flashes += evidence.nFlashes;
  }
  expect(right / 300).toBeGreaterThan(0.85);
  expect(flashes / 300).toBeLessThan(45);
});

test("a stop that can't be had says so", () => {
  const hopeless = trialsOf(40, 0, 3, 2);
  const densities = { targetMean: 1, nonTargetMean: 0, targetVariance: 1, nonTargetVariance: 1 };
  expect(calibrateStop(hopeless, { layout: matrix, densities, targetAccuracy: 1 })).toMatchObject({ missed: true });
  const { meanFlashes } = calibrateStop(trialsOf(40, 5, 3), { layout: matrix, densities, minFlashes: 10 });
  expect(meanFlashes).toBeGreaterThanOrEqual(10);
});

const densities = { targetMean: 1, nonTargetMean: 0, targetVariance: 1, nonTargetVariance: 1 };
const good: SpellerTrial = { target: 0, stimuli: [0, 1], scores: [1, 0] };
test.each<[string, () => unknown, string]>([
  ["no trials", () => spellerAccuracy([], { nItems: 2 }), "ERR_LDA_EMPTY"],
  ["a layout without items", () => spellerAccuracy([good], { nItems: 0 }), "ERR_LDA_OPTION"],
  [
    "a stimulus that is not there",
    () => spellerAccuracy([{ ...good, stimuli: [0, 2] }], { nItems: 2 }),
    "ERR_LDA_LABEL",
  ],
  ["a target that is not there", () => spellerAccuracy([{ ...good, target: 2 }], { nItems: 2 }), "ERR_LDA_LABEL"],
  ["a stimulus never flashed", () => spellerAccuracy([good], { nItems: 3 }), "ERR_LDA_METRIC_UNDEFINED"],
  ["scores of another length", () => spellerAccuracy([{ ...good, scores: [1] }], { nItems: 2 }), "ERR_LDA_SHAPE"],
  ["a NaN score", () => spellerAccuracy([{ ...good, scores: [1, NaN] }], { nItems: 2 }), "ERR_LDA_METRIC_UNDEFINED"],
  ["evidence of another length", () => selectItem([1], { nItems: 2 }), "ERR_LDA_SHAPE"],
  ["one item", () => wolpawBits(1, 0.5), "ERR_LDA_OPTION"],
  ["an accuracy above 1", () => wolpawBits(4, 1.5), "ERR_LDA_OPTION"],
  ["no time", () => informationTransferRate({ nItems: 4, accuracy: 1, secondsPerSelection: 0 }), "ERR_LDA_OPTION"],
  ["scores all alike", () => fitScoreDensities([1, 1, 2, 2], [1, 1, 2, 2]), "ERR_LDA_METRIC_UNDEFINED"],
  [
    "an infinite score",
    () => new EvidenceAccumulator({ layout: { nItems: 2 }, densities }).add(0, Infinity),
    "ERR_LDA_OPTION",
  ],
  [
    "a stimulus of 0.5",
    () => new EvidenceAccumulator({ layout: { nItems: 2 }, densities }).add(0.5, 1),
    "ERR_LDA_OPTION",
  ],
  [
    "priors of 0",
    () => new EvidenceAccumulator({ layout: { nItems: 2 }, densities, priors: [0, 0] }),
    "ERR_LDA_OPTION",
  ],
  [
    "a variance of 0",
    () => new EvidenceAccumulator({ layout: { nItems: 2 }, densities: { ...densities, targetVariance: 0 } }),
    "ERR_LDA_OPTION",
  ],
  ["a stop without trials", () => calibrateStop([], { layout: { nItems: 2 }, densities }), "ERR_LDA_EMPTY"],
  [
    "a stop at 0 %",
    () => calibrateStop([good], { layout: { nItems: 2 }, densities, targetAccuracy: 0 }),
    "ERR_LDA_OPTION",
  ],
])("%s is refused", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
