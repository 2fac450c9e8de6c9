import { checkChoice } from "../rows";
import { eachSegmentPair, planSegments, type SegmentOptions } from "./segments";
import { segmentPowers } from "./welch";

/** A spectrum every few samples. */
export interface Spectrogram {
  readonly nSegments: number;
  readonly nFrequencies: number;
  readonly frequenciesHz: Float64Array;
  /** Middle of each segment. */
  readonly timesSeconds: Float64Array;
  /** nRows × nSegments × nFrequencies, row-major; of mode "complex" the real part. Mode "psd" is a power, in u²/Hz or u², the
   * others its square root, not doubled for the negative frequencies. */
  readonly values: Float64Array;
  /** Of mode "complex", else absent. */
  readonly imaginary?: Float64Array;
}

export interface SpectrogramOptions extends SegmentOptions {
  /** Default "psd". */
  readonly mode?: "psd" | "magnitude" | "complex";
}

/** Spectra of overlapping segments of rows, as SciPy 1.17's `spectrogram` to 1e-11 (`test/golden/spectra.json`), but for
 * the order of the axes: segments of 256 samples that overlap by an eighth, a Tukey window that tapers a quarter.
 * @param data - nRows × nSamples, row-major, in any unit u.
 * @throws {OptionError} when the sizes do not fit each other. */
export function spectrogram(data: Float64Array, nSamples: number, options: SpectrogramOptions): Spectrogram {
  const { mode = "psd", sampleRateHz } = options;
  checkChoice("mode", mode, ["psd", "magnitude", "complex"]);
  const plan = planSegments(data, nSamples, options, { window: ["tukey", 0.25], overlap: 1 / 8, nPerSegment: 256 });
  const { nRows, nSegments, nFrequencies, frequenciesHz, nFft, step, window } = plan;
  const head = {
    nSegments,
    nFrequencies,
    frequenciesHz,
    timesSeconds: Float64Array.from({ length: nSegments }, (_, i) => (i * step + window.length / 2) / sampleRateHz),
  };
  if (mode === "psd") return { ...head, values: segmentPowers(data, plan) };
  const values = new Float64Array(nRows * nSegments * nFrequencies);
  const imaginary = new Float64Array(values.length);
  const half = Math.sqrt(plan.scale) / 2;
  eachSegmentPair(data, plan, (first, second, z) => {
    for (let k = 0; k < nFrequencies; k++) {
      const p = 2 * k;
      const q = k === 0 ? 0 : 2 * (nFft - k);
      values[first * nFrequencies + k] = half * (z[p]! + z[q]!);
      imaginary[first * nFrequencies + k] = half * (z[p + 1]! - z[q + 1]!);
      if (second < 0) continue;
      values[second * nFrequencies + k] = half * (z[p + 1]! + z[q + 1]!);
      imaginary[second * nFrequencies + k] = half * (z[q]! - z[p]!);
    }
  });
  if (mode === "complex") return { ...head, values, imaginary };
  return { ...head, values: values.map((re, i) => Math.hypot(re, imaginary[i]!)) };
}
