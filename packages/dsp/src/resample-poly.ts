import { firwin } from "./firwin";
import { polyphaseRows } from "./kernels/polyphase-rows";
import { checkChoice, checkCount, checkNumbers, checkRows } from "./rows";
import type { WindowName } from "./window";

/** What a row is thought to be beyond its ends: zero (SciPy's "constant"), a level of its own, the line through its first and
 * last sample, the end values, or its mirror image about them. */
export type PolyphasePad = "zero" | "mean" | "median" | "minimum" | "maximum" | "line" | "edge" | "reflect";

export interface ResamplePolyOptions {
  /** The rate becomes `up / down` of what it was. */
  readonly up: number;
  readonly down: number;
  /** Window of the anti-alias filter. Default `["kaiser", 5]`. */
  readonly window?: WindowName;
  /** The anti-alias filter itself, at the rate times `up`, instead of one by window. */
  readonly taps?: Float64Array | undefined;
  /** Default "zero". */
  readonly pad?: PolyphasePad;
}

/** Resamples rows by a rational factor with a polyphase low-pass, as SciPy 1.17's `resample_poly` to 1e-11
 * (`test/golden/resample-more.json`). It looks at ten samples of the slower rate on either side, so unlike a Fourier
 * transform it neither rings nor wraps around.
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns nRows × ceil(nSamples · up / down), and that length.
 * @throws {OptionError} when `up` or `down` is not an integer from 1 to 100,000. */
export function resamplePoly(
  data: Float64Array,
  nSamples: number,
  options: ResamplePolyOptions,
): { data: Float64Array; nSamples: number } {
  return polyphase(data, nSamples, options, false);
}

/** The same; when it is causal, an output looks back from its own sample instead of to both sides. */
export function polyphase(
  data: Float64Array,
  nSamples: number,
  options: ResamplePolyOptions,
  causal: boolean,
): { data: Float64Array; nSamples: number } {
  const { window = ["kaiser", 5], pad = "zero" } = options;
  const nRows = checkRows(data, nSamples);
  checkCount("up", options.up, 1, 100_000);
  checkCount("down", options.down, 1, 100_000);
  checkChoice("pad", pad, ["zero", "mean", "median", "minimum", "maximum", "line", "edge", "reflect"]);
  const divisor = greatestCommonDivisor(options.up, options.down);
  const [up, down] = [options.up / divisor, options.down / divisor];
  const nOut = Math.ceil((nSamples * up) / down);
  if (up === 1 && down === 1) return { data: data.slice(), nSamples };
  const slower = Math.max(up, down);
  const taps = options.taps ?? firwin(20 * slower + 1, 1 / slower, { sampleRateHz: 2, window });
  checkNumbers("taps", taps, 1);
  const out = new Float64Array(nRows * nOut);
  const half = causal ? 0 : Math.floor((taps.length - 1) / 2);
  if (out.length > 0) polyphaseInto(out, data, nRows, nSamples, nOut, taps, half, up, down, pad);
  return { data: out, nSamples: nOut };
}

/** Each output needs every `up`-th tap only. The taps of a phase are laid out side by side, reversed, so that an output is
 * one dot product with samples that are next to each other; four rows share each load of a tap. */
function polyphaseInto(
  out: Float64Array,
  data: Float64Array,
  nRows: number,
  nSamples: number,
  nOut: number,
  taps: Float64Array,
  half: number,
  up: number,
  down: number,
  pad: PolyphasePad,
): void {
  const perPhase = Math.ceil(taps.length / up);
  const phases = new Float64Array(up * perPhase);
  for (let phase = 0; phase < up; phase++)
    for (let j = 0; phase + j * up < taps.length; j++)
      phases[phase * perPhase + perPhase - 1 - j] = taps[phase + j * up]! * up;

  // Output m lies at position m·down + half of the signal spread by `up`: its last sample, and the phase of its taps.
  const reach = perPhase + Math.ceil(half / up);
  const lane = nSamples + 2 * reach;
  const levels = new Float64Array(nRows);
  const start = Math.floor(half / up) + 1 - perPhase + reach;
  const done = polyphaseRows(
    { nRows, nIn: lane, nOut, phases, perPhase, start, firstPhase: half % up, up, down },
    (into, at, row) => {
      const samples = data.subarray(row * nSamples, (row + 1) * nSamples);
      levels[row] = padLaneInto(into, at, samples, reach, pad);
    },
    (from, at, row) => {
      for (let m = 0, to = row * nOut; m < nOut; m++) out[to + m] = from[at + m]! + levels[row]!;
    },
  );
  if (done) return;
  const padded = new Float64Array(4 * lane);
  const level = new Float64Array(4);
  for (let row = 0; row < nRows; row += 4) {
    const lanes = Math.min(4, nRows - row);
    for (let k = 0; k < lanes; k++) {
      const from = (row + k) * nSamples;
      level[k] = padLaneInto(padded, k * lane, data.subarray(from, from + nSamples), reach, pad);
    }
    for (let m = 0, position = half; m < nOut; m++, position += down) {
      const last = Math.floor(position / up);
      const from = (position - last * up) * perPhase;
      let at = last + 1 - perPhase + reach;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = from; k < from + perPhase; k++, at++) {
        const tap = phases[k]!;
        a += tap * padded[at]!;
        b += tap * padded[at + lane]!;
        c += tap * padded[at + 2 * lane]!;
        d += tap * padded[at + 3 * lane]!;
      }
      out[row * nOut + m] = a + level[0]!;
      if (lanes > 1) out[(row + 1) * nOut + m] = b + level[1]!;
      if (lanes > 2) out[(row + 2) * nOut + m] = c + level[2]!;
      if (lanes > 3) out[(row + 3) * nOut + m] = d + level[3]!;
    }
  }
}

/** Writes a row with `reach` samples on either side, less its level.
 * @returns the level, to be added to what is resampled. */
function padLaneInto(padded: Float64Array, to: number, row: Float64Array, reach: number, pad: PolyphasePad): number {
  const n = row.length;
  const level = levelOf(row, pad);
  padded.fill(0, to, to + n + 2 * reach);
  for (let i = 0; i < n; i++) padded[to + reach + i] = row[i]! - level;
  const slope = pad === "line" && n > 1 ? (row[n - 1]! - row[0]!) / (n - 1) : 0;
  if (pad === "edge" || pad === "reflect" || pad === "line")
    for (let k = 1; k <= reach; k++) {
      padded[to + reach - k] = row[beyond(-k, n, pad)]! - slope * k;
      padded[to + reach + n - 1 + k] = row[beyond(n - 1 + k, n, pad)]! + slope * k;
    }
  return level;
}

/** Which sample stands for sample i beyond the ends. */
function beyond(i: number, n: number, pad: PolyphasePad): number {
  if (pad !== "reflect" || n === 1) return Math.min(Math.max(i, 0), n - 1);
  const period = 2 * (n - 1);
  const within = ((i % period) + period) % period;
  return within < n ? within : period - within;
}

function levelOf(row: Float64Array, pad: PolyphasePad): number {
  if (pad === "mean") return row.reduce((sum, value) => sum + value, 0) / row.length;
  if (pad === "minimum") return row.reduce((a, b) => Math.min(a, b), Infinity);
  if (pad === "maximum") return row.reduce((a, b) => Math.max(a, b), -Infinity);
  if (pad !== "median") return 0;
  const sorted = row.toSorted();
  const half = Math.floor(row.length / 2);
  return row.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
