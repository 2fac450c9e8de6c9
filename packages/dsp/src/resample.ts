import type { Epochs } from "./epochs";
import { OptionError, ShapeError } from "./errors";
import { planFft } from "./fft";
import type { PadMode } from "./filter";
import { copyInto } from "./kernels/copy";
import { hasPlan } from "./kernels/fft-plan";
import { planSpectralResampler, type SpectralResampler } from "./kernels/spectral-resampler";
import { hasKernels } from "./kernels/wasm";
import { planFoldedResampler } from "./resample-folded";
import { binWeight, resampleSizes, type ResampleSizes } from "./resample-matrix";
import type { Hertz } from "./units";

/** Resamples each row by its Fourier transform as MNE 1.13's `resample(x, up, down, npad="auto", pad=…)` does, the ends
 * padded with their own values or, with "reflect_limited", by odd reflection; four rows share a transform, or two.
 * @param data - nRows × sizes.nIn, row-major.
 * @returns nRows × sizes.nOut, row-major.
 * @throws {ShapeError} when `data.length` is not a multiple of `sizes.nIn`. */
export function resampleRowsFft(
  data: Float64Array,
  sizes: ResampleSizes,
  { pad = "edge" }: { readonly pad?: Exclude<PadMode, "zero"> } = {},
): Float64Array {
  const { nIn, nPadded, nResampled, cut, nOut } = sizes;
  const nRows = countRows(data, nIn);
  const out = new Float64Array(nRows * nOut);
  const done = planQuick(nPadded, nResampled)?.run(
    nRows,
    nPadded === nIn ? data : (samples, at, row) => padInto(samples, at, 1, data, row * nIn, sizes, pad),
    (samples, at, row) => copyInto(out, row * nOut, samples, at + cut, nOut),
  );
  if (done) return out;
  const forward = planFft(nPadded);
  const backward = planFft(nResampled);
  const padded = new Float64Array(2 * nPadded);
  const spectrum = new Float64Array(2 * nPadded);
  const kept = new Float64Array(2 * nResampled);
  const resampled = new Float64Array(2 * nResampled);
  for (let row = 0; row < nRows; row += 2) {
    const lanes = Math.min(2, nRows - row);
    for (let lane = 0; lane < lanes; lane++) padInto(padded, lane, 2, data, (row + lane) * nIn, sizes, pad);
    if (lanes === 1) for (let p = 0; p < nPadded; p++) padded[2 * p + 1] = 0;
    forward.forward(padded, spectrum);
    cropSpectrumInto(kept, nResampled, spectrum, nPadded);
    backward.inverse(kept, resampled);
    for (let lane = 0; lane < lanes; lane++)
      for (let i = 0; i < nOut; i++) out[(row + lane) * nOut + i] = resampled[2 * (cut + i) + lane]!;
  }
  return out;
}

let latest: { readonly nPadded: number; readonly nResampled: number; readonly plan: SpectralResampler } | undefined;

/** The latest plan is kept: its tables take as long as a row. */
function planQuick(nPadded: number, nResampled: number): SpectralResampler | undefined {
  if (latest?.nPadded === nPadded && latest.nResampled === nResampled) return latest.plan;
  const weightOf = (k: number): number => (k === 0 ? 1 : binWeight(k, nPadded, nResampled) / 2);
  const plan = planSpectralResampler(nPadded, nResampled, weightOf);
  if (plan) latest = { nPadded, nResampled, plan };
  return plan;
}

