import { ClassTooSmallError, OptionError, ShapeError } from "../errors";
import { checkLabels, groupByClass } from "../matrix";
import { RandomState, range } from "../random";
import { randomSplits, type Split, type SplitOptions } from "../split";
import { checkedFolds, countRows, foldsOf, type FoldOptions, type Splittable, type Splitter } from "./splitter";

/** Consecutive folds of (nearly) equal size; shuffled, folds of rows drawn at random.
 * Gives the indices of scikit-learn's `KFold` (`test/golden/folds.json`). */
export class KFold implements Splitter {
  readonly #options: Required<FoldOptions>;

  /** @throws {OptionError} */
  constructor(options: FoldOptions = {}) {
    this.#options = checkedFolds(options);
  }

  /** @throws {OptionError} for more folds than rows; {EmptyError | ShapeError} */
  split(rows: Splittable): Split[] {
    const { nSplits, shuffle, seed } = this.#options;
    const n = countRows(rows);
    if (nSplits > n) throw new OptionError("nSplits", nSplits, `at most the ${n} rows there are`);
    const order = shuffle ? new RandomState(seed).permutation(range(n)) : range(n);
    const foldOf = new Int32Array(n);
    for (let fold = 0, at = 0; fold < nSplits; fold++) {
      const size = Math.floor(n / nSplits) + (fold < n % nSplits ? 1 : 0);
      for (const end = at + size; at < end; at++) foldOf[order[at]!] = fold;
    }
    return foldsOf(foldOf, nSplits);
  }
}

/** Folds that keep each class's share. Gives the indices of scikit-learn's `StratifiedKFold` (`test/golden/folds.json`). */
export class StratifiedKFold implements Splitter {
  readonly #options: Required<FoldOptions>;

  /** @throws {OptionError} */
  constructor(options: FoldOptions = {}) {
    this.#options = checkedFolds(options);
  }

  /** @throws {ClassTooSmallError} when no class has a row a fold; {EmptyError | ShapeError | LabelError} */
  split(rows: Splittable): Split[] {
    const { nSplits, shuffle, seed } = this.#options;
    const n = countRows(rows);
    const y = labelsOf(rows, n);
    // Classes in the order they first appear, which is the order scikit-learn draws for them in.
    const members = groupByClass(y).rows.toSorted((a, b) => a[0]! - b[0]!);
    const largest = members.reduce((max, m) => Math.max(max, m.length), 0);
    if (nSplits > largest) throw new ClassTooSmallError(y[members[0]![0]!]!, largest, nSplits);
    const random = new RandomState(seed);
    const foldOf = new Int32Array(n);
    let before = 0;
    for (const rowsOfClass of members) {
      // With the classes laid end to end and dealt out to the folds in turn, this class's rows start at fold before % nSplits.
      const folds: number[] = [];
      for (let fold = 0; fold < nSplits; fold++) {
        const first = (fold - (before % nSplits) + nSplits) % nSplits;
        for (let i = first; i < rowsOfClass.length; i += nSplits) folds.push(fold);
      }
      const dealt = shuffle ? random.permutation(folds) : folds;
      rowsOfClass.forEach((row, i) => {
        foldOf[row] = dealt[i]!;
      });
      before += rowsOfClass.length;
    }
    return foldsOf(foldOf, nSplits);
  }
}

export interface ShuffleSplitOptions extends Omit<SplitOptions, "stratify"> {
  /** Default 10. */
  readonly nSplits?: number;
}

/** Independent random splits, a tenth for the test unless told otherwise.
 * Gives the indices of scikit-learn's `ShuffleSplit` (`test/golden/folds.json`). */
export class ShuffleSplit implements Splitter {
  readonly #options: ShuffleSplitOptions & { nSplits: number };

  /** @throws {OptionError} */
  constructor(options: ShuffleSplitOptions = {}) {
    this.#options = checkedCount(options);
  }

  /** Throws as `trainTestSplit`. */
  split(rows: Splittable): Split[] {
    const { nSplits, ...sizes } = this.#options;
    return randomSplits(countRows(rows), nSplits, { ...sizes, defaultTestShare: 0.1 });
  }
}

/** Independent random splits that keep each class's share.
 * Gives the indices of scikit-learn's `StratifiedShuffleSplit` (`test/golden/folds.json`). */
export class StratifiedShuffleSplit implements Splitter {
  readonly #options: ShuffleSplitOptions & { nSplits: number };

  /** @throws {OptionError} */
  constructor(options: ShuffleSplitOptions = {}) {
    this.#options = checkedCount(options);
  }

  /** Throws as `trainTestSplit` with `stratify`. */
  split(rows: Splittable): Split[] {
    const { nSplits, ...sizes } = this.#options;
    const n = countRows(rows);
    return randomSplits(n, nSplits, { ...sizes, stratify: labelsOf(rows, n), defaultTestShare: 0.1 });
  }
}

/** @throws {ShapeError | LabelError} */
export function labelsOf({ y }: Splittable, nRows: number): ArrayLike<number> {
  if (y === undefined) throw new ShapeError("no labels: this splitter needs y, one a row", 0, nRows);
  checkLabels(y, nRows);
  return y;
}

function checkedCount({ nSplits = 10, ...rest }: ShuffleSplitOptions): ShuffleSplitOptions & { nSplits: number } {
  if (!Number.isSafeInteger(nSplits) || nSplits < 1 || nSplits > 1e6)
    throw new OptionError("nSplits", nSplits, "an integer from 1 to 1000000");
  return { ...rest, nSplits };
}
