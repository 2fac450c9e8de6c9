import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { NonFiniteError, NotFittedError, OptionError, ShapeError } from "./errors";
import { eigh } from "./linalg/eigh";
import { solveSymmetricInto } from "./linalg/solve";
import { foldProjection, type LinearScores } from "./linear";
import { deflation, parallel, type Contrast } from "./ica-iteration";
import { checkFinite, checkMatrix, checkWidth, type Matrix } from "./matrix";
import { projected } from "./pca";
import { RandomState, range } from "./random";
import { centreRows, scatterOf } from "./scatter";

export interface FastIcaOptions {
  /** Default as many as features, or rows if there are fewer. */
  readonly nComponents?: number | undefined;
  /** All components at once, or one after another. Default "parallel". */
  readonly algorithm?: "parallel" | "deflation";
  /** What is far from normal: "logcosh" (default), "exp" or "cube". */
  readonly fun?: Contrast;
  /** Of "logcosh", from 1 to 2. Default 1. */
  readonly alpha?: number;
  /** How sources are scaled: to unit variance (default), or left as whitening gives them. */
  readonly whiten?: "unit-variance" | "arbitrary-variance";
  /** Default 200. */
  readonly maxIter?: number;
  /** Default 1e-4. */
  readonly tol?: number;
  /** Where the search starts, nComponents × nComponents, row-major. Default normal deviates of `seed`. */
  readonly wInit?: ArrayLike<number> | undefined;
  /** scikit-learn's `random_state`. Default 42. */
  readonly seed?: number;
}

interface Fitted {
  readonly mean: Float64Array;
  readonly components: Float64Array;
  readonly mixing: Float64Array;
  readonly nIter: number;
  readonly converged: boolean;
}

/** Independent components of rows, such as the sources behind the channels of an EEG (`samplesOf` gives its rows).
 *
 * Agrees with scikit-learn's `FastICA` for the same `wInit` or seed to 1e-8 (`test/golden/ica.json`).
 * @see A. Hyvärinen, E. Oja, Neural Networks 13(4-5), 2000, doi:10.1016/S0893-6080(00)00026-5
 * @example rejectComponents(epochs, new FastICA({ nComponents: 8 }).fit(samplesOf(epochs)), [0]) */
export class FastICA {
  readonly nComponents: number | undefined;
  readonly algorithm: "parallel" | "deflation";
  readonly fun: Contrast;
  readonly alpha: number;
  readonly whiten: "unit-variance" | "arbitrary-variance";
  readonly maxIter: number;
  readonly tol: number;
  readonly seed: number;
  readonly #wInit: Float64Array | undefined;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor(options: FastIcaOptions = {}) {
    const { nComponents, algorithm = "parallel", fun = "logcosh", alpha = 1, whiten = "unit-variance" } = options;
    const { maxIter = 200, tol = 1e-4, wInit, seed = 42 } = options;
    if (nComponents !== undefined && !(Number.isSafeInteger(nComponents) && nComponents >= 1))
      throw new OptionError("nComponents", nComponents, "an integer from 1");
    if (algorithm !== "parallel" && algorithm !== "deflation")
      throw new OptionError("algorithm", algorithm, '"parallel" or "deflation"');
    if (!["logcosh", "exp", "cube"].includes(fun)) throw new OptionError("fun", fun, '"logcosh", "exp" or "cube"');
    if (!(alpha >= 1 && alpha <= 2)) throw new OptionError("alpha", alpha, "a number from 1 to 2");
    if (whiten !== "unit-variance" && whiten !== "arbitrary-variance")
      throw new OptionError("whiten", whiten, '"unit-variance" or "arbitrary-variance"');
    if (!Number.isSafeInteger(maxIter) || maxIter < 1) throw new OptionError("maxIter", maxIter, "an integer from 1");
    if (!(tol > 0 && tol < Infinity)) throw new OptionError("tol", tol, "a number above 0");
    void new RandomState(seed); // refuses what is no seed
    this.nComponents = nComponents;
    this.algorithm = algorithm;
    this.fun = fun;
    this.alpha = alpha;
    this.whiten = whiten;
    this.maxIter = maxIter;
    this.tol = tol;
    this.seed = seed;
    this.#wInit = wInit === undefined ? undefined : Float64Array.from(wInit);
    if (this.#wInit?.some((value) => !Number.isFinite(value)))
      throw new OptionError("wInit", "not finite", "finite numbers");
  }

