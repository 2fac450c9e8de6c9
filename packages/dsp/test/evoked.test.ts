import { describe, expect, test } from "vitest";
import {
  averageEpochs,
  ChannelError,
  type Epochs,
  type Evoked,
  globalFieldPower,
  OptionError,
  ShapeError,
  TooShortError,
  WindowError,
} from "../src";
import { combineEvoked, grandAverage, peakOf } from "../src/entries/evoked";
import { readGolden, relativeError } from "./golden";

interface PartCase {
  readonly data: number[];
  readonly nAve: number;
  readonly comment?: string;
  readonly channelNames?: string[];
}
type Case =
  | {
      readonly kind: "average";
      readonly name: string;
      readonly sampleRateHz: number;
      readonly tMinSeconds: number;
      readonly data: number[];
      readonly codes: number[];
      readonly means: Record<string, number[]>;
      readonly errors: Record<string, number[]>;
      readonly gfp: number[];
    }
  | {
      readonly kind: "combine";
      readonly name: string;
      readonly weights: "equal" | "nave" | number[];
      readonly parts: PartCase[];
      readonly want: number[];
      readonly nAve: number;
      readonly comment: string;
    }
  | {
      readonly kind: "grand";
      readonly name: string;
      readonly parts: PartCase[];
      readonly want: number[];
      readonly channelNames: string[];
      readonly nAve: number;
      readonly comment: string;
    }
  | {
      readonly kind: "peak";
      readonly name: string;
      readonly data: number[];
      readonly sampleRateHz: number;
      readonly tMinSeconds: number;
      readonly mode: "abs" | "pos" | "neg";
      readonly from_: number | null;
      readonly to: number | null;
      readonly channelName: string;
      readonly latencySeconds: number;
      readonly amplitudeMicrovolts: number;
    };
const golden = readGolden<Case>("evoked");
const of = <K extends Case["kind"]>(kind: K) =>
  golden.cases.filter((one): one is Extract<Case, { kind: K }> => one.kind === kind);

function makeEvoked(data: readonly number[], changes: Partial<Evoked> = {}): Evoked {
  const channelNames = changes.channelNames ?? ["A", "B", "C"];
  return {
    data: Float64Array.from(data),
    nChannels: channelNames.length,
    nTimes: data.length / channelNames.length,
    nAve: 10,
    sampleRateHz: 64,
    tMinSeconds: -0.1,
    comment: "1",
    ...changes,
    channelNames,
  };
}

const makeEpochs = (data: readonly number[], codes: readonly number[], nChannels = 3): Epochs => ({
  data: Float64Array.from(data),
  nEpochs: codes.length,
  nChannels,
  nTimes: data.length / codes.length / nChannels,
  sampleRateHz: 64,
  tMinSeconds: -0.1,
  channelNames: ["A", "B", "C"].slice(0, nChannels),
  codes: Int32Array.from(codes),
  samples: Int32Array.from(codes, (_, i) => 30 * i),
  selection: Int32Array.from(codes, (_, i) => i),
  dropLog: codes.map(() => []),
});

test.each(of("average"))(`the averages of $name agree with ${golden.producer}`, (given) => {
  const epochs = makeEpochs(given.data, given.codes);
  for (const code of [1, 2]) {
    const evoked = averageEpochs(epochs, { codes: [code] });
    expect(relativeError(evoked.data, given.means[code]!)).toBeLessThanOrEqual(golden.tolerance);
    expect(relativeError(evoked.standardError!, given.errors[code]!)).toBeLessThanOrEqual(golden.tolerance);
    expect(evoked.nAve).toBe(given.codes.filter((other) => other === code).length);
    expect(evoked.comment).toBe(String(code));
  }
  const gfp = globalFieldPower(averageEpochs(epochs, { codes: [2] }));
  expect(relativeError(gfp, given.gfp)).toBeLessThanOrEqual(golden.tolerance);
});

test.each(of("combine"))(`$name agree with ${golden.producer}`, (given) => {
  const parts = given.parts.map(({ data, nAve, comment }) => makeEvoked(data, { nAve, comment: comment! }));
  const sum = combineEvoked(parts, given.weights);
  expect(relativeError(sum.data, given.want)).toBeLessThanOrEqual(golden.tolerance);
  expect(sum.nAve).toBeCloseTo(given.nAve, 12);
  expect(sum.comment).toBe(given.comment);
});

