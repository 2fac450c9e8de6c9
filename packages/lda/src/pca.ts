import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { NotFittedError, OptionError } from "./errors";
import { eigh } from "./linalg/eigh";
import { gramInto } from "./linalg/gram";
import { foldProjection, type LinearScores } from "./linear";
import { checkFinite, checkMatrix, checkWidth, type Matrix } from "./matrix";
import { range } from "./random";
import { centreRows } from "./scatter";

export interface PcaOptions {
  /** How many components, or, below 1, the share of the variance that they are to exceed. Default as many as there are. */
  readonly nComponents?: number | undefined;
  /** Whether each component is divided by its deviation. Default false. */
  readonly whiten?: boolean;
}

interface Fitted {
  readonly mean: Float64Array;
  readonly components: Float64Array;
  readonly explainedVariance: Float64Array;
  readonly explainedVarianceRatio: Float64Array;
  readonly singularValues: Float64Array;
  readonly noiseVariance: number;
}

/** Principal components: the orthogonal directions of largest variance, largest first.
 *
 * Agrees with scikit-learn's `PCA` to 1e-9 (`test/golden/pca.json`), the sign of a component included: its entry of
 * largest magnitude is positive. Found by the eigenvectors of the covariance, of rows or of features, whichever is the
 * smaller, so that a variance below 1e-15 of the largest is noise.
 * @example new PCA({ nComponents: 0.95, whiten: true }).fit(x).transform(x) */
