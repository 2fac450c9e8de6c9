import { LdaError, ModelFileError, OptionError } from "../errors";
import { createModel, type Model } from "../model";
import { KINDS } from "../model-header";
import { linearGraph } from "./linear-graph";
import { readOnnx } from "./onnx-read";

export interface ImportOptions {
  /** Ascending class codes, where the file does not tell them. */
  readonly classes?: readonly number[] | undefined;
  readonly classNames?: readonly string[] | undefined;
  readonly positive?: number | undefined;
  readonly featureNames?: readonly string[] | undefined;
  /** What to call the file in an error. */
  readonly file?: string | undefined;
}

/** The linear classifier in an ONNX file: one that `exportOnnx` wrote, or skl2onnx for a scaler with a linear classifier,
 * or any graph whose scores are a linear function of one input. Its coefficients are taken out, nothing of it is run.
 * @throws {ModelFileError} for a damaged file, or a graph that is not linear (saying which operator is not);
 * {OptionError} when the classes are not known, or names do not fit. */
export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Model {
  const { file = "model.onnx" } = options;
  try {
    const read = readOnnx(bytes);
    const { metadata } = read;
    const graph = linearGraph(read);
    const nScores = graph.offset.length;
    const classes = options.classes ?? listIn(metadata["classes"], Number.isInteger) ?? graph.classes;
    if (classes === undefined)
      throw new OptionError(
        "classes",
        undefined,
        `the ${Math.max(2, nScores)} class codes, which ${file} does not tell`,
      );
    if (classes.length !== Math.max(2, nScores) || (nScores > 1 && graph.link === "logistic"))
      throw new Error(`its ${nScores} scores do not fit ${classes.length} classes`);
    const { centre, coef, offset } = graph;
    if (![...centre, ...coef, ...offset].every(Number.isFinite)) throw new Error("a coefficient is not finite");
    return createModel({
      classifier: {
        kind: KINDS.find((kind) => kind === metadata["kind"]) ?? "linear",
        linear: { classes, nFeatures: centre.length, centre, coef, offset, commonOffset: 0 },
        calibrated: graph.link !== "none" && metadata["calibrated"] !== "false",
      },
      classNames: options.classNames ?? listIn(metadata["class_names"], isString),
      featureNames: options.featureNames ?? listIn(metadata["feature_names"], isString),
      positive: options.positive ?? (metadata["positive"] === undefined ? undefined : Number(metadata["positive"])),
      version: metadata["version"],
    });
  } catch (cause) {
    if (cause instanceof LdaError) throw cause;
    throw new ModelFileError(
      file,
      `can't be taken as a linear ONNX model (${cause instanceof Error ? cause.message : String(cause)}): give another`,
      { cause },
    );
  }
}

const isString = (value: unknown): boolean => typeof value === "string";

function listIn<T>(json: string | undefined, fits: (value: unknown) => boolean): T[] | undefined {
  if (json === undefined) return undefined;
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list) || !list.every(fits)) throw new Error("its metadata is damaged");
  return list as T[];
}

export interface LinearCoefficients {
  /** Ascending, scikit-learn's `classes_`. */
  readonly classes: readonly number[];
  /** nScores rows of nFeatures, scikit-learn's `coef_`: one row for two classes, else one a class. */
  readonly coef: readonly ArrayLike<number>[];
  /** nScores, scikit-learn's `intercept_`. */
  readonly intercept: ArrayLike<number>;
  /** A StandardScaler's `mean_` and `scale_`, when the classifier was fitted behind one. */
  readonly scaler?: { readonly mean: ArrayLike<number>; readonly scale: ArrayLike<number> } | undefined;
  /** false for scores that are no log-odds, such as a ridge classifier's. Default true. */
  readonly calibrated?: boolean | undefined;
  /** What was fitted, if it is a kind that this package knows. Default "linear". */
  readonly kind?: "lda" | "ridge" | "logreg" | "linear" | undefined;
}

/** A model of coefficients that were fitted elsewhere, as scikit-learn's linear classifiers keep them.
 * @throws {OptionError} when the sizes do not fit each other, or a number is not finite. */
export function importLinear(
  { classes, coef, intercept, scaler, calibrated = true, kind = "linear" }: LinearCoefficients,
  options: Omit<ImportOptions, "classes" | "file"> = {},
): Model {
  const nFeatures = coef[0]?.length ?? 0;
  const nScores = classes.length === 2 ? 1 : classes.length;
  const ascending = classes.every((code, k) => Number.isInteger(code) && (k === 0 || code > classes[k - 1]!));
  if (classes.length < 2 || !ascending)
    throw new OptionError("classes", JSON.stringify(classes), "two integer class codes or more, ascending");
  if (coef.length !== nScores || nFeatures === 0 || coef.some((row) => row.length !== nFeatures))
    throw new OptionError("coef", `${coef.length} rows`, `${nScores} of one length for ${classes.length} classes`);
  if (intercept.length !== nScores) throw new OptionError("intercept", `${intercept.length} numbers`, String(nScores));
  const numbers = {
    coef: Float64Array.from(coef.flatMap((row) => Array.from(row))),
    intercept: Float64Array.from(intercept),
    "scaler.mean": Float64Array.from(scaler?.mean ?? []),
    "scaler.scale": Float64Array.from(scaler?.scale ?? []),
  };
  for (const [name, values] of Object.entries(numbers))
    if (!values.every(Number.isFinite)) throw new OptionError(name, "not finite", "finite numbers");
  if (numbers["scaler.scale"].includes(0)) throw new OptionError("scaler.scale", 0, "numbers other than 0");
  const centre = new Float64Array(nFeatures);
  const linear = { classes, nFeatures, centre, coef: numbers.coef, offset: numbers.intercept, commonOffset: 0 };
  return createModel({
    classifier: { kind, linear, calibrated },
    ...(scaler ? { scaler: { mean: numbers["scaler.mean"], scale: numbers["scaler.scale"] } } : {}),
    ...options,
  });
}
