import { describe, expect, test } from "vitest";
import { type DspError, extractEpochs, findEvents } from "../src";
import {
  type Adjacency,
  adjacencyByDistance,
  clusterPermutationTest,
  type ClusterTestOptions,
  contrastEpochs,
  type Observations,
  randomState,
} from "../src/entries/contrast";
import { fUpper, studentUpper } from "../src/contrast/quantiles";
import { makeRecording, wiggle } from "./arbitraries";
import { readGolden, relativeError } from "./golden";

interface Case {
  readonly name: string;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly groups: { nEpochs: number; data: number[] }[];
  readonly options: ClusterTestOptions;
  readonly statistic: number[];
  readonly clusters: { points: number[]; mass: number; pValue: number }[];
  readonly nullMasses: number[];
}
const golden = readGolden<Case>("cluster-test");

test.each(golden.cases)(`$name: agrees with ${golden.producer}`, (given) => {
  const { nChannels, nTimes, options } = given;
  const groups = given.groups.map(({ nEpochs, data }) => ({
    data: Float64Array.from(data),
    nEpochs,
    nChannels,
    nTimes,
  }));
  const result = clusterPermutationTest(groups, options);
  expect(relativeError(result.statistic, given.statistic)).toBeLessThanOrEqual(golden.tolerance);
  const byPoints = (a: { points: ArrayLike<number> }, b: { points: ArrayLike<number> }) => a.points[0]! - b.points[0]!;
  const got = result.clusters
    .map(({ points, mass, pValue }) => ({ points: [...points].sort((a, b) => a - b), mass, pValue }))
    .sort(byPoints);
  const want = given.clusters.toSorted(byPoints);
  expect(got.map(({ points, pValue }) => ({ points, pValue }))).toEqual(
    want.map(({ points, pValue }) => ({ points, pValue })),
  );
  const masses = (clusters: { mass: number }[]) => clusters.map(({ mass }) => mass);
  expect(relativeError(masses(got), masses(want))).toBeLessThanOrEqual(golden.tolerance);
  expect(relativeError(result.nullMasses, given.nullMasses)).toBeLessThanOrEqual(golden.tolerance);
  expect(given.clusters.length).toBeGreaterThan(0);
});

describe("quantiles", () => {
  // scipy.stats 1.17: t.isf(0.025, [1, 11, 200]), f.isf(0.05, [1, 2, 5], [34, 28, 7])
  test("are SciPy's", () => {
    const close = (got: number, want: number) => expect(Math.abs(got / want - 1)).toBeLessThan(1e-12);
    close(studentUpper(0.025, 1), 12.706204736174705);
    close(studentUpper(0.025, 11), 2.2009851600916392);
    close(studentUpper(0.025, 200), 1.9718962236339093);
    close(fUpper(0.05, 1, 34), 4.130017745652016);
    close(fUpper(0.05, 2, 28), 3.3403855582377573);
    close(fUpper(0.05, 5, 7), 3.9715231506113415);
  });
});

test("random numbers are those of numpy.random.RandomState", () => {
  // RandomState(42): random_sample(2), then permutation(8)
  const random = randomState(42);
  expect([random.uniform(), random.uniform()]).toEqual([0.3745401188473625, 0.9507143064099162]);
  expect([...randomState(42).permutation(8)]).toEqual([1, 5, 0, 7, 2, 4, 3, 6]);
});

/** Observations of a restless signal with a bump of the given height. */
const group = (nEpochs: number, height: number, phase: number): Observations => ({
  data: Float64Array.from({ length: nEpochs * 2 * 20 }, (_, i) => {
    const time = i % 20;
    return wiggle(17 * i + phase) + (time > 5 && time < 12 ? height : 0);
  }),
  nEpochs,
  nChannels: 2,
  nTimes: 20,
});

describe("between two groups by t", () => {
  const [high, low] = [group(20, 30, 3), group(25, 0, 1000)];
  const byT = clusterPermutationTest([high, low], { statistic: "t", nPermutations: 99 });

  test("is the root of F, with the sign of the difference", () => {
    const byF = clusterPermutationTest([high, low], { nPermutations: 2 });
    for (const [i, t] of byT.statistic.entries()) expect(t * t).toBeCloseTo(byF.statistic[i]!, 9);
    const turned = clusterPermutationTest([low, high], { statistic: "t", nPermutations: 2 });
    for (const [i, t] of byT.statistic.entries()) expect(turned.statistic[i]).toBeCloseTo(-t, 9);
  });

  test("finds the bump, above 0, and nothing else that counts", () => {
    const found = byT.clusters.filter(({ pValue }) => pValue <= 0.02);
    expect(found.map(({ mass }) => mass > 0)).toEqual([true, true]);
    for (const { points } of found) expect([...points].every((at) => at % 20 > 4 && at % 20 < 13)).toBe(true);
  });

  test("p is at least one in all orders, and the same for the same seed", () => {
    for (const { pValue } of byT.clusters) expect(pValue).toBeGreaterThanOrEqual(1 / 99);
    expect(clusterPermutationTest([high, low], { statistic: "t", nPermutations: 99 })).toEqual(byT);
  });

  test("does not see an offset that all share", () => {
    const raised = (one: Observations) => ({ ...one, data: one.data.map((x) => x + 1e9) });
    const shifted = clusterPermutationTest([raised(high), raised(low)], { statistic: "t", nPermutations: 2 });
    expect(relativeError(shifted.statistic, byT.statistic)).toBeLessThan(1e-4);
  });
});

