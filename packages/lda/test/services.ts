/** A real service that some suites are held to, found by an environment variable. Where it is absent those suites are
 * skipped by name, but never in CI, where what is skipped would go unnoticed. */
export interface Service {
  readonly name: string;
  /** What the variable says: the path of an executable, or of a module's folder. */
  readonly path: string;
  readonly absent: boolean;
}

function service(name: string, variable: string): Service {
  const path = process.env[variable] ?? "";
  if (path === "" && process.env.CI) throw new Error(`${variable} is not set: in CI the tests with ${name} must run`);
  return { name, path, absent: path === "" };
}

/** A Python with mlflow 3.17.2, onnx and onnxruntime. */
export const mlflowPython = (): Service => service("Python mlflow and onnxruntime", "P300_TEST_MLFLOW_PYTHON");

/** The module onnxruntime-node. */
export const onnxruntimeNode = (): Service => service("onnxruntime-node", "P300_TEST_ONNXRUNTIME_NODE");
