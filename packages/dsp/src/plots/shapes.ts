import { checkObject } from "../check-object";
import { checkList } from "../check-list";
import { ChannelError, OptionError, SampleRateError, ShapeError, TooShortError } from "../errors";
import type { Hertz, Microvolts, Seconds } from "../units";

/** An average over epochs. */
export interface EvokedLike {
  /** nChannels × nTimes, row-major, microvolts. */
  readonly data: Float64Array;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly sampleRateHz: Hertz;
  /** Time of the first sample from the event. */
  readonly tMinSeconds: Seconds;
  readonly channelNames: readonly string[];
  /** How many epochs it is the average of. */
  readonly nAve?: number | undefined;
  /** Standard error of each value of `data`, when known. */
  readonly standardError?: Float64Array | undefined;
}

/** Epochs as far as figures need them. */
export interface EpochsLike {
  /** nEpochs × nChannels × nTimes, row-major, microvolts. */
  readonly data: Float64Array;
  readonly nEpochs: number;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly sampleRateHz: Hertz;
  readonly tMinSeconds: Seconds;
  readonly channelNames: readonly string[];
  /** Code of each epoch's event. */
  readonly codes: Int32Array;
}

/** Power by frequency. */
export interface SpectrumLike {
  readonly frequenciesHz: Float64Array;
  /** nChannels × frequencies, row-major, µV²/Hz. */
  readonly power: Float64Array;
}

type Sampled = Pick<EvokedLike, "nChannels" | "nTimes" | "sampleRateHz" | "tMinSeconds" | "channelNames">;

function checkBuffer(what: string, buffer: unknown): void {
  if (!ArrayBuffer.isView(buffer)) throw new OptionError(what, buffer, "a typed array of numbers");
}

function checkSampled(what: string, { nChannels, nTimes, sampleRateHz, tMinSeconds, channelNames }: Sampled): void {
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz, what);
  if (!Number.isFinite(tMinSeconds)) throw new OptionError(`${what}.tMinSeconds`, tMinSeconds, "a number of seconds");
  for (const [name, count] of Object.entries({ nChannels, nTimes }))
    if (!(Number.isSafeInteger(count) && count >= 1))
      throw new TooShortError(`${what}.${name}`, count, 1, "there is nothing to draw");
  checkList(`${what}.channelNames`, channelNames, "nChannels names");
  if (channelNames.length !== nChannels)
    throw new ShapeError(`${what}.channelNames.length`, channelNames.length, nChannels);
}

export function checkEvoked(evoked: EvokedLike, what = "evoked"): void {
  checkObject(what, evoked, "an average: { data, nChannels, nTimes, sampleRateHz, tMinSeconds, channelNames }");
  checkBuffer(`${what}.data`, evoked.data);
  checkSampled(what, evoked);
  const size = evoked.nChannels * evoked.nTimes;
  if (evoked.data.length !== size) throw new ShapeError(`${what}.data.length`, evoked.data.length, size);
  const { standardError } = evoked;
  if (standardError && standardError.length !== size)
    throw new ShapeError(`${what}.standardError.length`, standardError.length, size);
}

export function checkEpochsLike(epochs: EpochsLike): void {
  checkObject("epochs", epochs, "epochs, as extractEpochs gives them");
  checkBuffer("epochs.data", epochs.data);
  checkBuffer("epochs.codes", epochs.codes);
  checkSampled("epochs", epochs);
  const { data, nEpochs, nChannels, nTimes, codes } = epochs;
  if (!(Number.isSafeInteger(nEpochs) && nEpochs >= 0))
    throw new OptionError("epochs.nEpochs", nEpochs, "a whole number");
  if (data.length !== nEpochs * nChannels * nTimes)
    throw new ShapeError("epochs.data.length", data.length, nEpochs * nChannels * nTimes);
  if (codes.length !== nEpochs) throw new ShapeError("epochs.codes.length", codes.length, nEpochs);
}

/** Both averages must lie on one grid. */
export function checkSameGrid(a: EvokedLike, b: EvokedLike, what: string): void {
  if (b.nChannels !== a.nChannels) throw new ShapeError(`${what}.nChannels`, b.nChannels, a.nChannels);
  if (b.nTimes !== a.nTimes) throw new ShapeError(`${what}.nTimes`, b.nTimes, a.nTimes);
  if (b.sampleRateHz !== a.sampleRateHz) throw new ShapeError(`${what}.sampleRateHz`, b.sampleRateHz, a.sampleRateHz);
  if (Math.abs(b.tMinSeconds - a.tMinSeconds) * a.sampleRateHz > 1e-6)
    throw new ShapeError(`${what}.tMinSeconds`, b.tMinSeconds, a.tMinSeconds);
}

/** A channel by its name or its index.
 * @throws {ChannelError} when it is not there. */
export function channelIndex(channelNames: readonly string[], channel: string | number): number {
  const index = typeof channel === "number" ? channel : channelNames.indexOf(channel);
  if (Number.isInteger(index) && index >= 0 && index < channelNames.length) return index;
  const known = channelNames.slice(0, 12).join(", ");
  throw new ChannelError(String(channel), `is not among ${known}${channelNames.length > 12 ? ", …" : ""}`);
}

export const timeOf = ({ tMinSeconds, sampleRateHz }: Sampled, sample: number): Seconds =>
  tMinSeconds + sample / sampleRateHz;

/** The sample within a window at which a row is furthest from 0; null when no value there is finite. */
export function peakOf(
  evoked: EvokedLike,
  channel: number,
  fromSeconds: Seconds,
  toSeconds: Seconds,
): { readonly sample: number; readonly seconds: Seconds; readonly microvolts: Microvolts } | null {
  let best = -1;
  const { data, nTimes } = evoked;
  const slack = 1e-9;
  for (let t = 0; t < nTimes; t++) {
    const seconds = timeOf(evoked, t);
    const value = data[channel * nTimes + t]!;
    if (seconds < fromSeconds - slack || seconds > toSeconds + slack || !Number.isFinite(value)) continue;
    if (best < 0 || Math.abs(value) > Math.abs(data[channel * nTimes + best]!)) best = t;
  }
  return best < 0 ? null : { sample: best, seconds: timeOf(evoked, best), microvolts: data[channel * nTimes + best]! };
}
