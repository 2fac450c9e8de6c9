import { describe, expect, test } from "vitest";
import { findEvents } from "../../src";
import { openRecordingFile } from "../../src/files";
import { readGolden, worstError } from "../golden";
import { goldenFile } from "./golden-file";

interface Case {
  readonly file: string;
  readonly by: string;
  readonly sampleRateHz: number;
  readonly channelNames: readonly string[];
  readonly data: readonly number[][];
  readonly annotations: readonly (readonly [number, number, string])[];
  readonly events: readonly (readonly [number, number])[];
}

const golden = readGolden<Case>("files");

describe(`files as read by ${golden.producer}`, () => {
  test.each(golden.cases)("$file, of $by", async (want) => {
    const { recording } = await openRecordingFile(goldenFile(want.file));
    expect(recording.channelNames).toEqual(want.channelNames);
    expect(recording.sampleRateHz).toBeCloseTo(want.sampleRateHz, 9);
    const scale = Math.max(...want.data.flat().map(Math.abs));
    expect(worstError(recording.data, want.data.flat()) / scale).toBeLessThan(golden.tolerance);
    expect((recording.annotations ?? []).map(({ text }) => text)).toEqual(want.annotations.map(([, , text]) => text));
    want.annotations.forEach(([onset, duration], i) => {
      expect(recording.annotations![i]!.onsetSeconds).toBeCloseTo(onset, 6);
      expect(recording.annotations![i]!.durationSeconds).toBeCloseTo(duration, 6);
    });
    const { samples, codes } = findEvents(recording, { initialEvent: true, consecutive: true });
    expect(Array.from(samples, (sample, i) => [sample, codes[i]])).toEqual(want.events);
  });
});
