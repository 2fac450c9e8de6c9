import { OptionError } from "./errors";
import { roundHalfEven } from "./round";
import type { Hertz } from "./units";

const RATIO_MAX = 1000;

/** The sizes of a resampling: `nIn` samples are padded to `nPadded`, whose transform is cropped or filled up to
 * `nResampled`, of which `nOut` samples from `cut` on are the answer. */
export interface ResampleSizes {
  readonly nIn: number;
  readonly padLeft: number;
  readonly nPadded: number;
  readonly nResampled: number;
  readonly cut: number;
  readonly nOut: number;
}

/** The sizes that MNE's `resample(up, down, npad="auto")` takes for rows of `nIn` samples. 359 samples from 512 to
 * 100 Hz: padded to 512, resampled to 100, 70 kept from 15 on.
 * @throws {OptionError} for a rate of more than a thousand times the old one. */
export function resampleSizes(nIn: number, fromHz: Hertz, toHz: Hertz): ResampleSizes {
  const ratio = toHz / fromHz;
  // Far beyond what anybody resamples to, and before memory for it is asked for.
  if (!(ratio <= RATIO_MAX))
    throw new OptionError("resampleHz", toHz, `at most ${RATIO_MAX} times the rate, ${fromHz} Hz`);
  const nPadded = 2 ** Math.ceil(Math.log2(nIn + 2 * Math.min(Math.floor(nIn / 8), 100)));
  const padLeft = Math.floor((nPadded - nIn) / 2);
  return {
    nIn,
    padLeft,
    nPadded,
    nResampled: Math.max(roundHalfEven(ratio * nPadded), 1),
    cut: roundHalfEven(ratio * padLeft),
    nOut: Math.max(roundHalfEven(ratio * nIn), 1),
  };
}

/** Resampling by Fourier transform is linear, so for one length and one pair of rates it is one fixed matrix.
 * @returns nOut × nIn, row-major: `y = matrix · x`.
 * @see resampleRowsFft, its equal by transforms. */
export function resampleMatrix(sizes: ResampleSizes): Float64Array {
  const { nIn, padLeft, nPadded, nResampled, cut, nOut } = sizes;
  const kernel = resampleKernel(nPadded, nResampled);
  const period = nPadded * nResampled;
  const matrix = new Float64Array(nOut * nIn);
  for (let i = 0; i < nOut; i++) {
    const out = (cut + i) * nPadded;
    for (let p = 0; p < nPadded; p++) {
      // padding repeats the end values, so its columns fall to the first and the last sample
      const column = Math.min(Math.max(p - padLeft, 0), nIn - 1);
      matrix[i * nIn + column]! += kernel[Math.abs(out - p * nResampled) % period]!;
    }
  }
  return matrix;
}

/** Weight of an input sample for an output sample by their distance, in steps of 1 / (nPadded · nResampled) of the whole:
 * `Σ weight(k) · cos(2π·k·d / (nPadded · nResampled)) / nPadded` over the bins k that both lengths have. */
export function resampleKernel(nPadded: number, nResampled: number): Float64Array {
  const period = nPadded * nResampled;
  const cosines = new Float64Array(period);
  for (let d = 0; d < period; d++) cosines[d] = Math.cos((2 * Math.PI * d) / period);
  const kernel = new Float64Array(period);
  const shared = Math.min(nPadded, nResampled);
  // only distances out·nPadded - p·nResampled occur, all multiples of the greatest common divisor
  const stride = greatestCommonDivisor(nPadded, nResampled);
  for (let d = 0; d < period; d += stride) {
    let sum = 1;
    for (let k = 1, at = d % period; 2 * k <= shared; k++, at = (at + d) % period)
      sum += binWeight(k, nPadded, nResampled) * cosines[at]!;
    kernel[d] = sum / nPadded;
  }
  return kernel;
}

/** How often bin k and its mirror image count: twice, but for the middle bin of the shorter length, which MNE doubles
 * when it shortens and halves otherwise. */
export function binWeight(k: number, nPadded: number, nResampled: number): number {
  if (2 * k < Math.min(nPadded, nResampled)) return 2;
  return nResampled < nPadded ? 2 : nResampled > nPadded ? 1 : 0.5;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
