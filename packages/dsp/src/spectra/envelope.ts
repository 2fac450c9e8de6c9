import { planFft } from "../fft";
import { checkRows } from "../rows";

/** Envelope of rows, the modulus of their analytic signals, as `abs(hilbert(x))` of SciPy 1.17 to 1e-11
 * (`test/golden/spectra.json`). It means something for a narrow band only: filter first.
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns nRows × nSamples, in the same unit. */
export function envelope(data: Float64Array, nSamples: number): Float64Array {
  const nRows = checkRows(data, nSamples);
  const out = new Float64Array(data.length);
  if (nRows === 0) return out;
  const plan = planFft(nSamples);
  const signal = new Float64Array(2 * nSamples);
  const spectrum = new Float64Array(2 * nSamples);
  for (let row = 0; row < data.length; row += nSamples) {
    for (let i = 0; i < nSamples; i++) {
      signal[2 * i] = data[row + i]!;
      signal[2 * i + 1] = 0;
    }
    plan.forward(signal, spectrum);
    // no negative frequencies, and twice the positive ones
    for (let k = 1; k < nSamples; k++) {
      const weight = 2 * k < nSamples ? 2 : 2 * k === nSamples ? 1 : 0;
      spectrum[2 * k]! *= weight;
      spectrum[2 * k + 1]! *= weight;
    }
    plan.inverse(spectrum, signal);
    for (let i = 0; i < nSamples; i++) out[row + i] = Math.hypot(signal[2 * i]!, signal[2 * i + 1]!);
  }
  return out;
}
