import { describe, expect, test } from "vitest";
import { type Epochs } from "../../src";
import { autoReject, searchRejectThreshold } from "../../src/entries/cleaning";
import { type Position } from "../../src/entries/montage";
import { consecutiveFolds, validationLosses } from "../../src/cleaning/threshold-search";
import { readGolden, relativeError } from "../golden";

interface Case {
  readonly name: string;
  readonly nEpochs: number;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly nFolds: number;
  readonly data: number[];
  readonly candidates: number[];
  readonly losses: (number | null)[];
  readonly channels: { readonly candidates: number[]; readonly losses: number[] }[];
}

const golden = readGolden<Case>("cleaning-autoreject");
const epochsOf = ({ nEpochs, nChannels, nTimes, data }: Case) => ({
  data: Float64Array.from(data),
  nEpochs,
  nChannels,
  nTimes,
  channelNames: Array.from({ length: nChannels }, (_, c) => `C${c}`),
});
const finite = (values: ArrayLike<number | null>) => Array.from(values, (v) => (v === null || v === Infinity ? -1 : v));

describe("searchRejectThreshold", () => {
  test.each(golden.cases)(`$name as ${golden.producer}`, (one) => {
    const got = searchRejectThreshold(epochsOf(one), { nFolds: one.nFolds });
    expect(relativeError(got.candidatesMicrovolts, one.candidates)).toBeLessThan(golden.tolerance);
    expect(relativeError(finite(got.lossesMicrovolts), finite(one.losses))).toBeLessThan(golden.tolerance);
    const best = one.losses.indexOf(Math.min(...one.losses.filter((loss) => loss !== null)));
    expect(got.thresholdMicrovolts).toBe(got.candidatesMicrovolts[best]);
  });

  test.each(golden.cases)(`$name, channel by channel, as ${golden.producer}`, (one) => {
    const { nEpochs, nTimes, nChannels } = one;
    const { data } = epochsOf(one);
    one.channels.forEach(({ candidates, losses }, channel) => {
      const rows = Array.from({ length: nEpochs }, (_, epoch) => {
        const start = (epoch * nChannels + channel) * nTimes;
        return Array.from(data.subarray(start, start + nTimes));
      });
      const amplitudes = Float64Array.from(rows, (row) => Math.max(...row) - Math.min(...row));
      const search = { data: Float64Array.from(rows.flat()), nEpochs, size: nTimes, amplitudes };
      const got = validationLosses(search, Float64Array.from(candidates), consecutiveFolds(nEpochs, one.nFolds), true);
      expect(relativeError(got, losses)).toBeLessThan(golden.tolerance);
    });
  });

  test("drops the epochs that hold nothing but an artefact", () => {
    const nEpochs = 30;
    const nTimes = 20;
    const data = Float64Array.from({ length: nEpochs * nTimes }, (_, i) => {
      const [epoch, t] = [Math.floor(i / nTimes), i % nTimes];
      return Math.sin(t / 3) * 5 + ((i * 7919) % 13) / 13 + (epoch % 6 === 2 ? 200 * (t / nTimes) : 0);
    });
    const got = searchRejectThreshold({ data, nEpochs, nChannels: 1, nTimes, channelNames: ["Cz"] });
    expect(got.nKept).toBe(25);
    expect(got.thresholdMicrovolts).toBeLessThan(20);
  });

  test("refuses what cannot be", () => {
    const [one] = golden.cases;
    const epochs = epochsOf(one!);
    expect(() => searchRejectThreshold(epochs, { nFolds: 1 })).toThrow(/nFolds/);
    expect(() => searchRejectThreshold(epochs, { nFolds: 24 })).toThrow(/number of epochs is 23/);
    expect(() => searchRejectThreshold(epochs, { folds: [[0, 0]] })).toThrow(/folds\[0\]/);
    expect(() => searchRejectThreshold(epochs, { folds: [[99]] })).toThrow(/folds\[0\]/);
    expect(() => searchRejectThreshold(epochs, { folds: [] })).toThrow(/folds/);
    expect(() => searchRejectThreshold(epochs, { candidatesMicrovolts: [] })).toThrow(/candidatesMicrovolts/);
    expect(() => searchRejectThreshold(epochs, { candidatesMicrovolts: [Number.NaN] })).toThrow(/candidatesMicrovolts/);
    expect(() => searchRejectThreshold(epochs, { candidatesMicrovolts: [0] })).toThrow(/keeps an epoch/);
    expect(() => searchRejectThreshold({ ...epochs, data: epochs.data.map(() => Number.NaN) })).toThrow(/NaN/);
    expect(() => searchRejectThreshold({ ...epochs, data: new Float64Array(0), nEpochs: 0 })).toThrow(
      /number of epochs/,
    );
  });
});

