import { checkFinite, checkMatrix, type Matrix } from "./matrix";
import { centreRows, ledoitWolfSums, scatterOf, type LedoitWolfSums } from "./scatter";

/** A covariance and how much it was shrunk. */
export interface ShrunkCovariance {
  /** nFeatures × nFeatures, row-major, in the square of the features' unit. */
  readonly covariance: Float64Array;
  /** In [0, 1]. */
  readonly shrinkage: number;
}

/** The share of the target that Ledoit and Wolf's lemma gives, from sums that cost no product beside the Gram matrix.
 *
 * scikit-learn forms (X²)ᵀ(X²) only to add up its entries; that sum is Σᵢ ‖xᵢ‖⁴, one pass over the rows. */
export function ledoitWolfShrinkage(sums: LedoitWolfSums, nRows: number, nFeatures: number): number {
  if (nFeatures === 1) return 0; // nothing off the diagonal to shrink
  const { trace, sumOfSquares, sumOfNorms } = sums;
  const mu = trace / nFeatures;
  const delta = (sumOfSquares - 2 * mu * trace + nFeatures * mu * mu) / nFeatures;
  const beta = Math.min((sumOfNorms / nRows - sumOfSquares) / (nFeatures * nRows), delta);
  return beta === 0 ? 0 : beta / delta;
}

/** Covariance shrunk towards a scaled identity: `(1 - shrinkage) · S + shrinkage · mu · I`, `mu = trace(S) / nFeatures`.
 * Agrees with scikit-learn's `ledoit_wolf` to 1e-12 relative (`test/golden/lda.json`).
 * @param x - one sample a row; centred here.
 * @throws {ShapeError | EmptyError | NonFiniteError | NumericalError}
 * @see O. Ledoit, M. Wolf, J. Multivariate Analysis 88(2), 2004, doi:10.1016/S0047-259X(03)00096-4 */
export function ledoitWolf(x: Matrix): ShrunkCovariance {
  checkMatrix(x);
  checkFinite(x);
  const { nRows, nFeatures } = x;
  const centred = centreRows(
    x,
    Uint32Array.from({ length: nRows }, (_, i) => i),
  );
  const covariance = scatterOf(centred);
  const sums = ledoitWolfSums(centred, covariance, new Float64Array(nFeatures).fill(1));
  const shrinkage = ledoitWolfShrinkage(sums, nRows, nFeatures);
  for (let i = 0; i < covariance.length; i++) covariance[i]! *= 1 - shrinkage;
  for (let j = 0; j < nFeatures; j++) covariance[j * nFeatures + j]! += (shrinkage * sums.trace) / nFeatures;
  return { covariance, shrinkage };
}
