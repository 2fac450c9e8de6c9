import { NumericalError, OptionError } from "../errors";
import { foldScaler } from "../linear";
import type { Model } from "../model";
import { DOUBLE, encodeOnnx, FLOAT, INT64, intAttribute, tensor, type OnnxNode, type OnnxValue } from "./onnx-format";

export interface OnnxOptions {
  /** Of the features and probabilities. Default "float32", which most runtimes and pages expect. */
  readonly dtype?: "float32" | "float64" | undefined;
  /** What the graph computes in. Default "float64": probabilities are then as exact as `dtype` can hold. "float32" for a
   * runtime that has no doubles, such as one on a graphics card. */
  readonly compute?: "float32" | "float64" | undefined;
  /** One matrix of all classes' probabilities, or an output of one column for each class, `probability_<class name>`, as
   * MLflow's data frames want it. Default "matrix". */
  readonly probabilities?: "matrix" | "columns" | undefined;
}

/** A model as an ONNX graph, scaler and classifier in one: opset 13, plain operators only.
 *
 * Input `features`, [rows, nFeatures]; outputs `label`, int64 [rows], the class code, and `probabilities`,
 * [rows, nClasses] in ascending class order. Both equal `predict` and `predictProba`: to 1e-12 with dtype "float64", to 1e-6
 * with "float32". Classes, their names, the positive class and feature names are in the file's metadata.
 * @returns the bytes of the .onnx file.
 * @throws {OptionError} for an unknown option; {NumericalError} when a coefficient does not fit a float32 asked for. */
export function exportOnnx(model: Model, options: OnnxOptions = {}): Uint8Array {
  const { dtype = "float32", compute = "float64", probabilities = "matrix" } = options;
  const type = typeNumber("dtype", dtype);
  const inner = typeNumber("compute", compute);
  if (probabilities !== "matrix" && probabilities !== "columns")
    throw new OptionError("probabilities", probabilities, '"matrix" or "columns"');
  const { classes, nFeatures } = model;
  const linear = model.scaler ? foldScaler(model.classifier.linear, model.scaler) : model.classifier.linear;
  const { centre, coef, offset } = linear;
  if (compute === "float32" && [...centre, ...coef, ...offset].some((value) => !Number.isFinite(Math.fround(value))))
    throw new NumericalError('a coefficient does not fit a float32: export with compute "float64"');
  const nScores = offset.length;

  const nodes: OnnxNode[] = [];
  const add = (
    op: string,
    inputs: string[],
    output: string,
    ...attributes: OnnxNode["attributes"] & object
  ): string => {
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const cast = (from: string, to: string, wanted: number): string =>
    add("Cast", [from], to, intAttribute("to", wanted));
  const x = type === inner ? "features" : cast("features", "features_cast", inner);
  add("Sub", [x, "centre"], "centred");
  add("MatMul", ["centred", "coef"], "products");
  add("Add", ["products", "offset"], "scores");
  const constants = [
    tensor("centre", inner, [nFeatures], centre),
    tensor("coef", inner, [nFeatures, nScores], transposed(coef, nScores, nFeatures)),
    tensor("offset", inner, [nScores], offset),
    tensor("classes", INT64, [classes.length], classes),
  ];

  if (nScores === 1) {
    // By the score's sign, not by the larger probability: near 0 both are rounded to one half.
    constants.push(tensor("zero", inner, [1], [0]), tensor("one", inner, [1], [1]), tensor("flat", INT64, [1], [-1]));
    add("Greater", ["scores", "zero"], "is_second");
    cast("is_second", "class_column", INT64);
    add("Reshape", ["class_column", "flat"], "class_index");
    add("Sigmoid", ["scores"], "second");
    add("Sub", ["one", "second"], "first");
    add("Concat", ["first", "second"], "probability_matrix", intAttribute("axis", 1));
  } else {
    add("ArgMax", ["scores"], "class_index", intAttribute("axis", 1), intAttribute("keepdims", 0));
    add("Softmax", ["scores"], "probability_matrix", intAttribute("axis", 1));
  }
  add("Gather", ["classes", "class_index"], "label", intAttribute("axis", 0));

  const outputs: OnnxValue[] = [{ name: "label", type: INT64, shape: ["rows"] }];
  const final = type === inner ? "probability_matrix" : cast("probability_matrix", "probability_cast", type);
  if (probabilities === "matrix") {
    add("Identity", [final], "probabilities");
    outputs.push({ name: "probabilities", type, shape: ["rows", classes.length] });
  } else
    model.classNames.forEach((className, k) => {
      constants.push(tensor(`column_${k}`, INT64, [], [k]));
      const name = add("Gather", [final, `column_${k}`], `probability_${className}`, intAttribute("axis", 1));
      outputs.push({ name, type, shape: ["rows"] });
    });
  return encodeOnnx({
    nodes,
    constants,
    inputs: [{ name: "features", type, shape: ["rows", nFeatures] }],
    outputs,
    description: `${model.kind}: ${nFeatures} features, classes ${model.classNames.join(", ")}`,
    metadata: {
      kind: model.kind,
      classes: JSON.stringify(classes),
      class_names: JSON.stringify(model.classNames),
      positive: String(model.positive),
      feature_names: JSON.stringify(model.featureNames),
      calibrated: String(model.calibrated),
      ...(model.version === undefined ? {} : { version: model.version }),
    },
  });
}

function typeNumber(option: string, name: string): number {
  if (name === "float32") return FLOAT;
  if (name === "float64") return DOUBLE;
  throw new OptionError(option, name, '"float32" or "float64"');
}

function transposed(matrix: Float64Array, nRows: number, nColumns: number): Float64Array {
  return matrix.map((_, i) => matrix[(i % nRows) * nColumns + Math.floor(i / nRows)]!);
}
