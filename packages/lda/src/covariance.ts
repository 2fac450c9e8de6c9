import { ledoitWolfShrinkage } from "./ledoit-wolf";
import { ledoitWolfSums, scatterOf, type CentredRows, type LedoitWolfSums } from "./scatter";

/** How a class's covariance is regularised: by Ledoit and Wolf's share, by a fixed one in [0, 1], or not at all. */
export type Shrinkage = "auto" | "none" | null | number;

/** Adds `weight` × the covariance of one class to `sigma` (nFeatures × nFeatures).
 * @param covariance - as `scatterOf` gives it.
 * @returns the share used. */
export function addClassCovarianceInto(
  sigma: Float64Array,
  centred: CentredRows,
  weight: number,
  shrinkage: Shrinkage,
  covariance: Float64Array = scatterOf(centred),
): number {
  const { nRows, scale } = centred;
  return addShrunkInto(sigma, covariance, { nRows, scale, weight, shrinkage }, () =>
    ledoitWolfSums(centred, covariance, scale),
  );
}

export interface ShrinkOptions {
  readonly nRows: number;
  /** Population standard deviation; 1 for a constant feature. */
  readonly scale: Float64Array;
  readonly weight: number;
  readonly shrinkage: Shrinkage;
}

/** Adds `weight` × `covariance`, regularised, to `sigma`; both nFeatures × nFeatures.
 *
 * "auto" is scikit-learn's: Ledoit and Wolf on the class standardised by itself, scaled back. As standardised variances
 * are 1, that is the class's own covariance with the off-diagonal shrunk, `(1 - λ)S + λ·mu·diag(scale²)`: the standardised
 * rows are never formed, and one Gram matrix serves both λ and S.
 * @param sumsOf - what "auto" needs to know of the rows.
 * @returns the share used. */
export function addShrunkInto(
  sigma: Float64Array,
  covariance: Float64Array,
  { nRows, scale, weight, shrinkage }: ShrinkOptions,
  sumsOf: () => LedoitWolfSums,
): number {
  const nFeatures = scale.length;
  let share = 0;
  let target: (feature: number) => number = () => 0;
  if (shrinkage === "auto") {
    const sums = sumsOf();
    share = ledoitWolfShrinkage(sums, nRows, nFeatures);
    const mu = sums.trace / nFeatures;
    target = (j) => mu * scale[j]! * scale[j]!;
  } else if (typeof shrinkage === "number") {
    share = shrinkage;
    let mu = 0;
    for (let j = 0; j < nFeatures; j++) mu += covariance[j * nFeatures + j]! / nFeatures;
    target = () => mu;
  }
  const kept = weight * (1 - share);
  for (let i = 0; i < sigma.length; i++) sigma[i]! += kept * covariance[i]!;
  if (share !== 0) for (let j = 0; j < nFeatures; j++) sigma[j * nFeatures + j]! += weight * share * target(j);
  return share;
}
