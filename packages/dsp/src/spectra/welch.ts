import { planPower } from "../kernels/power";
import { checkRecording, type Recording } from "../recording";
import { checkChoice } from "../rows";
import { eachSpectrum, planSegments, type SegmentOptions, type SegmentPlan } from "./segments";

export interface WelchOptions extends SegmentOptions {
  /** How segments are put together. Default "mean"; "median" shrugs off artefacts. */
  readonly average?: "mean" | "median";
}

/** Power by frequency, one row a row of data. */
export interface Spectrum {
  /** nRows × nFrequencies, row-major: the data's unit squared, per hertz with scaling "density". */
  readonly power: Float64Array;
  readonly nFrequencies: number;
  readonly frequenciesHz: Float64Array;
}

/** Power spectrum of rows by Welch's method, as SciPy 1.17's `welch` to 1e-11 (`test/golden/spectra.json`): windows of
 * hann, segments of 256 samples that overlap by half, each less its mean; one-sided. Samples at the end that fill no
 * segment are left out.
 * @param data - nRows × nSamples, row-major, in any unit u.
 * @returns `power` in u²/Hz, or u² with scaling "spectrum".
 * @throws {OptionError} when the sizes do not fit each other.
 * @see P. D. Welch, IEEE Trans. Audio Electroacoustics 15(2), 1967, doi:10.1109/TAU.1967.1161901 */
export function welch(data: Float64Array, nSamples: number, options: WelchOptions): Spectrum {
  const { average = "mean" } = options;
  checkChoice("average", average, ["mean", "median"]);
  const plan = planSegments(data, nSamples, options, { window: "hann", overlap: 0.5, nPerSegment: 256 });
  const { nRows, nFrequencies, nSegments, frequenciesHz } = plan;
  const power = new Float64Array(nRows * nFrequencies);
  if (average === "mean" || nSegments === 1) welchInto(power, data, plan);
  else medianInto(power, data, plan);
  return { power, nFrequencies, frequenciesHz };
}

/** Power spectrum of whole rows, as SciPy 1.17's `periodogram` to 1e-11 (`test/golden/spectra.json`): window boxcar, less
 * their means; one-sided. */
export function periodogram(
  data: Float64Array,
  nSamples: number,
  options: Omit<SegmentOptions, "nPerSegment" | "nOverlap">,
): Spectrum {
  return welch(data, nSamples, { window: "boxcar", ...options, nPerSegment: nSamples, nOverlap: 0 });
}

/** Welch's spectrum of each channel of a recording, in µV²/Hz. @see welch */
export function welchRecording(recording: Recording, options: Omit<WelchOptions, "sampleRateHz"> = {}): Spectrum {
  checkRecording(recording);
  return welch(recording.data, recording.nSamples, { ...options, sampleRateHz: recording.sampleRateHz });
}

/** Mean power over segments, row by row: the hot loop of Welch's method. */
function welchInto(power: Float64Array, data: Float64Array, plan: SegmentPlan): void {
  const { nSegments, nFrequencies } = plan;
  if (!addPowersInto(power, data, plan))
    eachSpectrum(data, plan, (segment, spectrum, at) =>
      addPowerInto(power, Math.floor(segment / nSegments) * nFrequencies, spectrum, at, nFrequencies),
    );
  scaleInto(power, plan, 1 / nSegments);
}

/** The same in WebAssembly; false when there is none for it. */
function addPowersInto(power: Float64Array, data: Float64Array, plan: SegmentPlan): boolean {
  const { nRows, nSamples, nFrequencies, nSegments, detrend } = plan;
  if (detrend === "linear" || nSegments < 4) return false; // it takes four segments of a row together
  const quick = planPower({ ...plan, centre: detrend === "constant" });
  if (!quick) return false;
  for (let row = 0; row < nRows; row++) {
    const sums = power.subarray(row * nFrequencies, (row + 1) * nFrequencies);
    if (!quick.addRow(sums, data, row * nSamples, nSamples)) {
      power.fill(0);
      return false;
    }
  }
  return true;
}

function addPowerInto(power: Float64Array, to: number, spectrum: Float64Array, at: number, nFrequencies: number): void {
  for (let k = 0, p = at; k < nFrequencies; k++, p += 2)
    power[to + k]! += spectrum[p]! * spectrum[p]! + spectrum[p + 1]! * spectrum[p + 1]!;
}

/** Scales, and doubles what has a mirror image beyond Nyquist. */
function scaleInto(power: Float64Array, { nFft, nFrequencies, scale }: SegmentPlan, share: number): void {
  for (let i = 0; i < power.length; i++) power[i]! *= 2 * share * scale;
  for (let i = 0; i < power.length; i += nFrequencies) {
    power[i]! /= 2;
    if (nFft % 2 === 0 && nFft > 1) power[i + nFrequencies - 1]! /= 2;
  }
}

/** The one-sided power of every segment: nRows × nSegments × nFrequencies. */
export function segmentPowers(data: Float64Array, plan: SegmentPlan): Float64Array {
  const { nRows, nSegments, nFrequencies } = plan;
  const all = new Float64Array(nRows * nSegments * nFrequencies);
  eachSpectrum(data, plan, (segment, spectrum, at) =>
    addPowerInto(all, segment * nFrequencies, spectrum, at, nFrequencies),
  );
  scaleInto(all, plan, 1);
  return all;
}

/** The median over segments of each row's powers. */
function medianInto(power: Float64Array, data: Float64Array, plan: SegmentPlan): void {
  const { nRows, nSegments, nFrequencies } = plan;
  const all = segmentPowers(data, plan);
  const bias = medianBias(nSegments);
  // a few bins at a time, so that what is gathered lies together
  const nTogether = 8;
  const values = new Float64Array(nTogether * nSegments);
  for (let row = 0; row < nRows; row++)
    for (let from = 0; from < nFrequencies; from += nTogether) {
      const n = Math.min(nTogether, nFrequencies - from);
      for (let i = 0; i < nSegments; i++)
        for (let k = 0, at = (row * nSegments + i) * nFrequencies + from; k < n; k++)
          values[k * nSegments + i] = all[at + k]!;
      for (let k = 0; k < n; k++)
        power[row * nFrequencies + from + k] = median(values.subarray(k * nSegments, (k + 1) * nSegments)) / bias;
    }
}

/** The median, by moving the values about until its place is settled (Hoare's selection). */
function median(values: Float64Array): number {
  const half = values.length >> 1;
  const upper = selectInto(values, half);
  if (values.length % 2 === 1) return upper;
  let lower = -Infinity;
  for (let i = 0; i < half; i++) lower = Math.max(lower, values[i]!);
  return (lower + upper) / 2;
}

/** Puts the k-th smallest value in its place, none greater before it and none smaller behind. */
function selectInto(values: Float64Array, k: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[k]!;
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (j < k) left = i;
    if (k < i) right = j;
  }
  return values[k]!;
}

/** How much the median of n exponential variables lies below their mean. */
function medianBias(n: number): number {
  let bias = 1;
  for (let i = 1; i <= Math.floor((n - 1) / 2); i++) bias += 1 / (2 * i + 1) - 1 / (2 * i);
  return bias;
}
