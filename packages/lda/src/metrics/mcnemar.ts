import { ShapeError } from "../errors";
import { erfc } from "./normal";
import { checkPairs } from "./pairs";

export interface McNemarTest {
  /** Rows that only A, or only B, got right. Rows on which both agree tell nothing. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** The smaller of the two counts for the exact test, else chi-squared with one degree of freedom. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly method: "exact" | "chi-squared";
}

export interface McNemarOptions {
  /** By the binomial distribution, not by chi-squared. Default: when fewer than 25 rows differ. */
  readonly exact?: boolean | undefined;
  /** Edwards's continuity correction of chi-squared. Default true. */
  readonly correction?: boolean | undefined;
}

/** Whether two models' predictions on the same rows are right equally often: McNemar's paired test.
 * @throws {ShapeError | EmptyError}
 * @see Q. McNemar, Psychometrika 12(2), 1947, doi:10.1007/BF02295996 */
export function mcNemarTest(
  yTrue: ArrayLike<number>,
  predictedA: ArrayLike<number>,
  predictedB: ArrayLike<number>,
  { exact, correction = true }: McNemarOptions = {},
): McNemarTest {
  checkPairs("McNemar's test", yTrue, predictedA, "predictions of A");
  if (predictedB.length !== yTrue.length)
    throw new ShapeError(
      `McNemar's test: ${yTrue.length} labels and ${predictedB.length} predictions of B`,
      predictedB.length,
      yTrue.length,
    );
  let [onlyA, onlyB] = [0, 0];
  for (let i = 0; i < yTrue.length; i++) {
    const a = predictedA[i] === yTrue[i];
    const b = predictedB[i] === yTrue[i];
    if (a && !b) onlyA += 1;
    if (b && !a) onlyB += 1;
  }
  const n = onlyA + onlyB;
  if (exact ?? n < 25) {
    const statistic = Math.min(onlyA, onlyB);
    return { onlyA, onlyB, statistic, pValue: Math.min(1, 2 * coinTail(statistic, n)), method: "exact" };
  }
  const apart = Math.max(0, Math.abs(onlyA - onlyB) - (correction ? 1 : 0));
  const statistic = n === 0 ? 0 : (apart * apart) / n;
  return { onlyA, onlyB, statistic, pValue: erfc(Math.sqrt(statistic / 2)), method: "chi-squared" };
}

/** Chance of at most `k` heads in `n` throws of a fair coin. */
function coinTail(k: number, n: number): number {
  // In logarithms: 2^-n is 0 in a double from n = 1075 on.
  let log = -n * Math.LN2;
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log((n - i + 1) / i);
    sum += Math.exp(log);
  }
  return sum;
}
