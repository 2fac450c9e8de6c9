export type { Shrinkage } from "./covariance";
export * from "./errors";
export type { EstimatorJson } from "./estimator-json";
export { LinearDiscriminantAnalysis, type LdaOptions, type LdaSolver } from "./lda";
export { ledoitWolf, type ShrunkCovariance } from "./ledoit-wolf";
export type { LinearScores } from "./linear";
export { LogisticRegression, type LogisticRegressionOptions } from "./logreg";
export {
  LdaStatistics,
  type LdaStatisticsOptions,
  type SolvedDiscriminant,
  type SolveOptions,
} from "./merge/lda-statistics";
export { fitStream, type FitStreamOptions, type LabelledBlock } from "./merge/fit-stream";
export { decodeStatistics, encodeStatistics, loadStatistics, saveStatistics } from "./merge/statistics-file";
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
export { RidgeClassifier, type RidgeOptions } from "./ridge";
export { logspace, RidgeClassifierCV, type RidgeCvOptions } from "./ridge-cv";
export { StandardScaler, type ScalerOptions } from "./scaler";
export { splitBySubject, trainTestSplit, type Split, type SplitOptions, type SubjectSplit } from "./split";
export {
  evaluateModel,
  positiveProbabilities,
  trainModel,
  type Evaluation,
  type ModelKind,
  type Trained,
  type TrainOptions,
} from "./train";
export type { ClassWeight, FitOptions } from "./weights";
