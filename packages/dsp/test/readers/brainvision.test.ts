import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBrainVision, encodeBrainVision } from "../../src/readers/brainvision";
import { decodeRecording } from "../../src/readers";
import { makeRecording } from "../arbitraries";
import { anyRecording } from "./arbitraries";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const HEADER = (changes: Record<string, string> = {}): string => {
  const infos = {
    Codepage: "UTF-8",
    DataFile: "$b.eeg",
    DataFormat: "BINARY",
    DataOrientation: "MULTIPLEXED",
    NumberOfChannels: "2",
    SamplingInterval: "2000",
    BinaryFormat: "INT_16",
    ...changes,
  };
  const { BinaryFormat, ...common } = infos;
  return [
    "Brain Vision Data Exchange Header File Version 1.0",
    "[Common Infos]",
    ...Object.entries(common).map(([key, value]) => `${key}=${value}`),
    "[Binary Infos]",
    `BinaryFormat=${BinaryFormat}`,
    "[Channel Infos]",
    "Ch1=Fz,,0.5,µV",
    "Ch2=Cz\\1left,,2,nV",
  ].join("\n");
};

describe("what is written comes back", () => {
  test("in four bytes: to 24 bits, with events and annotations", () => {
    fc.assert(
      fc.property(anyRecording({ maxCode: 999 }), (recording) => {
        const { header, markers, data } = encodeBrainVision(recording, { name: "run" });
        const { recording: got } = decodeBrainVision({ header: bytes(header), markers: bytes(markers), data });
        expect(got.channelNames).toEqual(recording.channelNames);
        expect(got.sampleRateHz).toBeCloseTo(recording.sampleRateHz, 9);
        expect(got.data).toEqual(recording.data.map(Math.fround));
        const onsets = recording.stim.map((code, i) => (code === recording.stim[i - 1] ? 0 : code));
        expect(got.stim).toEqual(onsets);
        const texts = (got.annotations ?? []).map(({ text }) => text);
        for (const { text } of recording.annotations ?? []) expect(texts).toContain(`Comment/${text}`);
      }),
      { numRuns: 50 },
    );
  });

  test("in two bytes: within half a step of each channel's range", () => {
    const recording = makeRecording();
    const { header, markers, data } = encodeBrainVision(recording, { name: "run", sample: "INT_16" });
    const { recording: got } = decodeBrainVision({ header: bytes(header), markers: bytes(markers), data });
    const step = Math.max(...recording.data.map(Math.abs)) / 32_766;
    const worst = got.data.reduce((most, value, i) => Math.max(most, Math.abs(value - recording.data[i]!)), 0);
    expect(worst).toBeLessThan(0.501 * step);
    expect(got.stim).toEqual(recording.stim);
  });

  test("twice: the markers are not doubled", () => {
    const first = encodeBrainVision(makeRecording(), { name: "run" });
    const read = decodeBrainVision({ header: bytes(first.header), markers: bytes(first.markers), data: first.data });
    expect(encodeBrainVision(read.recording, { name: "run" })).toEqual(first);
  });
});

test("the header's base name, resolutions, units and escaped commas", async () => {
  const data = new Uint8Array(Int16Array.from([2, 1000, -4, 500]).buffer);
  const recording = await decodeRecording("night.vhdr", bytes(HEADER()), { companions: { "NIGHT.EEG": data } });
  expect(recording.channelNames).toEqual(["Fz", "Cz,left"]);
  expect(Array.from(recording.data)).toEqual([1, -2, 2, 1]);
  expect(recording.sampleRateHz).toBe(500);
});

describe("refuses", () => {
  const data = new Uint8Array(8);
  const refusal = (changes: Record<string, string>, given: Uint8Array = data): string => {
    try {
      decodeBrainVision({ header: bytes(HEADER(changes)), data: given }, { source: "run.vhdr" });
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_DSP_FORMAT", format: "BrainVision", source: "run.vhdr" });
      return (error as Error).message;
    }
    return "nothing";
  };

  test.each([
    [{ DataFormat: "ASCII" }, /DataFormat=ASCII, which is not read/],
    [{ BinaryFormat: "UINT_16" }, /save it as INT_16 or INT_32 or IEEE_FLOAT_32/],
    [{ SamplingInterval: "0" }, /SamplingInterval=0: it must be a number above 0/],
    [{ SamplingInterval: "-4000" }, /SamplingInterval=-4000/],
    [{ NumberOfChannels: "2147483648" }, /NumberOfChannels=2147483648/],
    [{ NumberOfChannels: "3" }, /has no Ch3/],
    [{ DataPoints: "7" }, /says it has 7 samples, but its data file holds 2/],
    [{ SegmentationType: "MARKERBASED" }, /export it without segmentation/],
    [{ UseBigEndianOrder: "YES" }, /nothing/], // it belongs to [Binary Infos], where it is looked for
  ])("%o", (changes, message) => {
    expect(refusal(changes)).toMatch(message);
  });

  test("data that is cut off, and companions that are missing", async () => {
    expect(refusal({}, new Uint8Array(7))).toMatch(/it is cut off/);
    await expect(decodeRecording("run.vhdr", bytes(HEADER()))).rejects.toThrow(
      "run.vhdr: BrainVision: its data file run.eeg is missing",
    );
    const withMarkers = bytes(HEADER({ MarkerFile: "run.vmrk" }));
    await expect(decodeRecording("run.vhdr", withMarkers, { companions: { "run.eeg": data } })).rejects.toThrow(
      /its marker file run.vmrk is missing/,
    );
    await expect(
      decodeRecording("run.vmrk", bytes("Brain Vision Data Exchange Marker File, Version 1.0\n")),
    ).rejects.toThrow(/open the .vhdr file/);
  });
});
