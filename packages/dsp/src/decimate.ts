import { firwin } from "./firwin";
import { designChebyshev1 } from "./iir/design";
import { sosFilter } from "./iir/sosfilt";
import { sosFiltFilt } from "./iir/sosfiltfilt";
import { polyphase } from "./resample-poly";
import { checkChoice, checkCount, checkRows } from "./rows";

export interface DecimateOptions {
  /** Keep every `factor`-th sample. */
  readonly factor: number;
  /** The anti-alias filter: "iir" (default), Chebyshev of order 8 at 0.8 of the new Nyquist; "fir", 20·factor + 1 taps. */
  readonly filter?: "iir" | "fir";
  /** Of the IIR filter, default 8; of the FIR one, default 20·factor. */
  readonly order?: number;
  /** False filters causally, once, and delays. Default true. */
  readonly zeroPhase?: boolean;
}

/** Filters rows against aliasing and keeps every `factor`-th sample, as SciPy 1.17's `decimate` to 1e-9
 * (`test/golden/resample-more.json`).
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns nRows × ceil(nSamples / factor), and that length.
 * @throws {TooShortError} when a row is not longer than the padding that the filter needs. */
export function decimate(
  data: Float64Array,
  nSamples: number,
  { factor, filter = "iir", order, zeroPhase = true }: DecimateOptions,
): { data: Float64Array; nSamples: number } {
  const nRows = checkRows(data, nSamples);
  checkCount("factor", factor, 1, 100_000);
  checkChoice("filter", filter, ["iir", "fir"]);
  if (filter === "iir") {
    const sos = designChebyshev1({ order: order ?? 8, rippleDb: 0.05, highHz: 0.4 / factor, sampleRateHz: 1 });
    const filtered = zeroPhase ? sosFiltFilt(data, nSamples, sos) : sosFilter(data, nSamples, sos).data;
    const nOut = Math.ceil(nSamples / factor);
    const out = new Float64Array(nRows * nOut);
    for (let row = 0; row < nRows; row++)
      for (let m = 0; m < nOut; m++) out[row * nOut + m] = filtered[row * nSamples + m * factor]!;
    return { data: out, nSamples: nOut };
  }
  if (factor === 1) return { data: data.slice(), nSamples };
  checkCount("order", order ?? 1, 1, 10_000_000);
  const taps = firwin((order ?? 20 * factor) + 1, 1 / factor, { sampleRateHz: 2 });
  return polyphase(data, nSamples, { up: 1, down: factor, taps }, !zeroPhase);
}
