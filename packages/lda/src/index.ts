export type { Shrinkage } from "./covariance";
export * from "./errors";
export { LinearDiscriminantAnalysis, type LdaOptions } from "./lda";
export { ledoitWolf, type ShrunkCovariance } from "./ledoit-wolf";
export type { LinearScores } from "./linear";
export { matrixFromRows, takeLabels, takeRows, type Matrix } from "./matrix";
export * as metrics from "./metrics";
export {
  createModel,
  type FittedClassifier,
  type FittedScaler,
  type Model,
  type ModelParts,
  type TrainingSummary,
} from "./model";
export { decodeModel, encodeModel, MODEL_FORMAT_VERSION, type ModelFiles } from "./model-file";
export { loadModel, saveModel } from "./model-folder";
export { RandomState } from "./random";
export { StandardScaler } from "./scaler";
export { splitBySubject, trainTestSplit, type Split, type SplitOptions, type SubjectSplit } from "./split";
export {
  evaluateModel,
  positiveProbabilities,
  trainModel,
  type Evaluation,
  type Trained,
  type TrainOptions,
} from "./train";
