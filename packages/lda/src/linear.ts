import { NumericalError } from "./errors";
import { linearScoresInto } from "./linalg/linear-kernel";
import { checkFinite, type Matrix } from "./matrix";

/** A linear classifier in the form that predictions use: score = (x - centre) · coefᵀ + offset.
 *
 * Kept around a centre, because with features far from zero `x · coef + intercept` loses the digits that
 * the two large numbers share. Two classes have one score, positive for the second; more have one each. */
export interface LinearScores {
  /** Ascending class codes. */
  readonly classes: readonly number[];
  readonly nFeatures: number;
  /** nFeatures. */
  readonly centre: Float64Array;
  /** nScores × nFeatures, row-major; nScores is 1 for two classes. */
  readonly coef: Float64Array;
  /** nScores. */
  readonly offset: Float64Array;
  /** Added to every score of a decision; probabilities do without it. 0 for two classes. */
  readonly commonOffset: number;
}

/** The same classifier for rows that a scaler has not touched: the scaler folded into centre and coefficients. */
export function foldScaler(scores: LinearScores, scaler: { mean: Float64Array; scale: Float64Array }): LinearScores {
  const { nFeatures } = scores;
  return {
    ...scores,
    centre: scores.centre.map((c, j) => scaler.mean[j]! + c * scaler.scale[j]!),
    coef: scores.coef.map((value, i) => value / scaler.scale[i % nFeatures]!),
  };
}

/** The same classifier for rows that are seen through t = (x - mean)·Pᵀ, P of nOut × nFeatures. */
export function foldProjection(scores: LinearScores, mean: Float64Array, projection: Float64Array): LinearScores {
  const { nFeatures: nOut, centre, coef, offset } = scores;
  const nFeatures = mean.length;
  const folded = new Float64Array(offset.length * nFeatures);
  const offsets = offset.slice();
  for (let s = 0; s < offset.length; s++)
    for (let k = 0; k < nOut; k++) {
      const weight = coef[s * nOut + k]!;
      offsets[s]! -= centre[k]! * weight;
      for (let j = 0; j < nFeatures; j++) folded[s * nFeatures + j]! += weight * projection[k * nFeatures + j]!;
    }
  return { ...scores, nFeatures, centre: mean, coef: folded, offset: offsets };
}

/** nRows × nScores. @throws {NonFiniteError} for features that are not; {NumericalError} for a score that is not. */
export function scoresOf(x: Matrix, linear: LinearScores): Float64Array {
  const nScores = linear.offset.length;
  const out = new Float64Array(x.nRows * nScores);
  linearScoresInto(out, x.data, x.nRows, linear);
  for (let i = 0; i < out.length; i++) {
    const score = out[i]!;
    if (score - score === 0) continue;
    // Whatever is not finite in a row is not finite in its score: only then are the features looked at.
    checkFinite(x);
    if (Number.isNaN(score))
      throw new NumericalError(
        `the score of row ${Math.floor(i / nScores)} does not fit a double: its features are too large`,
      );
  }
  return out;
}

/** What scikit-learn calls decision_function: one score a row for two classes, else nRows × nClasses. */
export function decisionsOf(x: Matrix, linear: LinearScores): Float64Array {
  const scores = scoresOf(x, linear);
  if (linear.commonOffset !== 0) for (let i = 0; i < scores.length; i++) scores[i]! += linear.commonOffset;
  return scores;
}

/** nRows × nClasses, each row summing to 1; the logistic function of one score, the softmax of several. */
export function probabilitiesOf(x: Matrix, linear: LinearScores): Float64Array {
  const scores = scoresOf(x, linear);
  const nClasses = linear.classes.length;
  const out = new Float64Array(x.nRows * nClasses);
  if (nClasses === 2) {
    for (let i = 0; i < x.nRows; i++) {
      const p = logistic(scores[i]!);
      out[2 * i] = 1 - p;
      out[2 * i + 1] = p;
    }
    return out;
  }
  for (let at = 0; at < out.length; at += nClasses) {
    let max = -Infinity;
    for (let k = 0; k < nClasses; k++) max = Math.max(max, scores[at + k]!);
    if (max === Infinity)
      throw new NumericalError(`the score of row ${at / nClasses} does not fit a double: its features are too large`);
    let sum = 0;
    for (let k = 0; k < nClasses; k++) sum += out[at + k] = Math.exp(scores[at + k]! - max);
    for (let k = 0; k < nClasses; k++) out[at + k]! /= sum;
  }
  return out;
}

/** The class with the highest score; a tie goes to the lower class. */
export function predictionsOf(x: Matrix, linear: LinearScores): Int32Array {
  const scores = scoresOf(x, linear);
  const { classes } = linear;
  const out = new Int32Array(x.nRows);
  const nScores = linear.offset.length;
  for (let i = 0; i < x.nRows; i++) {
    let best = 0;
    if (nScores === 1) best = scores[i]! > 0 ? 1 : 0;
    else for (let k = 1; k < nScores; k++) if (scores[i * nScores + k]! > scores[i * nScores + best]!) best = k;
    out[i] = classes[best]!;
  }
  return out;
}

// By the sign of the score, so that exp never overflows.
function logistic(score: number): number {
  const e = Math.exp(-Math.abs(score));
  return score >= 0 ? 1 / (1 + e) : e / (1 + e);
}
