import { OptionError, TooShortError } from "../errors";
import { checkCount, checkNumbers } from "../rows";
import type { Microvolts } from "../units";
import { checkSignals, type Signals } from "./signals";
import { consecutiveFolds, validationLosses } from "./threshold-search";

/** Epochs as the searches take them. */
export interface EpochSignals extends Signals {
  readonly nEpochs: number;
  readonly nTimes: number;
}

export interface ThresholdSearchOptions {
  /** Consecutive parts, each of which validates once. Default 5. */
  readonly nFolds?: number | undefined;
  /** Folds of one's own: of each, the indices of the epochs that validate. */
  readonly folds?: readonly (readonly number[])[] | undefined;
  /** Thresholds to choose from. Default: the largest peak-to-peak amplitude of each epoch, which are all that differ. */
  readonly candidatesMicrovolts?: ArrayLike<number> | undefined;
}

export interface ThresholdSearch {
  /** For `rejectPeakToPeakMicrovolts`. */
  readonly thresholdMicrovolts: Microvolts;
  /** How many of the epochs it keeps. */
  readonly nKept: number;
  /** What was tried, ascending, and the error of each in validation, in microvolts; infinite where it kept nothing. */
  readonly candidatesMicrovolts: Float64Array;
  readonly lossesMicrovolts: Float64Array;
}

/** Searches the peak-to-peak limit for which the mean of the epochs kept comes nearest to the median of epochs held back:
 * autoreject's global threshold. Where autoreject samples candidates by Bayesian optimisation, this tries them all, which
 * costs less than its sampling; given the same candidates and folds each loss is autoreject 0.4.3's to 1e-9
 * (`test/golden/cleaning-autoreject.json`).
 * @throws {TooShortError} when there are fewer epochs than folds.
 * @throws {OptionError} when folds or candidates cannot be.
 * @see M. Jas et al., NeuroImage 159, 2017, doi:10.1016/j.neuroimage.2017.06.030 */
export function searchRejectThreshold(epochs: EpochSignals, options: ThresholdSearchOptions = {}): ThresholdSearch {
  const { nChannels, nTimes, nBlocks: nEpochs } = checkSignals(epochs);
  const folds = checkFolds(options, nEpochs);
  if (nChannels * nTimes === 0)
    throw new TooShortError("the number of samples of an epoch", 0, 1, "nothing has no amplitude");
  const byChannel = peakToPeaks(epochs.data, nTimes);
  const amplitudes = Float64Array.from({ length: nEpochs }, (_, epoch) =>
    byChannel.subarray(epoch * nChannels, (epoch + 1) * nChannels).reduce((a, b) => Math.max(a, b), 0),
  );
  const candidates = checkCandidates(options.candidatesMicrovolts ?? amplitudes);
  const search = { data: epochs.data, nEpochs, size: nChannels * nTimes, amplitudes };
  const losses = validationLosses(search, candidates, folds, false);
  const best = losses.indexOf(losses.reduce((a, b) => Math.min(a, b), Infinity));
  if (losses[best] === Infinity)
    throw new OptionError(
      "candidatesMicrovolts",
      candidates.at(-1),
      "one that keeps an epoch of each fold's training part",
    );
  const thresholdMicrovolts = candidates[best]!;
  return {
    thresholdMicrovolts,
    nKept: amplitudes.filter((amplitude) => amplitude <= thresholdMicrovolts).length,
    candidatesMicrovolts: candidates,
    lossesMicrovolts: losses,
  };
}

/** Highest less lowest sample of each row. */
export function peakToPeaks(data: Float64Array, nTimes: number): Float64Array {
  return Float64Array.from({ length: data.length / nTimes }, (_, row) => {
    let [min, max] = [Infinity, -Infinity];
    for (let i = row * nTimes; i < (row + 1) * nTimes; i++) {
      if (data[i]! < min) min = data[i]!;
      if (data[i]! > max) max = data[i]!;
    }
    return max - min;
  });
}

/** Ascending, each once. */
function checkCandidates(values: ArrayLike<number>): Float64Array {
  checkNumbers("candidatesMicrovolts", values, 1);
  const candidates = Float64Array.from(new Set(Array.from(values))).sort();
  const bad = candidates.find((value) => !(value >= 0 && value < Infinity));
  if (candidates.length === 0 || bad !== undefined)
    throw new OptionError("candidatesMicrovolts", bad ?? "empty", "numbers of microvolts, 0 or above");
  return candidates;
}

/** @throws {TooShortError} {OptionError} when there are too few epochs, or folds are none. */
export function checkFolds(
  { nFolds = 5, folds }: Pick<ThresholdSearchOptions, "nFolds" | "folds">,
  nEpochs: number,
): readonly (readonly number[])[] {
  checkCount("nFolds", nFolds, 2, 1000);
  const n = folds === undefined ? nFolds : 2;
  if (nEpochs < n) throw new TooShortError("the number of epochs", nEpochs, n, "each fold validates at least one");
  if (folds === undefined) return consecutiveFolds(nEpochs, nFolds);
  if (!Array.isArray(folds) || folds.length === 0)
    throw new OptionError("folds", folds, "at least one list of indices");
  for (const [i, fold] of folds.entries()) {
    const isIndex = (value: unknown): boolean =>
      Number.isInteger(value) && Number(value) >= 0 && Number(value) < nEpochs;
    const isGood = Array.isArray(fold) && fold.length > 0 && fold.every(isIndex) && new Set(fold).size === fold.length;
    if (!isGood || fold.length === nEpochs)
      throw new OptionError(`folds[${i}]`, fold, `some, not all, of the indices 0 to ${nEpochs - 1}, each once`);
  }
  return folds;
}
