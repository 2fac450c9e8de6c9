import { EmptyError, OptionError, ShapeError } from "../errors";
import type { Split } from "../split";

/** What is to be split: a splitter takes what it needs. */
export interface Splittable {
  /** Default the length of `y` or `groups`. */
  readonly nRows?: number | undefined;
  /** An integer class code a row. */
  readonly y?: ArrayLike<number> | undefined;
  /** The group of each row, such as its subject: numbers or names. */
  readonly groups?: ArrayLike<number> | ArrayLike<string> | undefined;
}

/** Splits rows into folds, each for the test once; every splitter here gives scikit-learn's indices, in its order. */
export interface Splitter {
  split(rows: Splittable): Split[];
}

export interface FoldOptions {
  /** Default 5. */
  readonly nSplits?: number;
  /** Whether rows are shuffled first. Default false. */
  readonly shuffle?: boolean;
  /** With `shuffle`: an integer from 0 to 2³² - 1, scikit-learn's `random_state`. Default 42. */
  readonly seed?: number;
}

/** @throws {OptionError} */
export function checkedFolds({ nSplits = 5, shuffle = false, seed }: FoldOptions): Required<FoldOptions> {
  if (!Number.isSafeInteger(nSplits) || nSplits < 2) throw new OptionError("nSplits", nSplits, "an integer from 2");
  if (seed !== undefined && !shuffle)
    throw new OptionError("seed", seed, "shuffle: true as well, or it changes nothing");
  return { nSplits, shuffle, seed: seed ?? 42 };
}

/** @throws {EmptyError | ShapeError} */
export function countRows({ nRows, y, groups }: Splittable): number {
  const n = nRows ?? y?.length ?? groups?.length;
  if (n === undefined || !Number.isInteger(n) || n < 1)
    throw new EmptyError(`${n ?? "no"} rows to split: give nRows, or y, or groups, of at least one row`);
  for (const [what, list] of [
    ["labels", y],
    ["groups", groups],
  ] as const)
    if (list !== undefined && list.length !== n)
      throw new ShapeError(`${list.length} ${what} for ${n} rows: give one a row`, list.length, n);
  return n;
}

/** The folds of which `foldOf` names the one that each row is tested in; both parts ascending. */
export function foldsOf(foldOf: ArrayLike<number>, nSplits: number): Split[] {
  const sizes = new Int32Array(nSplits);
  for (let i = 0; i < foldOf.length; i++) sizes[foldOf[i]!]! += 1;
  return Array.from(sizes, (size, fold) => {
    const test = new Int32Array(size);
    const train = new Int32Array(foldOf.length - size);
    let [inTest, inTrain] = [0, 0];
    for (let i = 0; i < foldOf.length; i++)
      if (foldOf[i] === fold) test[inTest++] = i;
      else train[inTrain++] = i;
    return { train, test };
  });
}
