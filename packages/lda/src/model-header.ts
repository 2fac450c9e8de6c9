import { ModelFileError, ModelFormatError } from "./errors";
import type { TrainingSummary } from "./model";

/** model.json as far as this version knows it; fields it does not know are left alone. */
export interface Header {
  readonly kind: string;
  readonly calibrated: boolean;
  readonly version?: string;
  readonly classes: readonly number[];
  readonly class_names: readonly string[];
  readonly positive: number;
  readonly n_features: number;
  readonly feature_names: readonly string[];
  readonly weights: {
    readonly file: string;
    readonly arrays: readonly { readonly name: string; readonly length: number }[];
  };
  readonly training: TrainingSummary;
  readonly checksums: Readonly<Record<string, string>>;
}

/** "linear" is any other linear classifier, such as one that was imported. */
export const KINDS = ["lda", "ridge", "logreg", "stepwise-lda", "toeplitz-lda", "linear"];

/** @throws {ModelFileError} naming the field that is missing or of another type; {ModelFormatError} for an unknown kind. */
export function parseHeader(parsed: object, file: string): Header {
  const fields = parsed as Record<string, unknown>;
  const refuse = (field: string, expected: string): never => {
    throw new ModelFileError(file, `"${field}" is not ${expected}`);
  };
  const kind = fields["kind"];
  if (typeof kind !== "string" || !KINDS.includes(kind))
    throw new ModelFormatError(
      file,
      `holds a model of kind ${JSON.stringify(kind)}, this version of @p300/lda reads ${KINDS.join(", ")}: upgrade @p300/lda`,
    );
  const nFeatures = isCount(fields["n_features"])
    ? fields["n_features"]
    : refuse("n_features", "a whole number from 1");
  const classes = isListOf(fields["classes"], Number.isInteger)
    ? (fields["classes"] as number[])
    : refuse("classes", "a list of integers");
  if (classes.length < 2 || classes.some((label, k) => k > 0 && label <= classes[k - 1]!))
    refuse("classes", "two or more ascending class codes");
  const classNames = isListOf(fields["class_names"], isString)
    ? (fields["class_names"] as string[])
    : refuse("class_names", "a list of names");
  if (classNames.length !== classes.length) refuse("class_names", "one name a class");
  const positive = fields["positive"];
  if (typeof positive !== "number" || !classes.includes(positive)) return refuse("positive", "one of the classes");
  const featureNames = isListOf(fields["feature_names"], isString)
    ? (fields["feature_names"] as string[])
    : refuse("feature_names", "a list of names");
  if (featureNames.length !== nFeatures) refuse("feature_names", `${nFeatures} names, one a feature`);
  const { version, training = {} } = fields;
  if (version !== undefined && typeof version !== "string") return refuse("version", "text");
  if (!isRecord(training)) return refuse("training", "an object");
  const checksums = fields["checksums"];
  if (!isRecord(checksums) || !Object.values(checksums).every(isString))
    return refuse("checksums", "a checksum by file name");
  const { calibrated = true } = fields;
  if (typeof calibrated !== "boolean") return refuse("calibrated", "true or false");
  return {
    kind,
    calibrated,
    ...(version === undefined ? {} : { version }),
    classes,
    class_names: classNames,
    positive,
    n_features: nFeatures,
    feature_names: featureNames,
    weights: parseWeights(fields["weights"], refuse),
    training,
    checksums: checksums as Record<string, string>,
  };
}

function parseWeights(weights: unknown, refuse: (field: string, expected: string) => never): Header["weights"] {
  if (!isRecord(weights)) return refuse("weights", "an object");
  const { file, arrays } = weights;
  // A plain name: a model.json from elsewhere must not reach outside its folder.
  if (!isString(file) || !/^[\w-][\w.-]*$/.test(file)) return refuse("weights.file", "a plain file name");
  const isArray = (value: unknown): boolean => isRecord(value) && isString(value["name"]) && isCount(value["length"]);
  if (!isListOf(arrays, isArray)) return refuse("weights.arrays", "a list of { name, length }");
  return { file, arrays: arrays as { name: string; length: number }[] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isListOf(value: unknown, test: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(test);
}
