import { addClassCovarianceInto, type Shrinkage } from "./covariance";
import { NumericalError } from "./errors";
import { choleskyInto } from "./linalg/cholesky";
import { eigh } from "./linalg/eigh";
import { solveAboveInto, solveSymmetricInto } from "./linalg/solve";
import { congruenceInto, backSolveRowsInto } from "./linalg/triangular";
import type { LinearScores } from "./linear";
import type { Matrix } from "./matrix";
import { range } from "./random";
import { centreRows } from "./scatter";

/** What every solver starts from. */
export interface ClassStatistics {
  readonly classes: readonly number[];
  readonly nFeatures: number;
  /** nClasses × nFeatures. */
  readonly means: Float64Array;
  readonly priors: Float64Array;
  /** nFeatures × nFeatures: the classes' covariances, weighed. */
  readonly sigma: Float64Array;
}

/** A projection on the directions that tell the classes apart. */
export interface Discriminants {
  /** nFeatures × nComponents, row-major: scikit-learn's `scalings_`, as far as a transform uses them. */
  readonly scalings: Float64Array;
  readonly nComponents: number;
  /** Taken off the rows first: zeros for "eigen", as scikit-learn. */
  readonly centre: Float64Array;
  readonly explainedVarianceRatio: Float64Array;
}

export interface Solution {
  readonly linear: LinearScores;
  readonly rank: number;
  readonly discriminants?: Discriminants;
}

/** Solver "lsqr": the scores from Σ⁻¹ applied to the means. */
export function solveLsqr(statistics: ClassStatistics): Solution {
  return statistics.classes.length === 2 ? twoClasses(statistics) : manyClasses(statistics);
}

/** One right side, the difference of the means, seen from the point midway between them. */
function twoClasses({ classes, nFeatures, sigma, means, priors }: ClassStatistics): Solution {
  const [first, second] = [means.subarray(0, nFeatures), means.subarray(nFeatures)];
  const coef = second.map((m, j) => m - first[j]!);
  const rank = solveSymmetricInto([coef], sigma, nFeatures);
  const centre = first.map((m, j) => m / 2 + second[j]! / 2);
  const offset = Float64Array.of(Math.log(priors[1]!) - Math.log(priors[0]!));
  return { linear: { classes, nFeatures, centre, coef, offset, commonOffset: 0 }, rank };
}

/** A right side a class, all seen from the mean of the means m: with e = mean - m and a = Σ⁻¹e, scikit-learn's score is
 * (x - m)·Σ⁻¹mean - e·a/2 + ln prior + m·Σ⁻¹m/2, whose last term is common to all classes. */
function manyClasses({ classes, nFeatures, sigma, means, priors }: ClassStatistics): Solution {
  const nClasses = classes.length;
  const centre = new Float64Array(nFeatures);
  for (let i = 0; i < means.length; i++) centre[i % nFeatures]! += means[i]! / nClasses;
  const deviations = classes.map((_, k) =>
    means.slice(k * nFeatures, (k + 1) * nFeatures).map((m, j) => m - centre[j]!),
  );
  const solved = deviations.map((e) => e.slice());
  const common = centre.slice();
  const rank = solveSymmetricInto([...solved, common], sigma, nFeatures);
  const coef = new Float64Array(means.length);
  solved.forEach((a, k) =>
    coef.set(
      a.map((value, j) => value + common[j]!),
      k * nFeatures,
    ),
  );
  const offset = Float64Array.from(solved, (a, k) => Math.log(priors[k]!) - dot(deviations[k]!, a) / 2);
  return { linear: { classes, nFeatures, centre, coef, offset, commonOffset: dot(centre, common) / 2 }, rank };
}

/** Solver "svd": features scaled by their deviation within classes, directions of less than `tol` dropped, the means
 * then decomposed in what is left.
 *
 * scikit-learn takes singular values of the rows; here none are formed. With R the within-class correlations and M the
 * scaled means, its projected means P have PPᵀ = M·R⁺·Mᵀ, so that one right side a class and the eigenvectors of a
 * matrix of nClasses × nClasses are enough.
 * @param statistics - `sigma` being the pooled covariance, each class weighed by its rows. */
