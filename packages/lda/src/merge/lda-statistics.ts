import { addShrunkInto, type Shrinkage } from "../covariance";
import { ClassTooSmallError, NumericalError, OptionError, ShapeError, SingleClassError } from "../errors";
import { manyClasses, twoClasses } from "../lda-scores";
import type { LinearScores } from "../linear";
import { checkFinite, checkLabels, checkMatrix, groupByClass, type Matrix } from "../matrix";
import { checkSums, correlationSums } from "../scatter";
import {
  compacted,
  joined,
  parted,
  partsOf,
  scatterOfParts,
  summed,
  sumOfNormsOfParts,
  type ClassParts,
} from "./class-parts";
import { scaleOf, type ClassStatistics } from "./class-statistics";

export interface LdaStatisticsOptions {
  /** Keep what "auto" shrinkage needs as well: four times the work and three times the memory. Default true. */
  readonly auto?: boolean | undefined;
}

export interface SolveOptions {
  /** Default "auto", or "none" for statistics without what that needs. */
  readonly shrinkage?: Shrinkage | undefined;
  /** One a class, ascending class order; default the classes' frequencies. */
  readonly priors?: ArrayLike<number> | undefined;
}

/** A discriminant solved from statistics: what `createModel` takes as a classifier. */
export interface SolvedDiscriminant {
  readonly kind: "lda";
  readonly linear: LinearScores;
  /** nClasses, ascending class order, as the next two. */
  readonly priors: Float64Array;
  readonly shrinkages: Float64Array;
  /** nClasses × nFeatures. */
  readonly means: Float64Array;
}

/** Everything that linear discriminant analysis needs to know of labelled rows, without the rows: take a subject's once,
 * save them, merge them in any order, take them out again, and solve, with the coefficients that training on the pooled
 * rows would give (to 1e-8 relative; `test/merge`). Immutable; the size depends on features and classes, not on rows.
 *
 * Moments are kept around a running mean, as pairs of means and sums of squares are merged by Chan, Golub and LeVeque;
 * for Ledoit and Wolf's share the third and fourth moments Σ d_j²·d_k and Σ d_j²·d_k² go with them, because its scales
 * are those of the merged rows. A few rows, fewer than features, wait unsummed until they are saved or become many.
 * @example LdaStatistics.of(x1, y1).merge(LdaStatistics.of(x2, y2)).solve({ shrinkage: "auto" })
 * @see T. F. Chan, G. H. Golub, R. J. LeVeque, The American Statistician 37(3), 1983, doi:10.1080/00031305.1983.10483115 */
export class LdaStatistics {
  readonly nFeatures: number;
  /** Whether it can be solved with "auto" shrinkage. */
  readonly auto: boolean;
  readonly #byClass: ReadonlyMap<number, ClassParts>;

  private constructor(nFeatures: number, auto: boolean, byClass: ReadonlyMap<number, ClassParts>) {
    this.nFeatures = nFeatures;
    this.auto = auto;
    this.#byClass = byClass;
  }

  /** @param y - an integer class code a row.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError | NumericalError} */
  static of(x: Matrix, y: ArrayLike<number>, { auto = true }: LdaStatisticsOptions = {}): LdaStatistics {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    const { classes, rows } = groupByClass(y);
    return new LdaStatistics(
      x.nFeatures,
      auto,
      new Map(classes.map((label, k) => [label, partsOf(x, rows[k]!, auto)])),
    );
  }

  /** From the statistics of each class, as `ofClass` gives them.
   * @throws {ShapeError} when their sizes differ, or do not fit. */
  static from(nFeatures: number, byClass: Iterable<readonly [number, ClassStatistics]>): LdaStatistics {
    const sorted = [...byClass].toSorted(([a], [b]) => a - b);
    for (const [label, { count, mean, scatter, higher }] of sorted) {
      if (!(Number.isInteger(count) && count >= 1))
        throw new ShapeError(`class ${label}: a count of ${count} rows, 1 or more are wanted`, count, 1);
      if (mean.length !== nFeatures)
        throw new ShapeError(`class ${label}: ${mean.length} means, ${nFeatures} are wanted`, mean.length, nFeatures);
      for (const sums of [scatter, ...(higher ? [higher.third, higher.fourth] : [])])
        if (sums.length !== nFeatures * nFeatures)
          throw new ShapeError(
            `class ${label}: ${sums.length} sums, ${nFeatures * nFeatures} are wanted`,
            sums.length,
            nFeatures * nFeatures,
          );
    }
    const auto = sorted.length > 0 && sorted.every(([, { higher }]) => higher);
    return new LdaStatistics(nFeatures, auto, new Map(sorted.map(([label, sums]) => [label, summed(sums)])));
  }

