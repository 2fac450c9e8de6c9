import { checkPairs } from "./pairs";

/** Share of rows whose prediction is the label.
 * @throws {ShapeError | EmptyError} */
export function accuracy(yTrue: ArrayLike<number>, yPredicted: ArrayLike<number>): number {
  checkPairs("accuracy", yTrue, yPredicted, "predictions");
  let right = 0;
  for (let i = 0; i < yTrue.length; i++) if (yTrue[i] === yPredicted[i]) right += 1;
  return right / yTrue.length;
}
