import { NotFittedError, OptionError, ShapeError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import { checkFinite, checkMatrix as checkRows, type Matrix } from "../matrix";
import type { FitOptions } from "../weights";
import { congruenceInto, spectrumOf } from "./functions";
import { checkMatrices, checkMatrix, checkOrder, matrixAt, type SpdMatrices } from "./matrices";
import { checkMeanMetric, meanOf, type MeanMetric } from "./mean";

const MAPS = ["riemann", "logeuclid", "euclid"] as const;
export type TangentMetric = (typeof MAPS)[number];

/** Matrices as vectors in the tangent space at `reference`, nMatrices × n(n + 1)/2.
 *
 * For "riemann" the upper triangle, row by row, of ln(R^(-1/2)·X·R^(-1/2)), off-diagonal entries times √2, so that lengths
 * are kept. Agrees with pyRiemann's `tangent_space` to 1e-10 relative (`test/golden/geometry.json`).
 * @throws {ShapeError | EmptyError | NonFiniteError | OptionError}; {NumericalError} for matrices not positive definite.
 * @see A. Barachant et al., IEEE Trans. Biomedical Engineering 59(4), 2012, doi:10.1109/TBME.2011.2172210 */
export function tangentSpace(
  matrices: SpdMatrices,
  reference: Float64Array,
  { metric = "riemann" }: { metric?: TangentMetric } = {},
): Matrix {
  checkMatrices(matrices);
  const n = checkMatrix(reference, "the reference");
  checkOrder(matrices.nChannels, n, "the reference");
  const mapInto = logMapAt(reference, n, metric);
  const nFeatures = (n * (n + 1)) / 2;
  const data = new Float64Array(matrices.nMatrices * nFeatures);
  const image = new Float64Array(n * n);
  for (let m = 0, to = 0; m < matrices.nMatrices; m++) {
    mapInto(image, matrixAt(matrices, m), `matrix ${m}`);
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) data[to++] = i === j ? image[i * n + j]! : Math.SQRT2 * image[i * n + j]!;
  }
  return { data, nRows: matrices.nMatrices, nFeatures };
}

/** The matrices whose tangent vectors these are: `tangentSpace` undone. */
export function untangentSpace(
  vectors: Matrix,
  reference: Float64Array,
  { metric = "riemann" }: { metric?: TangentMetric } = {},
): SpdMatrices {
  checkRows(vectors);
  checkFinite(vectors);
  const n = checkMatrix(reference, "the reference");
  const nFeatures = (n * (n + 1)) / 2;
  if (vectors.nFeatures !== nFeatures)
    throw new ShapeError(
      `vectors have ${vectors.nFeatures} values, tangent vectors of ${n} × ${n} have ${nFeatures}`,
      vectors.nFeatures,
      nFeatures,
    );
  const mapInto = expMapAt(reference, n, metric);
  const out: SpdMatrices = {
    data: new Float64Array(vectors.nRows * n * n),
    nMatrices: vectors.nRows,
    nChannels: n,
  };
  for (let m = 0, from = 0; m < vectors.nRows; m++) {
    const matrix = matrixAt(out, m);
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) {
        const value = i === j ? vectors.data[from++]! : vectors.data[from++]! / Math.SQRT2;
        matrix[i * n + j] = value;
        matrix[j * n + i] = value;
      }
    mapInto(matrix);
  }
  checkMatrices(out);
  return out;
}

type LogMap = (out: Float64Array, matrix: Float64Array, name: string) => void;

function logMapAt(reference: Float64Array, n: number, metric: TangentMetric): LogMap {
  checkTangentMetric(metric);
  if (metric === "euclid")
    return (out, matrix) => {
      for (let i = 0; i < out.length; i++) out[i] = matrix[i]! - reference[i]!;
    };
  const at = spectrumOf(n);
  at.decompose(reference, "the reference");
  const spectrum = spectrumOf(n);
  const work = new Float64Array(n * n);
  if (metric === "riemann") {
    const whitening = new Float64Array(n * n);
    at.composeInto(whitening, (value) => 1 / Math.sqrt(value));
    return (out, matrix, name) => {
      congruenceInto(out, whitening, matrix, n, work);
      spectrum.mapInto(out, out, Math.log, name);
    };
  }
  const log = new Float64Array(n * n);
  at.composeInto(log, Math.log);
  const differential = differentialInto(at.vectors, n, (i, j) => slopeOfExp(at.values[i]!, at.values[j]!));
  return (out, matrix, name) => {
    spectrum.mapInto(out, matrix, Math.log, name);
    for (let i = 0; i < out.length; i++) out[i]! -= log[i]!;
    differential(out);
  };
}

