import { ClassTooSmallError, OptionError, ShapeError } from "../errors";
import { groupByClass } from "../matrix";
import { RandomState, range } from "../random";
import type { Split } from "../split";
import { labelsOf } from "./folds";
import { checkedFolds, countRows, foldsOf, type FoldOptions, type Splittable, type Splitter } from "./splitter";

/** Folds that keep a group together: the largest groups first, each to the fold with the fewest rows so far; shuffled,
 * groups at random and as many in each fold.
 * Gives the indices of scikit-learn's `GroupKFold` (`test/golden/folds.json`). */
export class GroupKFold implements Splitter {
  readonly #options: Required<FoldOptions>;

  /** @throws {OptionError} */
  constructor(options: FoldOptions = {}) {
    this.#options = checkedFolds(options);
  }

  /** @throws {OptionError} for more folds than groups; {EmptyError | ShapeError} */
  split(rows: Splittable): Split[] {
    const { nSplits, shuffle, seed } = this.#options;
    const { groupOf, sizes } = groupsOf(rows);
    const nGroups = sizes.length;
    if (nSplits > nGroups) throw new OptionError("nSplits", nSplits, `at most the ${nGroups} groups there are`);
    const foldOf = new Int32Array(nGroups);
    if (shuffle) {
      const order = new RandomState(seed).permutation(range(nGroups));
      for (let fold = 0, at = 0; fold < nSplits; fold++) {
        const end = at + Math.floor(nGroups / nSplits) + (fold < nGroups % nSplits ? 1 : 0);
        for (; at < end; at++) foldOf[order[at]!] = fold;
      }
    } else {
      const load = new Float64Array(nSplits);
      for (const group of [...range(nGroups)].toSorted((a, b) => sizes[b]! - sizes[a]! || b - a)) {
        const lightest = load.indexOf(load.reduce((least, value) => Math.min(least, value)));
        load[lightest]! += sizes[group]!;
        foldOf[group] = lightest;
      }
    }
    return foldsOf(
      groupOf.map((group) => foldOf[group]!),
      nSplits,
    );
  }
}

/** A fold a group, in ascending order of the groups: each subject, or session, tested by a model of the others.
 * Gives the indices of scikit-learn's `LeaveOneGroupOut` (`test/golden/folds.json`). */
export class LeaveOneGroupOut implements Splitter {
  /** @throws {OptionError} for fewer than two groups; {EmptyError | ShapeError} */
  split(rows: Splittable): Split[] {
    const { groupOf, sizes } = groupsOf(rows);
    if (sizes.length < 2)
      throw new OptionError("groups", `${sizes.length} group`, "at least two, or nothing is left to train on");
    return foldsOf(groupOf, sizes.length);
  }
}

/** Folds that keep a group together and come near each class's share: groups of the most uneven classes first, each to
 * the fold where the classes' shares then differ least.
 * Gives the indices of scikit-learn's `StratifiedGroupKFold` (`test/golden/folds.json`). */
export class StratifiedGroupKFold implements Splitter {
  readonly #options: Required<FoldOptions>;

  /** @throws {OptionError} */
  constructor(options: FoldOptions = {}) {
    this.#options = checkedFolds(options);
  }

  /** @throws {OptionError | ClassTooSmallError} for more folds than groups, or than rows of any class;
   * {EmptyError | ShapeError | LabelError} */
  split(rows: Splittable): Split[] {
    const { nSplits, shuffle, seed } = this.#options;
    const { groupOf, sizes } = groupsOf(rows);
    const { classes, rows: members } = groupByClass(labelsOf(rows, groupOf.length));
    const totals = members.map((m) => m.length);
    const largest = Math.max(...totals);
    if (nSplits > largest) throw new ClassTooSmallError(classes[totals.indexOf(largest)]!, largest, nSplits);
    if (nSplits > sizes.length)
      throw new OptionError("nSplits", nSplits, `at most the ${sizes.length} groups there are`);
    const counts = sizes.map(() => totals.map(() => 0));
    members.forEach((m, k) => {
      for (const i of m) counts[groupOf[i]!]![k]! += 1;
    });
    const order = [...(shuffle ? new RandomState(seed).permutation(range(sizes.length)) : range(sizes.length))];
    const spreads = counts.map(deviationOf);
    const inFold = Array.from({ length: nSplits }, () => totals.map(() => 0));
    const foldOf = new Int32Array(sizes.length);
    for (const group of order.toSorted((a, b) => spreads[b]! - spreads[a]!)) {
      const fold = bestFold(inFold, counts[group]!, totals);
      inFold[fold] = sum(inFold[fold]!, counts[group]!);
      foldOf[group] = fold;
    }
    return foldsOf(
      groupOf.map((group) => foldOf[group]!),
      nSplits,
    );
  }
}

function bestFold(inFold: readonly number[][], counts: readonly number[], totals: readonly number[]): number {
  let best = 0;
  let [least, fewest] = [Infinity, Infinity];
  inFold.forEach((before, fold) => {
    const proposed = inFold.map((other, f) => (f === fold ? sum(before, counts) : other));
    const spreads = totals.map((total, k) => deviationOf(proposed.map((other) => other[k]! / total)));
    const unevenness = meanOf(spreads);
    const nRows = before.reduce((a, b) => a + b, 0);
    const isAsEven = Math.abs(unevenness - least) <= 1e-8 + 1e-5 * Math.abs(least); // NumPy's isclose
    if (unevenness < least || (isAsEven && nRows < fewest)) [best, least, fewest] = [fold, unevenness, nRows];
  });
  return best;
}

function sum(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, k) => value + b[k]!);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) * (value - mean))));
}

/** The rows' groups as numbers from 0, in ascending order of numbers or names, and how many rows each has. */
function groupsOf(rows: Splittable): { groupOf: Int32Array; sizes: number[] } {
  const n = countRows(rows);
  const { groups } = rows;
  if (groups === undefined) throw new ShapeError("no groups: this splitter needs groups, one a row", 0, n);
  const list = Array.from<number | string>(groups);
  const odd = list.findIndex((group) => typeof group !== typeof list[0] || group !== group || group === undefined);
  if (odd >= 0) throw new OptionError(`groups[${odd}]`, list[odd], "a number as the others, or a name as the others");
  const distinct = [...new Set(list)].sort((a, b) => (a < b ? -1 : 1));
  const numbers = new Map(distinct.map((group, number) => [group, number]));
  const sizes = distinct.map(() => 0);
  const groupOf = Int32Array.from(list, (group) => {
    const number = numbers.get(group)!;
    sizes[number]! += 1;
    return number;
  });
  return { groupOf, sizes };
}
