import { checkPairs, distinctLabels, positiveLabel, type PositiveOption } from "./pairs";

export interface ConfusionMatrix {
  /** Ascending, of labels and predictions together. */
  readonly labels: readonly number[];
  /** labels × labels, row-major: true class by row, predicted class by column. */
  readonly counts: Float64Array;
}

/** How often each true class was predicted as each; scikit-learn's `confusion_matrix`.
 * @throws {ShapeError | EmptyError} */
export function confusionMatrix(yTrue: ArrayLike<number>, yPredicted: ArrayLike<number>): ConfusionMatrix {
  checkPairs("confusion matrix", yTrue, yPredicted, "predictions");
  const labels = distinctLabels(yTrue, yPredicted);
  const index = new Map(labels.map((label, k) => [label, k]));
  const counts = new Float64Array(labels.length * labels.length);
  for (let i = 0; i < yTrue.length; i++)
    counts[index.get(yTrue[i]!)! * labels.length + index.get(yPredicted[i]!)!]! += 1;
  return { labels, counts };
}

export interface ConfusionCounts {
  readonly tn: number;
  readonly fp: number;
  readonly fn: number;
  readonly tp: number;
}

/** The four counts of one class against the rest.
 * @throws {ShapeError | EmptyError}; {MetricUndefinedError} for more than two labels without `positive`. */
export function confusionCounts(
  yTrue: ArrayLike<number>,
  yPredicted: ArrayLike<number>,
  options: PositiveOption = {},
): ConfusionCounts {
  checkPairs("confusion counts", yTrue, yPredicted, "predictions");
  const positive = options.positive ?? positiveLabel("confusion counts", distinctLabels(yTrue, yPredicted), undefined);
  const counts = { tn: 0, fp: 0, fn: 0, tp: 0 };
  for (let i = 0; i < yTrue.length; i++) {
    if (yTrue[i] === positive) counts[yPredicted[i] === positive ? "tp" : "fn"] += 1;
    else counts[yPredicted[i] === positive ? "fp" : "tn"] += 1;
  }
  return counts;
}
