import FFT from "fft.js";
import { OptionError } from "./errors";
import { planWasmFft } from "./kernels/complex-fft";

/** A discrete Fourier transform of one size, with its tables; reuse it, but not from two places at once. */
export interface FftPlan {
  readonly size: number;
  /** `output[k] = Σ input[n] · exp(-2πi·k·n / size)`. Both are 2 · size numbers, real and imaginary parts in turn, and
   * must not be the same buffer. */
  forward(input: Float64Array, output: Float64Array): void;
  /** The inverse of `forward`, divided by `size`. */
  inverse(input: Float64Array, output: Float64Array): void;
}

const isPowerOfTwo = (n: number): boolean => n > 0 && Number.isInteger(Math.log2(n));

/** Smallest power of two that is not below `n`. */
export function nextPowerOfTwo(n: number): number {
  let power = 1;
  while (power < n) power *= 2;
  return power;
}

/** Plans a transform of any length: mixed radix in WebAssembly for even lengths without large primes; without it, fft.js's
 * radix-4 for powers of two; Bluestein's chirp over these for all others. The ways agree to 1e-14 of the largest value.
 * @throws {OptionError} when `size` is not an integer above 0.
 * @see L. I. Bluestein, IEEE Trans. Audio Electroacoustics 18(4), 1970, doi:10.1109/TAU.1970.1162132 */
export function planFft(size: number): FftPlan {
  if (!Number.isInteger(size) || size < 1) throw new OptionError("size", size, "an integer above 0");
  if (size === 1) {
    const copy = (input: Float64Array, output: Float64Array): void => output.set(input.subarray(0, 2));
    return { size, forward: copy, inverse: copy };
  }
  const quick = planWasmFft(size);
  let plain: FftPlan | undefined;
  const slow = (): FftPlan => (plain ??= isPowerOfTwo(size) ? planRadix4(size) : planBluestein(size));
  if (!quick) return slow();
  return {
    size,
    forward: (input, output) => void (quick.forward(input, output) || slow().forward(input, output)),
    inverse: (input, output) => void (quick.inverse(input, output) || slow().inverse(input, output)),
  };
}

function planRadix4(size: number): FftPlan {
  const fft = new FFT(size);
  return {
    size,
    forward: (input, output) => fft.transform(output, input),
    inverse: (input, output) => fft.inverseTransform(output, input),
  };
}

function planBluestein(size: number): FftPlan {
  const inner = planFft(nextPowerOfTwo(2 * size - 1));
  const length = 2 * inner.size;
  const chirp = new Float64Array(2 * size); // exp(-πi·k² / size)
  for (let k = 0; k < size; k++) {
    // k² taken modulo 2·size, or the angle of a long transform loses its digits
    const angle = (Math.PI * ((k * k) % (2 * size))) / size;
    chirp[2 * k] = Math.cos(angle);
    chirp[2 * k + 1] = -Math.sin(angle);
  }
  const buffer = new Float64Array(length);
  const spectrum = new Float64Array(length);
  const kernel = new Float64Array(length); // transform of the conjugate chirp, wrapped around
  for (let k = 0; k < size; k++) {
    for (const at of k === 0 ? [0] : [k, inner.size - k]) {
      buffer[2 * at] = chirp[2 * k]!;
      buffer[2 * at + 1] = -chirp[2 * k + 1]!;
    }
  }
  inner.forward(buffer, kernel);

  const transform = (input: Float64Array, output: Float64Array, sign: 1 | -1): void => {
    // sign -1 conjugates on the way in and out, which makes the forward transform the (unscaled) inverse
    buffer.fill(0);
    for (let k = 0; k < 2 * size; k += 2)
      multiply(buffer, k, input[k]!, sign * input[k + 1]!, chirp[k]!, chirp[k + 1]!);
    inner.forward(buffer, spectrum);
    for (let k = 0; k < length; k += 2)
      multiply(spectrum, k, spectrum[k]!, spectrum[k + 1]!, kernel[k]!, kernel[k + 1]!);
    inner.inverse(spectrum, buffer);
    const scale = sign === 1 ? 1 : 1 / size;
    for (let k = 0; k < 2 * size; k += 2) {
      multiply(output, k, buffer[k]!, buffer[k + 1]!, chirp[k]! * scale, chirp[k + 1]! * scale);
      output[k + 1]! *= sign;
    }
  };
  return {
    size,
    forward: (input, output) => transform(input, output, 1),
    inverse: (input, output) => transform(input, output, -1),
  };
}

function multiply(into: Float64Array, at: number, aRe: number, aIm: number, bRe: number, bIm: number): void {
  into[at] = aRe * bRe - aIm * bIm;
  into[at + 1] = aRe * bIm + aIm * bRe;
}
