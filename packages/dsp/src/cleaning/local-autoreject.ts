import type { Epochs } from "../epochs";
import { NoEpochsError, OptionError, ShapeError, TooShortError } from "../errors";
import { dropEpochs } from "../select";
import { checkNumbers } from "../rows";
import type { Microvolts } from "../units";
import { checkFolds, peakToPeaks, type ThresholdSearchOptions } from "./autoreject";
import { channelDirections, combineRowsInto, type SplineOptions, splineWeights } from "./interpolate";
import { checkSignals } from "./signals";
import { validationLosses } from "./threshold-search";

export interface AutoRejectOptions extends SplineOptions, Pick<ThresholdSearchOptions, "nFolds" | "folds"> {
  /** How many channels of an epoch may be made anew: values to try, each below the number of channels. Default 1, 4, and all
   * but one, at most 32. */
  readonly nInterpolate?: readonly number[] | undefined;
  /** Shares of the channels that must be bad for an epoch to be dropped: values to try. Default 0, 0.1, … 1. */
  readonly consensus?: readonly number[] | undefined;
  /** One limit for each channel. Default: searched. */
  readonly thresholdsMicrovolts?: ArrayLike<number> | undefined;
}

export interface AutoRejected {
  /** The epochs that were kept, mended; the others stand in the drop log as AUTOREJECT. */
  readonly epochs: Epochs;
  /** Places, among those given, of the epochs that were dropped. */
  readonly dropped: readonly number[];
  /** nEpochs × nChannels, of all epochs given: 0 good, 1 bad, 2 bad and made anew from the others. */
  readonly labels: Uint8Array;
  /** One a channel. */
  readonly thresholdsMicrovolts: Float64Array;
  /** What was chosen. */
  readonly nInterpolate: number;
  readonly consensus: number;
  /** consensus × nInterpolate, in the order of the options: the error in validation of each pair; infinite where nothing was kept,
   * or fewer bad channels would drop an epoch than may be mended. */
  readonly lossesMicrovolts: Float64Array;
}

/** Drops epochs with many bad channels, and mends those with few: autoreject's local variant. A channel is bad in an epoch
 * in which it exceeds its own limit; the worst of them are made anew by spherical splines. Limits, and how many channels
 * may be mended or must be bad, are those for which the mean comes nearest to the median of epochs held back.
 *
 * Given the same limits, folds and one number to mend, each loss is autoreject 0.4.3's (`test/golden/cleaning-autoreject.json`). The
 * limits differ from its own: it samples candidates on random folds, this tries all of them on the same folds as the rest,
 * each channel's epochs doubled, as there, by what the others say of it. And of several numbers to mend, each starts afresh here.
 * @throws {TooShortError} for fewer than four channels, or fewer epochs than folds.
 * @throws {NoEpochsError} when no epoch is good enough.
 * @see M. Jas et al., NeuroImage 159, 2017, doi:10.1016/j.neuroimage.2017.06.030 */
