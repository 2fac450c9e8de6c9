import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Recording } from "../../src";
import { decodeEdf } from "../../src/readers/edf";
import { encodeEdf } from "../../src/readers/edf-write";
import { anyRecording } from "./arbitraries";

const range = (row: Float64Array): number => Math.max(...row) - Math.min(...row);

/** Half a digital step, with what the rounding of the range to eight characters adds. */
function worstSteps(got: Recording, want: Recording, nSteps: number): number {
  let worst = 0;
  for (let c = 0; c < want.nChannels; c++) {
    const row = want.data.subarray(c * want.nSamples, (c + 1) * want.nSamples);
    const step = (range(row) + (range(row) === 0 ? 2 * Math.max(1, Math.abs(row[0]!) * 1e-3) : 0) + 2e-3) / nSteps;
    for (let i = 0; i < row.length; i++)
      worst = Math.max(worst, Math.abs(got.data[c * want.nSamples + i]! - row[i]!) / step);
  }
  return worst;
}

describe.each(["edf", "bdf"] as const)("%s", (format) => {
  test("what is written comes back within half a step, events and annotations exactly", () => {
    fc.assert(
      fc.property(anyRecording({ maxCode: 32_767 }), (recording) => {
        const { recording: got, otherChannels } = decodeEdf(encodeEdf(recording, { format }));
        expect(otherChannels).toEqual([]);
        expect(got.channelNames).toEqual(recording.channelNames);
        expect(got.nSamples).toBe(recording.nSamples);
        expect(got.sampleRateHz).toBeCloseTo(recording.sampleRateHz, 4);
        expect(got.stim).toEqual(recording.stim);
        expect(worstSteps(got, recording, format === "edf" ? 65_535 : 16_777_215)).toBeLessThanOrEqual(0.5001);
        expect((got.annotations ?? []).map(({ text }) => text)).toEqual(
          (recording.annotations ?? []).map(({ text }) => text),
        );
        (recording.annotations ?? []).forEach((want, i) => {
          expect(got.annotations![i]!.onsetSeconds).toBeCloseTo(want.onsetSeconds, 6);
          expect(got.annotations![i]!.durationSeconds).toBeCloseTo(want.durationSeconds, 6);
        });
      }),
      { numRuns: 60 },
    );
  });
});