export class PCA {
  readonly nComponents: number | undefined;
  readonly whiten: boolean;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ nComponents, whiten = false }: PcaOptions = {}) {
    if (nComponents !== undefined && !(nComponents > 0 && (nComponents < 1 || Number.isSafeInteger(nComponents))))
      throw new OptionError("nComponents", nComponents, "an integer from 1, or a share of the variance below 1");
    this.nComponents = nComponents;
    this.whiten = whiten;
  }

  /** @throws {ShapeError | EmptyError | NonFiniteError | NumericalError}; {OptionError} for more components than there
   * are, or fewer than two rows. */
  fit(x: Matrix, _y?: ArrayLike<number>): this {
    checkMatrix(x);
    checkFinite(x);
    const { nRows, nFeatures } = x;
    if (nRows < 2) throw new OptionError("x", `${nRows} row`, "two rows at least: one has no variance");
    const centred = centreRows(x, range(nRows));
    const nAll = Math.min(nRows, nFeatures);
    if (this.nComponents !== undefined && this.nComponents > nAll)
      throw new OptionError("nComponents", this.nComponents, `at most ${nAll}, the smaller of rows and features`);
    const { vectors, squares } =
      nFeatures <= nRows ? byFeatures(centred.data, nRows, nFeatures) : byRows(centred.data, nRows, nFeatures);
    for (let k = 0; k < nAll; k++) flipInto(vectors.subarray(k * nFeatures, (k + 1) * nFeatures));
    const variance = squares.map((s) => s / (nRows - 1));
    const total = variance.reduce((a, b) => a + b, 0);
    const ratio = variance.map((v) => (total === 0 ? 0 : v / total));
    const n = this.#count(ratio, nAll);
    const rest = variance.subarray(n);
    this.#fitted = {
      mean: centred.mean,
      components: vectors.slice(0, n * nFeatures),
      explainedVariance: variance.slice(0, n),
      explainedVarianceRatio: ratio.slice(0, n),
      singularValues: squares.slice(0, n).map(Math.sqrt),
      noiseVariance: rest.length === 0 ? 0 : rest.reduce((a, b) => a + b, 0) / rest.length,
    };
    return this;
  }

  #count(ratio: Float64Array, nAll: number): number {
    const { nComponents = nAll } = this;
    if (nComponents >= 1) return nComponents;
    let sum = 0;
    for (let k = 0; k < nAll; k++) {
      sum += ratio[k]!;
      if (sum > nComponents) return k + 1;
    }
    return nAll;
  }

  get nFeatures(): number {
    return this.mean.length;
  }

  get mean(): Float64Array {
    return this.#get().mean;
  }

  /** Components × nFeatures, each of unit length. */
  get components(): Float64Array {
    return this.#get().components;
  }

  /** Of each component, over nRows - 1. */
  get explainedVariance(): Float64Array {
    return this.#get().explainedVariance;
  }

  get explainedVarianceRatio(): Float64Array {
    return this.#get().explainedVarianceRatio;
  }

  get singularValues(): Float64Array {
    return this.#get().singularValues;
  }

  /** The mean variance of the components left out. */
  get noiseVariance(): number {
    return this.#get().noiseVariance;
  }

  /** nRows × components. @throws {ShapeError | EmptyError | NonFiniteError} */
  transform(x: Matrix): Matrix {
    const { mean } = this;
    checkMatrix(x);
    checkWidth(x, mean.length, "the PCA");
    checkFinite(x);
    return projected(x, mean, this.#projection());
  }

  fitTransform(x: Matrix): Matrix {
    return this.fit(x).transform(x);
  }

  /** nRows × nFeatures: what the components tell of the rows. */
  inverseTransform(x: Matrix): Matrix {
    const { mean, components } = this;
    const deviations = this.#deviations();
    checkMatrix(x);
    checkWidth(x, deviations.length, "the PCA's components");
    checkFinite(x);
    const nFeatures = mean.length;
    const data = new Float64Array(x.nRows * nFeatures);
    for (let i = 0; i < x.nRows; i++) {
      const to = i * nFeatures;
      data.set(mean, to);
      for (let k = 0; k < deviations.length; k++) {
        const value = x.data[i * deviations.length + k]! * deviations[k]!;
        for (let j = 0; j < nFeatures; j++) data[to + j]! += value * components[k * nFeatures + j]!;
      }
    }
    return { data, nRows: x.nRows, nFeatures };
  }

  /** Scores of components as scores of the rows that they are made of. */
  fold(scores: LinearScores): LinearScores {
    return foldProjection(scores, this.mean, this.#projection());
  }

  /** 1, or with `whiten` each component's deviation. */
  #deviations(): Float64Array {
    const { explainedVariance } = this.#get();
    return explainedVariance.map((v) => (this.whiten ? Math.max(Math.sqrt(v), Number.EPSILON) : 1));
  }

  #projection(): Float64Array {
    const { components, nFeatures } = this;
    const deviations = this.#deviations();
    return components.map((value, at) => value / deviations[Math.floor(at / nFeatures)]!);
  }

  toJSON(): EstimatorJson {
    const { nComponents, whiten } = this;
    const { noiseVariance, ...arrays } = this.#get();
    return sealEstimator("PCA", { n_components: nComponents, whiten, noise_variance: noiseVariance, ...arrays });
  }

  /** @throws {EstimatorJsonError} for JSON that is no PCA, or was altered. */
  static fromJSON(json: unknown): PCA {
    const fields = openEstimator(json, "PCA");
    const pca = new PCA({
      nComponents: fields.has("n_components") ? fields.number("n_components") : undefined,
      whiten: fields.flag("whiten"),
    });
    const mean = fields.numbers("mean");
    const explainedVariance = fields.numbers("explainedVariance");
    const n = explainedVariance.length;
    pca.#fitted = {
      mean,
      components: fields.numbers("components", n * mean.length),
      explainedVariance,
      explainedVarianceRatio: fields.numbers("explainedVarianceRatio", n),
      singularValues: fields.numbers("singularValues", n),
      noiseVariance: fields.number("noise_variance"),
    };
    return pca;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("PCA");
    return this.#fitted;
  }
}

