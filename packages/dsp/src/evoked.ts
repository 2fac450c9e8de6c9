import { checkList } from "./check-list";
import { ChannelError, OptionError, ShapeError, TooShortError, WindowError } from "./errors";
import { checkEpochs, type Epochs } from "./epochs";
import { roundHalfEven } from "./round";
import { pickChannels } from "./select";
import type { Hertz, Microvolts, Seconds } from "./units";

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

/** Adds evoked responses up, each times its weight, as MNE 1.13's `combine_evoked` does (`test/golden/evoked.json`):
 * "equal" is 1 / n each, "nave" by the epochs that each is worth, `[1, -1]` a difference. The standard errors combine as
 * those of independent averages do.
 * @throws {TooShortError} when there is none. @throws {OptionError} {ShapeError} {ChannelError} when weights, channels,
 * rates or times do not match. */
export function combineEvoked(parts: readonly Evoked[], weights: "equal" | "nave" | readonly number[]): Evoked {
  checkList("parts", parts, "evoked responses");
  const first = parts[0];
  if (!first) throw new TooShortError("the number of evoked responses", 0, 1, "give at least one");
  for (const part of parts) checkSame(part, first);
  const given = weightsOf(parts, weights);
  const size = first.data.length;
  const data = new Float64Array(size);
  const variance = new Float64Array(size);
  let inverse = 0;
  for (const [i, part] of parts.entries()) {
    const weight = given[i]!;
    for (let k = 0; k < size; k++) {
      data[k]! += weight * part.data[k]!;
      variance[k]! += (weight * (part.standardError?.[k] ?? 0)) ** 2;
    }
    inverse += weight ** 2 / part.nAve;
  }
  const known = parts.every((part) => part.standardError);
  const comment = parts.map((part, i) => term(given[i]!, part.comment, i === 0)).join(" ");
  return {
    ...first,
    data,
    standardError: known ? variance.map(Math.sqrt) : undefined,
    nAve: 1 / inverse,
    comment: comment.replaceAll(" - - ", " + "),
  };
}

function weightsOf(parts: readonly Evoked[], weights: "equal" | "nave" | readonly number[]): readonly number[] {
  if (weights === "equal") return parts.map(() => 1 / parts.length);
  if (weights === "nave") {
    const sum = parts.reduce((n, part) => n + part.nAve, 0);
    return parts.map((part) => part.nAve / sum);
  }
  if (!Array.isArray(weights) || weights.length !== parts.length || !weights.every((weight) => Number.isFinite(weight)))
    throw new OptionError("weights", weights, `"equal", "nave", or a number for each of the ${parts.length}`);
  return weights;
}

function term(weight: number, comment: string, isFirst: boolean): string {
  const size = Math.abs(weight);
  const factor = Math.abs(size - 1) <= 1e-8 + 1e-5 ? "" : `${(roundHalfEven(1000 * size) / 1000).toFixed(3)} × `;
  const name = comment.includes(" + ") ? `(${comment})` : comment || "unknown";
  const sign = weight >= 0 ? "" : "-";
  return isFirst ? `${sign}${factor}${name}` : `${sign || "+"} ${factor}${name}`;
}

export interface GrandAverageOptions {
  /** What to do when not all have the same channels: keep those that all have ("intersect", default), or refuse ("same"). */
  readonly channels?: "intersect" | "same" | undefined;
}

/** Averages the evoked responses of several subjects, each with the same weight, as MNE's `grand_average` does
 * (`test/golden/evoked.json`). Its standard error is that between subjects, its `nAve` their number.
 * @throws as `combineEvoked`; {ChannelError} when they have no channel in common. */
export function grandAverage(parts: readonly Evoked[], { channels = "intersect" }: GrandAverageOptions = {}): Evoked {
  checkList("parts", parts, "evoked responses");
  for (const part of parts) checkEvoked(part);
  const widest = parts.reduce((most, part) => (part.nChannels > most.nChannels ? part : most), parts[0]!);
  let picked = parts;
  if (channels === "intersect" && parts.length > 0) {
    const common = widest.channelNames.filter((name) => parts.every((part) => part.channelNames.includes(name)));
    if (common.length === 0) throw new ChannelError(widest.channelNames[0] ?? "", "is not in all: none of them is");
    picked = parts.map((part) => pickChannels(part, common));
  }
  const mean = combineEvoked(picked, "equal");
  const n = parts.length;
  const standardError = mean.data.map((average, k) => {
    const sum = picked.reduce((total, part) => total + (part.data[k]! - average) ** 2, 0);
    return Math.sqrt(sum / n) / Math.sqrt(n);
  });
  return { ...mean, standardError, nAve: n, comment: `Grand average (n = ${n})` };
}