  /** @throws {ShapeError | EmptyError | NonFiniteError | NumericalError}; {OptionError} for more components than the
   * rows have directions, or a `wInit` of another size. */
  fit(x: Matrix, _y?: ArrayLike<number>): this {
    checkMatrix(x);
    checkFinite(x);
    const { nRows, nFeatures } = x;
    if (nRows < 2) throw new OptionError("x", `${nRows} row`, "two rows at least");
    const n = this.nComponents ?? Math.min(nRows, nFeatures);
    const centred = centreRows(x, range(nRows));
    const { values, vectors } = eigh(scatterOf(centred), nFeatures);
    const nDirections = values.filter((v) => v > 1e-12 * values.at(-1)!).length;
    if (n > nDirections)
      throw new OptionError("nComponents", n, `at most ${nDirections}, the directions that the rows vary in`);
    if (this.#wInit !== undefined && this.#wInit.length !== n * n)
      throw new OptionError("wInit", `${this.#wInit.length} numbers`, `${n * n}, nComponents × nComponents`);

    // White rows: along the directions of largest variance, each of variance 1. Signs as scikit-learn fixes them.
    const whitening = new Float64Array(n * nFeatures);
    for (let k = 0; k < n; k++) {
      const from = (nFeatures - 1 - k) * nFeatures;
      const scale = (vectors[from]! < 0 ? -1 : 1) / Math.sqrt(values[nFeatures - 1 - k]!);
      for (let j = 0; j < nFeatures; j++) whitening[k * nFeatures + j] = vectors[from + j]! * scale;
    }
    const rows = { data: centred.data, nRows, nFeatures };
    const white = projected(rows, new Float64Array(nFeatures), whitening).data;
    const random = new RandomState(this.seed);
    const start = this.#wInit?.slice() ?? Float64Array.from({ length: n * n }, () => random.normal());
    const iterate = this.algorithm === "parallel" ? parallel : deflation;
    const { w, nIter, converged } = iterate(white, nRows, n, start, this);

    // scikit-learn's whitening has variance 1/nRows, so that its sources "of arbitrary variance" have that.
    const unit = this.whiten === "unit-variance" ? 1 : 1 / Math.sqrt(nRows);
    const components = new Float64Array(n * nFeatures);
    for (let k = 0; k < n; k++) {
      for (let l = 0; l < n; l++)
        for (let j = 0; j < nFeatures; j++)
          components[k * nFeatures + j]! += unit * w[k * n + l]! * whitening[l * nFeatures + j]!;
    }
    this.#fitted = {
      mean: centred.mean,
      components,
      mixing: pseudoInverse(components, n, nFeatures),
      nIter,
      converged,
    };
    return this;
  }

  get nFeatures(): number {
    return this.mean.length;
  }

  get mean(): Float64Array {
    return this.#get().mean;
  }

  /** Components × nFeatures: what makes sources of rows, their mean taken off. */
  get components(): Float64Array {
    return this.#get().components;
  }

  /** nFeatures × components: how each source shows in the features. */
  get mixing(): Float64Array {
    return this.#get().mixing;
  }

  get nIter(): number {
    return this.#get().nIter;
  }

  /** Whether the components stood still, to `tol`, within `maxIter` rounds. */
  get converged(): boolean {
    return this.#get().converged;
  }

  /** nRows × components: the sources. @throws {ShapeError | EmptyError | NonFiniteError} */
  transform(x: Matrix): Matrix {
    const { mean, components } = this;
    checkMatrix(x);
    checkWidth(x, mean.length, "the ICA");
    checkFinite(x);
    return projected(x, mean, components);
  }

  /** nRows × nFeatures: rows from their sources. */
  inverseTransform(x: Matrix): Matrix {
    const { mean, mixing } = this;
    checkMatrix(x);
    const n = mixing.length / mean.length;
    checkWidth(x, n, "the ICA's sources");
    checkFinite(x);
    const out = projected(x, new Float64Array(n), mixing);
    for (let i = 0; i < out.data.length; i++) out.data[i]! += mean[i % mean.length]!;
    return out;
  }

  /** Scores of sources as scores of the rows that they are made of. */
  fold(scores: LinearScores): LinearScores {
    return foldProjection(scores, this.mean, this.components);
  }

