import { describe, expect, test } from "vitest";
import {
  BandError,
  extractEpochs,
  filterFir,
  findEvents,
  flatten,
  NoEpochsError,
  NoEventsError,
  NotFiniteError,
  OptionError,
  preprocess,
  RecordingTooShortError,
  resampleEpochs,
  SampleRateError,
} from "../src";
import { makeRecording } from "./arbitraries";
import { relativeError } from "./golden";

test("is its steps, one after another", () => {
  const recording = makeRecording();
  const window = { tMinSeconds: -0.1, tMaxSeconds: 0.6, baseline: [-0.1, 0], rejectPeakToPeakMicrovolts: 60 } as const;
  const filtered = filterFir(recording, { lowHz: 1, highHz: 20 });
  const epochs = extractEpochs(filtered, findEvents(recording), window);
  const features = flatten(resampleEpochs(epochs, { rateHz: 100 }));
  const result = preprocess(recording, { rejectPeakToPeakMicrovolts: 60 });
  // which rows share a transform differs, and with it the last digit
  expect(relativeError(result.features.data, features.data)).toBeLessThanOrEqual(1e-14);
  expect(result.labels).toEqual(epochs.codes);
  expect(result.dropLog).toEqual(epochs.dropLog);
  expect(result.epochsFound).toBe(27);
  expect(result.epochsKept).toBe(epochs.nEpochs);
  expect(result.features.nFeatures).toBe(3 * result.nTimes);
});

test("takes the labels from the recording's own names of its codes", () => {
  const recording = makeRecording();
  const plain = preprocess(recording, { rejectPeakToPeakMicrovolts: null });
  const stim = recording.stim.map((code) => [0, 7, 3][code]!);
  const stimCodes = { 0: "none", 3: "Target", 7: "Non-Target" };
  const renamed = preprocess({ ...recording, stim, stimCodes }, { rejectPeakToPeakMicrovolts: null });
  expect(renamed.labels).toEqual(plain.labels);
  expect(new Set(plain.labels)).toEqual(new Set([1, 2]));
});

test("ignores other codes, and says so in the drop log", () => {
  const recording = makeRecording();
  recording.stim[60] = 9;
  const { dropLog, epochsFound, epochsKept } = preprocess(recording, { rejectPeakToPeakMicrovolts: null });
  expect(dropLog[1]).toEqual(["IGNORED"]);
  expect(epochsKept).toBe(epochsFound - 1);
});

describe("refuses", () => {
  test("a recording without events, or with none of those asked for", () => {
    const empty = makeRecording({ stim: new Int32Array(1200), source: "a.parquet" });
    expect(() => preprocess(empty)).toThrow(NoEventsError);
    expect(() => preprocess(empty)).toThrow(/^a\.parquet: no events in the stim channel: /);
    const others = makeRecording();
    const stim = others.stim.map((code) => (code === 0 ? 0 : 5));
    expect(() => preprocess({ ...others, stim })).toThrow(/none of the 27 events in the stim channel has code 1 or 2/);
  });

  test("to give no epoch at all, and says what dropped them", () => {
    const run = () => preprocess(makeRecording({ source: "a.parquet" }), { rejectPeakToPeakMicrovolts: 1 });
    expect(run).toThrow(NoEpochsError);
    expect(run).toThrow(/^a\.parquet: all 27 epochs were dropped \(C\d 27, .*\): .*--reject-uv none/);
  });

  test("NaN, a band beyond Nyquist, a bad rate, a window longer than the recording, a limit of 0", () => {
    const withNaN = makeRecording();
    withNaN.data[5] = Number.NaN;
    expect(() => preprocess(withNaN)).toThrow(NotFiniteError);
    expect(() => preprocess(makeRecording(), { highHz: 64 })).toThrow(BandError);
    expect(() => preprocess(makeRecording(), { lowHz: 20, highHz: 10 })).toThrow(BandError);
    expect(() => preprocess(makeRecording({ sampleRateHz: 0 }))).toThrow(SampleRateError);
    expect(() => preprocess(makeRecording(), { tMaxSeconds: 60 })).toThrow(RecordingTooShortError);
    expect(() => preprocess(makeRecording(), { rejectPeakToPeakMicrovolts: 0 })).toThrow(OptionError);
    expect(() => preprocess(makeRecording(), { resampleHz: 0 })).toThrow(OptionError);
  });
});
