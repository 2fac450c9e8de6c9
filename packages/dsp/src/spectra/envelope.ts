import { planFft } from "../fft";
import { fftTables, hasPlan } from "../kernels/fft-plan";
import { claimWorkbench, layOut } from "../kernels/wasm";
import { checkRows } from "../rows";

/** Envelope of rows, the modulus of their analytic signals, as `abs(hilbert(x))` of SciPy 1.17 to 1e-11
 * (`test/golden/spectra.json`). It means something for a narrow band only: filter first.
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns nRows × nSamples, in the same unit. */
export function envelope(data: Float64Array, nSamples: number): Float64Array {
  const nRows = checkRows(data, nSamples);
  const out = new Float64Array(data.length);
  if (nRows === 0 || (nRows > 2 && envelopeByFour(out, data, nSamples))) return out;
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
    for (let k = 0; k < nSamples; k++) {
      const turn = turnOf(k, nSamples);
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

/** A quarter of a turn: back (1) for positive frequencies, forth (-1) for negative ones, and nothing of the two between. */
function turnOf(k: number, nSamples: number): -1 | 0 | 1 {
  if (k === 0 || 2 * k === nSamples) return 0;
  return 2 * k < nSamples ? 1 : -1;
}

const owner = {};

/** The same in WebAssembly, four rows at a time: the quarter turns are a convolution. False when there is none for it, and
 * nothing was done. */
function envelopeByFour(out: Float64Array, data: Float64Array, nSamples: number): boolean {
  if (nSamples < 2 || !hasPlan(nSamples)) return false;
  const { bytes, positions } = fftTables(nSamples);
  const at = layOut({ plan: bytes.length, response: 16 * nSamples, x: 32 * nSamples });
  const bench = claimWorkbench(owner, at.end);
  if (!bench) return false;
  const { kernels, f64, u8 } = bench;
  u8.set(bytes, at.plan);
  for (let k = 0; k < nSamples; k++) {
    const place = at.response / 8 + 2 * positions[k]!;
    f64[place] = 0;
    f64[place + 1] = -turnOf(k, nSamples) / nSamples;
  }
  const x = at.x / 8;
  for (let row = 0; row < data.length; row += 4 * nSamples) {
    // in the order of `pack`; of fewer rows the last one stands for those that there are not
    const [a, b, c, d] = [0, 1, 2, 3].map((lane) => Math.min(row + lane * nSamples, data.length - nSamples)) as Four;
    for (let i = 0, to = x; i < nSamples; i++, to += 4) {
      f64[to] = data[a + i]!;
      f64[to + 1] = data[c + i]!;
      f64[to + 2] = data[b + i]!;
      f64[to + 3] = data[d + i]!;
    }
    kernels.convolveComplex(at.x, at.plan, at.plan, at.response);
    for (let i = 0, from = x; i < nSamples; i++, from += 4) {
      out[a + i] = Math.sqrt(data[a + i]! ** 2 + f64[from]! ** 2);
      out[b + i] = Math.sqrt(data[b + i]! ** 2 + f64[from + 2]! ** 2);
      out[c + i] = Math.sqrt(data[c + i]! ** 2 + f64[from + 1]! ** 2);
      out[d + i] = Math.sqrt(data[d + i]! ** 2 + f64[from + 3]! ** 2);
    }
  }
  return true;
}

type Four = [number, number, number, number];