  toJSON(): EstimatorJson {
    const { nComponents, algorithm, fun, alpha, whiten, maxIter, tol, seed } = this;
    const { nIter, converged, ...arrays } = this.#get();
    return sealEstimator("FastICA", {
      n_components: nComponents,
      algorithm,
      fun,
      alpha,
      whiten,
      max_iter: maxIter,
      tol,
      seed,
      w_init: this.#wInit,
      n_iter: nIter,
      converged,
      ...arrays,
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no FastICA, or was altered. */
  static fromJSON(json: unknown): FastICA {
    const fields = openEstimator(json, "FastICA");
    const ica = new FastICA({
      nComponents: fields.has("n_components") ? fields.count("n_components") : undefined,
      algorithm: fields.oneOf("algorithm", ["parallel", "deflation"]),
      fun: fields.oneOf("fun", ["logcosh", "exp", "cube"]),
      alpha: fields.number("alpha"),
      whiten: fields.oneOf("whiten", ["unit-variance", "arbitrary-variance"]),
      maxIter: fields.count("max_iter"),
      tol: fields.number("tol"),
      seed: fields.count("seed"),
      wInit: fields.has("w_init") ? fields.numbers("w_init") : undefined,
    });
    const mean = fields.numbers("mean");
    const components = fields.numbers("components");
    if (mean.length === 0 || components.length % mean.length !== 0)
      fields.refuse("components", "a row of features each");
    ica.#fitted = {
      mean,
      components,
      mixing: fields.numbers("mixing", components.length),
      nIter: fields.count("n_iter"),
      converged: fields.flag("converged"),
    };
    return ica;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("FastICA");
    return this.#fitted;
  }
}

/** Aᵀ(AAᵀ)⁻¹ of A, n × p with rows that do not depend on each other: p × n. */
function pseudoInverse(a: Float64Array, n: number, p: number): Float64Array {
  const products = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let l = 0; l < n; l++) for (let j = 0; j < p; j++) products[k * n + l]! += a[k * p + j]! * a[l * p + j]!;
  const out = new Float64Array(p * n);
  const columns = Array.from({ length: p }, (_, j) => Float64Array.from({ length: n }, (_value, k) => a[k * p + j]!));
  solveSymmetricInto(columns, products, n);
  columns.forEach((column, j) => out.set(column, j * n));
  return out;
}

/** Epochs by shape, as @p300/dsp has them. */
interface EpochsLike {
  /** nEpochs × nChannels × nTimes. */
  readonly data: Float64Array;
  readonly nEpochs: number;
  readonly nChannels: number;
  readonly nTimes: number;
}

/** The samples of epochs as rows, a feature a channel. @throws {ShapeError} */
export function samplesOf({ data, nEpochs, nChannels, nTimes }: EpochsLike): Matrix {
  checkEpochs({ data, nEpochs, nChannels, nTimes });
  const out = new Float64Array(data.length);
  for (let e = 0, at = 0; e < nEpochs; e++)
    for (let c = 0; c < nChannels; c++)
      for (let t = 0; t < nTimes; t++, at++) out[(e * nTimes + t) * nChannels + c] = data[at]!;
  return { data: out, nRows: nEpochs * nTimes, nFeatures: nChannels };
}

/** Epochs without the sources at `indices`, such as blinks; everything else in them stays as it is, also what fewer
 * components than channels leave unexplained.
 * @throws {ShapeError} for channels other than the ICA's; {OptionError} for a source that is not there;
 * {NonFiniteError} for data with NaN or infinities. */
export function rejectComponents<E extends EpochsLike>(epochs: E, ica: FastICA, indices: ArrayLike<number>): E {
  checkEpochs(epochs);
  const { nEpochs, nChannels, nTimes } = epochs;
  const { mean, components, mixing } = ica;
  if (nChannels !== mean.length)
    throw new ShapeError(
      `epochs have ${nChannels} channels, the ICA was fitted on ${mean.length}`,
      nChannels,
      mean.length,
    );
  const n = components.length / nChannels;
  const data = epochs.data.slice();
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new NonFiniteError(Math.floor(bad / (nChannels * nTimes)), bad % (nChannels * nTimes), data[bad]!, "epochs");
  for (const k of new Set(Array.from(indices))) {
    if (!(Number.isInteger(k) && k >= 0 && k < n)) throw new OptionError("indices", k, `sources from 0 to ${n - 1}`);
    for (let e = 0; e < nEpochs; e++) {
      const first = e * nChannels * nTimes;
      for (let t = 0; t < nTimes; t++) {
        let source = 0;
        for (let c = 0; c < nChannels; c++)
          source += components[k * nChannels + c]! * (epochs.data[first + c * nTimes + t]! - mean[c]!);
        for (let c = 0; c < nChannels; c++) data[first + c * nTimes + t]! -= mixing[c * n + k]! * source;
      }
    }
  }
  return { ...epochs, data };
}

function checkEpochs({ data, nEpochs, nChannels, nTimes }: EpochsLike): void {
  const size = nEpochs * nChannels * nTimes;
  if (!(size > 0) || data.length !== size)
    throw new ShapeError(
      `data has ${data.length} values, ${nEpochs} epochs × ${nChannels} channels × ${nTimes} times are ${size}`,
      data.length,
      size,
    );
}
