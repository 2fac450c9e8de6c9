import { OptionError, ShapeError, TooShortError } from "../../errors";
import { checkRecording, type Recording } from "../../recording";
import { roundHalfEven } from "../../round";
import { checkCount, checkPositive } from "../../rows";
import type { Hertz, Seconds } from "../../units";
import { geometricMedian, multiply, symmetricEigen, transpose } from "../linear-algebra";
import { checkSignals } from "../signals";
import { type CleanWindowOptions, findCleanSamples } from "./clean-windows";
import { type EegDistributionOptions, fitEegDistribution } from "./eeg-distribution";
import { type Iir, iirInto } from "./iir";
import { spectralWeighting } from "./spectral-weighting";
import { windowRms, windowStarts } from "./windows";

/** What `applyAsr` knows of clean EEG: plain numbers, to keep for other recordings of the same cap. */
export interface AsrCalibration {
  readonly channelNames: readonly string[];
  readonly sampleRateHz: Hertz;
  /** nChannels × nChannels: the square root of the clean signal's covariance, in microvolts, after spectral weighting. */
  readonly mixing: Float64Array;
  /** nChannels × nChannels: row k is a principal direction of clean EEG times the amplitude that it may reach. */
  readonly thresholds: Float64Array;
  /** The spectral weighting. */
  readonly filter: Iir;
  readonly windowSeconds: Seconds;
}

export interface CalibrateAsrOptions extends EegDistributionOptions {
  /** How many standard deviations beyond clean EEG count as artefact; from 10 (strict) to 100 (lax). Default 20. */
  readonly cutoff?: number | undefined;
  /** Which samples to learn from: 1 in a mask of nSamples, "all", or the clean windows, found with these options. Default:
   * `findCleanSamples` with its defaults. */
  readonly cleanSamples?: Uint8Array | "all" | CleanWindowOptions | undefined;
  /** Samples in one of the blocks whose covariances are averaged. Default 100. */
  readonly blockSamples?: number | undefined;
  /** Default 0.5. */
  readonly windowSeconds?: Seconds | undefined;
  /** Default 0.66. */
  readonly overlap?: number | undefined;
}

/** Learns what is clean in a recording of a minute or more: the robust covariance (geometric median of the covariances
 * of short blocks) of the spectrally weighted signal, and the amplitude that clean EEG reaches in each of its principal directions. The
 * recording must be high-passed, at 0.5 or 1 Hz. Agrees with asrpy 0.0.8's `asr_calibrate` on the same clean samples
 * (`test/golden/cleaning-asr.json`).
 * @throws {TooShortError} when there are too few windows (30 s will do).
 * @throws {OptionError} when a channel is constant, or no more than a copy of others throughout.
 * @see T. R. Mullen et al., IEEE Trans. Biomed. Eng. 62(11), 2015, doi:10.1109/TBME.2015.2481482
 * @see C.-Y. Chang et al., IEEE Trans. Biomed. Eng. 67(4), 2020, doi:10.1109/TBME.2019.2930186 */
