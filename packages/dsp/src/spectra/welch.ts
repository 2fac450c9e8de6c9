import { planPower } from "../kernels/power";
import { checkRecording, type Recording } from "../recording";
import { checkChoice } from "../rows";
import { eachSegmentPair, planSegments, type SegmentOptions, type SegmentPlan } from "./segments";

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
  else {
    const all = segmentPowers(data, plan);
    const values = new Float64Array(nSegments);
    const bias = medianBias(nSegments);
    for (let row = 0; row < nRows; row++)
      for (let k = 0; k < nFrequencies; k++) {
        for (let i = 0; i < nSegments; i++) values[i] = all[(row * nSegments + i) * nFrequencies + k]!;
        values.sort();
        const half = nSegments >> 1;
        const median = nSegments % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2;
        power[row * nFrequencies + k] = median / bias;
      }
  }
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
  const { nSegments, nFft, nFrequencies, scale } = plan;
  if (addPowersInto(power, data, plan)) return scaleInto(power, nFft, nFrequencies, scale / nSegments);
  eachSegmentPair(data, plan, (first, second, spectrum) => {
    const a = Math.floor(first / nSegments) * nFrequencies;
    const b = second < 0 ? -1 : Math.floor(second / nSegments) * nFrequencies;
    if (a === b) addPairInto(power, a, spectrum, nFft, nFrequencies);
    else addLanesInto(power, a, b, spectrum, nFft, nFrequencies);
  });
  scaleInto(power, nFft, nFrequencies, scale / nSegments);
}

/** The same in WebAssembly; false when there is none for it. */
function addPowersInto(power: Float64Array, data: Float64Array, plan: SegmentPlan): boolean {
  const { nRows, nSamples, nFrequencies, detrend } = plan;
  if (detrend === "linear") return false;
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

/** Adds |A|² + |B|² of two real signals whose joint transform is A + i·B: half of |Z[k]|² + |Z[-k]|². */
function addPairInto(power: Float64Array, at: number, z: Float64Array, nFft: number, nFrequencies: number): void {
  power[at]! += z[0]! * z[0]! + z[1]! * z[1]!;
  for (let k = 1, p = 2, q = 2 * (nFft - 1); k < nFrequencies; k++, p += 2, q -= 2)
    power[at + k]! += 0.5 * (z[p]! * z[p]! + z[p + 1]! * z[p + 1]! + z[q]! * z[q]! + z[q + 1]! * z[q + 1]!);
}

/** Adds |A|² and |B|² to different rows; `b` below 0 is none. */
function addLanesInto(
  power: Float64Array,
  a: number,
  b: number,
  z: Float64Array,
  nFft: number,
  nFrequencies: number,
): void {
  for (let k = 0; k < nFrequencies; k++) {
    const p = 2 * k;
    const q = k === 0 ? 0 : 2 * (nFft - k);
    const [evenRe, evenIm] = [(z[p]! + z[q]!) / 2, (z[p + 1]! - z[q + 1]!) / 2];
    const [oddRe, oddIm] = [(z[p + 1]! + z[q + 1]!) / 2, (z[p]! - z[q]!) / 2];
    power[a + k]! += evenRe * evenRe + evenIm * evenIm;
    if (b >= 0) power[b + k]! += oddRe * oddRe + oddIm * oddIm;
  }
}

/** Scales, and doubles what has a mirror image beyond Nyquist. */
export function scaleInto(power: Float64Array, nFft: number, nFrequencies: number, scale: number): void {
  for (let i = 0; i < power.length; i++) {
    const k = i % nFrequencies;
    power[i]! *= k === 0 || 2 * k === nFft ? scale : 2 * scale;
  }
}

/** The one-sided power of every segment: nRows × nSegments × nFrequencies. */
export function segmentPowers(data: Float64Array, plan: SegmentPlan): Float64Array {
  const { nRows, nSegments, nFft, nFrequencies, scale } = plan;
  const all = new Float64Array(nRows * nSegments * nFrequencies);
  eachSegmentPair(data, plan, (first, second, spectrum) =>
    addLanesInto(all, first * nFrequencies, second * nFrequencies, spectrum, nFft, nFrequencies),
  );
  scaleInto(all, nFft, nFrequencies, scale);
  return all;
}

/** How much the median of n exponential variables lies below their mean. */
function medianBias(n: number): number {
  let bias = 1;
  for (let i = 1; i <= Math.floor((n - 1) / 2); i++) bias += 1 / (2 * i + 1) - 1 / (2 * i);
  return bias;
}