export function solveSvd(statistics: ClassStatistics, scale: Float64Array, options: SvdOptions): Solution {
  const { classes, nFeatures, means, priors, sigma } = statistics;
  const { tol, nRows, nComponentsMax } = options;
  const nClasses = classes.length;
  const centre = new Float64Array(nFeatures);
  for (let i = 0; i < means.length; i++) centre[i % nFeatures]! += priors[Math.floor(i / nFeatures)]! * means[i]!;
  const correlations = sigma.map((s, at) => s / scale[Math.floor(at / nFeatures)]! / scale[at % nFeatures]!);
  const weights = Float64Array.from(priors, (prior) => Math.sqrt((nRows * prior) / (nClasses - 1)));
  const scaled = classes.map((_, k) =>
    Float64Array.from(
      { length: nFeatures },
      (_, j) => (weights[k]! * (means[k * nFeatures + j]! - centre[j]!)) / scale[j]!,
    ),
  );
  const solved = scaled.map((m) => m.slice());
  const rank = solveAboveInto(solved, correlations, nFeatures, tol * tol);
  const products = new Float64Array(nClasses * nClasses);
  for (let k = 0; k < nClasses; k++)
    for (let l = 0; l <= k; l++) products[k * nClasses + l] = products[l * nClasses + k] = dot(scaled[k]!, solved[l]!);
  const { values, vectors } = eigh(products, nClasses);
  const singular = values.toReversed().map((value) => Math.sqrt(Math.max(value, 0)));
  const nKept = singular.filter((s) => s > tol * singular[0]!).length;

  const scalings = new Float64Array(nFeatures * nKept);
  const projected = new Float64Array(nClasses * nKept);
  for (let c = 0; c < nKept; c++) {
    const u = (nClasses - 1 - c) * nClasses;
    for (let k = 0; k < nClasses; k++) {
      const share = vectors[u + k]! / singular[c]!;
      for (let j = 0; j < nFeatures; j++) scalings[j * nKept + c]! += (share * solved[k]![j]!) / scale[j]!;
      projected[k * nKept + c] = (vectors[u + k]! * singular[c]!) / weights[k]!;
    }
  }
  const scores = new Float64Array(nClasses * nFeatures);
  const offsets = new Float64Array(nClasses);
  for (let k = 0; k < nClasses; k++) {
    let squares = 0;
    for (let c = 0; c < nKept; c++) {
      const value = projected[k * nKept + c]!;
      squares += value * value;
      for (let j = 0; j < nFeatures; j++) scores[k * nFeatures + j]! += value * scalings[j * nKept + c]!;
    }
    offsets[k] = Math.log(priors[k]!) - squares / 2;
  }
  const total = singular.reduce((sum, s) => sum + s * s, 0);
  const nComponents = Math.min(nKept, nComponentsMax);
  return {
    linear: { classes, nFeatures, centre, ...scoresOfClasses(scores, offsets, nFeatures), commonOffset: 0 },
    rank,
    discriminants: {
      scalings: firstColumns(scalings, nKept, nComponents),
      nComponents,
      centre,
      explainedVarianceRatio: singular.slice(0, nComponentsMax).map((s) => (total === 0 ? 0 : (s * s) / total)),
    },
  };
}

export interface SvdOptions {
  /** Singular values of the scaled rows that are not above it count as zero. */
  readonly tol: number;
  readonly nRows: number;
  readonly nComponentsMax: number;
}

/** Solver "eigen": scores as "lsqr" has them, and the directions v with (Σ_total - Σ)v = λΣv of the largest λ.
 * @throws {NumericalError} when the covariance is singular. */
export function solveEigen(
  statistics: ClassStatistics,
  x: Matrix,
  { shrinkage, nComponentsMax }: { shrinkage: Shrinkage; nComponentsMax: number },
): Solution {
  const { nFeatures, sigma } = statistics;
  const { linear, rank } = solveLsqr(statistics);
  const factor = sigma.slice();
  if (rank < nFeatures || choleskyInto(factor, nFeatures) < 0)
    throw new NumericalError('the covariance within classes is singular: use shrinkage, or solver "svd"');
  const between = sigma.map((s) => -s);
  addClassCovarianceInto(between, centreRows(x, range(x.nRows)), 1, shrinkage);
  congruenceInto(between, factor, nFeatures);
  const { values, vectors } = eigh(between, nFeatures);
  const total = values.reduce((sum, value) => sum + value, 0);
  const nComponents = nComponentsMax;
  const scalings = new Float64Array(nFeatures * nComponents);
  const rows = new Float64Array(nComponents * nFeatures);
  for (let c = 0; c < nComponents; c++)
    rows.set(vectors.subarray((nFeatures - 1 - c) * nFeatures, (nFeatures - c) * nFeatures), c * nFeatures);
  backSolveRowsInto(rows, factor, nComponents, nFeatures);
  for (let c = 0; c < nComponents; c++)
    for (let j = 0; j < nFeatures; j++) scalings[j * nComponents + c] = rows[c * nFeatures + j]!;
  return {
    linear,
    rank,
    discriminants: {
      scalings,
      nComponents,
      centre: new Float64Array(nFeatures),
      explainedVarianceRatio: Float64Array.from({ length: nComponents }, (_, c) =>
        total === 0 ? 0 : values[nFeatures - 1 - c]! / total,
      ),
    },
  };
}

/** For two classes the difference of their scores, the one score that predictions use. */
function scoresOfClasses(scores: Float64Array, offsets: Float64Array, nFeatures: number) {
  if (offsets.length > 2) return { coef: scores, offset: offsets };
  return {
    coef: scores.slice(nFeatures).map((value, j) => value - scores[j]!),
    offset: Float64Array.of(offsets[1]! - offsets[0]!),
  };
}

function firstColumns(a: Float64Array, nCols: number, kept: number): Float64Array {
  return a.filter((_, at) => at % nCols < kept);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
