import { OptionError } from "../errors";
import type { Matrix } from "../matrix";
import { RandomState } from "../random";
import { folder, splitsOf, type FoldedOptions } from "./cross-validate";
import type { Estimator } from "./estimator";
import { scorersOf, type Scorer, type ScorerName } from "./scorers";

export interface LearningCurveOptions<X = Matrix> extends FoldedOptions<X> {
  /** Shares of a fold's training rows, in (0, 1], or counts. Default 0.1, 0.325, 0.55, 0.775 and 1. */
  readonly trainSizes?: ArrayLike<number>;
  /** Default "accuracy". */
  readonly scoring?: ScorerName | Scorer<X>;
  /** Whether each fold's training rows are shuffled before the first of them are taken. Default false. */
  readonly shuffle?: boolean;
  /** With `shuffle`. Default 42. */
  readonly seed?: number;
}

export interface LearningCurve {
  /** Rows trained on, ascending. */
  readonly trainSizes: Int32Array;
  /** trainSizes.length × folds. */
  readonly trainScores: readonly Float64Array[];
  readonly testScores: readonly Float64Array[];
}

/** How a classifier scores with more and more training rows: scikit-learn's `learning_curve` (`test/golden/selection.json`).
 *
 * The first rows of each fold are taken: with rows sorted by class, shuffle them.
 * @throws {OptionError} for sizes out of range; and as `crossValidate`. */
export function learningCurve<X, E extends Estimator<X>>(
  create: () => E,
  x: X,
  y: ArrayLike<number>,
  options: LearningCurveOptions<X> = {},
): LearningCurve {
  const { scoring = "accuracy", shuffle = false, seed = 42 } = options;
  const [, score] = scorersOf(scoring)[0]!;
  const fold = folder(x, y, options);
  const random = new RandomState(seed);
  const splits = splitsOf(y, options).map(({ train, test }) => ({
    train: shuffle ? random.permutation(train) : train,
    test,
  }));
  const sizes = sizesOf(options.trainSizes ?? [0.1, 0.325, 0.55, 0.775, 1], splits[0]!.train.length);
  const blank = () => Array.from(sizes, () => new Float64Array(splits.length));
  const [trainScores, testScores] = [blank(), blank()];
  splits.forEach(({ train, test: held }, f) => {
    sizes.forEach((size, s) => {
      const { estimator, train: seen, test } = fold(create, { train: train.slice(0, size), test: held });
      trainScores[s]![f] = score(estimator, seen.x, seen.y);
      testScores[s]![f] = score(estimator, test.x, test.y);
    });
  });
  return { trainSizes: sizes, trainScores, testScores };
}

function sizesOf(given: ArrayLike<number>, nMax: number): Int32Array {
  const list = Array.from(given);
  if (list.length === 0) throw new OptionError("trainSizes", "nothing", "one size at least");
  const shares = list.every((size) => size > 0 && size <= 1);
  const sizes = shares ? list.map((size) => Math.max(1, Math.trunc(size * nMax))) : list;
  const wrong = sizes.find((size) => !Number.isInteger(size) || size < 1 || size > nMax);
  if (wrong !== undefined)
    throw new OptionError(
      "trainSizes",
      wrong,
      `shares above 0, at most 1, or counts from 1 to the ${nMax} training rows`,
    );
  return Int32Array.from(new Set(sizes)).sort();
}
