import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BaselineWindow,
  countDropReasons,
  DuplicateEventError,
  extractEpochs,
  RecordingTooShortError,
  WindowError,
} from "../src";
import { makeRecording } from "./arbitraries";
import { readGolden, relativeError } from "./golden";

interface Case {
  name: string;
  sampleRateHz: number;
  nSamples: number;
  data: number[];
  samples: number[];
  codes: number[];
  tMinSeconds: number;
  tMaxSeconds: number;
  baseline: BaselineWindow | null;
  rejectPeakToPeakMicrovolts: number | null;
  flatPeakToPeakMicrovolts: number | null;
  keep: number[] | null;
  nTimes: number;
  firstTime: number;
  dropLog: string[][];
  selection: number[];
  want: number[];
}
const golden = readGolden<Case>("epochs");

const eventsAt = (samples: readonly number[], codes = samples.map(() => 1)) => ({
  nEvents: samples.length,
  samples: Int32Array.from(samples),
  previous: new Int32Array(samples.length),
  codes: Int32Array.from(codes),
});

test.each(golden.cases)(`$name agrees with ${golden.producer}`, (given) => {
  const { data, nSamples, sampleRateHz, samples, codes, keep, ...options } = given;
  const recording = makeRecording({
    data: Float64Array.from(data),
    nChannels: 2,
    nSamples,
    sampleRateHz,
    channelNames: ["A", "B"],
    stim: new Int32Array(nSamples),
  });
  const epochs = extractEpochs(recording, eventsAt(samples, codes), { ...options, codes: keep ?? undefined });
  expect(epochs.nTimes).toBe(given.nTimes);
  expect(epochs.tMinSeconds).toBe(given.firstTime);
  expect(epochs.dropLog).toEqual(given.dropLog);
  expect([...epochs.selection]).toEqual(given.selection);
  expect([...epochs.codes]).toEqual(given.selection.map((i) => codes[i]));
  expect([...epochs.samples]).toEqual(given.selection.map((i) => samples[i]));
  expect(relativeError(epochs.data, given.want)).toBeLessThanOrEqual(golden.tolerance);
});

describe("extractEpochs", () => {
  const window = { tMinSeconds: -0.1, tMaxSeconds: 0.2 };

  test("copies what is in the recording, and does not touch it", () => {
    const recording = makeRecording();
    const before = recording.data.slice();
    const { data, nTimes, nChannels } = extractEpochs(recording, eventsAt([200, 330]), window);
    const first = Math.round(-0.1 * 128);
    for (let epoch = 0; epoch < 2; epoch++)
      for (let channel = 0; channel < nChannels; channel++) {
        const from = channel * 1200 + [200, 330][epoch]! + first;
        const start = (epoch * nChannels + channel) * nTimes;
        expect(data.subarray(start, start + nTimes)).toEqual(before.subarray(from, from + nTimes));
      }
    extractEpochs(recording, eventsAt([200]), { ...window, baseline: [null, 0] });
    expect(recording.data).toEqual(before);
  });

  test("a baseline makes the mean over it zero, wherever it lies", () => {
    fc.assert(
      fc.property(fc.integer({ min: -12, max: 24 }), fc.integer({ min: 0, max: 12 }), (from, length) => {
        const to = Math.min(from + length, 25);
        const baseline: BaselineWindow = [from / 128, to / 128];
        const { data, nTimes } = extractEpochs(makeRecording(), eventsAt([300]), { ...window, baseline });
        const inside = data.subarray(from + 13, to + 14);
        expect(Math.abs(inside.reduce((a, b) => a + b, 0))).toBeLessThan(1e-9);
        expect(nTimes).toBe(40);
      }),
    );
  });

  test("rejects above the limit and keeps what equals it", () => {
    const recording = makeRecording({ data: new Float64Array(3600) });
    recording.data[1200 + 300] = 50;
    recording.data[2400 + 500] = 50.000001;
    const { dropLog } = extractEpochs(recording, eventsAt([300, 500, 700]), {
      ...window,
      rejectPeakToPeakMicrovolts: 50,
    });
    expect(dropLog).toEqual([[], ["C3"], []]);
    expect(countDropReasons(dropLog)).toEqual({ C3: 1 });
  });

  test("an event twice on one sample is an error, or dropped when so asked", () => {
    const twice = eventsAt([300, 300, 500], [1, 2, 1]);
    expect(() => extractEpochs(makeRecording(), twice, window)).toThrow(DuplicateEventError);
    const { dropLog } = extractEpochs(makeRecording(), twice, { ...window, onDuplicate: "drop" });
    expect(dropLog).toEqual([[], ["DROP DUPLICATE"], []]);
  });

  test("refuses windows and baselines that cannot be", () => {
    const cut = (options: object) => () => extractEpochs(makeRecording(), eventsAt([300]), { ...window, ...options });
    expect(cut({ tMaxSeconds: -0.2 })).toThrow(WindowError);
    expect(cut({ tMinSeconds: Number.NaN })).toThrow(WindowError);
    expect(cut({ baseline: [0.1, 0] })).toThrow(/must not end before/);
    expect(cut({ baseline: [-0.3, 0] })).toThrow(/leaves the epoch/);
    expect(cut({ baseline: [0, 0.4] })).toThrow(/leaves the epoch/);
    expect(cut({ baseline: [0.001, 0.002] })).toThrow(/holds no sample/);
    expect(cut({ tMaxSeconds: 20 })).toThrow(RecordingTooShortError);
  });
});