export interface PeakOptions {
  /** Look from here on. Default: the first sample. */
  readonly tMinSeconds?: Seconds | undefined;
  /** Look up to here. Default: the last sample. */
  readonly tMaxSeconds?: Seconds | undefined;
  /** Look for the highest, the lowest, or the largest of either sign (default). */
  readonly mode?: "pos" | "neg" | "abs" | undefined;
  /** Look only at these channels. Default: all. */
  readonly channelNames?: readonly string[] | undefined;
}

export interface Peak {
  readonly channelName: string;
  readonly latencySeconds: Seconds;
  readonly amplitudeMicrovolts: Microvolts;
  /** Place of the sample in the response. */
  readonly sample: number;
}

/** The largest deflection within a window, as MNE's `evoked.get_peak` finds it; the first channel, then the first sample,
 * where several are as large.
 * @throws {WindowError} when the window leaves the response or holds no sample.
 * @throws {OptionError} for mode "pos" where nothing is above 0, and "neg" where nothing is below. */
export function peakOf(evoked: Evoked, options: PeakOptions = {}): Peak {
  checkEvoked(evoked);
  const { mode = "abs", channelNames } = options;
  if (!["pos", "neg", "abs"].includes(mode)) throw new OptionError("mode", mode, `"pos", "neg" or "abs"`);
  const { data, nChannels, nTimes, sampleRateHz } = channelNames ? pickChannels(evoked, channelNames) : evoked;
  const timeOf = (i: number): Seconds => evoked.tMinSeconds + i / sampleRateHz;
  const { tMinSeconds = timeOf(0), tMaxSeconds = timeOf(nTimes - 1) } = options;
  const slack = 1e-9; // a time that a sum has put just beside its sample
  const from = Math.ceil((tMinSeconds - evoked.tMinSeconds) * sampleRateHz - slack);
  const to = Math.floor((tMaxSeconds - evoked.tMinSeconds) * sampleRateHz + slack);
  if (!(from >= 0 && to < nTimes && from <= to && nChannels > 0))
    throw new WindowError(
      tMinSeconds,
      tMaxSeconds,
      `it must hold samples of the response, which lies from ${timeOf(0)} to ${timeOf(nTimes - 1)} s`,
    );
  const height = (value: number): number => (mode === "abs" ? Math.abs(value) : mode === "neg" ? -value : value);
  let best = from;
  for (let channel = 0; channel < nChannels; channel++)
    for (let i = channel * nTimes + from; i <= channel * nTimes + to; i++)
      if (height(data[i]!) > height(data[best]!)) best = i;
  if (mode !== "abs" && !(height(data[best]!) > 0))
    throw new OptionError("mode", mode, `"abs": nothing in the window is ${mode === "pos" ? "above" : "below"} 0`);
  const sample = best % nTimes;
  return {
    channelName: (channelNames ?? evoked.channelNames)[(best - sample) / nTimes]!,
    latencySeconds: timeOf(sample),
    amplitudeMicrovolts: data[best]!,
    sample,
  };
}

function checkEvoked(evoked: Evoked): void {
  const { data, nChannels, nTimes, channelNames } = evoked ?? {};
  if (!(data?.length === nChannels * nTimes))
    throw new ShapeError("evoked.data.length", data?.length ?? Number.NaN, nChannels * nTimes);
  if (channelNames?.length !== nChannels)
    throw new ShapeError("evoked.channelNames.length", channelNames?.length ?? Number.NaN, nChannels);
}

function checkSame(part: Evoked, first: Evoked): void {
  checkEvoked(part);
  if (part.nChannels !== first.nChannels)
    throw new ShapeError("nChannels of an evoked response", part.nChannels, first.nChannels);
  const other = part.channelNames.findIndex((name, i) => name !== first.channelNames[i]);
  if (other >= 0)
    throw new ChannelError(part.channelNames[other]!, `stands where the first has ${first.channelNames[other]}`);
  if (part.nTimes !== first.nTimes) throw new ShapeError("nTimes of an evoked response", part.nTimes, first.nTimes);
  if (part.sampleRateHz !== first.sampleRateHz)
    throw new OptionError(
      "sampleRateHz of an evoked response",
      part.sampleRateHz,
      `${first.sampleRateHz}, as the first`,
    );
  if (!(Math.abs(part.tMinSeconds - first.tMinSeconds) <= 1e-8))
    throw new OptionError("tMinSeconds of an evoked response", part.tMinSeconds, `${first.tMinSeconds}, as the first`);
  if (!(part.nAve > 0)) throw new OptionError("nAve of an evoked response", part.nAve, "a number above 0");
}
