import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRecording, saveRecording } from "../../src/files";
import { decodeEdf, decodeRecording, detectFormat, encodeEdf } from "../../src/readers";
import { makeRecording } from "../arbitraries";
import { temporaryFolder } from "../temporary";
import { goldenFile } from "./golden-file";

test.each([
  ["plus.edf", "edf"],
  ["biosemi.bdf", "bdf"],
  ["bv_hand.vhdr", "brainvision"],
  ["bv_hand.vmrk", "brainvision"],
  ["drift.xdf", "xdf"],
  ["bi2014a.mat", "matlab"],
  ["bi2014a_v73.mat", "matlab"],
])("%s is known by its bytes, whatever it is called", (name, format) => {
  expect(detectFormat("anything.bin", readFileSync(goldenFile(name)))).toBe(format);
});

test("an ending decides where bytes do not", () => {
  expect(detectFormat("one.set", readFileSync(goldenFile("one.set")))).toBe("eeglab");
  expect(detectFormat("a.CSV", new Uint8Array(0))).toBe("csv");
  expect(detectFormat("a", new TextEncoder().encode("Fz,Cz\n1,2\n"))).toBe("csv");
  expect(detectFormat("a.png", Uint8Array.from([137, 80, 78, 71]))).toBeUndefined();
});

describe("EDF", () => {
  const gap = (): Uint8Array => readFileSync(goldenFile("gap.edf"));

  test("with a pause is refused, or filled and marked", () => {
    expect(() => decodeEdf(gap(), { source: "gap.edf" })).toThrow(/^gap.edf: EDF: has a gap of 1.000 s at 1.000 s/);
    const { recording } = decodeEdf(gap(), { gaps: "fill" });
    expect(recording.nSamples).toBe(500);
    expect(recording.annotations).toContainEqual({ onsetSeconds: 1, durationSeconds: 1, text: "BAD_gap" });
    const row = recording.data.subarray(0, 500);
    const step = (row[200]! - row[99]!) / 101;
    expect(row[150]).toBeCloseTo(row[99]! + 51 * step, 9);
  });

  test("keeps channels of other kinds apart, at their own rates", () => {
    const { otherChannels } = decodeEdf(readFileSync(goldenFile("plus.edf")));
    expect(otherChannels.map(({ name, type, unit, sampleRateHz }) => [name, type, unit, sampleRateHz])).toEqual([
      ["EOG left", "eog", "µV", 50],
      ["Temp rectal", "misc", "degC", 1],
    ]);
    expect(() => decodeEdf(readFileSync(goldenFile("plus.edf")), { eegChannels: ["Fp1", "EOG left"] })).toThrow(
      /has Fp1 at 100 Hz and EOG left at 50 Hz/,
    );
  });

  test("cannot be written with what it has no room for", () => {
    const recording = makeRecording();
    const code = (change: object): string => {
      try {
        encodeEdf({ ...recording, ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return "nothing";
    };
    expect(code({ channelNames: ["A", "B", "a name beyond sixteen"] })).toBe("ERR_DSP_FORMAT");
    expect(code({ stim: recording.stim.map((n) => n * 70_000) })).toBe("ERR_DSP_FORMAT");
    expect(code({ data: recording.data.map(() => Number.NaN) })).toBe("ERR_DSP_NOT_FINITE");
    expect(code({ stim: new Int32Array(3) })).toBe("ERR_DSP_SHAPE");
    expect(code({ data: recording.data.map((x) => x * 1e12) })).toBe("ERR_DSP_FORMAT");
  });
});

describe("files", () => {
  test("each format that is written is opened again", async () => {
    const folder = temporaryFolder();
    const recording = makeRecording();
    for (const name of ["a.parquet", "a.csv", "a.tsv", "a.edf", "a.bdf", "a.vhdr"]) {
      const path = join(folder, name);
      const written = await saveRecording(path, recording);
      expect(written).toContain(path);
      const got = await openRecording(path);
      expect(got.stim).toEqual(recording.stim);
      expect(got).toMatchObject({ source: path, nSamples: 1200, channelNames: ["C1", "C2", "C3"], sampleRateHz: 128 });
    }
    expect(readdirSync(folder).sort()).toEqual([
      "a.bdf",
      "a.csv",
      "a.edf",
      "a.eeg",
      "a.parquet",
      "a.tsv",
      "a.vhdr",
      "a.vmrk",
      "metadata.json",
    ]);
  });

  test("that cannot be are refused by name", async () => {
    const folder = temporaryFolder();
    await expect(openRecording(join(folder, "none.edf"))).rejects.toMatchObject({ code: "ERR_DSP_FILE" });
    await expect(openRecording(folder)).rejects.toThrow(/is a folder/);
    await expect(saveRecording(join(folder, "a.doc"), makeRecording())).rejects.toMatchObject({
      code: "ERR_DSP_FORMAT",
    });
    await expect(decodeRecording("a.edf", "text" as unknown as Uint8Array)).rejects.toMatchObject({
      code: "ERR_DSP_OPTION",
    });
  });
});
