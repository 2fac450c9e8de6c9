import type { SpectrumLike } from "../plots/shapes";
import type { Recording } from "../recording";
import type { DropLog } from "../reject";
import type { Hertz, Microvolts } from "../units";

/** How a channel looks. */
export interface ChannelQuality {
  readonly name: string;
  /** Samples that are NaN or infinite; with any, the channel is left out of everything else. */
  readonly nNotFinite: number;
  /** Standard deviation within the pass band. */
  readonly sdMicrovolts: Microvolts | null;
  /** Between the 1st and the 99th percentile of the unfiltered samples. */
  readonly spanMicrovolts: Microvolts | null;
  /** Share of the seconds in which it hardly moved. */
  readonly flatShare: number | null;
  /** Share of the samples that lie on the very highest or lowest value. */
  readonly clippedShare: number | null;
  /** How far the mains stand out of their surroundings in the spectrum. */
  readonly mains: { readonly hz: Hertz; readonly decibel: number } | null;
  /** Epochs that it had dropped, alone or with others. */
  readonly nDropped: number;
  /** What is wrong, in words; empty when nothing is. */
  readonly remarks: readonly string[];
}

/** Limits above which a channel is remarked upon. */
const FLAT_MICROVOLTS = 0.5;
const FLAT_SHARE = 0.05;
const CLIPPED_SHARE = 0.005;
const MAINS_DECIBEL = 15;
const NOISY_TIMES = 3;

interface Material {
  /** Unfiltered, all channels. */
  readonly recording: Recording;
  /** The channels that hold numbers only, filtered; null when there was none. */
  readonly filtered: Recording | null;
  /** Of the same channels. */
  readonly spectrum: SpectrumLike | null;
  readonly dropLog: DropLog;
}

export function qualityOf({ recording, filtered, spectrum, dropLog }: Material): ChannelQuality[] {
  const sds = new Map(filtered?.channelNames.map((name, i) => [name, deviationOf(rowOf(filtered, i))]));
  const usual = median([...sds.values()]);
  const dropped = new Map<string, number>();
  for (const reasons of dropLog) for (const name of reasons) dropped.set(name, (dropped.get(name) ?? 0) + 1);
  return recording.channelNames.map((name, channel) => {
    const row = rowOf(recording, channel);
    const nNotFinite = row.reduce((n, x) => n + (Number.isFinite(x) ? 0 : 1), 0);
    const nDropped = dropped.get(name) ?? 0;
    const kept = filtered?.channelNames.indexOf(name) ?? -1;
    if (nNotFinite > 0 || !filtered || kept < 0) {
      const remarks = [nNotFinite > 0 ? `${nNotFinite} samples are not numbers` : "not used"];
      const nothing = { sdMicrovolts: null, spanMicrovolts: null, flatShare: null, clippedShare: null, mains: null };
      return { name, nNotFinite, ...nothing, nDropped, remarks };
    }
    const measured = {
      sdMicrovolts: sds.get(name) ?? null,
      spanMicrovolts: spanOf(row),
      flatShare: flatShareOf(row, recording.sampleRateHz),
      clippedShare: clippedShareOf(row),
      mains: spectrum && mainsOf(spectrum, kept),
    };
    return { name, nNotFinite, ...measured, nDropped, remarks: remarksOf(measured, usual, sds.size) };
  });
}

const rowOf = ({ data, nSamples }: Recording, channel: number): Float64Array =>
  data.subarray(channel * nSamples, (channel + 1) * nSamples);

function remarksOf(
  {
    sdMicrovolts,
    flatShare,
    clippedShare,
    mains,
  }: Pick<ChannelQuality, "sdMicrovolts" | "flatShare" | "clippedShare" | "mains">,
  usual: number,
  nChannels: number,
): string[] {
  const remarks: string[] = [];
  if (flatShare === 1) remarks.push("flat");
  else if (flatShare !== null && flatShare > FLAT_SHARE) remarks.push(`flat ${percent(flatShare)} of the time`);
  if (flatShare !== 1 && clippedShare !== null && clippedShare > CLIPPED_SHARE)
    remarks.push(`clipped: ${percent(clippedShare)} of the samples lie on an end of its range`);
  if (mains && mains.decibel > MAINS_DECIBEL) remarks.push(`mains hum at ${mains.hz} Hz`);
  if (sdMicrovolts !== null && nChannels >= 3 && usual > 0 && sdMicrovolts > NOISY_TIMES * usual)
    remarks.push(`${(sdMicrovolts / usual).toFixed(1)} times the usual amplitude`);
  return remarks;
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function deviationOf(row: Float64Array): number {
  const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
  return Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length);
}

function spanOf(row: Float64Array): number {
  const sorted = row.slice().sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return at(0.99) - at(0.01);
}

/** Seconds in which the highest and the lowest sample are less than half a microvolt apart. */
function flatShareOf(row: Float64Array, sampleRateHz: Hertz): number {
  const size = Math.max(2, Math.min(row.length, Math.round(sampleRateHz)));
  let n = 0;
  let flat = 0;
  for (let from = 0; from + size <= row.length; from += size, n++) {
    let low = row[from]!;
    let high = low;
    for (let i = from + 1; i < from + size; i++) {
      if (row[i]! < low) low = row[i]!;
      else if (row[i]! > high) high = row[i]!;
    }
    if (high - low < FLAT_MICROVOLTS) flat++;
  }
  return n === 0 ? 0 : flat / n;
}

function clippedShareOf(row: Float64Array): number {
  let low = Infinity;
  let high = -Infinity;
  let nLow = 0;
  let nHigh = 0;
  for (const x of row) {
    if (x < low) [low, nLow] = [x, 1];
    else if (x === low) nLow++;
    if (x > high) [high, nHigh] = [x, 1];
    else if (x === high) nHigh++;
  }
  // A value that comes once or twice is merely the largest.
  const many = Math.max(3, 0.0001 * row.length);
  return ((nLow > many ? nLow : 0) + (nHigh > many ? nHigh : 0)) / row.length;
}

/** The stronger of 50 and 60 Hz: the highest bin within 1 Hz against the median of those 2 to 6 Hz away. */
function mainsOf({ frequenciesHz, power }: SpectrumLike, channel: number): ChannelQuality["mains"] {
  const n = frequenciesHz.length;
  const row = power.subarray(channel * n, (channel + 1) * n);
  let strongest: ChannelQuality["mains"] = null;
  for (const hz of [50, 60]) {
    if ((frequenciesHz.at(-1) ?? 0) < hz + 2) continue;
    const within = (from: number, to: number): number[] =>
      [...row].filter((_, k) => Math.abs(frequenciesHz[k]! - hz) >= from && Math.abs(frequenciesHz[k]! - hz) <= to);
    const decibel = 10 * Math.log10(Math.max(...within(0, 1)) / median(within(2, 6)));
    if (Number.isFinite(decibel) && (strongest === null || decibel > strongest.decibel)) strongest = { hz, decibel };
  }
  return strongest;
}
