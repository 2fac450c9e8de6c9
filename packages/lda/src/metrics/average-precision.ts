import { MetricUndefinedError } from "../errors";
import { checkPairs, positiveLabel, type PositiveOption } from "./pairs";

/** Area under the precision-recall curve as a sum of steps, equal scores taken as one step; scikit-learn's
 * `average_precision_score`.
 * @throws {MetricUndefinedError} without a positive row, or for a NaN score; {ShapeError | EmptyError}. */
export function averagePrecision(
  yTrue: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: PositiveOption = {},
): number {
  checkPairs("average precision", yTrue, scores, "scores");
  const positive = positiveLabel("average precision", yTrue, options.positive);
  const order = Array.from({ length: yTrue.length }, (_, i) => i).toSorted((a, b) => scores[b]! - scores[a]!);
  const bad = order.find((i) => Number.isNaN(scores[i]));
  if (bad !== undefined) throw new MetricUndefinedError("average precision", `the score of row ${bad} is NaN`);
  const nPositive = order.filter((i) => yTrue[i] === positive).length;
  if (nPositive === 0)
    throw new MetricUndefinedError("average precision", `none of the ${yTrue.length} rows is positive`);
  let found = 0;
  let foundBefore = 0;
  let area = 0;
  order.forEach((i, rank) => {
    if (yTrue[i] === positive) found += 1;
    const next = order[rank + 1];
    if (next !== undefined && scores[next] === scores[i]) return; // the step goes on
    area += ((found - foundBefore) / nPositive) * (found / (rank + 1));
    foundBefore = found;
  });
  return area;
}
