import { metrics } from "@p300/lda";

export interface Scores {
  /** null when only one class is among the epochs: the AUC is then not defined. */
  readonly auc: number | null;
  readonly accuracy: number;
  readonly kappa: number | null;
}

/** Scores of predictions as the server gave them; label 2 (Target) is the positive class. */
export function scoresOf(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Scores {
  const isTarget = Int32Array.from(labels, (label) => (label === 2 ? 1 : 0));
  const bothClasses = isTarget.includes(0) && isTarget.includes(1);
  const kappa = metrics.cohenKappa(labels, predicted);
  return {
    auc: bothClasses ? metrics.rocAuc(isTarget, probabilities) : null,
    accuracy: metrics.accuracy(labels, predicted),
    kappa: Number.isNaN(kappa) ? null : kappa,
  };
}

/** Linear-interpolated percentile of `values`, 0 when there are none. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const position = share * (sorted.length - 1);
  const low = sorted[Math.floor(position)]!;
  const high = sorted[Math.ceil(position)]!;
  return low + (high - low) * (position - Math.floor(position));
}
