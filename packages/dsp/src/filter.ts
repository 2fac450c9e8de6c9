import { OptionError, ShapeError } from "./errors";
import { nextPowerOfTwo, planFft } from "./fft";
import { designFir, type FirOptions, type FirPhase } from "./fir";
import { checkFinite, checkRecording, type Recording } from "./recording";

/** What a signal is thought to do beyond its ends. "reflect_limited" is MNE's default: an odd reflection about the end
 * point, and zeros where the signal is too short to reflect. */
export type PadMode = "reflect_limited" | "edge" | "zero";

export interface FilterRowsOptions {
  readonly pad?: PadMode;
  /** "zero-double" filters forwards and backwards, which squares the gain. Default "zero". */
  readonly phase?: FirPhase;
}

/** Filters a recording's channels with a zero-phase FIR band-pass, as MNE's `raw.filter(lowHz, highHz)` does with its
 * defaults. The stim channel passes untouched.
 * @returns a recording of the same shape, in microvolts.
 * @throws {BandError} when the band does not fit the rate.
 * @throws {NotFiniteError} when a channel holds NaN or an infinity. */
export function filterFir(recording: Recording, options: Omit<FirOptions, "sampleRateHz">): Recording {
  checkRecording(recording);
  const taps = designFir({ ...options, sampleRateHz: recording.sampleRateHz });
  checkFinite(recording);
  const { phase = "zero" } = options;
  return { ...recording, data: filterRows(recording.data, recording.nSamples, taps, { phase }) };
}

/** Convolves each row with symmetric `taps` and takes away their delay, so that nothing is shifted in time.
 * Agrees with MNE 1.13 to 1e-11 of the largest output (`test/golden/filter.json`).
 * @param data - nRows × nSamples, row-major, in any unit.
 * @param taps - an odd number of them, as from `designFir`.
 * @returns nRows × nSamples, in the same unit.
 * @throws {ShapeError} when `data.length` is not a multiple of `nSamples`.
 * @throws {OptionError} when the number of taps is even. */
export function filterRows(
  data: Float64Array,
  nSamples: number,
  taps: Float64Array,
  { pad = "reflect_limited", phase = "zero" }: FilterRowsOptions = {},
): Float64Array {
  const nRows = nSamples === 0 ? 0 : data.length / nSamples;
  if (!Number.isInteger(nRows)) throw new ShapeError("data.length", data.length, Math.ceil(nRows) * nSamples);
  if (taps.length % 2 !== 1) throw new OptionError("taps.length", taps.length, "an odd number of taps");
  const out = new Float64Array(data.length);
  if (nRows === 0) return out;
  if (taps.length === 1) {
    const gain = phase === "zero-double" ? taps[0]! ** 2 : taps[0]!;
    for (let i = 0; i < data.length; i++) out[i] = data[i]! * gain;
    return out;
  }
  const nPad = Math.min(taps.length, nSamples) - 1;
  convolveRowsInto(out, data, nRows, nSamples, phase === "zero-double" ? convolveTwice(taps) : taps, nPad, pad);
  return out;
}

/** The taps of a filter applied forwards and backwards: their convolution with themselves reversed. */
function convolveTwice(taps: Float64Array): Float64Array {
  const n = taps.length;
  const plan = planFft(nextPowerOfTwo(2 * n - 1));
  const buffer = new Float64Array(2 * plan.size);
  const spectrum = new Float64Array(2 * plan.size);
  for (let k = 0; k < n; k++) {
    buffer[2 * k] = taps[k]!;
    buffer[2 * k + 1] = taps[n - 1 - k]!;
  }
  plan.forward(buffer, spectrum);
  multiplyInto(spectrum, spectrum.slice());
  plan.inverse(spectrum, buffer);
  // the square of a + i·b is a² - b² + 2i·a·b
  return Float64Array.from({ length: 2 * n - 1 }, (_, k) => buffer[2 * k + 1]! / 2);
}

