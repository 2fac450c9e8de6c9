import { OptionError } from "../../errors";
import { checkRecording, type Recording } from "../../recording";
import { checkPositive } from "../../rows";
import type { Seconds } from "../../units";
import { checkSignals } from "../signals";
import { type EegDistributionOptions, fitEegDistribution } from "./eeg-distribution";
import { windowRms, windowStarts } from "./windows";

export interface CleanWindowOptions extends EegDistributionOptions {
  /** Default 1. */
  readonly windowSeconds?: Seconds | undefined;
  /** Share of a window that it has in common with the next. Default 0.66. */
  readonly overlap?: number | undefined;
  /** A window is clean when at most this share of the channels is out of bounds. Default 0.075. */
  readonly badChannelShareMax?: number | undefined;
  /** Bounds for a channel's amplitude in a window, in standard deviations of its clean EEG. Default -3.5 and 5.5. */
  readonly zLimits?: readonly [low: number, high: number] | undefined;
}

/** Finds the clean samples of a recording: those that lie in no window in which too many channels are much louder or much
 * quieter than their clean EEG. The `clean_windows` of the ASR reference. The recording should be high-passed.
 * @returns nSamples numbers, 1 where it is clean and 0 where not.
 * @throws {TooShortError} when there are fewer than 50 windows.
 * @throws {OptionError} for a channel that is constant. */
export function findCleanSamples(recording: Recording, options: CleanWindowOptions = {}): Uint8Array {
  checkSignals(recording);
  checkRecording(recording);
  const { windowSeconds = 1, overlap = 0.66, badChannelShareMax = 0.075, zLimits = [-3.5, 5.5] } = options;
  const { data, nChannels, nSamples, sampleRateHz } = recording;
  checkPositive("windowSeconds", windowSeconds);
  if (!(overlap >= 0 && overlap < 1)) throw new OptionError("overlap", overlap, "a number from 0, below 1");
  if (!(badChannelShareMax >= 0 && badChannelShareMax < 1))
    throw new OptionError("badChannelShareMax", badChannelShareMax, "a number from 0, below 1");
  if (!Array.isArray(zLimits)) throw new OptionError("zLimits", zLimits, "one limit below 0, one above");
  const [zMin, zMax] = zLimits as readonly [number, number];
  if (!(zMin < 0 && zMax > 0)) throw new OptionError("zLimits", zLimits.join(", "), "one limit below 0, one above");
  const windowSamples = Math.max(1, Math.floor(windowSeconds * sampleRateHz));
  const starts = windowStarts(nSamples, windowSamples, Math.max(1, windowSamples * (1 - overlap)));
  const nBad = Math.round(nChannels * badChannelShareMax);
  const above = new Uint16Array(starts.length);
  const below = new Uint16Array(starts.length);
  for (let channel = 0; channel < nChannels; channel++) {
    const rms = windowRms(data.subarray(channel * nSamples, (channel + 1) * nSamples), starts, windowSamples);
    const { mean, std } = fitEegDistribution(rms, options);
    rms.forEach((value, window) => {
      const z = (value - mean) / std;
      if (z > zMax) above[window]!++;
      if (z < zMin) below[window]!++;
    });
  }
  const clean = new Uint8Array(nSamples).fill(1);
  for (const [window, start] of starts.entries())
    if (above[window]! > nBad || below[window]! > nBad) clean.fill(0, start, start + windowSamples);
  return clean;
}
