import { EmptyError, MetricUndefinedError, OptionError } from "../errors";
import { checkPairs, positiveLabel, type PositiveOption } from "./pairs";
import { checkTrial, stimuliOf, type SpellerLayout, type SpellerTrial } from "./speller";

/** Normal distributions of a classifier's scores, for flashes of what is attended and of all else. */
export interface ScoreDensities {
  readonly targetMean: number;
  readonly nonTargetMean: number;
  /** Of each class. */
  readonly targetVariance: number;
  readonly nonTargetVariance: number;
}

/** Fits a normal distribution to the scores of each class. Give it scores of rows that the classifier was not fitted on:
 * those it has seen lie too far apart, and evidence would build up too fast.
 * @throws {MetricUndefinedError} when a class has fewer than two rows, or its scores are all alike or not finite. */
export function fitScoreDensities(
  yTrue: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: PositiveOption = {},
): ScoreDensities {
  const name = "score densities";
  checkPairs(name, yTrue, scores, "scores");
  const positive = positiveLabel(name, yTrue, options.positive);
  const momentsOf = (wanted: boolean) => {
    const values = Array.from({ length: yTrue.length }, (_, i) => i)
      .filter((i) => (yTrue[i] === positive) === wanted)
      .map((i) => scores[i]!);
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / (values.length - 1), 0);
    if (values.length < 2 || !(variance > 0 && variance < Infinity))
      throw new MetricUndefinedError(
        name,
        `the ${values.length} ${wanted ? "positive" : "negative"} rows have no finite variance above 0`,
      );
    return { mean, variance };
  };
  const [target, nonTarget] = [momentsOf(true), momentsOf(false)];
  return {
    targetMean: target.mean,
    nonTargetMean: nonTarget.mean,
    targetVariance: target.variance,
    nonTargetVariance: nonTarget.variance,
  };
}

export interface EvidenceOptions {
  readonly layout: SpellerLayout;
  readonly densities: ScoreDensities;
  /** One an item, as from a language model; default all alike. */
  readonly priors?: ArrayLike<number> | undefined;
}

/** What flashes have told so far about the attended item: Bayes's rule, a flash at a time.
 *
 * @example
 * const evidence = new EvidenceAccumulator({ layout: { nRows: 6, nColumns: 6 }, densities });
 * evidence.add(stimulus, score); // after each flash
 * if (evidence.confidence >= stop.threshold) spell(evidence.item);
 * @see C. S. Throckmorton et al., IEEE Trans. Neural Systems Rehabilitation Engineering 21(3), 2013,
 * doi:10.1109/TNSRE.2013.2253125 */
export class EvidenceAccumulator {
  readonly #layout: SpellerLayout;
  readonly #nStimuli: number;
  readonly #densities: ScoreDensities;
  readonly #logPriors: Float64Array;
  #log: Float64Array;
  #nFlashes = 0;

