import { ModelFileError, ModelFormatError } from "./errors";
import { createModel, type FittedScaler, type Model } from "./model";
import { parseHeader, type Header } from "./model-header";
import { sha256 } from "./sha256";

export const MODEL_JSON = "model.json";
export const MODEL_FORMAT = "p300-model";
/** Raised only when an older reader would misread a newer folder; fields may be added without. */
export const MODEL_FORMAT_VERSION = 1;

/** Files by name, as they lie in a model folder. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>;

const UNSIGNED = "0".repeat(64);

/** A model as the files of its folder: model.json and the weights, little-endian float64.
 *
 * The weights are named after their content, so that replacing model.json alone swaps one model for another.
 * Equal models give equal bytes. */
export function encodeModel(model: Model): Record<string, Uint8Array> {
  const { classifier, scaler } = model;
  const { centre, coef, offset, commonOffset } = classifier.linear;
  const arrays: Record<string, Float64Array> = { centre, coef, offset, common_offset: Float64Array.of(commonOffset) };
  if (classifier.priors) arrays["priors"] = classifier.priors;
  if (scaler) Object.assign(arrays, { scaler_mean: scaler.mean, scaler_scale: scaler.scale });
  const weights = packArrays(arrays);
  const digest = sha256(weights);
  const weightsFile = `weights-${digest.slice(0, 12)}.bin`;
  const lengths = Object.entries(arrays).map(([name, values]) => ({ name, length: values.length }));
  const header = {
    format: MODEL_FORMAT,
    format_version: MODEL_FORMAT_VERSION,
    // Ahead of whatever a caller writes, so that the first entry of this name in the text is this one.
    checksums: { [weightsFile]: digest, [MODEL_JSON]: UNSIGNED },
    kind: model.kind,
    ...(model.calibrated ? {} : { calibrated: false }),
    ...(model.version === undefined ? {} : { version: model.version }),
    classes: model.classes,
    class_names: model.classNames,
    positive: model.positive,
    n_features: model.nFeatures,
    feature_names: model.featureNames,
    weights: { file: weightsFile, dtype: "float64-little-endian", arrays: lengths },
    training: model.training,
  };
  const lines = Object.entries(header).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const unsigned = `{\n${lines.join(",\n")}\n}\n`;
  const signature = sha256(new TextEncoder().encode(unsigned));
  const signed = unsigned.replace(checksumEntry(UNSIGNED), checksumEntry(signature));
  return { [MODEL_JSON]: new TextEncoder().encode(signed), [weightsFile]: weights };
}

/** The model in the files of a folder; files that model.json does not list are not looked at.
 * @throws {ModelFileError} naming the file that is missing, altered or not a model's; {ModelFormatError} for a format
 * newer than this version's, or a kind it does not know. */
export function decodeModel(files: ModelFiles): Model {
  const header = decodeHeader(files[MODEL_JSON]);
  const { file } = header.weights;
  const bytes = files[file];
  if (bytes === undefined) throw new ModelFileError(file, "is missing: copy the whole model folder");
  if (sha256(bytes) !== header.checksums[file])
    throw new ModelFileError(
      file,
      "does not match its checksum in model.json: it was cut short or altered, fetch or train the model again",
    );
  const arrays = unpackArrays(bytes, header);
  const linear = {
    classes: header.classes,
    nFeatures: header.n_features,
    centre: arrays("centre", header.n_features),
    coef: arrays("coef", scoresIn(header) * header.n_features),
    offset: arrays("offset", scoresIn(header)),
    commonOffset: arrays("common_offset", 1)[0]!,
  };
  const names = new Set(header.weights.arrays.map(({ name }) => name));
  const classifier = {
    kind: header.kind,
    linear,
    ...(header.calibrated ? {} : { calibrated: false }),
    ...(names.has("priors") ? { priors: arrays("priors", header.classes.length) } : {}),
  };
  const scaler: FittedScaler | undefined = names.has("scaler_mean")
    ? { mean: arrays("scaler_mean", header.n_features), scale: arrays("scaler_scale", header.n_features) }
    : undefined;
  return createModel({
    classifier,
    scaler,
    classNames: header.class_names,
    positive: header.positive,
    featureNames: header.feature_names,
    training: header.training,
    version: header.version,
  });
}

