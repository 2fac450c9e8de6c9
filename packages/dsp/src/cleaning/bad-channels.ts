import { OptionError, TooShortError } from "../errors";
import { filterRows } from "../filter";
import { designFir } from "../fir";
import { checkRecording, type Recording } from "../recording";
import { checkPositive } from "../rows";
import type { Hertz, Microvolts, Seconds } from "../units";
import { iqrStdInto, madStdInto, quantileInto, robustZ } from "./robust";
import { ransacShares, type RansacOptions } from "./ransac";
import { checkSignals } from "./signals";

export type BadChannelReason = "flat" | "deviation" | "correlation" | "highFrequency" | "ransac";

/** What was found of one channel, and for what it is called bad. */
export interface ChannelReport {
  readonly channelName: string;
  /** Empty for a good one. */
  readonly reasons: readonly BadChannelReason[];
  /** Its standard deviation by the interquartile range. */
  readonly robustStdMicrovolts: Microvolts;
  /** Robust z score of that among the channels; null for a flat one, as in all that follows. */
  readonly deviationZ: number | null;
  /** Share of windows in which it goes with no other channel. */
  readonly lowCorrelationShare: number | null;
  /** Robust z score of its noise above `noiseAboveHz`; null also where the sampling rate does not reach beyond it. */
  readonly highFrequencyZ: number | null;
  /** Share of windows in which the others do not foretell it; null also when not asked for. */
  readonly ransacShare: number | null;
}

export interface BadChannelOptions {
  /** Flat when its robust standard deviation is not above this. Default 0.1. */
  readonly flatStdMicrovolts?: Microvolts | undefined;
  /** Bad when its deviation lies further from the others' than this. Default 5. */
  readonly deviationZMax?: number | undefined;
  /** Default 5. */
  readonly highFrequencyZMax?: number | undefined;
  /** What is above counts as noise, and is not looked at for correlations. Default 50. */
  readonly noiseAboveHz?: Hertz | undefined;
  /** Default 1. */
  readonly correlationWindowSeconds?: Seconds | undefined;
  /** A window is bad when the 98th percentile of the channel's absolute correlations with the others is below this.
   * Default 0.4. */
  readonly correlationMin?: number | undefined;
  /** Bad when more than this share of windows is. Default 0.01. */
  readonly lowCorrelationShareMax?: number | undefined;
  /** Whether to try, and how, to foretell each channel from random others. It needs positions and at least 16 channels, and
   * takes longest. Default false. */
  readonly ransac?: boolean | RansacOptions | undefined;
}

export interface BadChannels {
  readonly badChannels: readonly string[];
  /** One report a channel, in the recording's order. */
  readonly channels: readonly ChannelReport[];
}

/** Finds channels that are flat, too loud or too quiet, unlike all others, or noisy at high frequencies: the criteria of
 * the PREP pipeline, with its limits. Give it a recording without drift (a high-pass at 1 Hz) and without mains hum. Flat
 * channels are left out of everything else. Held to a transcription of the paper in NumPy to 1e-9
 * (`test/golden/cleaning-bad-channels.json`).
 * @throws {TooShortError} for fewer than three channels, or a recording shorter than one window.
 * @see N. Bigdely-Shamlo et al., Front. Neuroinform. 9:16, 2015, doi:10.3389/fninf.2015.00016 */
