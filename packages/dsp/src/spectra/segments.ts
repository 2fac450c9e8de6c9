import { detrendLineInto, detrendMeanInto } from "../detrend";
import { OptionError, TooShortError } from "../errors";
import { planFft } from "../fft";
import { fftTables, hasPlan } from "../kernels/fft-plan";
import { claimRowBench } from "../kernels/row-wasm";
import { layOut } from "../kernels/wasm";
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

/** Half a spectrum: `plan.nFrequencies` bins, real and imaginary parts in turn, from `spectrum[at]` on. */
export type TakeSpectrum = (segment: number, spectrum: Float64Array, at: number) => void;

/** Takes the transform of the segments of all rows, one after the other, and hands each on, not yet scaled. */
export function eachSpectrum(data: Float64Array, plan: SegmentPlan, take: TakeSpectrum): void {
  if (quickSpectra(data, plan, take)) return;
  const { nRows, window, nSegments, nFft, nFrequencies } = plan;
  const count = nRows * nSegments;
  const fft = planFft(nFft);
  const pair = new Float64Array(2 * nFft);
  const both = new Float64Array(2 * nFft);
  const half = new Float64Array(2 * nFrequencies);
  const segment = new Float64Array(window.length);
  for (let first = 0; first < count; first += 2) {
    // two real segments share a transform, as real and imaginary part
    for (let lane = 0; lane < 2; lane++) {
      if (first + lane < count) loadSegment(segment, 0, data, plan, first + lane);
      else segment.fill(0);
      for (let i = 0; i < window.length; i++) pair[2 * i + lane] = segment[i]! * window[i]!;
    }
    fft.forward(pair, both);
    for (let lane = 0; lane < 2 && first + lane < count; lane++) {
      separateInto(half, both, nFft, lane);
      take(first + lane, half, 0);
    }
  }
}

/** Copies a segment to `into`, from `at` on, and takes its trend away. */
function loadSegment(into: Float64Array, at: number, data: Float64Array, plan: SegmentPlan, segment: number): void {
  const { nSamples, window, step, nSegments, detrend } = plan;
  const from = Math.floor(segment / nSegments) * nSamples + (segment % nSegments) * step;
  into.set(data.subarray(from, from + window.length), at);
  if (detrend === "linear") detrendLineInto(into, at, at + window.length);
  else if (detrend === "constant") detrendMeanInto(into, at, at + window.length);
}

/** The half spectrum of the real (lane 0) or the imaginary part (lane 1) from the spectrum of both. */
function separateInto(half: Float64Array, both: Float64Array, nFft: number, lane: number): void {
  for (let k = 0; k < half.length / 2; k++) {
    const p = 2 * k;
    const q = k === 0 ? 0 : 2 * (nFft - k);
    half[p] = lane === 0 ? (both[p]! + both[q]!) / 2 : (both[p + 1]! + both[q + 1]!) / 2;
    half[p + 1] = lane === 0 ? (both[p + 1]! - both[q + 1]!) / 2 : (both[q]! - both[p]!) / 2;
  }
}

const owner = {};

/** The same in WebAssembly, four segments at a time; false when there is none for it, and nothing was done. */
function quickSpectra(data: Float64Array, plan: SegmentPlan, take: TakeSpectrum): boolean {
  const { nRows, window, nSegments, nFft, nFrequencies } = plan;
  if (!hasPlan(nFft)) return false;
  const n = window.length;
  const { bytes, positions } = fftTables(nFft);
  const at = layOut({
    plan: bytes.length,
    window: 8 * n,
    table: 8 * nFrequencies,
    rows: 32 * n,
    x: 32 * nFft,
    out: 64 * nFrequencies,
  });
  const bench = claimRowBench(owner, at.end);
  if (!bench) return false;
  const { kernels, rowKernels, f64, u8, u32 } = bench;
  u8.set(bytes, at.plan);
  f64.set(window, at.window / 8);
  for (let k = 0; k < nFrequencies; k++) {
    u32[at.table / 4 + 2 * k] = 32 * positions[k]!;
    u32[at.table / 4 + 2 * k + 1] = 32 * positions[(nFft - k) % nFft]!;
  }
  const count = nRows * nSegments;
  const [rows, out] = [at.rows / 8, at.out / 8];
  for (let first = 0; first < count; first += 4) {
    const lanes = Math.min(4, count - first);
    for (let lane = 0; lane < lanes; lane++) loadSegment(f64, rows + lane * n, data, plan, first + lane);
    if (lanes < 4) f64.fill(0, rows + lanes * n, rows + 4 * n);
    kernels.pack(at.x, at.rows, 8 * n, n);
    rowKernels.taper(at.x, n, at.window, 0);
    if (nFft > n) f64.fill(0, at.x / 8 + 4 * n, at.x / 8 + 4 * nFft);
    kernels.forward(at.x, at.plan, at.plan);
    rowKernels.separate(at.out, 16 * nFrequencies, at.x, at.table, nFrequencies);
    for (let lane = 0; lane < lanes; lane++) take(first + lane, f64, out + 2 * lane * nFrequencies);
  }
  return true;
}