  /** Ascending class codes. */
  get classes(): readonly number[] {
    return [...this.#byClass.keys()];
  }

  /** Rows of each class, ascending class order. */
  get counts(): readonly number[] {
    return [...this.#byClass.values()].map(({ count }) => count);
  }

  /** The sums of a class. */
  ofClass(label: number): ClassStatistics | undefined {
    const parts = this.#byClass.get(label);
    if (parts === undefined) return undefined;
    const sums = compacted(parts);
    return this.auto ? sums : { count: sums.count, mean: sums.mean, scatter: sums.scatter };
  }

  /** The statistics of these rows and the other's together, whichever of the two asks.
   * @throws {ShapeError} when the widths differ. */
  merge(other: LdaStatistics): LdaStatistics {
    this.#checkWidth(other);
    const all = new Map(this.#byClass);
    for (const [label, theirs] of other.#byClass) {
      const ours = all.get(label);
      all.set(label, ours === undefined ? theirs : joined(ours, theirs));
    }
    const auto = this.auto && other.auto;
    return new LdaStatistics(this.nFeatures, auto, new Map([...all].toSorted(([a], [b]) => a - b)));
  }

  /** The statistics of these rows without the other's, which must have been merged before. Their rounding errors stay, so
   * what remains should not be a tiny part of what was.
   * @throws {ShapeError} when the widths differ, or there are fewer rows of a class than are to go. */
  remove(other: LdaStatistics): LdaStatistics {
    this.#checkWidth(other);
    const all = new Map(this.#byClass);
    for (const [label, theirs] of other.#byClass) {
      const ours = all.get(label);
      if (ours === undefined || ours.count < theirs.count)
        throw new ShapeError(
          `class ${label}: ${theirs.count} rows to take out of ${ours?.count ?? 0}: they were never merged`,
          theirs.count,
          ours?.count ?? 0,
        );
      if (ours.count === theirs.count) all.delete(label);
      else all.set(label, parted(ours, theirs));
    }
    return new LdaStatistics(this.nFeatures, this.auto && other.auto, all);
  }

  /** Solves for the discriminant, as `LinearDiscriminantAnalysis` with solver "lsqr" fits it.
   * @throws {SingleClassError | ClassTooSmallError} for too few rows; {OptionError} for "auto" without its statistics,
   * or priors that do not fit; {NumericalError} for features too large. */
  solve({ shrinkage = this.auto ? "auto" : "none", priors: given }: SolveOptions = {}): SolvedDiscriminant {
    if (shrinkage === "auto" && !this.auto)
      throw new OptionError("shrinkage", shrinkage, "a number or none: these statistics were taken with auto: false");
    const byClass = [...this.#byClass].map(([label, parts]): [number, ClassStatistics] => [
      label,
      { count: parts.count, mean: parts.mean, scatter: scatterOfParts(parts) },
    ]);
    return solveClasses(this.nFeatures, byClass, { shrinkage, priors: given }, (_, scale, label) =>
      sumOfNormsOfParts(this.#byClass.get(label)!, scale),
    );
  }

  #checkWidth(other: LdaStatistics): void {
    if (other.nFeatures !== this.nFeatures)
      throw new ShapeError(
        `statistics of ${other.nFeatures} features against ${this.nFeatures}: preprocess both alike`,
        other.nFeatures,
        this.nFeatures,
      );
  }
}

/** `solve` for sums of norms that come from anywhere.
 * @param sumOfNormsOf - Σ ‖d / scale‖⁴ over the class's rows. */
export function solveClasses(
  nFeatures: number,
  byClass: readonly (readonly [number, ClassStatistics])[],
  { shrinkage, priors: given }: { shrinkage: Shrinkage; priors?: ArrayLike<number> | undefined },
  sumOfNormsOf: (statistics: ClassStatistics, scale: Float64Array, label: number) => number,
): SolvedDiscriminant {
  const classes = byClass.map(([label]) => label);
  const nRows = byClass.reduce((sum, [, { count }]) => sum + count, 0);
  if (classes.length < 2) throw new SingleClassError(classes[0] ?? 0, nRows);
  for (const [label, { count }] of byClass) if (count < 2) throw new ClassTooSmallError(label, count, 2);
  const known = shrinkage === "auto" || shrinkage === "none" || shrinkage === null;
  if (!known && !(typeof shrinkage === "number" && shrinkage >= 0 && shrinkage <= 1))
    throw new OptionError("shrinkage", shrinkage, '"auto", "none" or a number from 0 to 1');
  const priors = given === undefined ? Float64Array.from(byClass, ([, { count }]) => count / nRows) : normalised(given);
  if (priors.length !== classes.length)
    throw new OptionError("priors", `${priors.length} numbers`, `${classes.length}, one a class`);

  const sigma = new Float64Array(nFeatures * nFeatures);
  const means = new Float64Array(classes.length * nFeatures);
  const shrinkages = Float64Array.from(byClass, ([label, statistics], k) => {
    const { count, mean, scatter } = statistics;
    means.set(mean, k * nFeatures);
    const covariance = new Float64Array(scatter.length);
    for (let i = 0; i < scatter.length; i++) covariance[i] = scatter[i]! / count;
    const scale = scaleOf(statistics);
    return addShrunkInto(sigma, covariance, { nRows: count, scale, weight: priors[k]!, shrinkage }, () =>
      checkSums({ ...correlationSums(covariance, scale), sumOfNorms: sumOfNormsOf(statistics, scale, label) }),
    );
  });
  const scores = classes.length === 2 ? twoClasses : manyClasses;
  const { linear } = scores(classes, sigma, means, priors);
  if (![...linear.coef, ...linear.centre, ...linear.offset].every(Number.isFinite))
    throw new NumericalError("the coefficients do not fit a double: rescale the features");
  return { kind: "lda", linear, priors, shrinkages, means };
}

function normalised(given: ArrayLike<number>): Float64Array {
  const priors = Float64Array.from(given);
  if (!priors.every((p) => p > 0 && Number.isFinite(p)))
    throw new OptionError("priors", [...priors], "numbers above 0");
  const sum = priors.reduce((a, b) => a + b, 0);
  return Math.abs(sum - 1) > 1e-5 ? priors.map((p) => p / sum) : priors;
}
