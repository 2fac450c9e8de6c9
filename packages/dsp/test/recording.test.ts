import { expect, test } from "vitest";
import { checkFinite, checkRecording } from "../src";
import { makeRecording } from "./arbitraries";

const good = makeRecording();

test.each([undefined, null, 5, "a.edf", Symbol("recording"), () => good])("%s is no recording", (recording) => {
  for (const check of [checkRecording, checkFinite])
    expect(() => check(recording as never)).toThrow(/recording is .*: give a recording: \{ data, nChannels/s);
});

test.each([
  ["data", undefined],
  ["data", Array.from(good.data)],
  ["data", Float32Array.from(good.data)],
  ["nChannels", undefined],
  ["nSamples", 10n],
  ["channelNames", undefined],
  ["channelNames", "Fz"],
  ["channelNames", [1, 2, 3]],
  ["stim", undefined],
  ["stim", Float64Array.from(good.stim)],
])("its %s cannot be %s", (key, value) => {
  for (const check of [checkRecording, checkFinite])
    expect(() => check({ ...good, [key]: value })).toThrow(
      expect.objectContaining({ code: "ERR_DSP_OPTION", option: `recording.${key}` }),
    );
});

test.each([
  ["nChannels", good.nChannels + 1],
  ["nSamples", good.nSamples - 1],
  ["nSamples", Number.NaN],
])("buffers must fit %s %s", (key, value) => {
  expect(() => checkRecording({ ...good, [key]: value as number })).toThrow(
    expect.objectContaining({ code: "ERR_DSP_SHAPE" }),
  );
});

test.each([0, -1, Number.NaN, Infinity, "512", undefined])("%s Hz is no rate", (sampleRateHz) => {
  expect(() => checkRecording({ ...good, sampleRateHz: sampleRateHz as number })).toThrow(
    expect.objectContaining({ code: "ERR_DSP_SAMPLE_RATE" }),
  );
});
