import { checkChoice } from "../rows";
import { eachSpectrum, planSegments, type SegmentOptions } from "./segments";
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
  const { nRows, nSegments, nFrequencies, frequenciesHz, step, window } = plan;
  const head = {
    nSegments,
    nFrequencies,
    frequenciesHz,
    timesSeconds: Float64Array.from({ length: nSegments }, (_, i) => (i * step + window.length / 2) / sampleRateHz),
  };
  if (mode === "psd") return { ...head, values: segmentPowers(data, plan) };
  const size = nRows * nSegments * nFrequencies;
  const values = new Float64Array(size);
  const imaginary = new Float64Array(mode === "complex" ? size : 0);
  const scale = Math.sqrt(plan.scale);
  eachSpectrum(data, plan, (segment, spectrum, at) => {
    const to = segment * nFrequencies;
    for (let k = 0; k < nFrequencies; k++) {
      const re = scale * spectrum[at + 2 * k]!;
      const im = scale * spectrum[at + 2 * k + 1]!;
      if (mode === "complex") imaginary[to + k] = im;
      values[to + k] = mode === "complex" ? re : Math.sqrt(re * re + im * im);
    }
  });
  return mode === "complex" ? { ...head, values, imaginary } : { ...head, values };
}
