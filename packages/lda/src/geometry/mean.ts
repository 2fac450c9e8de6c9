import { NumericalError, OptionError } from "../errors";
import { checkSampleWeight } from "../weights";
import { congruenceInto, mirrorInto, spectrumOf } from "./functions";
import { checkMatrices, matrixAt, type SpdMatrices } from "./matrices";
import { riemannianMean } from "./riemannian-mean";

export const MEAN_METRICS = ["riemann", "logeuclid", "euclid", "logdet", "wasserstein", "harmonic"] as const;

/** - "riemann": the affine-invariant (Karcher, Fréchet) mean. "logeuclid", "euclid", "harmonic": arithmetic, of the
 *   logarithms, the matrices, the inverses. "logdet", "wasserstein": the means of those distances. */
export type MeanMetric = (typeof MEAN_METRICS)[number];

export interface MeanOptions {
  /** Default "riemann". */
  readonly metric?: MeanMetric;
  /** One a matrix, 0 or more; default all the same. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
  /** When to stop, of a mean that is found by iteration; for "riemann" the Frobenius norm of the mean logarithm.
   * Default 5e-8 for "riemann", and pyRiemann's for the others. */
  readonly tolerance?: number;
  /** Default 100. */
  readonly iterationsMax?: number;
}

/** The mean of symmetric positive definite matrices, n × n.
 *
 * Agrees with pyRiemann's `gmean` to 1e-10 relative; for "riemann", where the two stop at different points near the mean
 * itself, to 1e-7 (`test/golden/geometry.json`).
 * @throws {ShapeError | EmptyError | NonFiniteError | OptionError}; {NumericalError} when a matrix is not positive
 * definite, or the iteration does not converge.
 * @see M. Moakher, SIAM J. Matrix Analysis 26(3), 2005, doi:10.1137/S0895479803436937 */
export function meanOf(matrices: SpdMatrices, options: MeanOptions = {}): Float64Array {
  const { metric = "riemann", sampleWeight, iterationsMax = 100, tolerance } = options;
  checkMatrices(matrices);
  checkMeanMetric(metric);
  if (!(Number.isInteger(iterationsMax) && iterationsMax >= 1))
    throw new OptionError("iterationsMax", iterationsMax, "a whole number above 0");
  if (tolerance !== undefined && !(tolerance > 0 && tolerance < Infinity))
    throw new OptionError("tolerance", tolerance, "a number above 0");
  const weights = weightsOf(matrices.nMatrices, sampleWeight);
  const limits = { iterationsMax, tolerance: tolerance ?? DEFAULT_TOLERANCE[metric] };
  switch (metric) {
    case "euclid":
      return mappedMean(matrices, weights, null, null);
    case "logeuclid":
      return mappedMean(matrices, weights, Math.log, Math.exp);
    case "harmonic":
      return mappedMean(matrices, weights, inverse, inverse);
    case "logdet":
      return logdetMean(matrices, weights, limits);
    case "wasserstein":
      return wassersteinMean(matrices, weights, limits);
    case "riemann":
      return riemannianMean(matrices, weights, mappedMean(matrices, weights, null, null), limits);
  }
}

const DEFAULT_TOLERANCE: Readonly<Record<MeanMetric, number>> = {
  riemann: 5e-8,
  logdet: 1e-4,
  wasserstein: 1e-8,
  logeuclid: 1,
  euclid: 1,
  harmonic: 1,
};

/** @throws {OptionError} */
export function checkMeanMetric(metric: MeanMetric): void {
  if (!MEAN_METRICS.includes(metric)) throw new OptionError("metric", metric, `one of ${MEAN_METRICS.join(", ")}`);
}