/** Writes a padded row to `padded` from `at` on, every `step`-th number. */
function padInto(
  padded: Float64Array,
  at: number,
  step: 1 | 2,
  data: Float64Array,
  from: number,
  { nIn, padLeft, nPadded }: ResampleSizes,
  pad: Exclude<PadMode, "zero">,
): void {
  const [first, last] = [data[from]!, data[from + nIn - 1]!];
  const middle = at + step * padLeft;
  const end = middle + step * (nIn - 1);
  if (step === 1) copyInto(padded, middle, data, from, nIn);
  else for (let i = 0; i < nIn; i++) padded[middle + step * i] = data[from + i]!;
  if (step === 1 && pad === "edge") {
    padded.fill(first, at, middle);
    padded.fill(last, end + 1, at + nPadded);
    return;
  }
  for (let k = 1; k <= padLeft; k++) padded[middle - step * k] = pad === "edge" ? first : 2 * first - data[from + k]!;
  for (let k = 1; k <= nPadded - nIn - padLeft; k++)
    padded[end + step * k] = pad === "edge" ? last : 2 * last - data[from + nIn - 1 - k]!;
}

function cropSpectrumInto(kept: Float64Array, nResampled: number, spectrum: Float64Array, nPadded: number): void {
  const scale = nResampled / nPadded;
  const shared = Math.min(nPadded, nResampled);
  kept.fill(0);
  for (let part = 0; part < 2; part++) {
    kept[part] = spectrum[part]! * scale;
    for (let k = 1; 2 * k <= shared; k++) {
      // half of the weight for the bin, half for its mirror image, which may be the same bin
      const half = (binWeight(k, nPadded, nResampled) / 2) * scale;
      const mirrored = 2 * (nResampled - k) + part;
      kept[2 * k + part]! += half * spectrum[2 * k + part]!;
      kept[mirrored]! += half * spectrum[2 * (nPadded - k) + part]!;
    }
  }
}

function countRows(data: Float64Array, nIn: number): number {
  const nRows = data.length / nIn;
  if (!Number.isInteger(nRows)) throw new ShapeError("data.length", data.length, Math.ceil(nRows) * nIn);
  return nRows;
}

/** Without WebAssembly many short rows go by the matrix; of more numbers than this it costs more than the transforms. */
const MATRIX_SIZE_MAX = 500_000;

/** Resamples each row, by the matrix or by transforms, whichever suits its length. Same numbers to 1e-11 either way.
 * @param data - nRows × nIn, row-major. @returns nRows × nOut, row-major, with its `sizes`. */
export function resampleRows(
  data: Float64Array,
  nIn: number,
  fromHz: Hertz,
  toHz: Hertz,
): { data: Float64Array; sizes: ResampleSizes } {
  const sizes = resampleSizes(nIn, fromHz, toHz);
  const nRows = countRows(data, nIn);
  const cells = sizes.nPadded * sizes.nResampled;
  const quick = hasKernels() && hasPlan(sizes.nPadded) && hasPlan(sizes.nResampled);
  if (quick || nRows < 32 || cells > MATRIX_SIZE_MAX) return { data: resampleRowsFft(data, sizes), sizes };
  const out = new Float64Array(nRows * sizes.nOut);
  planFoldedResampler(sizes).resampleInto(out, data, nRows);
  return { data: out, sizes };
}

/** A rate this near is no other rate, as in MNE. */
export const isSameRate = (fromHz: Hertz, toHz: Hertz): boolean => Math.abs(toHz - fromHz) <= 1e-6 * fromHz;

export interface ResampleOptions {
  /** The rate to go to. */
  readonly rateHz: Hertz;
}

/** Resamples epochs as MNE 1.13's `epochs.resample(rateHz)` does (`test/golden/resample.json`): by Fourier transform,
 * padded with the end values to a power of two. There is no other anti-alias filter. The first sample keeps its time.
 * @throws {OptionError} when `rateHz` is not a finite number above 0. */
export function resampleEpochs(epochs: Epochs, { rateHz }: ResampleOptions): Epochs {
  if (!(Number.isFinite(rateHz) && rateHz > 0)) throw new OptionError("rateHz", rateHz, "a number of hertz above 0");
  if (isSameRate(epochs.sampleRateHz, rateHz)) return epochs;
  const { data, sizes } = resampleRows(epochs.data, epochs.nTimes, epochs.sampleRateHz, rateHz);
  return { ...epochs, data, nTimes: sizes.nOut, sampleRateHz: rateHz };
}
