export { encodeMlmodel, type MlmodelOptions } from "./export/mlmodel";
export { exportOnnx, type OnnxOptions } from "./export/onnx-export";
export { importLinear, importOnnx, type ImportOptions, type LinearCoefficients } from "./export/onnx-import";