/** Overlap-save convolution, two rows at a time: the taps are real, so one row may ride as the imaginary part of another. */
function convolveRowsInto(
  out: Float64Array,
  data: Float64Array,
  nRows: number,
  nSamples: number,
  taps: Float64Array,
  nPad: number,
  pad: PadMode,
): void {
  const nTaps = taps.length;
  const half = (nTaps - 1) / 2;
  const size = blockSize(nSamples, nTaps);
  const step = size - nTaps + 1;
  const plan = planFft(size);
  const block = new Float64Array(2 * size);
  const spectrum = new Float64Array(2 * size);
  const response = new Float64Array(2 * size);
  for (let k = 0; k < nTaps; k++) block[2 * k] = taps[k]!;
  plan.forward(block, response);

  // Output sample t needs padded samples t - half .. t + half; whatever lies beyond the padding is zero.
  const nPadded = nSamples + 2 * half;
  const padded = new Float64Array(2 * (Math.ceil(nSamples / step) * step + nTaps - 1));
  for (let row = 0; row < nRows; row += 2) {
    const paired = row + 1 < nRows;
    padded.fill(0, 2 * nPadded);
    padRowInto(padded, 0, data, row * nSamples, nSamples, half, nPad, pad);
    if (paired) padRowInto(padded, 1, data, (row + 1) * nSamples, nSamples, half, nPad, pad);
    else for (let i = 1; i < 2 * nPadded; i += 2) padded[i] = 0;
    for (let start = 0; start < nSamples; start += step) {
      plan.forward(padded.subarray(2 * start, 2 * (start + size)), spectrum);
      multiplyInto(spectrum, response);
      plan.inverse(spectrum, block);
      const n = Math.min(step, nSamples - start);
      const to = row * nSamples + start;
      for (let i = 0; i < n; i++) out[to + i] = block[2 * (nTaps - 1 + i)]!;
      if (paired) for (let i = 0; i < n; i++) out[to + nSamples + i] = block[2 * (nTaps - 1 + i) + 1]!;
    }
  }
}

function multiplyInto(a: Float64Array, b: Float64Array): void {
  for (let k = 0; k < a.length; k += 2) {
    const re = a[k]! * b[k]! - a[k + 1]! * b[k + 1]!;
    a[k + 1] = a[k]! * b[k + 1]! + a[k + 1]! * b[k]!;
    a[k] = re;
  }
}

/** Writes row `data[from .. from + n)` with `half` samples on either side into every other number of `padded`. */
function padRowInto(
  padded: Float64Array,
  lane: 0 | 1,
  data: Float64Array,
  from: number,
  n: number,
  half: number,
  nPad: number,
  pad: PadMode,
): void {
  for (let i = 0; i < n; i++) padded[2 * (half + i) + lane] = data[from + i]!;
  const first = data[from]!;
  const last = data[from + n - 1]!;
  for (let k = 1; k <= half; k++) {
    const inReach = k <= nPad;
    let left = 0;
    let right = 0;
    if (inReach && pad === "edge") {
      left = first;
      right = last;
    } else if (inReach && pad === "reflect_limited") {
      left = 2 * first - data[from + k]!;
      right = 2 * last - data[from + n - 1 - k]!;
    }
    padded[2 * (half - k) + lane] = left;
    padded[2 * (half + n - 1 + k) + lane] = right;
  }
}

/** The power of two that costs least: blocks of `size` give `size - nTaps + 1` samples each. */
function blockSize(nSamples: number, nTaps: number): number {
  const largest = nextPowerOfTwo(nSamples + nTaps - 1);
  let best = largest;
  let bestCost = Infinity;
  for (let size = Math.min(nextPowerOfTwo(2 * nTaps - 1), largest); size <= largest; size *= 2) {
    const cost = Math.ceil(nSamples / (size - nTaps + 1)) * size * (Math.log2(size) + 1);
    if (cost < bestCost) {
      bestCost = cost;
      best = size;
    }
  }
  return best;
}
