import { ClassTooSmallError, EmptyError, OptionError, SingleClassError } from "./errors";
import { checkLabels, groupByClass } from "./matrix";
import { RandomState, range } from "./random";

export interface SplitOptions {
  /** A share in (0, 1), or a count from 1. Default: what `trainSize` leaves, or 0.25. */
  readonly testSize?: number | undefined;
  /** A share in (0, 1), or a count from 1. Default: what `testSize` leaves. */
  readonly trainSize?: number | undefined;
  /** An integer from 0 to 2³² - 1; scikit-learn's `random_state`. Default 42. */
  readonly seed?: number | undefined;
  /** Labels whose shares both parts are to keep, one a row. */
  readonly stratify?: ArrayLike<number> | undefined;
}

export interface Split {
  /** Row indices, in the shuffled order. */
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Splits rows 0 … nRows - 1 at random into a training and a test part.
 *
 * For a seed, the very indices of scikit-learn's `train_test_split(…, random_state=seed, stratify=…)`, in its order
 * (`test/golden/split.json`).
 * @throws {OptionError} for a size or seed out of range, {EmptyError} when no row is left to train on,
 * {ClassTooSmallError | SingleClassError} when classes cannot be shared out. */
export function trainTestSplit(nRows: number, { testSize, trainSize, seed = 42, stratify }: SplitOptions = {}): Split {
  return randomSplits(nRows, 1, { testSize, trainSize, seed, stratify, defaultTestShare: 0.25 })[0]!;
}

/** Splits one after another from one generator, as scikit-learn's `ShuffleSplit` and `StratifiedShuffleSplit` draw
 * them. Throws as `trainTestSplit`. */
export function randomSplits(
  nRows: number,
  nSplits: number,
  { testSize, trainSize, seed = 42, stratify, defaultTestShare }: SplitOptions & { defaultTestShare: number },
): Split[] {
  if (!Number.isInteger(nRows) || nRows < 1)
    throw new EmptyError(`${nRows} rows cannot be split: at least 2 are needed`);
  const { nTrain, nTest } = partSizes(nRows, testSize, trainSize, defaultTestShare);
  const random = new RandomState(seed);
  if (stratify === undefined)
    return Array.from({ length: nSplits }, () => {
      const order = random.permutation(range(nRows));
      return { test: order.slice(0, nTest), train: order.slice(nTest, nTest + nTrain) };
    });
  checkLabels(stratify, nRows);
  const groups = groupByClass(stratify);
  return Array.from({ length: nSplits }, () => stratified(groups, nTrain, nTest, random));
}

function stratified(
  { classes, rows }: { classes: number[]; rows: Int32Array[] },
  nTrain: number,
  nTest: number,
  random: RandomState,
): Split {
  if (classes.length === 1) throw new SingleClassError(classes[0]!, rows[0]!.length, "a stratified split");
  rows.forEach((r, k) => {
    if (r.length < 2) throw new ClassTooSmallError(classes[k]!, r.length, 2);
  });
  for (const [name, size] of [
    ["test", nTest],
    ["training", nTrain],
  ] as const)
    if (size < classes.length)
      throw new OptionError(
        `${name} part of a stratified split`,
        `${size} rows`,
        `at least ${classes.length}, one a class`,
      );
  const counts = rows.map((r) => r.length);
  const train = shareOut(counts, nTrain, random);
  const test = shareOut(
    counts.map((c, k) => c - train[k]!),
    nTest,
    random,
  );
  const trainRows: number[] = [];
  const testRows: number[] = [];
  for (let k = 0; k < classes.length; k++) {
    const order = random.permutation(range(counts[k]!));
    for (let i = 0; i < train[k]! + test[k]!; i++) (i < train[k]! ? trainRows : testRows).push(rows[k]![order[i]!]!);
  }
  return { train: random.permutation(trainRows), test: random.permutation(testRows) };
}

/** How many of `draws` each class gives: the mode of the multivariate hypergeometric distribution, ties between equal
 * remainders drawn at random. scikit-learn draws even where all tied classes are taken, so this does too. */
function shareOut(counts: readonly number[], draws: number, random: RandomState): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const shares = exact.map(Math.floor);
  let missing = draws - shares.reduce((a, b) => a + b, 0);
  const remainders = exact.map((value, k) => value - shares[k]!);
  for (const remainder of [...new Set(remainders)].toSorted((a, b) => b - a)) {
    if (missing <= 0) break;
    const tied = remainders.flatMap((r, k) => (r === remainder ? [k] : []));
    const taken = Math.min(tied.length, missing);
    for (const k of random.choice(tied, taken)) shares[k]! += 1;
    missing -= taken;
  }
  return shares;
}

function partSizes(
  nRows: number,
  testSize: number | undefined,
  trainSize: number | undefined,
  defaultTestShare: number,
) {
  // The product as a double gives it, without a margin: 0.07 × 100 is a little above 7, and scikit-learn takes 8.
  let nTest = testSize === undefined ? undefined : partSize("testSize", testSize, nRows, Math.ceil);
  let nTrain = trainSize === undefined ? undefined : partSize("trainSize", trainSize, nRows, Math.floor);
  nTest ??= nTrain === undefined ? Math.ceil(defaultTestShare * nRows) : nRows - nTrain;
  nTrain ??= nRows - nTest;
  if (nTrain + nTest > nRows)
    throw new OptionError("testSize + trainSize", `${nTest} + ${nTrain} rows`, `at most the ${nRows} there are`);
  if (nTrain < 1)
    throw new EmptyError(
      `${nRows} rows with ${nTest} for the test leave none to train on: give more rows or a smaller testSize`,
    );
  return { nTrain, nTest };
}

function partSize(name: string, size: number, nRows: number, round: (x: number) => number): number {
  if (size > 0 && size < 1) return round(size * nRows);
  if (Number.isInteger(size) && size >= 1 && size < nRows) return size;
  throw new OptionError(name, size, `a share between 0 and 1, or a count from 1 to ${nRows - 1}`);
}

export interface SubjectSplit<Subject> {
  readonly train: Subject[];
  readonly unseen: Subject[];
}

/** Splits subjects, so that no subject has rows on both sides: the first `percentage` of them train, in the order given.
 * With a seed the subjects are shuffled first. At least one subject trains; each part keeps the order it was given in.
 * @param percentage - above 0, at most 100; halves of a subject round to even. @throws {OptionError | EmptyError} */
export function splitBySubject<Subject>(
  subjects: Iterable<Subject>,
  { percentage, seed }: { percentage: number; seed?: number | undefined },
): SubjectSplit<Subject> {
  if (!(percentage > 0 && percentage <= 100))
    throw new OptionError("percentage", percentage, "a number above 0, at most 100");
  const distinct = [...new Set(subjects)];
  if (distinct.length === 0) throw new EmptyError("no subjects to split");
  const order = seed === undefined ? range(distinct.length) : new RandomState(seed).permutation(range(distinct.length));
  const chosen = new Set(order.subarray(0, Math.max(1, roundHalfToEven((percentage / 100) * distinct.length))));
  return { train: distinct.filter((_, i) => chosen.has(i)), unseen: distinct.filter((_, i) => !chosen.has(i)) };
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
