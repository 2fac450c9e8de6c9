import type { Recording } from "../../src";

/** A disturbance: everywhere, but strongest in one channel, over samples [start, stop). */
export type Burst = readonly [channel: number, start: number, stop: number, gain: number];

/** Signals that wander together, with bursts: those of `made_up` in tools/golden/dsp_cleaning.py, by the same operations. */
export function madeUp(
  nChannels: number,
  nSamples: number,
  sampleRateHz: number,
  bursts: readonly Burst[] = [],
): Recording {
  const data = new Float64Array(nChannels * nSamples);
  const slow = new Float64Array(nChannels + 1);
  let state = 12345;
  for (let t = 0; t < nSamples; t++) {
    for (let c = 0; c <= nChannels; c++) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      slow[c] = 0.9 * slow[c]! + (((state >>> 8) % 2001) - 1000) / 100;
    }
    for (let c = 0; c < nChannels; c++) data[c * nSamples + t] = slow[c]! + 0.6 * slow[c + 1]! + 0.4 * slow[0]!;
  }
  for (const [channel, start, stop, gain] of bursts)
    for (let t = start; t < stop; t++)
      for (let c = 0; c < nChannels; c++)
        data[c * nSamples + t] = data[c * nSamples + t]! + (gain * (((t * 7) % 23) - 11)) / (1 + Math.abs(c - channel));
  return {
    data,
    nChannels,
    nSamples,
    sampleRateHz,
    channelNames: Array.from({ length: nChannels }, (_, c) => `C${c + 1}`),
    stim: new Int32Array(nSamples),
  };
}
