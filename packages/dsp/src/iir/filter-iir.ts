import { checkFinite, checkRecording, type Recording } from "../recording";
import { checkChoice } from "../rows";
import { designButterworth, designChebyshev1, type IirBand } from "./design";
import { checkSections, sosFilter, sosFilterInto } from "./sosfilt";
import { sosFiltFilt } from "./sosfiltfilt";

export interface FilterIirOptions extends Omit<IirBand, "sampleRateHz"> {
  /** Order of the design; a band type has twice as many poles. Default 4. */
  readonly order?: number;
  /** Default "butterworth". */
  readonly design?: "butterworth" | "chebyshev1";
  /** Of "chebyshev1", in decibels. */
  readonly rippleDb?: number;
  /** "zero" (default) filters forwards and backwards and shifts nothing; "forward" is causal, as a stream would. */
  readonly phase?: "zero" | "forward";
}

/** Filters a recording's channels with an IIR filter as MNE 1.13's `raw.filter(lowHz, highHz, method="iir")` does with its
 * defaults, to 1e-9 (`test/golden/iir-filter.json`): edges as given, -3 dB at them in each pass; with zero phase the ends
 * are reflected over the filter's ringing. The stim channel passes untouched.
 * @returns a recording of the same shape, in microvolts.
 * @throws {BandError} when the band does not fit the rate.
 * @throws {NotFiniteError} when a channel holds NaN or an infinity. */
export function filterIir(recording: Recording, options: FilterIirOptions): Recording {
  checkRecording(recording);
  const { order = 4, design = "butterworth", rippleDb = Number.NaN, phase = "zero", ...band } = options;
  checkChoice("design", design, ["butterworth", "chebyshev1"]);
  checkChoice("phase", phase, ["zero", "forward"]);
  const { data, nSamples, sampleRateHz } = recording;
  const sos =
    design === "butterworth"
      ? designButterworth({ ...band, order, sampleRateHz })
      : designChebyshev1({ ...band, order, rippleDb, sampleRateHz });
  checkFinite(recording);
  if (phase === "forward") return { ...recording, data: sosFilter(data, nSamples, sos).data };
  const padLength = Math.min(ringingSamples(sos), Math.max(nSamples - 1, 0));
  return { ...recording, data: sosFiltFilt(data, nSamples, sos, { padLength }) };
}

/** How many samples a filter rings for, as MNE counts: to the last one above a thousandth of the largest, looked at in
 * chunks of 1000 until a chunk has none. */
function ringingSamples(sos: Float64Array): number {
  const nChunk = 1000;
  const nChunksMax = 100;
  const state = new Float64Array(2 * checkSections(sos));
  const impulse = new Float64Array(nChunk);
  const h = new Float64Array(nChunk);
  impulse[0] = 1;
  let threshold = 0;
  let last = nChunk;
  for (let chunk = 0; chunk < nChunksMax; chunk++) {
    sosFilterInto(h, impulse, 0, nChunk, 1, sos, state, 0);
    impulse[0] = 0;
    for (const value of h) threshold = Math.max(threshold, 0.001 * Math.abs(value));
    const found = h.findLastIndex((value) => Math.abs(value) > threshold);
    if (found < 0) return (chunk - 1) * nChunk + last;
    last = found;
  }
  return nChunk * nChunksMax;
}