test.each(of("grand"))(`the grand average $name agrees with ${golden.producer}`, (given) => {
  const parts = given.parts.map(({ data, nAve, channelNames }) =>
    makeEvoked(data, { nAve, channelNames: channelNames! }),
  );
  const mean = grandAverage(parts);
  expect(mean.channelNames).toEqual(given.channelNames);
  expect(relativeError(mean.data, given.want)).toBeLessThanOrEqual(golden.tolerance);
  expect(mean.nAve).toBe(given.nAve);
  expect(mean.comment).toBe(given.comment);
  expect(() => grandAverage(parts, { channels: "same" })).toThrow(ShapeError);
});

test.each(of("peak"))(`the peak $name agrees with ${golden.producer}`, (given) => {
  const { tMinSeconds, sampleRateHz, mode, from_, to } = given;
  const window = { tMinSeconds: from_ ?? undefined, tMaxSeconds: to ?? undefined };
  const peak = peakOf(makeEvoked(given.data, { tMinSeconds, sampleRateHz }), { mode, ...window });
  expect(peak.channelName).toBe(given.channelName);
  expect(peak.latencySeconds).toBeCloseTo(given.latencySeconds, 12);
  expect(peak.amplitudeMicrovolts).toBeCloseTo(given.amplitudeMicrovolts, 12);
});

describe("errors of a mean", () => {
  test("are 0 for one epoch, and those of a difference add as squares", () => {
    const epochs = makeEpochs([1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 1, 2], [1, 1, 2, 2], 1);
    expect([...averageEpochs(makeEpochs([1, 2, 3], [1], 1)).standardError!]).toEqual([0, 0, 0]);
    const [one, two] = [averageEpochs(epochs, { codes: [1] }), averageEpochs(epochs, { codes: [2] })];
    const difference = combineEvoked([one, two], [1, -1]);
    for (const [i, error] of difference.standardError!.entries())
      expect(error).toBeCloseTo(Math.hypot(one.standardError![i]!, two.standardError![i]!), 12);
    expect(combineEvoked([one, makeEvoked([1, 2, 3], { channelNames: ["A"] })], "equal").standardError).toBeUndefined();
  });
});

describe("refuses", () => {
  const evoked = makeEvoked([1, 2, 3, 4, 5, 6]);
  test("to average nothing", () => {
    expect(() => averageEpochs(makeEpochs([1, 2, 3], [1]), { codes: [2] })).toThrow(TooShortError);
    expect(() => combineEvoked([], "equal")).toThrow(TooShortError);
    expect(() => grandAverage([])).toThrow(TooShortError);
    expect(() => globalFieldPower(makeEvoked([], { channelNames: [], nTimes: 4 }))).toThrow(TooShortError);
  });
  test("what does not fit together", () => {
    const other = (changes: Partial<Evoked>) => () => combineEvoked([evoked, { ...evoked, ...changes }], "equal");
    expect(other({ channelNames: ["A", "C", "B"] })).toThrow(ChannelError);
    expect(other({ sampleRateHz: 1 })).toThrow(OptionError);
    expect(other({ tMinSeconds: 0 })).toThrow(OptionError);
    expect(other({ nTimes: 3 })).toThrow(ShapeError);
    expect(other({ nAve: 0 })).toThrow(OptionError);
    expect(() => combineEvoked([evoked], [1, 2])).toThrow(OptionError);
    expect(() => combineEvoked([evoked], [Number.NaN])).toThrow(OptionError);
    expect(() => grandAverage([evoked, makeEvoked([1, 2], { channelNames: ["Z"] })])).toThrow(ChannelError);
  });
  test("peaks where there is nothing to find", () => {
    expect(() => peakOf(evoked, { mode: "neg" })).toThrow(OptionError);
    expect(() => peakOf(evoked, { tMinSeconds: -0.5 })).toThrow(WindowError);
    expect(() => peakOf(evoked, { tMinSeconds: 0, tMaxSeconds: -0.05 })).toThrow(WindowError);
    expect(() => peakOf(evoked, { tMinSeconds: Number.NaN })).toThrow(WindowError);
    expect(() => peakOf(evoked, { channelNames: ["Q"] })).toThrow(ChannelError);
    expect(peakOf(evoked, { channelNames: ["B"] })).toMatchObject({ channelName: "B", amplitudeMicrovolts: 4 });
  });
});
