import { MetricUndefinedError, OptionError, ShapeError } from "../errors";
import { normalQuantileOfTail, twoSided } from "./normal";
import { checkPairs, positiveLabel, type PositiveOption } from "./pairs";
import { countBelow, countUpTo } from "./sorted";

export interface AucInterval {
  readonly auc: number;
  /** DeLong's estimate of the variance of `auc`. */
  readonly variance: number;
  readonly standardError: number;
  /** Ends of the interval, held inside [0, 1]. */
  readonly lower: number;
  readonly upper: number;
  readonly level: number;
}

export interface DelongOptions extends PositiveOption {
  /** Coverage of the interval. Default 0.95. */
  readonly level?: number | undefined;
}

export interface DelongTest {
  readonly aucA: number;
  readonly aucB: number;
  /** `aucA - aucB`, with the ends of its interval. */
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  readonly standardError: number;
  readonly z: number;
  /** Two-sided. 1 when both models rank every pair alike. */
  readonly pValue: number;
}

/** AUC with DeLong's confidence interval, in O(n log n).
 * @throws {MetricUndefinedError} when a class has fewer than two rows, or a score is NaN; {ShapeError | EmptyError};
 * {OptionError} for a level outside (0, 1).
 * @see E. R. DeLong et al., Biometrics 44(3), 1988, doi:10.2307/2531595; X. Sun, W. Xu, IEEE Signal Processing
 * Letters 21(11), 2014, doi:10.1109/LSP.2014.2337313 (the fast form) */
export function delongInterval(
  yTrue: ArrayLike<number>,
  scores: ArrayLike<number>,
  { level = 0.95, ...options }: DelongOptions = {},
): AucInterval {
  const z = widthOf(level);
  const { auc, ofPositives, ofNegatives } = placements(yTrue, scores, options);
  const variance =
    covariance(ofPositives, ofPositives) / ofPositives.length +
    covariance(ofNegatives, ofNegatives) / ofNegatives.length;
  const standardError = Math.sqrt(variance);
  const [lower, upper] = [Math.max(0, auc - z * standardError), Math.min(1, auc + z * standardError)];
  return { auc, variance, standardError, lower, upper, level };
}

/** Whether two models' AUC on the same rows differ: DeLong's paired test.
 * @param scoresA - one a label, as `scoresB`: higher means more positive.
 * @throws as `delongInterval`. */
export function delongTest(
  yTrue: ArrayLike<number>,
  scoresA: ArrayLike<number>,
  scoresB: ArrayLike<number>,
  { level = 0.95, ...options }: DelongOptions = {},
): DelongTest {
  if (scoresA.length !== scoresB.length)
    throw new ShapeError(
      `DeLong: ${scoresA.length} scores of A and ${scoresB.length} of B`,
      scoresB.length,
      scoresA.length,
    );
  const width = widthOf(level);
  const a = placements(yTrue, scoresA, options);
  const b = placements(yTrue, scoresB, options);
  // The variance of the difference from the differences themselves: taking 2·cov from two variances would cancel.
  const up = a.ofPositives.map((value, i) => value - b.ofPositives[i]!);
  const down = a.ofNegatives.map((value, i) => value - b.ofNegatives[i]!);
  const standardError = Math.sqrt(covariance(up, up) / up.length + covariance(down, down) / down.length);
  const difference = a.auc - b.auc;
  const z = difference === 0 ? 0 : difference / standardError;
  return {
    aucA: a.auc,
    aucB: b.auc,
    difference,
    lower: Math.max(-1, difference - width * standardError),
    upper: Math.min(1, difference + width * standardError),
    standardError,
    z,
    pValue: twoSided(z),
  };
}

function widthOf(level: number): number {
  if (!(level > 0 && level < 1)) throw new OptionError("level", level, "a number between 0 and 1");
  return normalQuantileOfTail((1 - level) / 2);
}

/** For each positive the share of negatives below it, for each negative the share of positives above; ties count half. */
function placements(yTrue: ArrayLike<number>, scores: ArrayLike<number>, { positive: given }: PositiveOption) {
  const name = "DeLong's interval";
  checkPairs(name, yTrue, scores, "scores");
  const positive = positiveLabel(name, yTrue, given);
  const rows = { up: [] as number[], down: [] as number[] };
  for (let i = 0; i < yTrue.length; i++) {
    if (Number.isNaN(scores[i])) throw new MetricUndefinedError(name, `the score of row ${i} is NaN`);
    rows[yTrue[i] === positive ? "up" : "down"].push(scores[i]!);
  }
  const up = Float64Array.from(rows.up);
  const down = Float64Array.from(rows.down);
  if (up.length < 2 || down.length < 2)
    throw new MetricUndefinedError(
      name,
      `${up.length} positive and ${down.length} negative rows: a variance needs two of each`,
    );
  const ofPositives = sharesBelow(up, down.toSorted());
  const ofNegatives = sharesBelow(down, up.toSorted()).map((share) => 1 - share);
  const auc = ofPositives.reduce((sum, share) => sum + share, 0) / up.length;
  return { auc, ofPositives, ofNegatives };
}

function sharesBelow(values: Float64Array, sorted: Float64Array): Float64Array {
  return values.map((value) => (countBelow(sorted, value) + countUpTo(sorted, value)) / 2 / sorted.length);
}

function covariance(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let [meanA, meanB, sum] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  for (let i = 0; i < n; i++) sum += (a[i]! - meanA) * (b[i]! - meanB);
  return sum / (n - 1);
}
