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
  for (let row = 0; row < data.length; row += 2 * nSamples) {
    const other = row + nSamples < data.length ? row + nSamples : row; // two rows share a transform
    for (let i = 0; i < nSamples; i++) {
      signal[2 * i] = data[row + i]!;
      signal[2 * i + 1] = data[other + i]!;
    }
    plan.forward(signal, spectrum);
    // a quarter of a turn: back for positive frequencies, forth for negative ones, and nothing of the two between
    for (let k = 0; k < nSamples; k++) {
      const turn = k === 0 || 2 * k === nSamples ? 0 : 2 * k < nSamples ? 1 : -1;
      const re = spectrum[2 * k]!;
      spectrum[2 * k] = turn * spectrum[2 * k + 1]!;
      spectrum[2 * k + 1] = -turn * re;
    }
    plan.inverse(spectrum, signal);
    for (let i = 0; i < nSamples; i++) {
      out[row + i] = Math.sqrt(data[row + i]! ** 2 + signal[2 * i]! ** 2);
      out[other + i] = Math.sqrt(data[other + i]! ** 2 + signal[2 * i + 1]! ** 2);
    }
  }
  return out;
}
