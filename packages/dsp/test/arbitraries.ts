import fc from "fast-check";
import type { Recording } from "../src";

/** Samples of everyday size in microvolts, in steps of 1/64 as an amplifier gives them. */
export const anyRow = (nSamples: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.integer({ min: -32_000, max: 32_000 }), { minLength: nSamples, maxLength: nSamples })
    .map((values) => Float64Array.from(values, (value) => value / 64));

/** Rows of one length, and that length. */
export const anyRows = (options: { minSamples: number; maxSamples: number; maxRows: number }) =>
  fc
    .tuple(
      fc.integer({ min: options.minSamples, max: options.maxSamples }),
      fc.integer({ min: 1, max: options.maxRows }),
    )
    .chain(([nSamples, nRows]) => anyRow(nSamples * nRows).map((data) => ({ data, nSamples, nRows })));

/** A deterministic, restless signal without a generator: sines of incommensurable periods. */
export function wiggle(i: number): number {
  return 20 * Math.sin(0.37 * i) + 9 * Math.sin(0.061 * i + 1) + 4 * Math.sin(1.9 * i * i);
}

/** A small recording with a marker every `gap` samples, every sixth of them a target. */
export function makeRecording(changes: Partial<Recording> & { gap?: number } = {}): Recording {
  const { gap = 40, ...rest } = changes;
  const nChannels = rest.nChannels ?? 3;
  const nSamples = rest.nSamples ?? 1200;
  const sampleRateHz = rest.sampleRateHz ?? 128;
  const stim = new Int32Array(nSamples);
  for (let i = gap, n = 0; i < nSamples - 100; i += gap, n++) stim[i] = n % 6 === 0 ? 2 : 1;
  return {
    data: Float64Array.from({ length: nChannels * nSamples }, (_, i) => wiggle(i)),
    channelNames: Array.from({ length: nChannels }, (_, i) => `C${i + 1}`),
    stim,
    ...rest,
    nChannels,
    nSamples,
    sampleRateHz,
  };
}