interface Local {
  readonly name: string;
  readonly channelNames: string[];
  readonly positions: Position[];
  readonly nEpochs: number;
  readonly nTimes: number;
  readonly nFolds: number;
  readonly thresholds: number[];
  readonly nInterpolate: number[];
  readonly consensus: number[];
  readonly losses: (number | null)[][];
  readonly data: number[];
}

describe("autoReject", () => {
  const local = readGolden<Local>("cleaning-autoreject-local");
  const [one] = local.cases;
  const { nEpochs, nTimes, nFolds, channelNames, positions, thresholds } = one!;
  const epochs: Epochs = {
    data: Float64Array.from(one!.data),
    nEpochs,
    nChannels: channelNames.length,
    nTimes,
    sampleRateHz: 100,
    tMinSeconds: 0,
    channelNames,
    codes: new Int32Array(nEpochs).fill(1),
    samples: Int32Array.from({ length: nEpochs }, (_, i) => i * 50),
    selection: Int32Array.from({ length: nEpochs }, (_, i) => i),
    dropLog: Array.from({ length: nEpochs }, () => []),
  };

  test(`has the losses of ${local.producer}, given its limits`, () => {
    const { nInterpolate, consensus } = one!;
    const got = autoReject(epochs, { nFolds, positions, thresholdsMicrovolts: thresholds, nInterpolate, consensus });
    const losses = nInterpolate.map((_, j) =>
      consensus.map((_share, i) => got.lossesMicrovolts[i * nInterpolate.length + j]!),
    );
    losses.forEach((column, j) =>
      expect(relativeError(finite(column), finite(one!.losses[j]!))).toBeLessThan(local.tolerance),
    );
    const least = Math.min(...got.lossesMicrovolts);
    expect(losses[nInterpolate.indexOf(got.nInterpolate)]![consensus.indexOf(got.consensus)]).toBe(least);
  });

  test("drops what is bad all over, mends what is bad in a channel, and leaves the rest", () => {
    const got = autoReject(epochs, { nFolds, positions });
    expect(got.dropped).toContain(4);
    expect(got.epochs.dropLog[4]).toEqual(["AUTOREJECT"]);
    expect(got.epochs.nEpochs).toBe(nEpochs - got.dropped.length);
    expect(got.labels).toContain(2);
    got.epochs.selection.forEach((epoch, k) => {
      for (let c = 0; c < 8; c++) {
        const [from, to] = [(k * 8 + c) * nTimes, (epoch * 8 + c) * nTimes];
        const same = got.epochs.data.slice(from, from + nTimes).every((v, i) => v === epochs.data[to + i]);
        expect(same).toBe(got.labels[epoch * 8 + c] !== 2);
      }
    });
  });

  test("refuses what cannot be", () => {
    const options = { nFolds, positions };
    expect(() => autoReject(epochs)).not.toThrow();
    expect(() => autoReject(epochs, { ...options, nFolds: 21 })).toThrow(/number of epochs/);
    expect(() => autoReject(epochs, { ...options, nInterpolate: [8] })).toThrow(/nInterpolate/);
    expect(() => autoReject(epochs, { ...options, consensus: [] })).toThrow(/consensus/);
    expect(() => autoReject(epochs, { ...options, thresholdsMicrovolts: [1] })).toThrow(/thresholdsMicrovolts.length/);
    expect(() => autoReject(epochs, { ...options, thresholdsMicrovolts: thresholds.map(() => Number.NaN) })).toThrow(
      /thresholds/,
    );
    expect(() => autoReject(epochs, { ...options, thresholdsMicrovolts: thresholds.map(() => 0) })).toThrow(
      /all 20 epochs/,
    );
    const names = channelNames.map((_, i) => `E${i}`);
    expect(() => autoReject({ ...epochs, channelNames: names }, { nFolds })).toThrow(/channel E0/);
  });
});
