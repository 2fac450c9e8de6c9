import { gramInto } from "./linalg/gram";
import type { Objective } from "./optimise";

export interface LogisticProblem {
  /** nRows × nFeatures. */
  readonly z: Float64Array;
  readonly nRows: number;
  readonly nFeatures: number;
  /** The class of each row, counted from 0. */
  readonly codes: Int32Array;
  readonly nClasses: number;
  /** One a row, summing to 1. */
  readonly weights: Float64Array;
  /** Of each squared coefficient, halved: one a feature. */
  readonly penalty: Float64Array;
  readonly fitIntercept: boolean;
}

// Second derivatives of more parameters than this would take minutes and a gigabyte.
const NEWTON_PARAMETERS_MAX = 2500;

/** Weighted mean log loss plus the penalty, as a function of the parameters: a score's coefficients, then its intercept. */
export function logisticLoss(problem: LogisticProblem): Objective {
  const { nFeatures, nClasses, fitIntercept } = problem;
  const nScores = nClasses === 2 ? 1 : nClasses;
  const stride = nFeatures + (fitIntercept ? 1 : 0);
  const length = nScores * stride;
  const slopes = new Float64Array(problem.nRows * nScores);
  return {
    length,
    gradientInto: (gradient, at) => gradientInto(gradient, at, problem, nScores, stride, slopes),
    ...(length > NEWTON_PARAMETERS_MAX ? {} : { hessian: (at) => hessianAt(at, problem, nScores, stride) }),
  };
}

/** The scores of one row into `scores`. */
function scoresInto(
  scores: Float64Array,
  { z, nFeatures, fitIntercept }: LogisticProblem,
  row: number,
  at: Float64Array,
  stride: number,
): void {
  const from = row * nFeatures;
  for (let k = 0; k < scores.length; k++) {
    const weights = k * stride;
    let a = 0;
    let b = 0;
    let j = 0;
    for (; j + 1 < nFeatures; j += 2) {
      a += z[from + j]! * at[weights + j]!;
      b += z[from + j + 1]! * at[weights + j + 1]!;
    }
    if (j < nFeatures) a += z[from + j]! * at[weights + j]!;
    scores[k] = a + b + (fitIntercept ? at[weights + nFeatures]! : 0);
  }
}

/** Writes the gradient and returns the loss. */
function gradientInto(
  gradient: Float64Array,
  at: Float64Array,
  problem: LogisticProblem,
  nScores: number,
  stride: number,
  slopes: Float64Array,
): number {
  const { z, nRows, nFeatures, codes, weights, penalty, fitIntercept } = problem;
  const scores = new Float64Array(nScores);
  let loss = 0;
  for (let i = 0; i < nRows; i++) {
    scoresInto(scores, problem, i, at, stride);
    const weight = weights[i]!;
    const code = codes[i]!;
    if (nScores === 1) {
      const score = code === 1 ? scores[0]! : -scores[0]!;
      const e = Math.exp(-Math.abs(score));
      loss += weight * ((score < 0 ? -score : 0) + Math.log1p(e));
      const wrong = score >= 0 ? e / (1 + e) : 1 / (1 + e);
      slopes[i] = (code === 1 ? -weight : weight) * wrong;
      continue;
    }
    const { sum, max } = exponentiate(scores, code);
    loss += weight * (Math.log(sum) + max);
    for (let k = 0; k < nScores; k++) slopes[i * nScores + k] = weight * (scores[k]! / sum - (k === code ? 1 : 0));
  }
  gradient.fill(0);
  for (let k = 0; k < nScores; k++) {
    const to = k * stride;
    for (let j = 0; j < nFeatures; j++) {
      const value = at[to + j]!;
      loss += (penalty[j]! * value * value) / 2;
      gradient[to + j] = penalty[j]! * value;
    }
    for (let i = 0, from = 0; i < nRows; i++, from += nFeatures) {
      const slope = slopes[i * nScores + k]!;
      if (slope !== 0) for (let j = 0; j < nFeatures; j++) gradient[to + j]! += slope * z[from + j]!;
      if (fitIntercept) gradient[to + nFeatures]! += slope;
    }
  }
  return loss;
}

/** Exponentials of the scores in place. @returns their sum, and the largest score less that of the true class. */
function exponentiate(scores: Float64Array, code: number): { sum: number; max: number } {
  let top = -Infinity;
  for (let k = 0; k < scores.length; k++) top = Math.max(top, scores[k]!);
  const max = top - scores[code]!;
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = Math.exp(scores[k]! - top);
  return { sum, max };
}

/** Second derivatives, one Gram matrix a pair of scores. */
function hessianAt(at: Float64Array, problem: LogisticProblem, nScores: number, stride: number): Float64Array {
  const { z, nRows, nFeatures, weights, penalty, fitIntercept } = problem;
  const length = nScores * stride;
  const out = new Float64Array(length * length);
  const shares = new Float64Array(nRows * nScores);
  const scores = new Float64Array(nScores);
  for (let i = 0; i < nRows; i++) {
    scoresInto(scores, problem, i, at, stride);
    if (nScores === 1) {
      const e = Math.exp(-Math.abs(scores[0]!));
      shares[i] = e / ((1 + e) * (1 + e)); // p(1 - p)
      continue;
    }
    const { sum } = exponentiate(scores, 0);
    for (let k = 0; k < nScores; k++) shares[i * nScores + k] = scores[k]! / sum;
  }
  const scaled = new Float64Array(nRows * stride);
  const block = new Float64Array(stride * stride);
  for (let k = 0; k < nScores; k++)
    for (let l = k; l < nScores; l++) {
      for (let i = 0; i < nRows; i++) {
        const p = shares[i * nScores + k]!;
        const curvature = nScores === 1 ? p : k === l ? p * (1 - p) : p * shares[i * nScores + l]!;
        const root = Math.sqrt(weights[i]! * Math.max(curvature, 0));
        const [from, to] = [i * nFeatures, i * stride];
        for (let j = 0; j < nFeatures; j++) scaled[to + j] = root * z[from + j]!;
        if (fitIntercept) scaled[to + nFeatures] = root;
      }
      gramInto(block, scaled, nRows, stride);
      const sign = k === l ? 1 : -1;
      for (let r = 0; r < stride; r++)
        for (let c = 0; c < stride; c++) {
          const value = sign * block[r * stride + c]!;
          out[(k * stride + r) * length + l * stride + c] = value;
          out[(l * stride + c) * length + k * stride + r] = value;
        }
    }
  for (let k = 0; k < nScores; k++)
    for (let j = 0; j < nFeatures; j++) out[(k * stride + j) * (length + 1)]! += penalty[j]!;
  // One number added to all intercepts changes no probability: held at 0, where the descent started, by a weight on it.
  if (fitIntercept && nScores > 1)
    for (let k = 0; k < nScores; k++)
      for (let l = 0; l < nScores; l++) out[(k * stride + nFeatures) * length + l * stride + nFeatures]! += 1 / nScores;
  return out;
}
