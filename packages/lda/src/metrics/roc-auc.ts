import { MetricUndefinedError } from "../errors";
import { checkPairs, positiveLabel, type PositiveOption } from "./pairs";

/** Area under the ROC curve: the share of (positive, negative) pairs that the scores put in order, ties counting half.
 *
 * By ranks, O(n log n); agrees with scikit-learn's `roc_auc_score` to 1e-12 (`test/golden/metrics.json`).
 * @param scores - higher means more positive; one a label.
 * @throws {MetricUndefinedError} when one class is absent (never 0.5), or a score is NaN; {ShapeError | EmptyError}.
 * @see J. A. Hanley, B. J. McNeil, Radiology 143(1), 1982, doi:10.1148/radiology.143.1.7063747 */
export function rocAuc(yTrue: ArrayLike<number>, scores: ArrayLike<number>, options: PositiveOption = {}): number {
  checkPairs("AUC", yTrue, scores, "scores");
  const positive = positiveLabel("AUC", yTrue, options.positive);
  const n = yTrue.length;
  // Sorting values and not indices lets the typed array's numeric sort do the work; the ranks are looked up after.
  const positives = new Float64Array(n);
  const negatives = new Float64Array(n);
  let nPositive = 0;
  let nNegative = 0;
  for (let i = 0; i < n; i++) {
    const score = scores[i]!;
    if (Number.isNaN(score)) throw new MetricUndefinedError("AUC", `the score of row ${i} is NaN`);
    if (yTrue[i] === positive) positives[nPositive++] = score;
    else negatives[nNegative++] = score;
  }
  if (nPositive === 0 || nNegative === 0)
    throw new MetricUndefinedError(
      "AUC",
      `all ${n} rows are ${nPositive === 0 ? "negative" : "positive"}, it needs both classes`,
    );
  const up = positives.subarray(0, nPositive).sort();
  const down = negatives.subarray(0, nNegative).sort();
  // For each positive: the negatives below it, and those level with it.
  let below = 0;
  let upTo = 0;
  let halves = 0;
  for (let i = 0; i < nPositive; i++) {
    const score = up[i]!;
    while (below < nNegative && down[below]! < score) below++;
    while (upTo < nNegative && down[upTo]! <= score) upTo++;
    halves += below + upTo;
  }
  return halves / 2 / (nPositive * nNegative);
}