export function autoReject(epochs: Epochs, options: AutoRejectOptions = {}): AutoRejected {
  const { nBlocks: nEpochs, nChannels, nTimes } = checkSignals(epochs);
  const { data, channelNames } = epochs;
  const { nFolds = 10 } = options;
  const {
    nInterpolate = [1, 4, Math.min(nChannels - 1, 32)].filter((n, i, all) => n < nChannels && all.indexOf(n) === i),
  } = options;
  const { consensus = Array.from({ length: 11 }, (_, i) => i * 0.1) } = options;
  if (nChannels < 4) throw new TooShortError("the number of channels", nChannels, 4, "bad ones are made of the others");
  checkValues(
    "nInterpolate",
    nInterpolate,
    (n) => Number.isInteger(n) && n >= 0 && n < nChannels,
    "whole numbers below nChannels",
  );
  checkValues("consensus", consensus, (share) => share >= 0 && share <= 1, "numbers from 0 to 1");
  if (nTimes < 1) throw new TooShortError("the number of samples of an epoch", nTimes, 1, "nothing has no amplitude");
  const folds = checkFolds({ ...options, nFolds }, nEpochs);
  const places = channelDirections(channelNames, [...channelNames.keys()], options);
  const weightsFor = new Map<string, { from: number[]; weights: Float64Array }>();
  /** Makes rows `bad` of epoch `epoch` in `out` anew. */
  const mendInto = (out: Float64Array, epoch: number, bad: readonly number[]): void => {
    const key = bad.join();
    let known = weightsFor.get(key);
    if (known === undefined) {
      const from = [...channelNames.keys()].filter((channel) => !bad.includes(channel));
      const weights = splineWeights(from.map((c) => places[c]!), bad.map((c) => places[c]!)); // prettier-ignore
      weightsFor.set(key, (known = { from, weights }));
    }
    combineRowsInto(out, data, epoch * nChannels * nTimes, nTimes, known.weights, known.from, bad);
  };

  const amplitudes = peakToPeaks(data, nTimes);
  const thresholds = checkThresholds(options.thresholdsMicrovolts, nChannels) ?? searchThresholds();
  const isBad = amplitudes.map((amplitude, i) => (amplitude > thresholds[i % nChannels]! ? 1 : 0));
  const nBad = Float64Array.from({ length: nEpochs }, (_, epoch) =>
    isBad.subarray(epoch * nChannels, (epoch + 1) * nChannels).reduce((sum, bad) => sum + bad, 0),
  );

  let best = { loss: Infinity, labels: new Uint8Array(0), mended: data, nInterpolate: 0, consensus: 0 };
  const losses = new Float64Array(consensus.length * nInterpolate.length).fill(Infinity);
  const ascending = [...consensus.keys()].sort((a, b) => consensus[a]! - consensus[b]!);
  // An epoch goes when its bad channels reach the share: it stays with at most one fewer.
  const limits = Float64Array.from(ascending, (i) => Math.ceil(consensus[i]! * nChannels) - 1);
  for (const [j, n] of nInterpolate.entries()) {
    const { labels, mended } = mendEpochs(n);
    const search = { data: mended, validationData: data, nEpochs, size: nChannels * nTimes, amplitudes: nBad };
    validationLosses(search, limits, folds, false).forEach((loss, k) => {
      const i = ascending[k]!;
      if (consensus[i]! * nChannels <= n) return;
      losses[i * nInterpolate.length + j] = loss;
      if (loss < best.loss) best = { loss, labels, mended, nInterpolate: n, consensus: consensus[i]! };
    });
  }
  const dropped = [...nBad.keys()].filter((epoch) => nBad[epoch]! >= best.consensus * nChannels);
  if (best.loss === Infinity || dropped.length === nEpochs)
    throw new NoEpochsError(nEpochs, { AUTOREJECT: nEpochs }, Math.max(...thresholds));
  return {
    epochs: dropEpochs({ ...epochs, data: best.mended }, dropped, { reason: "AUTOREJECT" }),
    dropped,
    labels: best.labels,
    thresholdsMicrovolts: thresholds,
    nInterpolate: best.nInterpolate,
    consensus: best.consensus,
    lossesMicrovolts: losses,
  };

  /** All epochs with up to `n` bad channels made anew, the largest first. */
  function mendEpochs(n: number): { labels: Uint8Array<ArrayBuffer>; mended: Float64Array } {
    const mended = data.slice();
    const labels = Uint8Array.from(isBad);
    for (let epoch = 0; epoch < nEpochs; epoch++) {
      const start = epoch * nChannels;
      const worst = [...channelNames.keys()]
        .filter((channel) => isBad[start + channel] === 1)
        .sort((a, b) => amplitudes[start + b]! - amplitudes[start + a]!)
        .slice(0, n)
        .sort((a, b) => a - b);
      for (const channel of worst) labels[start + channel] = 2;
      if (worst.length > 0) mendInto(mended, epoch, worst);
    }
    return { labels, mended };
  }

  /** For each channel the best limit for its epochs and what the other channels make of it in each. */
  function searchThresholds(): Float64Array {
    const doubled = folds.map((fold) => [...fold, ...fold.map((epoch) => epoch + nEpochs)]);
    const foretold = new Float64Array(data.length);
    return Float64Array.from(channelNames, (_, channel) => {
      const own = new Float64Array(2 * nEpochs * nTimes);
      for (let epoch = 0; epoch < nEpochs; epoch++) {
        const start = (epoch * nChannels + channel) * nTimes;
        mendInto(foretold, epoch, [channel]);
        own.set(data.subarray(start, start + nTimes), epoch * nTimes);
        own.set(foretold.subarray(start, start + nTimes), (nEpochs + epoch) * nTimes);
      }
      const sizes = peakToPeaks(own, nTimes);
      const candidates = Float64Array.from(new Set(sizes)).sort();
      const search = { data: own, nEpochs: 2 * nEpochs, size: nTimes, amplitudes: sizes };
      const found = validationLosses(search, candidates, doubled, true);
      return candidates[found.indexOf(found.reduce((a, b) => Math.min(a, b), Infinity))]!;
    });
  }
}

function checkValues(
  option: string,
  values: readonly number[],
  isGood: (value: number) => boolean,
  wanted: string,
): void {
  if (!Array.isArray(values) || values.length === 0 || !values.every(isGood))
    throw new OptionError(option, values, `an array of ${wanted}`);
}

function checkThresholds(values: ArrayLike<Microvolts> | undefined, nChannels: number): Float64Array | undefined {
  if (values === undefined) return undefined;
  checkNumbers("thresholdsMicrovolts", values, 0);
  const thresholds = Float64Array.from(values);
  if (thresholds.length !== nChannels)
    throw new ShapeError("thresholdsMicrovolts.length", thresholds.length, nChannels);
  const bad = thresholds.find((value) => !(value >= 0));
  if (bad !== undefined) throw new OptionError("thresholdsMicrovolts", bad, "numbers of microvolts, 0 or above");
  return thresholds;
}
