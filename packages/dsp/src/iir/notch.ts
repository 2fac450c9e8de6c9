import { BandError } from "../errors";
import { checkPositive, checkRate } from "../rows";
import type { Hertz } from "../units";

export interface IirNotchOptions {
  readonly sampleRateHz: Hertz;
  /** The frequency to take out. */
  readonly notchHz: Hertz;
  /** `notchHz` over the width at -3 dB. Default 30. */
  readonly quality?: number;
}

/** A second-order notch, as SciPy 1.17's `iirnotch(notchHz, quality, fs)` to 1e-12 (`test/golden/iir-design.json`).
 * @returns one section: b0 b1 b2 1 a1 a2. Its halves are `b` and `a` for `lfilter` and `filtFilt`.
 * @throws {BandError} when `notchHz` does not lie between 0 and Nyquist. */
export function designIirNotch({ sampleRateHz, notchHz, quality = 30 }: IirNotchOptions): Float64Array {
  checkRate(sampleRateHz);
  checkPositive("quality", quality);
  const nyquistHz = sampleRateHz / 2;
  if (!(notchHz > 0 && notchHz < nyquistHz))
    throw new BandError(notchHz, notchHz, nyquistHz, `a notch must lie between 0 and Nyquist, ${nyquistHz} Hz`);
  const w = (2 * Math.PI * notchHz) / sampleRateHz;
  const gain = 1 / (1 + Math.tan(w / quality / 2));
  const middle = -2 * gain * Math.cos(w);
  return Float64Array.of(gain, middle, gain, 1, middle, 2 * gain - 1);
}