function expMapAt(reference: Float64Array, n: number, metric: TangentMetric): (matrix: Float64Array) => void {
  checkTangentMetric(metric);
  if (metric === "euclid")
    return (matrix) => {
      for (let i = 0; i < matrix.length; i++) matrix[i]! += reference[i]!;
    };
  const at = spectrumOf(n);
  at.decompose(reference, "the reference");
  const spectrum = spectrumOf(n);
  const work = new Float64Array(n * n);
  if (metric === "riemann") {
    const root = new Float64Array(n * n);
    at.composeInto(root, Math.sqrt);
    return (matrix) => {
      spectrum.mapInto(matrix, matrix, Math.exp, null);
      congruenceInto(matrix, root, matrix, n, work);
    };
  }
  const log = new Float64Array(n * n);
  at.composeInto(log, Math.log);
  const differential = differentialInto(at.vectors, n, (i, j) => 1 / slopeOfExp(at.values[i]!, at.values[j]!));
  return (matrix) => {
    differential(matrix);
    for (let i = 0; i < matrix.length; i++) matrix[i]! += log[i]!;
    spectrum.mapInto(matrix, matrix, Math.exp, null);
  };
}

/** (a - b) / (ln a - ln b), the slope of exp between two logarithms. */
function slopeOfExp(a: number, b: number): number {
  const ratio = a / b - 1;
  return Math.abs(ratio) < 1e-7 ? (a + b) / 2 : (b * ratio) / Math.log1p(ratio);
}

/** H := Vᵀ·(slopes ∘ V·H·Vᵀ)·V, the derivative of a matrix function at the matrix with eigenvectors V in direction H. */
function differentialInto(vectors: Float64Array, n: number, slope: (i: number, j: number) => number) {
  const slopes = Float64Array.from({ length: n * n }, (_, at) => slope(Math.floor(at / n), at % n));
  const transposed = Float64Array.from({ length: n * n }, (_, at) => vectors[(at % n) * n + Math.floor(at / n)]!);
  const work = new Float64Array(n * n);
  return (h: Float64Array): void => {
    congruenceInto(h, vectors, h, n, work);
    for (let i = 0; i < h.length; i++) h[i]! *= slopes[i]!;
    congruenceInto(h, transposed, h, n, work);
  };
}

function checkTangentMetric(metric: TangentMetric): void {
  if (!MAPS.includes(metric)) throw new OptionError("metric", metric, `one of ${MAPS.join(", ")}`);
}

export interface TangentSpaceOptions {
  /** Of the reference's mean and of the map, or one each. Default "riemann". */
  readonly metric?: TangentMetric | { readonly mean: MeanMetric; readonly map: TangentMetric };
}

/** Matrices as vectors in the tangent space at their mean, where any classifier of vectors can tell them apart.
 *
 * Agrees with pyRiemann's `TangentSpace` to 1e-7 (`test/golden/geometry.json`).
 * @example new TangentSpace().fit(covariances).transform(covariances) */
export class TangentSpace {
  readonly kind = "tangent-space";
  readonly metric: { readonly mean: MeanMetric; readonly map: TangentMetric };
  #reference: Float64Array | undefined;

  /** @throws {OptionError} */
  constructor({ metric = "riemann" }: TangentSpaceOptions = {}) {
    const { mean, map } = typeof metric === "string" ? { mean: metric, map: metric } : metric;
    checkMeanMetric(mean);
    checkTangentMetric(map);
    this.metric = { mean, map };
  }

  /** Labels may be given, and are not used.
   * @throws {ShapeError | EmptyError | NonFiniteError | OptionError | NumericalError} */
  fit(matrices: SpdMatrices, _y?: ArrayLike<number>, { sampleWeight }: FitOptions = {}): this {
    this.#reference = meanOf(matrices, { metric: this.metric.mean, sampleWeight });
    return this;
  }

  transform(matrices: SpdMatrices): Matrix {
    return tangentSpace(matrices, this.reference, { metric: this.metric.map });
  }

  fitTransform(matrices: SpdMatrices, y?: ArrayLike<number>, options: FitOptions = {}): Matrix {
    return this.fit(matrices, y, options).transform(matrices);
  }

  inverseTransform(vectors: Matrix): SpdMatrices {
    return untangentSpace(vectors, this.reference, { metric: this.metric.map });
  }

  /** n × n. */
  get reference(): Float64Array {
    if (this.#reference === undefined) throw new NotFittedError("TangentSpace");
    return this.#reference;
  }

  toJSON(): EstimatorJson {
    return sealEstimator("TangentSpace", {
      mean_metric: this.metric.mean,
      map_metric: this.metric.map,
      reference: this.reference,
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no TangentSpace, or was altered. */
  static fromJSON(json: unknown): TangentSpace {
    const fields = openEstimator(json, "TangentSpace");
    const out = new TangentSpace({
      metric: { mean: fields.raw("mean_metric") as MeanMetric, map: fields.oneOf("map_metric", MAPS) },
    });
    const reference = fields.numbers("reference");
    if (!Number.isInteger(Math.sqrt(reference.length))) fields.refuse("reference", "a square matrix");
    out.#reference = reference;
    return out;
  }
}
