import type { Epochs } from "./epochs";
import { OptionError } from "./errors";
import { checkRecording, type Recording } from "./recording";
import { checkChoice, checkNumbers, checkRowLength, checkRows } from "./rows";

export interface DetrendOptions {
  /** "constant" takes the mean away, "linear" (default) the least-squares line. */
  readonly kind?: "constant" | "linear";
  /** Samples at which a new line begins; with "linear" only. */
  readonly breakpoints?: readonly number[];
}

/** Takes the trend out of each row, as SciPy 1.17's `detrend(x, type=…, bp=…)` to 1e-11 (`test/golden/detrend.json`).
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns nRows × nSamples.
 * @throws {OptionError} when a breakpoint does not lie within a row. */
export function detrend(data: Float64Array, nSamples: number, options: DetrendOptions = {}): Float64Array {
  const { kind = "linear", breakpoints = [] } = options;
  checkRowLength(data, nSamples);
  checkChoice("kind", kind, ["constant", "linear"]);
  checkNumbers("breakpoints", breakpoints, 0);
  for (const at of breakpoints)
    if (!(Number.isInteger(at) && at >= 0 && at <= nSamples))
      throw new OptionError("breakpoints", at, `sample numbers from 0 to ${nSamples}`);
  const edges = [...new Set([0, ...(kind === "linear" ? breakpoints : []), nSamples])].sort((a, b) => a - b);
  const out = new Float64Array(data); // unlike `slice` it fills the array only once
  const detrendInto = kind === "linear" ? detrendLineInto : detrendMeanInto;
  let allFinite = true;
  for (let row = 0; row < data.length; row += nSamples)
    for (let i = 1; i < edges.length; i++) {
      detrendInto(out, row + edges[i - 1]!, row + edges[i]!);
      // what is no number is in the mean as well, and so in every sample
      allFinite &&= Number.isFinite(out[row + edges[i - 1]!]!);
    }
  if (!allFinite) checkRows(data, nSamples);
  return out;
}

/** Subtracts from `data[from .. to)` its mean, in place. */
export function detrendMeanInto(data: Float64Array, from: number, to: number): void {
  // four sums, so that none waits for the other
  let a = 0,
    b = 0,
    c = 0,
    d = 0;
  let i = from;
  for (; i + 3 < to; i += 4) {
    a += data[i]!;
    b += data[i + 1]!;
    c += data[i + 2]!;
    d += data[i + 3]!;
  }
  for (; i < to; i++) a += data[i]!;
  const mean = (a + b + (c + d)) / (to - from);
  for (i = from; i + 3 < to; i += 4) {
    data[i]! -= mean;
    data[i + 1]! -= mean;
    data[i + 2]! -= mean;
    data[i + 3]! -= mean;
  }
  for (; i < to; i++) data[i]! -= mean;
}

/** Subtracts from `data[from .. to)` its least-squares line, in place; a single sample becomes 0. */
export function detrendLineInto(data: Float64Array, from: number, to: number): void {
  const n = to - from;
  detrendMeanInto(data, from, to);
  const middle = (n - 1) / 2;
  let slope = 0;
  for (let i = 0; i < n; i++) slope += (i - middle) * data[from + i]!;
  slope /= n > 1 ? (n * (n * n - 1)) / 12 : 1;
  for (let i = 0; i < n; i++) data[from + i]! -= slope * (i - middle);
}

/** Takes the trend out of each channel of a recording; the stim channel passes untouched. */
export function detrendRecording(recording: Recording, options: DetrendOptions = {}): Recording {
  checkRecording(recording);
  return { ...recording, data: detrend(recording.data, recording.nSamples, options) };
}

/** Takes the trend out of each channel of each epoch. */
export function detrendEpochs(epochs: Epochs, options: DetrendOptions = {}): Epochs {
  return { ...epochs, data: detrend(epochs.data, epochs.nTimes, options) };
}
