import { confusionMatrix } from "./confusion-matrix";

/** Mean over the true classes of the share of their rows predicted right; scikit-learn's `balanced_accuracy_score`.
 * @throws {ShapeError | EmptyError} */
export function balancedAccuracy(yTrue: ArrayLike<number>, yPredicted: ArrayLike<number>): number {
  const { labels, counts } = confusionMatrix(yTrue, yPredicted);
  const k = labels.length;
  let sum = 0;
  let present = 0;
  for (let i = 0; i < k; i++) {
    let row = 0;
    for (let j = 0; j < k; j++) row += counts[i * k + j]!;
    if (row === 0) continue; // predicted, never true
    sum += counts[i * k + i]! / row;
    present += 1;
  }
  return sum / present;
}
