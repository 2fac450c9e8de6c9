import { confusionMatrix } from "./confusion-matrix";

/** Matthews correlation of labels and predictions, for any number of classes; 0 when either is one class throughout.
 * scikit-learn's `matthews_corrcoef`.
 * @throws {ShapeError | EmptyError} */
export function matthewsCorrelation(yTrue: ArrayLike<number>, yPredicted: ArrayLike<number>): number {
  const { labels, counts } = confusionMatrix(yTrue, yPredicted);
  const k = labels.length;
  const n = yTrue.length;
  let right = 0;
  let chance = 0;
  let rowsSquared = 0;
  let columnsSquared = 0;
  for (let i = 0; i < k; i++) {
    let row = 0;
    let column = 0;
    for (let j = 0; j < k; j++) {
      row += counts[i * k + j]!;
      column += counts[j * k + i]!;
    }
    right += counts[i * k + i]!;
    chance += row * column;
    rowsSquared += row * row;
    columnsSquared += column * column;
  }
  const spread = (n * n - rowsSquared) * (n * n - columnsSquared);
  return spread === 0 ? 0 : (right * n - chance) / Math.sqrt(spread);
}
