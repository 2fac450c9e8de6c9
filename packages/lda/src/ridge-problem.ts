import { NumericalError, SingleClassError } from "./errors";
import { gramInto } from "./linalg/gram";
import { solveSymmetricInto } from "./linalg/solve";
import type { LinearScores } from "./linear";
import { checkFinite, checkLabels, checkMatrix, groupByClass, type Matrix } from "./matrix";
import { rowWeights, type ClassWeight, type FitOptions } from "./weights";

/** A ridge regression of the classes on the features: one target of ±1 for two classes, else one a class. Rows and
 * targets are centred (with an intercept) and multiplied by the roots of the rows' weights. */
export interface RidgeProblem {
  readonly classes: readonly number[];
  readonly nRows: number;
  readonly nFeatures: number;
  readonly nTargets: number;
  /** nRows × nFeatures. */
  readonly z: Float64Array;
  /** nTargets arrays of nRows. */
  readonly targets: readonly Float64Array[];
  readonly xMean: Float64Array;
  readonly targetMeans: Float64Array;
  /** The rows' weights over their sum with an intercept, else zeros: what the intercept adds to a row's leverage. */
  readonly interceptLeverage: Float64Array;
}

export interface RidgeProblemOptions {
  readonly fitIntercept: boolean;
  readonly classWeight: ClassWeight | undefined;
}

/** @throws {ShapeError | EmptyError | NonFiniteError | LabelError | SingleClassError | NumericalError} */
export function ridgeProblem(
  x: Matrix,
  y: ArrayLike<number>,
  { fitIntercept, classWeight }: RidgeProblemOptions,
  { sampleWeight }: FitOptions,
): RidgeProblem {
  checkMatrix(x);
  checkLabels(y, x.nRows);
  checkFinite(x);
  const { nRows, nFeatures } = x;
  const { classes, rows } = groupByClass(y);
  if (classes.length < 2) throw new SingleClassError(classes[0]!, nRows);
  const given = rowWeights(rows, classes, nRows, classWeight, sampleWeight, "rows");
  const weights = given ?? new Float64Array(nRows).fill(1);
  const total = weights.reduce((a, b) => a + b, 0);
  const positive = classes.length === 2 ? [classes[1]!] : classes;
  const targets = positive.map((label) => Float64Array.from({ length: nRows }, (_, i) => (y[i] === label ? 1 : -1)));

  const xMean = new Float64Array(nFeatures);
  const targetMeans = new Float64Array(targets.length);
  const z = x.data.slice();
  if (fitIntercept) {
    centreInto(z, xMean, weights, total);
    targets.forEach((target, k) => {
      const mean = weightedMeans(target, 1, weights, total)[0]!;
      targetMeans[k] = mean;
      for (let i = 0; i < nRows; i++) target[i]! -= mean;
    });
  }
  if (given !== undefined)
    for (let i = 0, at = 0; i < nRows; i++) {
      const root = Math.sqrt(weights[i]!);
      for (let j = 0; j < nFeatures; j++, at++) z[at]! *= root;
      for (const target of targets) target[i]! *= root;
    }
  const interceptLeverage = weights.map((weight) => (fitIntercept ? weight / total : 0));
  if (!xMean.every(Number.isFinite)) throw tooLarge();
  return { classes, nRows, nFeatures, nTargets: targets.length, z, targets, xMean, targetMeans, interceptLeverage };
}

/** Takes the weighted mean off each column, and off again what rounding left of it. */
function centreInto(z: Float64Array, mean: Float64Array, weights: Float64Array, total: number): void {
  const nCols = mean.length;
  mean.set(weightedMeans(z, nCols, weights, total));
  const rest = new Float64Array(nCols);
  for (let i = 0, at = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    for (let j = 0; j < nCols; j++, at++) {
      const value = z[at]! - mean[j]!;
      z[at] = value;
      rest[j]! += weight * value;
    }
  }
  for (let j = 0; j < nCols; j++) {
    rest[j]! /= total;
    mean[j]! += rest[j]!;
  }
  for (let i = 0, at = 0; i < weights.length; i++) for (let j = 0; j < nCols; j++, at++) z[at]! -= rest[j]!;
}

function weightedMeans(data: Float64Array, nCols: number, weights: Float64Array, total: number): Float64Array {
  const mean = new Float64Array(nCols);
  for (let i = 0, at = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    for (let j = 0; j < nCols; j++, at++) mean[j]! += weight * data[at]!;
  }
  for (let j = 0; j < nCols; j++) mean[j]! /= total;
  return mean;
}

/** ZᵀZ with no more features than rows, else ZZᵀ: the smaller of the two. */
export function smallerGram({ z, nRows, nFeatures }: RidgeProblem): { gram: Float64Array; order: number } {
  const order = Math.min(nRows, nFeatures);
  const gram = new Float64Array(order * order);
  if (nFeatures <= nRows) gramInto(gram, z, nRows, nFeatures);
  else gramInto(gram, transposed(z, nRows, nFeatures), nFeatures, nRows);
  if (!gram.every(Number.isFinite)) throw tooLarge();
  return { gram, order };
}

/** The ridge solution for one alpha as scores, by `solve`, which solves (gram + alpha·I)x = b in place: gram being
 * `smallerGram`'s. */
export function ridgeScores(problem: RidgeProblem, solve: (rightSides: Float64Array[]) => void): LinearScores {
  const { classes, nRows, nFeatures, z, targets, xMean, targetMeans } = problem;
  const byFeatures = nFeatures <= nRows;
  const solved = targets.map((t) => (byFeatures ? timesTransposed(z, nRows, nFeatures, t) : t.slice()));
  solve(solved);
  const coef = new Float64Array(targets.length * nFeatures);
  solved.forEach((s, k) => coef.set(byFeatures ? s : timesTransposed(z, nRows, nFeatures, s), k * nFeatures));
  if (!coef.every(Number.isFinite)) throw tooLarge();
  return { classes, nFeatures, centre: xMean, coef, offset: targetMeans, commonOffset: 0 };
}

/** The ridge solution for one alpha. `gram` as `smallerGram` gives it; not changed. */
export function solveRidge(problem: RidgeProblem, gram: Float64Array, alpha: number): LinearScores {
  const order = Math.min(problem.nRows, problem.nFeatures);
  const system = gram.slice();
  for (let j = 0; j < order; j++) system[j * order + j]! += alpha;
  return ridgeScores(problem, (rightSides) => solveSymmetricInto(rightSides, system, order));
}

/** Zᵀ·v for Z of nRows × nCols. */
export function timesTransposed(z: Float64Array, nRows: number, nCols: number, v: Float64Array): Float64Array {
  const out = new Float64Array(nCols);
  for (let i = 0, at = 0; i < nRows; i++) {
    const weight = v[i]!;
    for (let j = 0; j < nCols; j++, at++) out[j]! += weight * z[at]!;
  }
  return out;
}

export function transposed(a: Float64Array, nRows: number, nCols: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0, at = 0; i < nRows; i++) for (let j = 0; j < nCols; j++, at++) out[j * nRows + i] = a[at]!;
  return out;
}

function tooLarge(): NumericalError {
  return new NumericalError("the sums of squares of the features do not fit a double: rescale the features");
}
