import { OptionError, TooShortError } from "./errors";
import { checkFinite, checkRecording, type Recording } from "./recording";
import { greatestCommonDivisor, resamplePoly } from "./resample-poly";
import { resampleRowsFft } from "./resample";
import { resampleSizes } from "./resample-matrix";
import { checkChoice, checkCount, checkPositive, checkRowLength, checkRows } from "./rows";
import type { Hertz } from "./units";

export interface ResampleRecordingOptions {
  /** The rate to go to. */
  readonly rateHz: Hertz;
  /** "fft" (default) is sharp and looks at the whole row, "polyphase" looks at some samples on either side. */
  readonly method?: "fft" | "polyphase";
  /** What to do when two events fall into one new sample, or touch. Default "error"; "allow" loses events as MNE does. */
  readonly onLostEvents?: "error" | "allow";
}

/** Resamples a recording as MNE 1.13's `raw.resample(rateHz)` does with its defaults, to 1e-11
 * (`test/golden/resample-more.json`). There is no anti-alias filter but the resampling itself. The stim channel is not
 * filtered: each new sample takes the first code that is not 0 among the old samples that it stands for, so that markers of
 * a single sample survive, and every event keeps its time to within two samples of the slower rate. To keep it exactly, cut epochs
 * first and resample those.
 * @returns a recording of `round(nSamples · rateHz / sampleRateHz)` samples, in microvolts.
 * @throws {OptionError} when `rateHz` is not a finite number above 0, or so low that events would be lost.
 * @throws {NotFiniteError} when a channel holds NaN or an infinity. */
export function resampleRecording(recording: Recording, options: ResampleRecordingOptions): Recording {
  const { rateHz, method = "fft", onLostEvents = "error" } = options;
  checkRecording(recording);
  checkPositive("rateHz", rateHz);
  checkChoice("method", method, ["fft", "polyphase"]);
  const { data, nChannels, nSamples, sampleRateHz } = recording;
  if (Math.abs(rateHz - sampleRateHz) <= 1e-6 * sampleRateHz || nSamples === 0) return recording;
  checkFinite(recording);
  const sizes = resampleSizes(nSamples, sampleRateHz, rateHz);
  checkCount("nSamples at the new rate", sizes.nOut * nChannels, 0, 2 ** 30);
  const stim = resampleStim(recording.stim, sizes.nOut);
  const nLost = countOnsets(recording.stim) - countOnsets(stim);
  if (nLost > 0 && onLostEvents === "error")
    throw new OptionError(
      "rateHz",
      rateHz,
      `a higher rate, at which none of ${nLost} events falls together with another; or onLostEvents "allow"`,
    );
  return {
    ...recording,
    data:
      method === "fft"
        ? resampleRowsFft(data, sizes, { pad: "reflect_limited" })
        : resampleToLength(data, nChannels, nSamples, sizes.nOut, sampleRateHz, rateHz),
    nSamples: sizes.nOut,
    sampleRateHz: rateHz,
    stim,
  };
}

/** MNE's fraction is that of the two lengths; where it has no small terms, that of the rates is as good and far cheaper. */
function resampleToLength(
  data: Float64Array,
  nRows: number,
  nIn: number,
  nOut: number,
  fromHz: Hertz,
  toHz: Hertz,
): Float64Array {
  const byRates = Number.isInteger(fromHz) && Number.isInteger(toHz);
  const tooLong = Math.max(nIn, nOut) / greatestCommonDivisor(nIn, nOut) > 100_000;
  const [up, down] = byRates && tooLong ? [toHz, fromHz] : [nOut, nIn];
  const resampled = resamplePoly(data, nIn, { up, down, pad: "reflect" });
  if (resampled.nSamples === nOut) return resampled.data;
  const out = new Float64Array(nRows * nOut);
  for (let row = 0; row < nRows; row++) {
    const from = row * resampled.nSamples;
    out.set(resampled.data.subarray(from, from + Math.min(nOut, resampled.nSamples)), row * nOut);
  }
  return out;
}

/** Moves the codes of a stim channel to another number of samples, as MNE does, but for one thing: what would move to the
 * first sample, where no event can begin, moves to the second. */
export function resampleStim(stim: Int32Array, nOut: number): Int32Array {
  if (!(stim instanceof Int32Array)) throw new OptionError("stim", typeof stim, "an Int32Array of codes");
  checkCount("nOut", nOut, 0, 2 ** 28);
  const n = stim.length;
  if (n === 0 && nOut > 0) throw new TooShortError("stim.length", n, 1, "there are no codes to move");
  const ratio = nOut / n;
  const out = new Int32Array(nOut);
  const pick = (i: number): number => (i < nOut ? Math.min(Math.trunc(i / ratio), n - 1) : n);
  for (let i = 0; i < nOut; i++) {
    const from = pick(i);
    const to = pick(i + 1);
    let at = from;
    while (at < to && stim[at] === 0) at++;
    out[i] = stim[at < to ? at : from]!;
  }
  if (stim[0] === 0 && nOut > 1 && out[0] !== 0 && out[1] === 0) [out[0], out[1]] = [0, out[0]!];
  return out;
}

const countOnsets = (stim: Int32Array): number =>
  stim.reduce((n, code, i) => n + (code !== 0 && code > (stim[i - 1] ?? code) ? 1 : 0), 0);

/** Resamples rows to another length by Fourier transform, as SciPy 1.17's `resample(x, nOut)` to 1e-11
 * (`test/golden/resample-more.json`): no padding, so the ends of a row meet.
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns nRows × nOut.
 * @throws {OptionError} when `nOut` is not an integer above 0. */
export function resampleFourier(data: Float64Array, nSamples: number, nOut: number): Float64Array {
  checkRowLength(data, nSamples);
  checkCount("nOut", nOut, 1, 2 ** 28);
  if (data.length === 0 || nOut === nSamples) {
    checkRows(data, nSamples);
    return data.slice();
  }
  const sizes = { nIn: nSamples, padLeft: 0, nPadded: nSamples, nResampled: nOut, cut: 0, nOut };
  const out = resampleRowsFft(data, sizes);
  // each output has every sample of its row in it, the mean, so that one that is no number shows
  for (let row = 0; row < out.length; row += nOut) if (!Number.isFinite(out[row]!)) checkRows(data, nSamples);
  return out;
}