/** Whether these bytes are the model.json of a model folder of any format version, checked or not. */
export function looksLikeModelJson(bytes: Uint8Array): boolean {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof parsed === "object" && parsed !== null && "format" in parsed && parsed.format === MODEL_FORMAT;
  } catch {
    return false;
  }
}

/** model.json, checked against its own checksum and format version; what else it lists is checked by `decodeModel`.
 * @throws {ModelFileError | ModelFormatError} */
export function decodeHeader(bytes: Uint8Array | undefined): Header {
  if (bytes === undefined) throw new ModelFileError(MODEL_JSON, "is missing: this is not a model folder");
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ModelFileError(MODEL_JSON, "is not JSON: it was cut short or altered", { cause });
  }
  if (typeof parsed !== "object" || parsed === null || !("format" in parsed) || parsed.format !== MODEL_FORMAT)
    throw new ModelFileError(
      MODEL_JSON,
      `is not a model of this package: "format" is not ${JSON.stringify(MODEL_FORMAT)}`,
    );
  const version = "format_version" in parsed ? parsed.format_version : undefined;
  if (typeof version === "number" && version > MODEL_FORMAT_VERSION)
    throw new ModelFormatError(
      MODEL_JSON,
      `has format version ${version}, this version of @p300/lda reads up to ${MODEL_FORMAT_VERSION}: upgrade @p300/lda`,
    );
  const signature = /"model\.json":"([0-9a-f]{64})"/.exec(text)?.[1];
  const unsigned = signature === undefined ? "" : text.replace(checksumEntry(signature), checksumEntry(UNSIGNED));
  if (signature === undefined || sha256(new TextEncoder().encode(unsigned)) !== signature)
    throw new ModelFileError(
      MODEL_JSON,
      "does not match its own checksum: it was altered, fetch or train the model again",
    );
  return parseHeader(parsed, MODEL_JSON);
}

/** model.json's checksum is of itself with these 64 digits as zeros. */
function checksumEntry(digest: string): string {
  return `"${MODEL_JSON}":"${digest}"`;
}

function scoresIn({ classes }: Header): number {
  return classes.length === 2 ? 1 : classes.length;
}

function packArrays(arrays: Record<string, Float64Array>): Uint8Array {
  const values = Object.values(arrays);
  const view = new DataView(new ArrayBuffer(8 * values.reduce((sum, array) => sum + array.length, 0)));
  let at = 0;
  for (const array of values) for (const value of array) view.setFloat64(8 * at++, value, true);
  return new Uint8Array(view.buffer);
}

function unpackArrays(bytes: Uint8Array, { weights, kind }: Header): (name: string, length: number) => Float64Array {
  const { file, arrays } = weights;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = arrays.reduce((sum, { length }) => sum + length, 0);
  if (bytes.byteLength !== 8 * total)
    throw new ModelFileError(file, `has ${bytes.byteLength} bytes, model.json describes ${8 * total}`);
  return (name, length) => {
    let start = 0;
    for (const array of arrays) {
      if (array.name === name) {
        if (array.length !== length)
          throw new ModelFileError(
            MODEL_JSON,
            `lists ${array.length} numbers of "${name}", a ${kind} of this size has ${length}`,
          );
        const values = Float64Array.from({ length }, (_, i) => view.getFloat64(8 * (start + i), true));
        if (!values.every(Number.isFinite)) throw new ModelFileError(file, `"${name}" has a number that is not finite`);
        return values;
      }
      start += array.length;
    }
    throw new ModelFileError(MODEL_JSON, `lists no "${name}", which a ${kind} needs`);
  };
}
