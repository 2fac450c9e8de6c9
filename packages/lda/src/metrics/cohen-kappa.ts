import { confusionMatrix } from "./confusion-matrix";

/** Cohen's kappa: agreement beyond what the two margins give by chance; 1 is full, 0 none, negative worse than chance.
 * @returns NaN when labels and predictions are one and the same class throughout: then chance alone agrees fully.
 * @throws {ShapeError | EmptyError}
 * @see J. Cohen, Educational and Psychological Measurement 20(1), 1960, doi:10.1177/001316446002000104 */
export function cohenKappa(yTrue: ArrayLike<number>, yPredicted: ArrayLike<number>): number {
  const { labels, counts } = confusionMatrix(yTrue, yPredicted);
  const k = labels.length;
  const n = yTrue.length;
  let apart = 0;
  let apartByChance = 0;
  for (let i = 0; i < k; i++) {
    let row = 0;
    let column = 0;
    for (let j = 0; j < k; j++) {
      row += counts[i * k + j]!;
      column += counts[j * k + i]!;
      if (i !== j) apart += counts[i * k + j]!;
    }
    apartByChance += row * (n - column);
  }
  return 1 - apart / (apartByChance / n);
}
