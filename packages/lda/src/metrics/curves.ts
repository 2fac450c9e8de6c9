import { MetricUndefinedError, OptionError } from "../errors";
import { checkProbability } from "./log-loss";
import { checkPairs, positiveLabel, type PositiveOption } from "./pairs";
import { countBelow, quantileOf } from "./sorted";

export interface RocCurve {
  /** Ascending, from 0 to 1. */
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** Descending; the first is Infinity, where nothing is called positive. */
  readonly thresholds: Float64Array;
}

export interface RocCurveOptions extends PositiveOption {
  /** Leave out the points on a straight line between their neighbours. Default true, as scikit-learn. */
  readonly dropIntermediate?: boolean | undefined;
}

/** The ROC curve, a point a distinct score; scikit-learn's `roc_curve`.
 * @throws {MetricUndefinedError} when one class is absent, or a score is NaN; {ShapeError | EmptyError}. */
export function rocCurve(
  yTrue: ArrayLike<number>,
  scores: ArrayLike<number>,
  { dropIntermediate = true, ...options }: RocCurveOptions = {},
): RocCurve {
  const { truePositives, falsePositives, thresholds } = steps("ROC curve", yTrue, scores, options);
  const nPositive = truePositives.at(-1)!;
  const nNegative = falsePositives.at(-1)!;
  if (nPositive === 0 || nNegative === 0)
    throw new MetricUndefinedError("ROC curve", `all rows are ${nPositive === 0 ? "negative" : "positive"}`);
  const kept = thresholds
    .map((_, i) => i)
    .filter(
      (i) => !dropIntermediate || i === 0 || i === thresholds.length - 1 || bends(falsePositives, truePositives, i),
    );
  const with0 = (list: number[], scale: number, first: number) =>
    Float64Array.from([first, ...kept.map((i) => list[i]! / scale)]);
  return {
    falsePositiveRate: with0(falsePositives, nNegative, 0),
    truePositiveRate: with0(truePositives, nPositive, 0),
    thresholds: with0(thresholds, 1, Infinity),
  };
}

function bends(x: number[], y: number[], i: number): boolean {
  return x[i + 1]! - 2 * x[i]! + x[i - 1]! !== 0 || y[i + 1]! - 2 * y[i]! + y[i - 1]! !== 0;
}

export interface PrecisionRecallCurve {
  /** One longer than `thresholds`: the last is 1, at recall 0. */
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  /** Ascending: point i calls positive what scores at or above threshold i. */
  readonly thresholds: Float64Array;
}

/** The precision-recall curve, a point a distinct score; scikit-learn's `precision_recall_curve`.
 * @throws {MetricUndefinedError} without a positive row, or for a NaN score; {ShapeError | EmptyError}. */
export function precisionRecallCurve(
  yTrue: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: PositiveOption = {},
): PrecisionRecallCurve {
  const { truePositives, falsePositives, thresholds } = steps("precision-recall curve", yTrue, scores, options);
  const nPositive = truePositives.at(-1)!;
  if (nPositive === 0) throw new MetricUndefinedError("precision-recall curve", "no row is positive");
  const precision = truePositives.map((tp, i) => tp / (tp + falsePositives[i]!));
  return {
    precision: Float64Array.from([...precision.toReversed(), 1]),
    recall: Float64Array.from([...truePositives.map((tp) => tp / nPositive).toReversed(), 0]),
    thresholds: Float64Array.from(thresholds.toReversed()),
  };
}

/** True and false positives down to each distinct score, from the highest. */
function steps(metric: string, yTrue: ArrayLike<number>, scores: ArrayLike<number>, options: PositiveOption) {
  checkPairs(metric, yTrue, scores, "scores");
  const positive = positiveLabel(metric, yTrue, options.positive);
  const order = Array.from({ length: yTrue.length }, (_, i) => i);
  const bad = order.find((i) => Number.isNaN(scores[i]));
  if (bad !== undefined) throw new MetricUndefinedError(metric, `the score of row ${bad} is NaN`);
  order.sort((a, b) => (scores[a] === scores[b] ? 0 : scores[b]! - scores[a]!));
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  const thresholds: number[] = [];
  let [tp, fp] = [0, 0];
  order.forEach((i, rank) => {
    if (yTrue[i] === positive) tp += 1;
    else fp += 1;
    const next = order[rank + 1];
    if (next !== undefined && scores[next] === scores[i]) return;
    truePositives.push(tp);
    falsePositives.push(fp);
    thresholds.push(scores[i]!);
  });
  return { truePositives, falsePositives, thresholds };
}

export interface CalibrationCurve {
  /** Of each bin that holds a row: how often the positive class came true, and the mean of what was predicted. */
  readonly observed: Float64Array;
  readonly predicted: Float64Array;
  /** Rows in each of these bins. */
  readonly counts: Int32Array;
}

export interface CalibrationOptions extends PositiveOption {
  /** Default 5, as scikit-learn. */
  readonly nBins?: number | undefined;
  /** Bins of equal width, or of equal counts. Default "uniform". */
  readonly strategy?: "uniform" | "quantile" | undefined;
}

/** How often what was predicted with probability p came true; scikit-learn's `calibration_curve`.
 * @throws {MetricUndefinedError} for a probability outside [0, 1]; {OptionError}; {ShapeError | EmptyError}. */
export function calibrationCurve(
  yTrue: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  { nBins = 5, strategy = "uniform", ...options }: CalibrationOptions = {},
): CalibrationCurve {
  const name = "calibration curve";
  checkPairs(name, yTrue, probabilities, "probabilities");
  if (!(Number.isInteger(nBins) && nBins >= 1 && nBins <= 1e6))
    throw new OptionError("nBins", nBins, "an integer from 1 to 1000000");
  if (strategy !== "uniform" && strategy !== "quantile")
    throw new OptionError("strategy", strategy, '"uniform" or "quantile"');
  const positive = positiveLabel(name, yTrue, options.positive);
  const values = Float64Array.from(probabilities, (p, row) => checkProbability(name, p, row));
  const sorted = values.toSorted();
  const shares = Array.from({ length: nBins - 1 }, (_, k) => (k + 1) * (1 / nBins));
  const edges = Float64Array.from(shares, (share) => (strategy === "uniform" ? share : quantileOf(sorted, share)));
  const sums = Array.from({ length: nBins }, () => ({ n: 0, hits: 0, total: 0 }));
  values.forEach((p, i) => {
    // A probability level with an edge belongs to the bin below it.
    const sum = sums[countBelow(edges, p)]!;
    sum.n += 1;
    sum.total += p;
    if (yTrue[i] === positive) sum.hits += 1;
  });
  const used = sums.filter(({ n }) => n > 0);
  return {
    observed: Float64Array.from(used, ({ hits, n }) => hits / n),
    predicted: Float64Array.from(used, ({ total, n }) => total / n),
    counts: Int32Array.from(used, ({ n }) => n),
  };
}
