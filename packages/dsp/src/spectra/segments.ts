import { detrendLineInto } from "../detrend";
import { OptionError, TooShortError } from "../errors";
import { planFft } from "../fft";
import { checkChoice, checkCount, checkRate, checkRows } from "../rows";
import type { Hertz } from "../units";
import { makeWindow, type WindowName } from "../window";

/** How rows are cut into segments, and what is done to each before its transform. */
export interface SegmentOptions {
  readonly sampleRateHz: Hertz;
  /** A window by name, periodic, or the window itself. */
  readonly window?: WindowName | Float64Array | undefined;
  /** Samples in a segment. Default 256, or a row when that is shorter; longer than a row is a row. */
  readonly nPerSegment?: number | undefined;
  readonly nOverlap?: number | undefined;
  /** Length of the transform; zeros fill it up. Default: a segment's. */
  readonly nFft?: number | undefined;
  /** Default "constant". */
  readonly detrend?: "constant" | "linear" | "none" | undefined;
  /** "density" (default) is per hertz, "spectrum" is not. */
  readonly scaling?: "density" | "spectrum" | undefined;
}

/** The same, settled. */
export interface SegmentPlan {
  readonly nRows: number;
  readonly nSamples: number;
  readonly window: Float64Array;
  readonly step: number;
  readonly nSegments: number;
  readonly nFft: number;
  readonly nFrequencies: number;
  readonly detrend: "constant" | "linear" | "none";
  /** What a squared transform is multiplied by. */
  readonly scale: number;
  readonly frequenciesHz: Float64Array;
}

/** Checks rows and options and settles the sizes.
 * @throws {TooShortError} when a row is empty. */
export function planSegments(
  data: Float64Array,
  nSamples: number,
  options: SegmentOptions,
  defaults: { readonly window: WindowName; readonly overlap: number; readonly nPerSegment: number },
): SegmentPlan {
  const { sampleRateHz, detrend = "constant", scaling = "density" } = options;
  const nRows = checkRows(data, nSamples);
  checkRate(sampleRateHz);
  checkChoice("detrend", detrend, ["constant", "linear", "none"]);
  checkChoice("scaling", scaling, ["density", "spectrum"]);
  if (nSamples < 1) throw new TooShortError("nSamples", nSamples, 1, "a spectrum needs samples");
  const given = options.window ?? defaults.window;
  const nWanted = options.nPerSegment ?? (given instanceof Float64Array ? given.length : defaults.nPerSegment);
  checkCount("nPerSegment", nWanted, 1);
  const n = Math.min(nWanted, nSamples);
  const window = given instanceof Float64Array ? given : makeWindow(given, n, { periodic: true });
  if (window.length !== n)
    throw new OptionError("window.length", window.length, `a window of ${n} points, as a segment`);
  const nOverlap = options.nOverlap ?? Math.floor(n * defaults.overlap);
  checkCount("nOverlap", nOverlap, 0, n - 1);
  const nFft = options.nFft ?? n;
  checkCount("nFft", nFft, n, 2 ** 26);
  const step = n - nOverlap;
  let [sum, squares] = [0, 0];
  for (const w of window) {
    sum += w;
    squares += w * w;
  }
  const scale = scaling === "density" ? 1 / (sampleRateHz * squares) : 1 / (sum * sum);
  if (!Number.isFinite(scale))
    throw new OptionError("window", "a window of sum 0", "a window that lets something pass");
  const nFrequencies = Math.floor(nFft / 2) + 1;
  return {
    nRows,
    nSamples,
    window,
    step,
    nSegments: Math.floor((nSamples - nOverlap) / step),
    nFft,
    nFrequencies,
    detrend,
    scale,
    frequenciesHz: Float64Array.from({ length: nFrequencies }, (_, k) => (k * sampleRateHz) / nFft),
  };
}

/** Takes the transform of segment after segment, two at a time as real and imaginary part, and hands each on.
 * @param take - gets row, segment, and the spectrum of the pair, from which `splitPair` tells the two apart. */
export function eachSegmentPair(
  data: Float64Array,
  plan: SegmentPlan,
  take: (first: number, second: number, spectrum: Float64Array) => void,
): void {
  const { nRows, nSamples, window, step, nSegments, nFft, detrend } = plan;
  const fft = planFft(nFft);
  const pair = new Float64Array(2 * nFft);
  const spectrum = new Float64Array(2 * nFft);
  const segment = new Float64Array(window.length);
  const count = nRows * nSegments;
  for (let first = 0; first < count; first += 2) {
    for (let lane = 0; lane < 2; lane++) {
      const index = first + lane;
      if (index >= count) {
        for (let i = 0; i < window.length; i++) pair[2 * i + 1] = 0;
        continue;
      }
      const from = Math.floor(index / nSegments) * nSamples + (index % nSegments) * step;
      if (detrend === "linear") {
        segment.set(data.subarray(from, from + window.length));
        detrendLineInto(segment, 0, window.length);
        for (let i = 0; i < window.length; i++) pair[2 * i + lane] = segment[i]! * window[i]!;
      } else {
        let mean = 0;
        if (detrend === "constant") for (let i = 0; i < window.length; i++) mean += data[from + i]!;
        mean /= window.length;
        for (let i = 0; i < window.length; i++) pair[2 * i + lane] = (data[from + i]! - mean) * window[i]!;
      }
    }
    fft.forward(pair, spectrum);
    take(first, first + 1 < count ? first + 1 : -1, spectrum);
  }
}
