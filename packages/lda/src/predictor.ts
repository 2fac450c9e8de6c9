// Inference for a page: nothing of the rest of the package is in it, and no dependency. Five kilobytes are the limit, which
// is why it has its own few lines for what model-file.ts does at length.

/** A model that predicts: the shape that @p300/serve asks for too. */
export interface Predictor {
  readonly nFeatures: number;
  readonly featureNames: readonly string[];
  /** Ascending class codes, the columns of `predictProba`. */
  readonly classes: readonly number[];
  readonly classNames: readonly string[];
  readonly positive: number;
  /** @param data - nRows × nFeatures, row-major. @returns nRows × nClasses. @throws {PredictorError} */
  predictProba(data: ArrayLike<number>, nRows?: number): Float64Array;
  /** The likelier class code of each row. @throws {PredictorError} */
  predict(data: ArrayLike<number>, nRows?: number): Int32Array;
}

/** Whatever this module refuses. */
export class PredictorError extends Error {
  override readonly name = "PredictorError";
  readonly code = "ERR_LDA_PREDICTOR";
}

interface Header {
  format: string;
  format_version: number;
  classes: number[];
  class_names: string[];
  positive: number;
  n_features: number;
  feature_names: string[];
  weights: { file: string; arrays: { name: string; length: number }[] };
  checksums: Record<string, string>;
}

/** Fetches a model folder, as `saveModel` and `p300-lda train` write it, from where a web server or a bundler has put it.
 * @param base - the folder's address, relative or whole.
 * @throws {PredictorError} for a file that is missing, altered or of a newer format. */
export async function fetchPredictor(base: string, fetcher: typeof fetch = fetch): Promise<Predictor> {
  const get = async (name: string): Promise<Uint8Array> => {
    const answer = await fetcher(`${base.replace(/\/$/, "")}/${name}`);
    if (!answer.ok) throw new PredictorError(`${base}: ${name} answers ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  return decodePredictor(await get("model.json"), get);
}

/** A predictor from a model folder's files.
 * @param modelJson - the bytes of model.json.
 * @param read - gives the file of that name in the folder.
 * @throws {PredictorError} as `fetchPredictor`. */
export async function decodePredictor(
  modelJson: Uint8Array,
  read: (name: string) => Uint8Array | Promise<Uint8Array>,
): Promise<Predictor> {
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder().decode(modelJson)) as Header;
  } catch (cause) {
    throw new PredictorError("model.json is not JSON: it was cut short or altered", { cause });
  }
  if (header?.format !== "p300-model" || header.format_version !== 1)
    throw new PredictorError("model.json is not a model of format version 1: train with, or upgrade to, this version");
  const { classes, n_features: nFeatures, checksums } = header;
  const name = header.weights?.file ?? "";
  const bytes = await read(name);
  const digest = await digestOf(bytes);
  if (digest !== undefined && digest !== checksums?.[name])
    throw new PredictorError(`${name} does not match its checksum: it was cut short or altered, fetch the model again`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const arrays: Record<string, Float64Array> = {};
  let at = 0;
  for (const { name: array, length } of header.weights.arrays) {
    arrays[array] = Float64Array.from({ length }, (_, i) => view.getFloat64(at + 8 * i, true));
    at += 8 * length;
  }
  const { centre, coef, offset, scaler_mean: mean, scaler_scale: scale } = arrays as Record<string, Float64Array>;
  const nScores = offset?.length ?? 0;
  if (centre?.length !== nFeatures || coef?.length !== nScores * nFeatures || classes?.length !== Math.max(2, nScores))
    throw new PredictorError("model.json and its weights do not fit each other: fetch the model again");
  // The scaler goes into centre and coefficients, which gives the same scores.
  if (mean && scale) {
    for (let i = 0; i < coef.length; i++) coef[i]! /= scale[i % nFeatures]!;
    for (let j = 0; j < nFeatures; j++) centre[j] = mean[j]! + centre[j]! * scale[j]!;
  }

  const scoresOf = (data: ArrayLike<number>, nRows: number): Float64Array => {
    if (!Number.isInteger(nRows) || data.length !== nRows * nFeatures)
      throw new PredictorError(
        `${data.length} numbers are not ${Number.isInteger(nRows) ? nRows : "whole"} rows of ${nFeatures} features`,
      );
    const scores = new Float64Array(nRows * nScores);
    for (let i = 0; i < scores.length; i++) {
      const row = Math.floor(i / nScores) * nFeatures;
      const weights = (i % nScores) * nFeatures;
      let sum = 0;
      for (let j = 0; j < nFeatures; j++) sum += (data[row + j]! - centre[j]!) * coef[weights + j]!;
      sum += offset![i % nScores]!;
      if (!Number.isFinite(sum))
        throw new PredictorError(`row ${row / nFeatures} holds a number that is not finite, or too large`);
      scores[i] = sum;
    }
    return scores;
  };
  return {
    nFeatures,
    featureNames: header.feature_names,
    classes,
    classNames: header.class_names,
    positive: header.positive,
    predictProba: (data, nRows = data.length / nFeatures) => {
      const scores = scoresOf(data, nRows);
      const k = classes.length;
      const out = new Float64Array(nRows * k);
      for (let i = 0; i < nRows; i++) {
        if (nScores === 1) {
          const e = Math.exp(-Math.abs(scores[i]!));
          out[2 * i + 1] = scores[i]! >= 0 ? 1 / (1 + e) : e / (1 + e);
          out[2 * i] = 1 - out[2 * i + 1]!;
          continue;
        }
        const row = scores.subarray(i * k, i * k + k);
        const most = Math.max(...row);
        const powers = row.map((score) => Math.exp(score - most));
        const sum = powers.reduce((a, b) => a + b);
        for (let c = 0; c < k; c++) out[i * k + c] = powers[c]! / sum;
      }
      return out;
    },
    predict: (data, nRows = data.length / nFeatures) => {
      const scores = scoresOf(data, nRows);
      return Int32Array.from({ length: nRows }, (_, i) => {
        if (nScores === 1) return classes[scores[i]! > 0 ? 1 : 0]!;
        const row = scores.subarray(i * nScores, i * nScores + nScores);
        return classes[row.indexOf(Math.max(...row))]!;
      });
    },
  };
}

/** undefined on a page that was not fetched by https: browsers have no digest there. */
async function digestOf(bytes: Uint8Array): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