export function calibrateAsr(recording: Recording, options: CalibrateAsrOptions = {}): AsrCalibration {
  checkSignals(recording);
  checkRecording(recording);
  const { cutoff = 20, blockSamples = 100, windowSeconds = 0.5, overlap = 0.66 } = options;
  const { nChannels, sampleRateHz, channelNames } = recording;
  checkPositive("cutoff", cutoff);
  checkCount("blockSamples", blockSamples, 1, 1_000_000);
  checkPositive("windowSeconds", windowSeconds);
  if (!(overlap >= 0 && overlap < 1)) throw new OptionError("overlap", overlap, "a number from 0, below 1");
  if (nChannels < 2)
    throw new TooShortError("the number of channels", nChannels, 2, "ASR mends some directions by the others");
  const windowSamples = Math.max(1, roundHalfEven(windowSeconds * sampleRateHz));
  const filter = spectralWeighting(sampleRateHz);
  const { data, nSamples } = cleanPart(recording, options.cleanSamples);
  if (nSamples <= windowSamples)
    throw new TooShortError("the number of clean samples", nSamples, windowSamples + 1, "a window must fit into them");
  const weighted = new Float64Array(data.length);
  for (let channel = 0; channel < nChannels; channel++)
    iirInto(weighted, data, channel * nSamples, nSamples, filter, new Float64Array(filter.b.length - 1));

  const covariances = blockCovariances(weighted, nChannels, nSamples, blockSamples);
  const covariance = geometricMedian(covariances, covariances.length / nChannels ** 2, nChannels ** 2);
  const { values, vectors } = symmetricEigen(covariance, nChannels);
  if (!(values.at(-1)! > 0)) throw new OptionError("data", "constant", "channels that move");
  const roots = vectors.map((value, i) => value * Math.sqrt(Math.max(values[Math.floor(i / nChannels)]!, 0)));
  const mixing = multiply(transpose(vectors, nChannels, nChannels), roots, nChannels, nChannels, nChannels);

  const components = multiply(vectors, weighted, nChannels, nChannels, nSamples);
  const step = Math.max(1, roundHalfEven(windowSamples * (1 - overlap)));
  const starts = windowStarts(nSamples, windowSamples, step);
  const thresholds = vectors.slice();
  for (let k = 0; k < nChannels; k++) {
    const rms = windowRms(components.subarray(k * nSamples, (k + 1) * nSamples), starts, windowSamples);
    // A direction in which nothing moves (under an average reference there is one) keeps threshold 0: nothing is there to mend.
    const isEmpty = values[k]! <= 1e-12 * values.at(-1)!;
    const { mean, std } = isEmpty ? { mean: 0, std: 0 } : fitEegDistribution(rms, options);
    for (let i = 0; i < nChannels; i++) thresholds[k * nChannels + i]! *= mean + cutoff * std;
  }
  return { channelNames, sampleRateHz, mixing, thresholds, filter, windowSeconds };
}

/** The channels' clean samples, joined. */
function cleanPart(
  recording: Recording,
  which: CalibrateAsrOptions["cleanSamples"],
): { data: Float64Array; nSamples: number } {
  const { data, nChannels, nSamples } = recording;
  if (which === "all") return { data, nSamples };
  if (which === null || (which !== undefined && typeof which !== "object"))
    throw new OptionError("cleanSamples", which, '"all", a mask, or options');
  const clean = which instanceof Uint8Array ? which : findCleanSamples(recording, which);
  if (clean.length !== nSamples) throw new ShapeError("cleanSamples.length", clean.length, nSamples);
  const nClean = clean.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  const out = new Float64Array(nChannels * nClean);
  for (let channel = 0, to = 0; channel < nChannels; channel++)
    for (let i = 0; i < nSamples; i++) if (clean[i] !== 0) out[to++] = data[channel * nSamples + i]!;
  return { data: out, nSamples: nClean };
}

/** The mean of x·xᵀ over each block. As in the reference, the last block is filled up with the last sample. */
function blockCovariances(data: Float64Array, nChannels: number, nSamples: number, blockSamples: number): Float64Array {
  const nBlocks = Math.ceil(nSamples / blockSamples);
  const out = new Float64Array(nBlocks * nChannels * nChannels);
  for (let block = 0; block < nBlocks; block++) {
    const start = block * blockSamples;
    const n = Math.min(blockSamples, nSamples - start);
    const at = block * nChannels * nChannels;
    for (let a = 0; a < nChannels; a++)
      for (let b = 0; b <= a; b++) {
        const [from, other] = [a * nSamples + start, b * nSamples + start];
        let sum = (blockSamples - n) * data[(a + 1) * nSamples - 1]! * data[(b + 1) * nSamples - 1]!;
        for (let i = 0; i < n; i++) sum += data[from + i]! * data[other + i]!;
        out[at + a * nChannels + b] = out[at + b * nChannels + a] = sum / blockSamples;
      }
  }
  return out;
}
