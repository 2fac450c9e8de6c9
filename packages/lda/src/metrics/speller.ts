import { EmptyError, LabelError, MetricUndefinedError, OptionError, ShapeError } from "../errors";

/** What a flash can light: one item of a list, or a whole row or column of a matrix of items. */
export type SpellerLayout = { readonly nItems: number } | { readonly nRows: number; readonly nColumns: number };

/** All flashes while one item was attended. */
export interface SpellerTrial {
  /** One score a flash: higher means more like a target. */
  readonly scores: ArrayLike<number>;
  /** What each flash lit: the item; in a matrix the row, 0 to nRows - 1, or nRows plus the column. */
  readonly stimuli: ArrayLike<number>;
  /** The item that was attended; in a matrix `row * nColumns + column`. */
  readonly target: number;
}

export interface SpellerCurve {
  /** Share of the trials whose item was found after 1, 2, … repetitions. */
  readonly accuracy: Float64Array;
  readonly nTrials: number;
  readonly nRepetitions: number;
}

/** Number of different stimuli of a layout: items, or rows and columns.
 * @throws {OptionError} for a layout that has none. */
export function stimuliOf(layout: SpellerLayout): number {
  const [n, wanted] =
    "nItems" in layout
      ? [layout.nItems, layout.nItems]
      : [layout.nRows * layout.nColumns, layout.nRows + layout.nColumns];
  if (!(Number.isSafeInteger(n) && n >= 1 && wanted >= 1))
    throw new OptionError("layout", JSON.stringify(layout), "a whole number of items, or of rows and columns");
  return wanted;
}

/** The item with the most evidence; the first of several that are level. In a matrix row and column each by itself.
 * @param evidence - one number a stimulus.
 * @throws {ShapeError} when it does not fit the layout. */
export function selectItem(evidence: ArrayLike<number>, layout: SpellerLayout): number {
  const nStimuli = stimuliOf(layout);
  if (evidence.length !== nStimuli)
    throw new ShapeError(`speller: ${evidence.length} numbers for ${nStimuli} stimuli`, evidence.length, nStimuli);
  if ("nItems" in layout) return argmax(evidence, 0, nStimuli);
  const row = argmax(evidence, 0, layout.nRows);
  return row * layout.nColumns + argmax(evidence, layout.nRows, nStimuli) - layout.nRows;
}

/** How often the attended item is found, by the number of repetitions that are summed. The r-th repetition of a stimulus
 * is its r-th flash in the trial.
 * @throws {EmptyError} without a trial; {ShapeError | LabelError} for scores, stimuli or targets that do not fit;
 * {MetricUndefinedError} when a trial lacks a flash of some stimulus, or a score is NaN. */
export function spellerAccuracy(trials: readonly SpellerTrial[], layout: SpellerLayout): SpellerCurve {
  const nStimuli = stimuliOf(layout);
  if (trials.length === 0) throw new EmptyError("speller accuracy: no trials");
  const counts = trials.map((trial, t) => {
    checkTrial(trial, layout, t);
    const seen = new Int32Array(nStimuli);
    for (let i = 0; i < trial.stimuli.length; i++) seen[trial.stimuli[i]!]! += 1;
    const least = seen.indexOf(0);
    if (least >= 0) throw new MetricUndefinedError("speller accuracy", `trial ${t} has no flash of stimulus ${least}`);
    return Math.min(...seen);
  });
  const nRepetitions = Math.min(...counts);
  const accuracy = new Float64Array(nRepetitions);
  for (const { scores, stimuli, target } of trials) {
    const byRepetition = new Float64Array(nRepetitions * nStimuli);
    const seen = new Int32Array(nStimuli);
    for (let i = 0; i < stimuli.length; i++) {
      const repetition = seen[stimuli[i]!]!++;
      if (repetition < nRepetitions) byRepetition[repetition * nStimuli + stimuli[i]!] = scores[i]!;
    }
    const evidence = new Float64Array(nStimuli);
    for (let r = 0; r < nRepetitions; r++) {
      for (let s = 0; s < nStimuli; s++) evidence[s]! += byRepetition[r * nStimuli + s]!;
      if (selectItem(evidence, layout) === target) accuracy[r]! += 1 / trials.length;
    }
  }
  for (let r = 0; r < nRepetitions; r++) accuracy[r] = Math.round(accuracy[r]! * trials.length) / trials.length;
  return { accuracy, nTrials: trials.length, nRepetitions };
}

/** @throws as `spellerAccuracy` */
export function checkTrial({ scores, stimuli, target }: SpellerTrial, layout: SpellerLayout, t: number): void {
  const nStimuli = stimuliOf(layout);
  const nItems = "nItems" in layout ? layout.nItems : layout.nRows * layout.nColumns;
  if (scores.length !== stimuli.length)
    throw new ShapeError(
      `speller: trial ${t} has ${stimuli.length} stimuli and ${scores.length} scores`,
      scores.length,
      stimuli.length,
    );
  if (stimuli.length === 0) throw new EmptyError(`speller: trial ${t} has no flashes`);
  if (!(Number.isInteger(target) && target >= 0 && target < nItems))
    throw new LabelError(t, target, `the attended item, 0 to ${nItems - 1}`);
  for (let i = 0; i < stimuli.length; i++) {
    const stimulus = stimuli[i]!;
    if (!(Number.isInteger(stimulus) && stimulus >= 0 && stimulus < nStimuli))
      throw new LabelError(i, stimulus, `a stimulus of trial ${t}, 0 to ${nStimuli - 1}`);
    if (Number.isNaN(scores[i]!)) throw new MetricUndefinedError("speller", `score ${i} of trial ${t} is NaN`);
  }
}

function argmax(values: ArrayLike<number>, from: number, to: number): number {
  let best = from;
  for (let i = from + 1; i < to; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
