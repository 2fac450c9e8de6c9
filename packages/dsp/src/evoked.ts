import { ShapeError, TooShortError } from "./errors";
import { checkEpochs, type Epochs } from "./epochs";
import type { Hertz, Seconds } from "./units";

/** An averaged response. */
export interface Evoked {
  /** nChannels × nTimes, row-major, microvolts. */
  readonly data: Float64Array;
  /** The mean's standard error, of the same shape; absent where it is not known. */
  readonly standardError?: Float64Array | undefined;
  readonly nChannels: number;
  readonly nTimes: number;
  /** How many epochs it is worth: of a weighted sum, the number whose plain average would have its noise. */
  readonly nAve: number;
  readonly sampleRateHz: Hertz;
  /** Time of the first sample from the event. */
  readonly tMinSeconds: Seconds;
  readonly channelNames: readonly string[];
  /** What it is, as "2" or "0.500 × Target + 0.500 × NonTarget". */
  readonly comment: string;
}

export interface AverageOptions {
  /** Average only the epochs of these codes. Default: all. */
  readonly codes?: readonly number[] | undefined;
  /** Default: the codes. */
  readonly comment?: string | undefined;
}

/** Averages epochs, with the standard error of the mean: the population standard deviation over the square root of their
 * number, as MNE's `epochs.average()` and `epochs.standard_error()` (`test/golden/evoked.json`, 1e-12).
 * @throws {TooShortError} when there is no epoch of these codes. */
export function averageEpochs(epochs: Epochs, { codes, comment }: AverageOptions = {}): Evoked {
  checkEpochs(epochs);
  const { nChannels, nTimes, sampleRateHz, tMinSeconds, channelNames } = epochs;
  const wanted = codes && new Set(codes);
  const size = nChannels * nTimes;
  const starts: number[] = [];
  for (let i = 0; i < epochs.nEpochs; i++) if (!wanted || wanted.has(epochs.codes[i]!)) starts.push(i * size);
  const nAve = starts.length;
  const named = codes ?? [...new Set(epochs.codes)].sort((a, b) => a - b);
  if (nAve === 0)
    throw new TooShortError(`the number of epochs of code ${named.join(", ")}`, 0, 1, "there is nothing to average");
  const data = new Float64Array(size);
  for (const start of starts) for (let i = 0; i < size; i++) data[i]! += epochs.data[start + i]!;
  for (let i = 0; i < size; i++) data[i]! /= nAve;
  const standardError = new Float64Array(size);
  for (const start of starts)
    for (let i = 0; i < size; i++) standardError[i]! += (epochs.data[start + i]! - data[i]!) ** 2;
  for (let i = 0; i < size; i++) standardError[i] = Math.sqrt(standardError[i]! / nAve) / Math.sqrt(nAve);
  return {
    data,
    standardError,
    nChannels,
    nTimes,
    nAve,
    sampleRateHz,
    tMinSeconds,
    channelNames,
    comment: comment ?? named.join(" + "),
  };
}

/** Global field power: the population standard deviation over the channels at each time, in microvolts, as MNE plots it.
 * @see D. Lehmann, W. Skrandies, Electroenceph. Clin. Neurophysiol. 48(6), 1980, doi:10.1016/0013-4694(80)90419-8 */
export function globalFieldPower(evoked: Evoked): Float64Array {
  checkEvoked(evoked);
  const { data, nChannels, nTimes } = evoked;
  if (nChannels === 0) throw new TooShortError("nChannels", 0, 1, "a field needs channels");
  return Float64Array.from({ length: nTimes }, (_, i) => {
    let mean = 0;
    for (let channel = 0; channel < nChannels; channel++) mean += data[channel * nTimes + i]!;
    mean /= nChannels;
    let sum = 0;
    for (let channel = 0; channel < nChannels; channel++) sum += (data[channel * nTimes + i]! - mean) ** 2;
    return Math.sqrt(sum / nChannels);
  });
}

/** @throws {ShapeError} when its lists are not as long as it says. */
export function checkEvoked(evoked: Evoked): void {
  const { data, nChannels, nTimes, channelNames } = evoked ?? {};
  if (!(data?.length === nChannels * nTimes))
    throw new ShapeError("evoked.data.length", data?.length ?? Number.NaN, nChannels * nTimes);
  if (channelNames?.length !== nChannels)
    throw new ShapeError("evoked.channelNames.length", channelNames?.length ?? Number.NaN, nChannels);
}
