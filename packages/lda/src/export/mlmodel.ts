import { OptionError } from "../errors";
import type { Model } from "../model";
import { encodeModel } from "../model-file";
import { exportOnnx } from "./onnx-export";

export interface MlmodelOptions {
  /** What callers send: a data frame with a double column a feature, named after it, answered by columns `label` and
   * `probability_<class name>`; or one array of rows, answered by `label` and `probabilities`, which MLflow's server takes
   * a hundred times as fast when there are a thousand features. Default "columns". */
  readonly signature?: "columns" | "tensor" | undefined;
  /** Of the run and the logged model that own the folder, when they are known. */
  readonly runId?: string | undefined;
  readonly modelId?: string | undefined;
  readonly artifactPath?: string | undefined;
  /** Default now. */
  readonly createdAt?: Date | undefined;
}

/** What was tried (`test/export/mlmodel.test.ts`), and is named to whoever makes an environment for the model. */
const MLFLOW_VERSION = "3.17.2";
const PYTHON_VERSION = "3.11.7";
const REQUIREMENTS = [`mlflow==${MLFLOW_VERSION}`, "onnx", "onnxruntime", "numpy"];

/** A model as the files of an MLflow model folder: Python's `mlflow.pyfunc.load_model`, `mlflow.onnx.load_model` and
 * `mlflow models serve` take it, by way of an ONNX graph in doubles, so that probabilities equal `predictProba` to 1e-12.
 * The native files are in it too, so `loadModel` takes the same folder.
 * @throws {OptionError} for an unknown signature, or class names that would give two columns one name. */
export function encodeMlmodel(model: Model, options: MlmodelOptions = {}): Record<string, Uint8Array> {
  const { signature = "columns" } = options;
  if (signature !== "columns" && signature !== "tensor")
    throw new OptionError("signature", signature, '"columns" or "tensor"');
  if (signature === "columns" && new Set(model.classNames).size !== model.classNames.length)
    throw new OptionError("classNames", model.classNames.join(", "), "different ones, as they name the columns");
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const probabilities = signature === "columns" ? "columns" : "matrix";
  const requirements = `${REQUIREMENTS.join("\n")}\n`;
  const pip = JSON.stringify(REQUIREMENTS);
  return {
    ...encodeModel(model),
    MLmodel: text(mlmodelYaml(model, { ...options, signature })),
    "model.onnx": exportOnnx(model, { dtype: "float64", probabilities }),
    "requirements.txt": text(requirements),
    "python_env.yaml": text(
      `python: ${JSON.stringify(PYTHON_VERSION)}\nbuild_dependencies: ["pip", "setuptools", "wheel"]\ndependencies: ["-r requirements.txt"]\n`,
    ),
    "conda.yaml": text(
      `name: "mlflow-env"\nchannels: ["conda-forge"]\ndependencies: [${JSON.stringify(`python=${PYTHON_VERSION}`)}, "pip", {"pip": ${pip}}]\n`,
    ),
  };
}

/** JSON is YAML, so every value is written as JSON and needs no quoting of its own. */
function mlmodelYaml(
  model: Model,
  { signature, runId, modelId, artifactPath = "model", createdAt = new Date() }: MlmodelOptions,
): string {
  const { nFeatures, classNames, classes } = model;
  const tensor = (dtype: string, shape: number[], name?: string) => ({
    type: "tensor",
    ...(name === undefined ? {} : { name }),
    "tensor-spec": { dtype, shape },
  });
  const column = (type: string, name: string) => ({ type, name, required: true });
  const inputs =
    signature === "tensor"
      ? [tensor("float64", [-1, nFeatures])]
      : model.featureNames.map((name) => column("double", name));
  const outputs =
    signature === "tensor"
      ? [tensor("int64", [-1], "label"), tensor("float64", [-1, classes.length], "probabilities")]
      : [column("long", "label"), ...classNames.map((name) => column("double", `probability_${name}`))];
  const value = (of: unknown): string => JSON.stringify(of);
  const time = createdAt.toISOString().replace("T", " ").replace("Z", "000");
  return [
    `artifact_path: ${value(artifactPath)}`,
    "flavors:",
    "  onnx:",
    "    code: null",
    '    data: "model.onnx"',
    "    onnx_session_options: null",
    '    onnx_version: "1.16.0"',
    '    providers: ["CPUExecutionProvider"]',
    "  python_function:",
    '    data: "model.onnx"',
    '    env: {"conda": "conda.yaml", "virtualenv": "python_env.yaml"}',
    '    loader_module: "mlflow.onnx"',
    `    python_version: ${value(PYTHON_VERSION)}`,
    `metadata: ${value({ kind: model.kind, classes, class_names: classNames, positive: model.positive, calibrated: model.calibrated })}`,
    `mlflow_version: ${value(MLFLOW_VERSION)}`,
    ...(modelId === undefined ? [] : [`model_id: ${value(modelId)}`, `model_uuid: ${value(modelId)}`]),
    ...(runId === undefined ? [] : [`run_id: ${value(runId)}`]),
    "signature:",
    `  inputs: ${value(value(inputs))}`,
    `  outputs: ${value(value(outputs))}`,
    "  params: null",
    `utc_time_created: ${value(time)}`,
    "",
  ].join("\n");
}