export function findBadChannels(recording: Recording, options: BadChannelOptions = {}): BadChannels {
  checkSignals(recording);
  checkRecording(recording);
  const { nChannels, nSamples, sampleRateHz, channelNames } = recording;
  const { flatStdMicrovolts = 0.1, deviationZMax = 5, highFrequencyZMax = 5, noiseAboveHz = 50 } = options;
  const { correlationWindowSeconds = 1, correlationMin = 0.4, lowCorrelationShareMax = 0.01, ransac = false } = options;
  const limits = { flatStdMicrovolts, deviationZMax, highFrequencyZMax, correlationMin, lowCorrelationShareMax };
  for (const [option, value] of Object.entries(limits))
    if (!(value >= 0)) throw new OptionError(option, value, "a number, 0 or above");
  checkPositive("noiseAboveHz", noiseAboveHz);
  checkPositive("correlationWindowSeconds", correlationWindowSeconds);
  if (nChannels < 3)
    throw new TooShortError("the number of channels", nChannels, 3, "a channel is bad by comparison with the others");
  const windowSamples = Math.max(2, Math.round(correlationWindowSeconds * sampleRateHz));
  if (nSamples < windowSamples)
    throw new TooShortError("the number of samples", nSamples, windowSamples, "a window of correlations has as many");

  const rowOf = (data: Float64Array, row: number): Float64Array => data.slice(row * nSamples, (row + 1) * nSamples);
  const stds = Float64Array.from(channelNames, (_, channel) => iqrStdInto(rowOf(recording.data, channel)));
  const live = [...channelNames.keys()].filter((channel) => stds[channel]! > flatStdMicrovolts);
  const data = new Float64Array(live.length * nSamples);
  live.forEach((channel, to) => data.set(rowOf(recording.data, channel), to * nSamples));

  // The transition band is a quarter of the edge: it must end before Nyquist.
  const hasNoise = noiseAboveHz * 1.25 < sampleRateHz / 2;
  const smooth = hasNoise ? filterRows(data, nSamples, designFir({ sampleRateHz, highHz: noiseAboveHz })) : data;
  const deviationZ = robustZ(
    Float64Array.from(live, (channel) => stds[channel]!),
    iqrStdInto,
  );
  const noisiness = Float64Array.from(live, (_, row) => {
    const low = rowOf(smooth, row);
    const noise = rowOf(data, row).map((value, i) => value - low[i]!);
    return madStdInto(noise) / madStdInto(low);
  });
  const highFrequencyZ = hasNoise ? robustZ(noisiness, madStdInto) : undefined;
  const lowCorrelation = lowCorrelationShares(smooth, live.length, nSamples, windowSamples, correlationMin);
  const names = live.map((channel) => channelNames[channel]!);
  const { unpredictableShareMax = 0.4, ...ransacOptions } = ransac === true ? {} : ransac || {};
  const ransacShare = ransac === false ? undefined : ransacShares(smooth, nSamples, sampleRateHz, names, ransacOptions);

  const channels = channelNames.map((channelName, channel): ChannelReport => {
    const row = live.indexOf(channel);
    const report = {
      channelName,
      robustStdMicrovolts: stds[channel]!,
      deviationZ: deviationZ[row] ?? null,
      lowCorrelationShare: lowCorrelation[row] ?? null,
      highFrequencyZ: highFrequencyZ?.[row] ?? null,
      ransacShare: ransacShare?.[row] ?? null,
    };
    const reasons: BadChannelReason[] = [];
    if (row < 0) reasons.push("flat");
    if (Math.abs(report.deviationZ ?? 0) > deviationZMax) reasons.push("deviation");
    if ((report.lowCorrelationShare ?? 0) > lowCorrelationShareMax) reasons.push("correlation");
    if ((report.highFrequencyZ ?? 0) > highFrequencyZMax) reasons.push("highFrequency");
    if ((report.ransacShare ?? 0) > unpredictableShareMax) reasons.push("ransac");
    return { ...report, reasons };
  });
  return {
    badChannels: channels.filter(({ reasons }) => reasons.length > 0).map(({ channelName }) => channelName),
    channels,
  };
}

/** For each row the share of windows in which the 98th percentile of its absolute correlations with the others is low. A
 * row that is constant in a window correlates with nothing. */
function lowCorrelationShares(
  data: Float64Array,
  nRows: number,
  nSamples: number,
  windowSamples: number,
  correlationMin: number,
): Float64Array {
  const nWindows = Math.floor(nSamples / windowSamples);
  const shares = new Float64Array(nRows);
  const unit = new Float64Array(nRows * windowSamples);
  const correlations = new Float64Array(nRows * nRows);
  for (let window = 0; window < nWindows; window++) {
    for (let row = 0; row < nRows; row++)
      standardiseInto(unit, row * windowSamples, data, row * nSamples + window * windowSamples, windowSamples);
    for (let a = 0; a < nRows; a++)
      for (let b = 0; b < a; b++) {
        let sum = 0;
        for (let i = 0; i < windowSamples; i++) sum += unit[a * windowSamples + i]! * unit[b * windowSamples + i]!;
        correlations[a * nRows + b] = correlations[b * nRows + a] = Math.abs(sum);
      }
    for (let row = 0; row < nRows; row++) {
      const others = correlations.slice(row * nRows, (row + 1) * nRows).filter((_, other) => other !== row);
      if (!(quantileInto(others, 0.98) >= correlationMin)) shares[row]! += 1 / nWindows;
    }
  }
  return shares;
}

/** Writes `n` samples less their mean, scaled to length 1; zeros when they are constant. */
export function standardiseInto(out: Float64Array, to: number, data: Float64Array, from: number, n: number): void {
  const first = data[from]!;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[from + i]! - first;
  const mean = first + sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (out[to + i] = data[from + i]! - mean) ** 2;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < n; i++) out[to + i]! *= scale;
}
