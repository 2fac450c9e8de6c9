import { OptionError } from "../errors";
import type { Matrix } from "../matrix";
import { folder, splitsOf, type FoldedOptions } from "./cross-validate";
import type { Estimator } from "./estimator";
import { scorersOf, type Scoring } from "./scorers";

/** Values to try, by name. */
export type ParameterGrid<P> = { readonly [Name in keyof P]: readonly P[Name][] };

export interface GridSearchOptions<X = Matrix> extends FoldedOptions<X> {
  /** Default "accuracy". */
  readonly scoring?: Scoring<X>;
  /** With several scorers, the one to choose by, which is also whose best is fitted again on all rows; false fits none.
   * Default the first. */
  readonly refit?: string | boolean;
}

export interface GridPoint<P> {
  readonly params: P;
  /** By the name of the scorer, one a fold. */
  readonly testScores: Readonly<Record<string, Float64Array>>;
  readonly meanTestScore: Readonly<Record<string, number>>;
  /** Population standard deviation over the folds. */
  readonly stdTestScore: Readonly<Record<string, number>>;
  /** 1 for the best by the scorer chosen by; equals share the better rank. */
  readonly rank: number;
}

export interface GridSearched<P, E> {
  /** Names in alphabetical order, the last varying fastest. */
  readonly results: readonly GridPoint<P>[];
  readonly bestIndex: number;
  readonly bestParams: P;
  readonly bestScore: number;
  /** Fitted with `bestParams` on all rows, unless `refit` is false. */
  readonly bestEstimator?: E;
}

/** Cross-validates every combination of parameters on the same folds and takes the best, the first of equals:
 * scikit-learn's `GridSearchCV` (`test/golden/selection.json`).
 * @param create - makes an estimator with the parameters given.
 * @example gridSearch(({ alpha }) => new RidgeClassifier({ alpha }), { alpha: [0.1, 1, 10] }, x, y, { scoring: "rocAuc" })
 * @throws {OptionError} for a grid with nothing in it; and as `crossValidate`. */
export function gridSearch<P extends object, X, E extends Estimator<X>>(
  create: (params: P) => E,
  grid: ParameterGrid<P>,
  x: X,
  y: ArrayLike<number>,
  options: GridSearchOptions<X> = {},
): GridSearched<P, E> {
  const { scoring = "accuracy", refit = true } = options;
  const scorers = scorersOf(scoring);
  const chosenBy = typeof refit === "string" ? refit : scorers[0]![0];
  if (!scorers.some(([name]) => name === chosenBy))
    throw new OptionError("refit", chosenBy, scorers.map(([name]) => `"${name}"`).join(", "));
  const points = combinations(grid);
  const fold = folder(x, y, options);
  const splits = splitsOf(y, options);
  const scored = points.map((params) => {
    const testScores = Object.fromEntries(scorers.map(([name]) => [name, new Float64Array(splits.length)]));
    splits.forEach((split, f) => {
      const { estimator, test } = fold(() => create(params), split);
      for (const [name, score] of scorers) testScores[name]![f] = score(estimator, test.x, test.y);
    });
    const summary = (of: (scores: Float64Array) => number) =>
      Object.fromEntries(Object.entries(testScores).map(([name, scores]) => [name, of(scores)]));
    return { params, testScores, meanTestScore: summary(meanOf), stdTestScore: summary(deviationOf) };
  });
  const means = scored.map(({ meanTestScore }) => meanTestScore[chosenBy]!);
  const results = scored.map((point, i) => ({ ...point, rank: 1 + means.filter((mean) => mean > means[i]!).length }));
  let bestIndex = 0;
  means.forEach((mean, i) => {
    if (mean > means[bestIndex]! || (Number.isNaN(means[bestIndex]) && !Number.isNaN(mean))) bestIndex = i;
  });
  const bestParams = points[bestIndex]!;
  const best = { results, bestIndex, bestParams, bestScore: means[bestIndex]! };
  if (refit === false) return best;
  const bestEstimator = create(bestParams);
  if (options.sampleWeight === undefined) bestEstimator.fit(x, y);
  else bestEstimator.fit(x, y, { sampleWeight: options.sampleWeight });
  return { ...best, bestEstimator };
}

function combinations<P extends object>(grid: ParameterGrid<P>): P[] {
  const names = (Object.keys(grid) as (keyof P & string)[]).toSorted();
  if (names.length === 0) throw new OptionError("grid", "nothing", "a list of values for one parameter at least");
  let points: Partial<P>[] = [{}];
  for (const name of names) {
    const values: readonly P[typeof name][] = grid[name];
    if (!Array.isArray(values) || values.length === 0)
      throw new OptionError(`grid.${name}`, values, "a list of one value at least");
    if (points.length * values.length > 1e5) throw new OptionError("grid", "over 100000 combinations", "fewer values");
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points as P[];
}

function meanOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function deviationOf(values: Float64Array): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) * (value - mean))));
}
