import { checkProbability } from "./log-loss";
import { checkPairs, positiveLabel, type PositiveOption } from "./pairs";

/** Mean squared distance of the probability of the positive class from what happened (1 or 0); lower is better.
 * scikit-learn's `brier_score_loss`.
 * @throws {MetricUndefinedError} for a probability outside [0, 1]; {ShapeError | EmptyError}. */
export function brierScore(
  yTrue: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: PositiveOption = {},
): number {
  checkPairs("Brier score", yTrue, probabilities, "probabilities");
  const positive = positiveLabel("Brier score", yTrue, options.positive);
  let sum = 0;
  for (let i = 0; i < yTrue.length; i++) {
    const d = checkProbability("Brier score", probabilities[i]!, i) - (yTrue[i] === positive ? 1 : 0);
    sum += d * d;
  }
  return sum / yTrue.length;
}