/** Weights that sum to 1. */
export function weightsOf(nMatrices: number, sampleWeight: ArrayLike<number> | undefined): Float64Array {
  if (sampleWeight === undefined) return new Float64Array(nMatrices).fill(1 / nMatrices);
  checkSampleWeight(sampleWeight, nMatrices);
  const weights = Float64Array.from(sampleWeight);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

const inverse = (value: number): number => 1 / value;

/** back(Σ w · to(X)), each function through eigenvalues; null is none. */
function mappedMean(
  matrices: SpdMatrices,
  weights: Float64Array,
  to: ((value: number) => number) | null,
  back: ((value: number) => number) | null,
): Float64Array {
  const { nMatrices, nChannels } = matrices;
  const mean = new Float64Array(nChannels * nChannels);
  const image = new Float64Array(mean.length);
  const spectrum = spectrumOf(nChannels);
  for (let m = 0; m < nMatrices; m++) {
    const matrix = matrixAt(matrices, m);
    if (to !== null) spectrum.mapInto(image, matrix, to, `matrix ${m}`);
    addScaled(mean, to === null ? matrix : image, weights[m]!);
  }
  if (back !== null) spectrum.mapInto(mean, mean, back, back === inverse ? "the mean of the inverses" : null);
  return finite(mean);
}

interface Limits {
  readonly iterationsMax: number;
  readonly tolerance: number;
}

/** M ← (Σ w ((X + M) / 2)⁻¹)⁻¹. @see M. Moakher, 2012, in: New Developments in the Visualization of Tensor Fields */
function logdetMean(matrices: SpdMatrices, weights: Float64Array, { iterationsMax, tolerance }: Limits): Float64Array {
  const n = matrices.nChannels;
  const spectrum = spectrumOf(n);
  const between = new Float64Array(n * n);
  let mean = mappedMean(matrices, weights, null, null);
  for (let round = 0; round < iterationsMax; round++) {
    const next = new Float64Array(n * n);
    for (let m = 0; m < matrices.nMatrices; m++) {
      const matrix = matrixAt(matrices, m);
      for (let i = 0; i < between.length; i++) between[i] = matrix[i]! / 2 + mean[i]! / 2;
      spectrum.mapInto(between, between, inverse, `matrix ${m}`);
      addScaled(next, between, weights[m]!);
    }
    spectrum.mapInto(next, next, inverse, "the mean");
    const moved = frobenius(next.map((value, i) => value - mean[i]!));
    mean = next;
    if (moved <= tolerance) return finite(mean);
  }
  throw notConverged("logdet", iterationsMax);
}

/** The fixed point M = M^(-1/2) (Σ w (M^(1/2) X M^(1/2))^(1/2))² M^(-1/2).
 * @see P. Álvarez-Esteban et al., J. Math. Analysis and Applications 441(2), 2016, doi:10.1016/j.jmaa.2016.04.045 */
function wassersteinMean(
  matrices: SpdMatrices,
  weights: Float64Array,
  { iterationsMax, tolerance }: Limits,
): Float64Array {
  const n = matrices.nChannels;
  const spectrum = spectrumOf(n);
  const [root, rootInverse, image, sum, work] = Array.from({ length: 5 }, () => new Float64Array(n * n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let mean = mappedMean(matrices, weights, null, null);
  for (let round = 0; round < iterationsMax; round++) {
    spectrum.decompose(mean, "the mean");
    spectrum.composeInto(root, Math.sqrt);
    spectrum.composeInto(rootInverse, (value) => 1 / Math.sqrt(value));
    sum.fill(0);
    for (let m = 0; m < matrices.nMatrices; m++) {
      congruenceInto(image, root, matrixAt(matrices, m), n, work);
      spectrum.mapInto(image, image, Math.sqrt, `matrix ${m}`);
      addScaled(sum, image, weights[m]!);
    }
    // The map T = M^(-1/2)·sum·M^(-1/2) carries M to the next mean T·M·T; the step's size is that of M·(T - I) + its transpose.
    const map = new Float64Array(n * n);
    congruenceInto(map, rootInverse, sum, n, work);
    const next = new Float64Array(n * n);
    congruenceInto(next, map, mean, n, work);
    for (let i = 0; i < n; i++) map[i * n + i]! -= 1;
    let squares = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let entry = 0;
        for (let k = 0; k < n; k++) entry += map[i * n + k]! * mean[k * n + j]! + mean[i * n + k]! * map[k * n + j]!;
        squares += entry * entry;
      }
    mean = next;
    if (Math.sqrt(squares) <= tolerance) return finite(mean);
  }
  throw notConverged("wasserstein", iterationsMax);
}

function notConverged(metric: MeanMetric, rounds: number): NumericalError {
  return new NumericalError(
    `the ${metric} mean did not converge in ${rounds} rounds: rescale the matrices, or raise tolerance or iterationsMax`,
  );
}

function addScaled(out: Float64Array, matrix: Float64Array, weight: number): void {
  for (let i = 0; i < out.length; i++) out[i]! += weight * matrix[i]!;
}

export function frobenius(a: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * a[i]!;
  return Math.sqrt(sum);
}

function finite(mean: Float64Array): Float64Array {
  if (!mean.every(Number.isFinite)) throw new NumericalError("the mean does not fit a double: rescale the matrices");
  mirrorInto(mean, Math.round(Math.sqrt(mean.length)));
  return mean;
}
