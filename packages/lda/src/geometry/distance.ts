import { OptionError } from "../errors";
import { choleskyInto } from "../linalg/cholesky";
import { eighInto, eighWork, whitenInto } from "../linalg/eigh";
import { congruenceInto, spectrumOf } from "./functions";
import { checkMatrices, checkMatrix, checkOrder, matrixAt, notPositiveDefinite, type SpdMatrices } from "./matrices";

export const DISTANCE_METRICS = ["riemann", "logeuclid", "euclid", "logdet", "wasserstein", "harmonic"] as const;

/** - "riemann": affine-invariant, √Σ ln² of the generalised eigenvalues of both.
 * - "logeuclid", "euclid", "harmonic": Frobenius norm of the difference of logarithms, of matrices, of inverses.
 * - "logdet": square root of the symmetric log-determinant divergence. "wasserstein": Bures'. */
export type DistanceMetric = (typeof DISTANCE_METRICS)[number];

export interface DistanceOptions {
  /** Default "riemann". */
  readonly metric?: DistanceMetric;
  /** The squared distance. Default false. */
  readonly squared?: boolean;
}

/** How far apart two symmetric positive definite matrices are.
 *
 * Agrees with pyRiemann's `distance` to 1e-10 relative up to a condition of 1e3, 1e-6 at 1e8 (`test/golden/geometry.json`).
 * @param a - n × n, as is `b`.
 * @throws {ShapeError | EmptyError | NonFiniteError | OptionError}; {NumericalError} when one is not positive definite.
 * @see X. Pennec et al., Int. J. Computer Vision 66(1), 2006, doi:10.1007/s11263-005-3222-z */
export function distance(a: Float64Array, b: Float64Array, options: DistanceOptions = {}): number {
  const n = checkMatrix(a, "the first matrix");
  return distances({ data: a, nMatrices: 1, nChannels: n }, b, options)[0]!;
}

/** `distance` of each matrix from one reference. */
export function distances(
  matrices: SpdMatrices,
  reference: Float64Array,
  { metric = "riemann", squared = false }: DistanceOptions = {},
): Float64Array {
  checkMatrices(matrices);
  const n = checkMatrix(reference, "the reference");
  checkOrder(matrices.nChannels, n, "the reference");
  const squareOf = squaredDistanceFrom(reference, n, metric);
  const out = new Float64Array(matrices.nMatrices);
  for (let m = 0; m < out.length; m++) {
    const d2 = squareOf(matrixAt(matrices, m), m);
    out[m] = squared ? d2 : Math.sqrt(d2);
  }
  return out;
}

/** @throws {OptionError} */
export function checkDistanceMetric(metric: DistanceMetric): void {
  if (!DISTANCE_METRICS.includes(metric))
    throw new OptionError("metric", metric, `one of ${DISTANCE_METRICS.join(", ")}`);
}

/** The squared distance from `reference`, what depends on it alone being worked out once. */
export function squaredDistanceFrom(
  reference: Float64Array,
  n: number,
  metric: DistanceMetric,
): (matrix: Float64Array, index: number) => number {
  checkDistanceMetric(metric);
  const work = new Float64Array(n * n);
  if (metric === "euclid") return (matrix) => squaredDifference(matrix, reference);
  if (metric === "logeuclid" || metric === "harmonic") {
    const spectrum = spectrumOf(n);
    const f = metric === "logeuclid" ? Math.log : (value: number) => 1 / value;
    const image = new Float64Array(n * n);
    spectrum.mapInto(image, reference, f, "the reference");
    return (matrix, index) => {
      spectrum.mapInto(work, matrix, f, `matrix ${index}`);
      return squaredDifference(work, image);
    };
  }
  if (metric === "wasserstein") return wassersteinFrom(reference, n, work);
  const lower = reference.slice();
  if (!(choleskyInto(lower, n) > 0)) throw notPositiveDefinite("the reference");
  const values = new Float64Array(n);
  const eigen = eighWork(n);
  return (matrix, index) => {
    work.set(matrix);
    whitenInto(work, lower, n);
    eighInto(values, null, work, n, eigen);
    if (!(values[0]! > n * Number.EPSILON * values[n - 1]!)) throw notPositiveDefinite(`matrix ${index}`);
    let sum = 0;
    if (metric === "riemann")
      for (let k = 0; k < n; k++) {
        const log = Math.log(values[k]!);
        sum += log * log;
      }
    // ln det((A + B)/2) - ln det(AB)/2 of the eigenvalues of A against B, each term at least 0
    else for (let k = 0; k < n; k++) sum += Math.max(0, Math.log1p((values[k]! - 1) / 2) - Math.log(values[k]!) / 2);
    return sum;
  };
}

function wassersteinFrom(reference: Float64Array, n: number, work: Float64Array) {
  const spectrum = spectrumOf(n);
  const root = new Float64Array(n * n);
  spectrum.mapInto(root, reference, Math.sqrt, "the reference");
  const product = new Float64Array(n * n);
  return (matrix: Float64Array, index: number): number => {
    congruenceInto(product, root, matrix, n, work);
    spectrum.decompose(product, `matrix ${index}`);
    let sum = 0;
    for (let k = 0; k < n; k++) {
      sum += matrix[k * n + k]! + reference[k * n + k]! - 2 * Math.sqrt(spectrum.values[k]!);
    }
    return Math.max(0, sum);
  };
}

function squaredDifference(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