  /** @throws {OptionError} */
  constructor({ layout, densities, priors }: EvidenceOptions) {
    this.#layout = layout;
    this.#nStimuli = stimuliOf(layout);
    const nItems = "nItems" in layout ? layout.nItems : layout.nRows * layout.nColumns;
    const { targetMean, nonTargetMean, targetVariance, nonTargetVariance } = densities;
    if (!(targetVariance > 0 && nonTargetVariance > 0 && Number.isFinite(targetMean - nonTargetMean)))
      throw new OptionError("densities", JSON.stringify(densities), "finite means and variances above 0");
    if (priors !== undefined && !(priors.length === nItems && Array.from(priors).every((p) => p >= 0 && p < Infinity)))
      throw new OptionError("priors", `${priors.length} numbers`, `${nItems} of 0 or more, one an item`);
    this.#densities = densities;
    this.#logPriors = Float64Array.from({ length: nItems }, (_, i) => Math.log(priors?.[i] ?? 1));
    if (this.#logPriors.every((p) => p === -Infinity))
      throw new OptionError("priors", "0 throughout", "one above 0 at least");
    this.#log = this.#logPriors.slice();
  }

  /** Takes in a flash. @throws {OptionError} for a stimulus that the layout has not, or a score that is not finite. */
  add(stimulus: number, score: number): this {
    if (!(Number.isInteger(stimulus) && stimulus >= 0 && stimulus < this.#nStimuli))
      throw new OptionError("stimulus", stimulus, `an integer from 0 to ${this.#nStimuli - 1}`);
    if (!Number.isFinite(score)) throw new OptionError("score", score, "a finite number");
    const ratio = logRatio(score, this.#densities);
    const { from, to, step } = lit(stimulus, this.#layout);
    for (let item = from; item < to; item += step) this.#log[item]! += ratio;
    this.#nFlashes += 1;
    return this;
  }

  /** Forgets all flashes, for the next item. */
  reset(): this {
    this.#log = this.#logPriors.slice();
    this.#nFlashes = 0;
    return this;
  }

  get nFlashes(): number {
    return this.#nFlashes;
  }

  /** Probability of each item, summing to 1. */
  get posterior(): Float64Array {
    const max = this.#log.reduce((a, b) => Math.max(a, b), -Infinity);
    const p = this.#log.map((value) => Math.exp(value - max));
    const sum = p.reduce((a, b) => a + b, 0);
    return p.map((value) => value / sum);
  }

  /** The likeliest item, the first of several that are level. */
  get item(): number {
    let best = 0;
    for (let i = 1; i < this.#log.length; i++) if (this.#log[i]! > this.#log[best]!) best = i;
    return best;
  }

  /** Probability of that item. */
  get confidence(): number {
    return this.posterior[this.item]!;
  }
}

// ln p(score | target) - ln p(score | non-target): what an item that was lit gains over one that was not.
function logRatio(score: number, d: ScoreDensities): number {
  const target = (score - d.targetMean) ** 2 / d.targetVariance + Math.log(d.targetVariance);
  const nonTarget = (score - d.nonTargetMean) ** 2 / d.nonTargetVariance + Math.log(d.nonTargetVariance);
  return (nonTarget - target) / 2;
}

function lit(stimulus: number, layout: SpellerLayout): { from: number; to: number; step: number } {
  if ("nItems" in layout) return { from: stimulus, to: stimulus + 1, step: 1 };
  const { nRows, nColumns } = layout;
  if (stimulus < nRows) return { from: stimulus * nColumns, to: (stimulus + 1) * nColumns, step: 1 };
  return { from: stimulus - nRows, to: nRows * nColumns, step: nColumns };
}

export interface StopRule {
  /** Stop once the likeliest item's probability is at or above this. */
  readonly threshold: number;
  /** On the trials that it was calibrated with. */
  readonly accuracy: number;
  readonly meanFlashes: number;
  /** No threshold gives the accuracy that was asked for: this one is the most accurate. */
  readonly missed: boolean;
}

export interface StopOptions extends EvidenceOptions {
  /** Share of right selections to keep. Default 0.9. */
  readonly targetAccuracy?: number | undefined;
  /** Never stop before this many flashes. Default 0. */
  readonly minFlashes?: number | undefined;
}

/** The threshold that stops earliest, on average, while keeping the accuracy asked for, over recorded trials.
 * A trial that never reaches it is decided by all of its flashes.
 * @throws {EmptyError} without a trial; {OptionError}; {ShapeError | LabelError} for a trial that does not fit. */
export function calibrateStop(trials: readonly SpellerTrial[], options: StopOptions): StopRule {
  const { targetAccuracy = 0.9, minFlashes = 0 } = options;
  if (trials.length === 0) throw new EmptyError("dynamic stopping: no trials");
  if (!(targetAccuracy > 0 && targetAccuracy <= 1))
    throw new OptionError("targetAccuracy", targetAccuracy, "a share above 0, at most 1");
  if (!(Number.isInteger(minFlashes) && minFlashes >= 0))
    throw new OptionError("minFlashes", minFlashes, "an integer of 0 or more");
  const evidence = new EvidenceAccumulator(options);
  // Of each trial the flashes at which the confidence reaches a new height: only there can a threshold stop it.
  const rises = trials.map((trial, t) => {
    checkTrial(trial, options.layout, t);
    evidence.reset();
    const found: { confidence: number; nFlashes: number; right: boolean }[] = [];
    let height = -Infinity;
    for (let i = 0; i < trial.scores.length; i++) {
      evidence.add(trial.stimuli[i]!, trial.scores[i]!);
      const { confidence, item } = evidence;
      if (i + 1 < minFlashes || confidence <= height) continue;
      height = confidence;
      found.push({ confidence, nFlashes: i + 1, right: item === trial.target });
    }
    return { found, last: { nFlashes: trial.scores.length, right: evidence.item === trial.target } };
  });
  // 1 stands for hardly ever.
  const thresholds = [...new Set(rises.flatMap(({ found }) => found.map(({ confidence }) => confidence))), 1];
  let best: StopRule | undefined;
  for (const threshold of thresholdsToTry(thresholds)) {
    let [nRight, nFlashes] = [0, 0];
    for (const { found, last } of rises) {
      const stop = found.find(({ confidence }) => confidence >= threshold) ?? last;
      nRight += Number(stop.right);
      nFlashes += stop.nFlashes;
    }
    const accuracy = nRight / trials.length;
    const rule = { threshold, accuracy, meanFlashes: nFlashes / trials.length, missed: accuracy < targetAccuracy };
    if (best === undefined || isBetter(rule, best)) best = rule;
  }
  return best!;
}

/** All of them, or a thousand evenly out of their order: the rule is coarser than that anyway. */
function thresholdsToTry(values: number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const n = Math.min(sorted.length, 1000);
  return Array.from({ length: n }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / Math.max(1, n - 1))]!);
}

function isBetter(a: StopRule, b: StopRule): boolean {
  if (a.missed !== b.missed) return !a.missed;
  if (a.missed && a.accuracy !== b.accuracy) return a.accuracy > b.accuracy;
  return a.meanFlashes < b.meanFlashes;
}
