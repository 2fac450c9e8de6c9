import { describe, expect, test } from "vitest";
import {
  ChannelError,
  DuplicateEventError,
  type EpochOptions,
  extractEpochs,
  NotFiniteError,
  OptionError,
  type Recording,
  WindowError,
} from "../src";
import { eventsFromRows } from "../src/event-edits";
import { makeRecording } from "./arbitraries";
import { readGolden, relativeError } from "./golden";

interface Case {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly nSamples: number;
  readonly data: number[];
  readonly samples: number[];
  readonly codes: number[];
  readonly annotations: NonNullable<Recording["annotations"]>;
  readonly options: EpochOptions;
  readonly nTimes: number;
  readonly firstTime: number;
  readonly rate: number;
  readonly dropLog: string[][];
  readonly selection: number[];
  readonly want: number[];
}
const golden = readGolden<Case>("epochs-options");

const eventsAt = (samples: readonly number[], codes: readonly number[] = samples.map(() => 1)) =>
  eventsFromRows(samples.map((sample, i) => [sample, 0, codes[i]!]));

test.each(golden.cases)(`$name agrees with ${golden.producer}`, (given) => {
  const { nSamples, sampleRateHz, annotations, samples, codes, options } = given;
  const recording: Recording = {
    data: Float64Array.from(given.data),
    nChannels: 3,
    nSamples,
    sampleRateHz,
    channelNames: ["A", "B", "C"],
    stim: new Int32Array(nSamples),
    annotations,
  };
  const epochs = extractEpochs(recording, eventsAt(samples, codes), options);
  expect(epochs.nTimes).toBe(given.nTimes);
  expect(epochs.sampleRateHz).toBeCloseTo(given.rate, 10);
  expect(epochs.tMinSeconds).toBeCloseTo(given.firstTime, 12);
  expect(epochs.dropLog).toEqual(given.dropLog);
  expect([...epochs.selection]).toEqual(given.selection);
  expect(relativeError(epochs.data, given.want)).toBeLessThanOrEqual(golden.tolerance);
});

describe("limits by channel", () => {
  const recording = makeRecording({ data: new Float64Array(3600) });
  recording.data[300] = 20; // C1 at the first event
  recording.data[1200 + 500] = 50; // C2 at the second
  for (let i = 600; i < 800; i++) recording.data[2400 + i] = i % 2; // C3 is not flat at the third
  const cut = (limits: object) =>
    extractEpochs(recording, eventsAt([300, 500, 700]), { tMinSeconds: -0.1, tMaxSeconds: 0.2, ...limits }).dropLog;

  test("look only at the channels named, each with its own", () => {
    expect(cut({ rejectPeakToPeakMicrovolts: { C1: 10, C2: 100 } })).toEqual([["C1"], [], []]);
    expect(cut({ rejectPeakToPeakMicrovolts: { C2: 10 } })).toEqual([[], ["C2"], []]);
    expect(cut({ flatPeakToPeakMicrovolts: { C3: 0.5 } })).toEqual([["C3"], ["C3"], []]);
    expect(cut({ rejectPeakToPeakMicrovolts: {} })).toEqual([[], [], []]);
  });
  test("refuse channels that are not there, and limits that are no numbers", () => {
    expect(() => cut({ rejectPeakToPeakMicrovolts: { Cz: 10 } })).toThrow(ChannelError);
    expect(() => cut({ flatPeakToPeakMicrovolts: { C1: Number.NaN } })).toThrow(OptionError);
    expect(() => cut({ rejectPeakToPeakMicrovolts: -1 })).toThrow(OptionError);
  });
});

describe("refuses", () => {
  const cut =
    (options: object, recording = makeRecording()) =>
    () =>
      extractEpochs(recording, eventsAt([300]), { tMinSeconds: -0.1, tMaxSeconds: 0.2, ...options });
  test("options that cannot be", () => {
    for (const decim of [0, 1.5, -2, Number.NaN]) expect(cut({ decim })).toThrow(OptionError);
    expect(cut({ detrend: 2 })).toThrow(OptionError);
    expect(cut({ rejectWindow: [-0.5, null] })).toThrow(WindowError);
    expect(cut({ rejectWindow: [0.1, 0.05] })).toThrow(WindowError);
    expect(cut({ rejectWindow: [0.1, 0.1001] })).toThrow(/holds no sample/);
  });
  test("an epoch with NaN, and says where; but not one beside it", () => {
    const recording = makeRecording();
    recording.data[1200 + 310] = Number.NaN;
    expect(cut({}, recording)).toThrow(NotFiniteError);
    expect(cut({}, recording)).toThrow(/C2 holds NaN at sample 310/);
    recording.data[1200 + 310] = 0;
    recording.data[1200 + 400] = Infinity;
    expect(cut({}, recording)).not.toThrow();
  });
  test("a second event on a sample, unless its code is not asked for", () => {
    const twice = eventsAt([300, 300], [1, 7]);
    const window = { tMinSeconds: -0.1, tMaxSeconds: 0.2 };
    expect(() => extractEpochs(makeRecording(), twice, window)).toThrow(DuplicateEventError);
    const { dropLog } = extractEpochs(makeRecording(), twice, { ...window, codes: [1] });
    expect(dropLog).toEqual([[], ["IGNORED"]]);
  });
});
