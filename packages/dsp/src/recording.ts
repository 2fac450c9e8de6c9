import { checkObject } from "./check-object";
import { NotFiniteError, OptionError, SampleRateError, ShapeError } from "./errors";
import type { Hertz, Seconds } from "./units";

/** A remark on a stretch of a recording: a marker, a pause, a stretch to leave out. */
export interface Annotation {
  /** From the recording's first sample. */
  readonly onsetSeconds: Seconds;
  /** 0 for a point in time. */
  readonly durationSeconds: Seconds;
  readonly text: string;
  /** The channels that it concerns; all when absent. */
  readonly channelNames?: readonly string[] | undefined;
}

/** A continuous recording: its electrodes, and the stim channel that marks the flashes. */
export interface Recording {
  /** nChannels × nSamples, row-major, microvolts. */
  readonly data: Float64Array;
  readonly nChannels: number;
  readonly nSamples: number;
  readonly sampleRateHz: Hertz;
  /** One name a row of `data`. */
  readonly channelNames: readonly string[];
  /** nSamples codes: 0 where nothing happens, else 1 NonTarget or 2 Target, unless `stimCodes` says otherwise. */
  readonly stim: Int32Array;
  /** What each code of `stim` stands for, when the recording says so. */
  readonly stimCodes?: Readonly<Record<string, string>> | undefined;
  /** Remarks and markers in the order of their onsets, when the recording has any. */
  readonly annotations?: readonly Annotation[] | undefined;
  /** Where it came from, for messages: a file's path, or a generator's name. */
  readonly source?: string | undefined;
}

const WANTED = "a recording: { data, nChannels, nSamples, sampleRateHz, channelNames, stim }";

/** Checks that the buffers fit the shape and that the rate can be one.
 * @throws {OptionError} when it is no recording, or a buffer in it is none.
 * @throws {ShapeError} when a length does not fit.
 * @throws {SampleRateError} when the rate is not a finite number above 0. */
export function checkRecording(recording: Recording): void {
  checkBuffers(recording);
  const { data, nChannels, nSamples, sampleRateHz, channelNames, stim, source } = recording;
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz, source);
  if (data.length !== nChannels * nSamples)
    throw new ShapeError("recording.data.length", data.length, nChannels * nSamples);
  if (channelNames.length !== nChannels)
    throw new ShapeError("recording.channelNames.length", channelNames.length, nChannels);
  if (stim.length !== nSamples) throw new ShapeError("recording.stim.length", stim.length, nSamples);
}

function checkBuffers(recording: Recording): void {
  checkObject("recording", recording, WANTED);
  const { data, nChannels, nSamples, channelNames, stim } = recording;
  for (const [name, n] of Object.entries({ nChannels, nSamples }))
    if (typeof n !== "number") throw new OptionError(`recording.${name}`, n, "a whole number");
  if (kindOf(data) !== "Float64Array")
    throw new OptionError("recording.data", kindOf(data), "a Float64Array of nChannels × nSamples microvolts");
  if (!Array.isArray(channelNames) || !channelNames.every((name) => typeof name === "string"))
    throw new OptionError("recording.channelNames", kindOf(channelNames), "a list of nChannels names");
  if (kindOf(stim) !== "Int32Array")
    throw new OptionError("recording.stim", kindOf(stim), "an Int32Array of nSamples codes");
}

/** Of another window or realm it is as good, and `instanceof` does not know it. */
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** Checks that every sample is a number: one NaN would spread over the whole channel in the filter.
 * @throws {OptionError} when it is no recording.
 * @throws {NotFiniteError} naming the first channel and sample that is not. */
export function checkFinite(recording: Recording): void {
  checkBuffers(recording);
  const { data, nChannels, nSamples, channelNames, source } = recording;
  for (let channel = 0; channel < nChannels; channel++) {
    const start = channel * nSamples;
    const index = firstNotFinite(data, start, start + nSamples);
    if (index >= 0) throw new NotFiniteError(channelNames[channel]!, index - start, data[index]!, source);
  }
}

function firstNotFinite(data: Float64Array, from: number, to: number): number {
  // One NaN or infinity makes a sum one as well, so the sum tells whether to look closer; two do not wait for each other.
  let [even, odd] = [0.5, 0.5]; // doubles from the start
  for (let i = from; i < to - 1; i += 2) {
    even += data[i]!;
    odd += data[i + 1]!;
  }
  if ((to - from) % 2 === 1) even += data[to - 1]!;
  if (Number.isFinite(even + odd)) return -1;
  for (let i = from; i < to; i++) if (!Number.isFinite(data[i]!)) return i;
  return -1;
}