/** (x - mean)·Pᵀ for a projection P of nOut × nFeatures. */
export function projected(x: Matrix, mean: Float64Array, projection: Float64Array): Matrix {
  const { nRows, nFeatures } = x;
  const nOut = projection.length / nFeatures;
  const data = new Float64Array(nRows * nOut);
  const row = new Float64Array(nFeatures);
  for (let i = 0; i < nRows; i++) {
    for (let j = 0; j < nFeatures; j++) row[j] = x.data[i * nFeatures + j]! - mean[j]!;
    for (let k = 0; k < nOut; k++) {
      let sum = 0;
      for (let j = 0, at = k * nFeatures; j < nFeatures; j++, at++) sum += row[j]! * projection[at]!;
      data[i * nOut + k] = sum;
    }
  }
  return { data, nRows, nFeatures: nOut };
}

/** Directions a row and the squares of their singular values, descending. */
interface Directions {
  readonly vectors: Float64Array;
  readonly squares: Float64Array;
}

function byFeatures(z: Float64Array, nRows: number, nFeatures: number): Directions {
  const gram = new Float64Array(nFeatures * nFeatures);
  gramInto(gram, z, nRows, nFeatures);
  const { values, vectors } = eigh(gram, nFeatures);
  const out = new Float64Array(nFeatures * nFeatures);
  for (let k = 0; k < nFeatures; k++) {
    const from = (nFeatures - 1 - k) * nFeatures;
    out.set(vectors.subarray(from, from + nFeatures), k * nFeatures);
  }
  return { vectors: out, squares: values.toReversed().map((value) => Math.max(value, 0)) };
}

/** By the matrix of nRows × nRows; where a direction has no variance, any one at right angles to the others. */
function byRows(z: Float64Array, nRows: number, nFeatures: number): Directions {
  const products = new Float64Array(nRows * nRows);
  for (let i = 0; i < nRows; i++)
    for (let l = 0; l <= i; l++) {
      let sum = 0;
      for (let j = 0; j < nFeatures; j++) sum += z[i * nFeatures + j]! * z[l * nFeatures + j]!;
      products[i * nRows + l] = products[l * nRows + i] = sum;
    }
  const { values, vectors } = eigh(products, nRows);
  const out = new Float64Array(nRows * nFeatures);
  const squares = values.toReversed().map((value) => Math.max(value, 0));
  for (let k = 0, spare = 0; k < nRows; k++) {
    const direction = out.subarray(k * nFeatures, (k + 1) * nFeatures);
    const u = (nRows - 1 - k) * nRows;
    if (squares[k]! > nRows * Number.EPSILON * squares[0]!)
      for (let i = 0; i < nRows; i++)
        for (let j = 0; j < nFeatures; j++) direction[j]! += vectors[u + i]! * z[i * nFeatures + j]!;
    let length = orthogonaliseInto(direction, out, k);
    for (; !(length > 1e-6 * Math.sqrt(squares[k]!)) || length === 0; spare++) {
      direction.fill(0);
      direction[spare] = 1;
      squares[k] = 0;
      length = orthogonaliseInto(direction, out, k);
      if (length < 1e-6) length = 0;
    }
    for (let j = 0; j < nFeatures; j++) direction[j]! /= length;
  }
  return { vectors: out, squares };
}

/** Takes off what a direction shares with the k before it, twice for the digits. @returns its length. */
function orthogonaliseInto(direction: Float64Array, before: Float64Array, k: number): number {
  const n = direction.length;
  for (let pass = 0; pass < 2; pass++)
    for (let l = 0; l < k; l++) {
      let shared = 0;
      for (let j = 0; j < n; j++) shared += direction[j]! * before[l * n + j]!;
      for (let j = 0; j < n; j++) direction[j]! -= shared * before[l * n + j]!;
    }
  return Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
}

/** Turns a direction so that its entry of largest magnitude is positive. */
function flipInto(direction: Float64Array): void {
  let largest = 0;
  for (let j = 1; j < direction.length; j++) if (Math.abs(direction[j]!) > Math.abs(direction[largest]!)) largest = j;
  if (direction[largest]! < 0) for (let j = 0; j < direction.length; j++) direction[j] = -direction[j]!;
}