describe("neighbours", () => {
  test("join clusters across channels", () => {
    const groups = [group(20, 30, 3), group(25, 0, 1000)];
    const found = (adjacency?: Adjacency | "lattice") =>
      clusterPermutationTest(groups, { statistic: "t", nPermutations: 20, threshold: 3, adjacency }).clusters;
    const apart = found();
    for (const together of [found([[1], [0]]), found([[1], []]), found("lattice")]) {
      expect(together.length).toBeLessThan(apart.length);
      const sum = (clusters: readonly { mass: number }[]) => clusters.reduce((total, { mass }) => total + mass, 0);
      expect(sum(together)).toBeCloseTo(sum(apart), 9);
    }
  });
  test("lie within a distance", () => {
    const line = [0, 1, 2.5].map((x) => [x, 0, 0] as const);
    expect(adjacencyByDistance(line, 1)).toEqual([[1], [0], []]);
    expect(adjacencyByDistance(line, 2)).toEqual([[1], [0, 2], [1]]);
    expect(() => adjacencyByDistance([[0, 0, Number.NaN]], 1)).toThrow(/positions\[0\]/);
    expect(() => adjacencyByDistance(line, -1)).toThrow(/maxDistance/);
  });
});

test("contrastEpochs compares the targets with the others", () => {
  const recording = makeRecording({ nSamples: 6000 });
  for (let i = 0; i < 6000; i++)
    if (recording.stim[i] === 2) for (let k = 20; k < 30; k++) recording.data[i + k]! += 80;
  const epochs = extractEpochs(recording, findEvents(recording), { tMinSeconds: 0, tMaxSeconds: 0.3 });
  const { clusters } = contrastEpochs(epochs, { nPermutations: 50 });
  const best = clusters.toSorted((a, b) => a.pValue - b.pValue || b.mass - a.mass)[0]!;
  expect(best.pValue).toBe(1 / 50);
  expect([...best.points].filter((at) => at >= 20 && at < 30)).toHaveLength(10);
  expect(() => contrastEpochs(epochs, { codes: [7] })).toThrow(/nEpochs of group 1 is 0/);
});

test("a constant map has no cluster", () => {
  const constant = { ...group(5, 0, 0), data: new Float64Array(200) };
  for (const groups of [[constant], [constant, constant]]) {
    const { statistic, clusters, nullMasses } = clusterPermutationTest(groups);
    expect([...statistic]).toEqual(Array.from({ length: 40 }, () => 0));
    expect(clusters).toEqual([]);
    expect(nullMasses).toHaveLength(0);
  }
});

describe("refuses", () => {
  const [a, b] = [group(5, 0, 0), group(6, 1, 50)];
  test.each<[string, readonly Observations[], object, DspError["code"]]>([
    ["no group", [], {}, "ERR_DSP_TOO_SHORT"],
    ["one observation", [group(1, 0, 0)], {}, "ERR_DSP_TOO_SHORT"],
    ["groups of different shapes", [a, { ...b, nChannels: 4, nTimes: 10 }], {}, "ERR_DSP_SHAPE"],
    ["a buffer that does not fit", [{ ...a, nEpochs: 6 }], {}, "ERR_DSP_SHAPE"],
    ["NaN", [{ ...a, data: a.data.map((x, i) => (i === 7 ? Number.NaN : x)) }], {}, "ERR_DSP_NOT_FINITE"],
    ["a tail of 2", [a, b], { tail: 2 }, "ERR_DSP_OPTION"],
    ["another statistic", [a, b], { statistic: "u" }, "ERR_DSP_OPTION"],
    ["t between three", [a, b, a], { statistic: "t" }, "ERR_DSP_OPTION"],
    ["half a permutation", [a, b], { nPermutations: 0.5 }, "ERR_DSP_OPTION"],
    ["all orders of two groups", [a, b], { nPermutations: "all" }, "ERR_DSP_OPTION"],
    ["all signs of thirty", [group(30, 9, 0)], { nPermutations: "all", threshold: 0.1 }, "ERR_DSP_OPTION"],
    ["a threshold of the wrong sign", [a, b], { threshold: -1 }, "ERR_DSP_OPTION"],
    ["a threshold of NaN", [a, b], { threshold: Number.NaN }, "ERR_DSP_OPTION"],
    ["adjacency of other channels", [a, b], { adjacency: [[]] }, "ERR_DSP_SHAPE"],
    ["adjacency to a channel that is not there", [a, b], { adjacency: [[2], []] }, "ERR_DSP_OPTION"],
    ["half a step", [a, b], { maxStep: 0.5 }, "ERR_DSP_OPTION"],
    ["a seed below 0", [a, b], { seed: -1 }, "ERR_DSP_OPTION"],
  ])("%s", (_, groups, options, code) => {
    expect(() => clusterPermutationTest(groups, options)).toThrow(expect.objectContaining({ code }));
  });
});
