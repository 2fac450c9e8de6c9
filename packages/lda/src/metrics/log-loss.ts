import { MetricUndefinedError } from "../errors";
import { checkPairs, positiveLabel, type PositiveOption } from "./pairs";

/** Mean negative log-likelihood in nats of the labels under the probabilities of the positive class.
 * Probabilities are held off 0 and 1 by the machine epsilon, as scikit-learn's `log_loss` does.
 * @throws {MetricUndefinedError} for a probability outside [0, 1]; {ShapeError | EmptyError}. */
export function logLoss(
  yTrue: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: PositiveOption = {},
): number {
  checkPairs("log loss", yTrue, probabilities, "probabilities");
  const positive = positiveLabel("log loss", yTrue, options.positive);
  let sum = 0;
  for (let i = 0; i < yTrue.length; i++) {
    const p = checkProbability("log loss", probabilities[i]!, i);
    const ofLabel = yTrue[i] === positive ? p : 1 - p;
    sum -= Math.log(Math.min(Math.max(ofLabel, Number.EPSILON), 1 - Number.EPSILON));
  }
  return sum / yTrue.length;
}

/** @throws {MetricUndefinedError} unless `p` is in [0, 1]. */
export function checkProbability(metric: string, p: number, row: number): number {
  if (!(p >= 0 && p <= 1))
    throw new MetricUndefinedError(metric, `the probability of row ${row} is ${p}, not in [0, 1]`);
  return p;
}
