export { compareModels, type Comparison } from "./compare";
export {
  CalibratedClassifier,
  calibrate,
  probabilityOf,
  type CalibrationOptions,
  type Calibrator,
} from "./calibration";
export type { Shrinkage } from "./covariance";
export * from "./errors";
export type { EstimatorJson } from "./estimator-json";
export { type DistanceMetric, type DistanceOptions, distance, distances } from "./geometry/distance";
export { expm, invsqrtm, logm, powm, sqrtm } from "./geometry/functions";
export { geodesic, type GeodesicOptions } from "./geometry/geodesic";
export type { SpdMatrices } from "./geometry/matrices";
export { MDM, type MdmOptions } from "./geometry/mdm";
export { meanOf, type MeanMetric, type MeanOptions } from "./geometry/mean";
export {
  dispersionOf,
  ProcrustesAlignment,
  type ProcrustesOptions,
  rotationBetween,
  stretch,
} from "./geometry/procrustes";
export { type Domain, recentre, Recentring } from "./geometry/recentre";
export {
  tangentSpace,
  TangentSpace,
  type TangentMetric,
  type TangentSpaceOptions,
  untangentSpace,
} from "./geometry/tangent-space";
export { FastICA, rejectComponents, samplesOf, type FastIcaOptions } from "./fast-ica";
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
export { encodeLabels, matrixFromRows, takeLabels, takeRows, type Matrix } from "./matrix";
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
export { PCA, type PcaOptions } from "./pca";
export { Pipeline, type PipelineOptions, type PipelineStep } from "./pipeline";
export { RandomState } from "./random";
export { RidgeClassifier, type RidgeOptions } from "./ridge";
export { logspace, RidgeClassifierCV, type RidgeCvOptions } from "./ridge-cv";
export { StandardScaler, type ScalerOptions } from "./scaler";
export { type CovarianceEstimator, covariances, Covariances, type CovariancesOptions } from "./spatial/covariances";
export { CSP, type CspOptions } from "./spatial/csp";
export { type Epochs, flattenEpochs, joinEpochs, takeEpochs } from "./spatial/epochs";
export { ERPCovariances, type ErpCovariancesOptions } from "./spatial/erp-covariances";
export { Xdawn, type XdawnOptions } from "./spatial/xdawn";
export { XdawnCovariances, type XdawnCovariancesOptions } from "./spatial/xdawn-covariances";
export {
  crossValidate,
  crossValPredict,
  type CrossValidated,
  type CrossValidateOptions,
  type CrossValidation,
  type FoldedOptions,
} from "./selection/cross-validate";
export type { Estimator, Take } from "./selection/estimator";
export {
  KFold,
  ShuffleSplit,
  StratifiedKFold,
  StratifiedShuffleSplit,
  type ShuffleSplitOptions,
} from "./selection/folds";
export { GroupKFold, LeaveOneGroupOut, StratifiedGroupKFold } from "./selection/group-folds";
export {
  gridSearch,
  type GridPoint,
  type GridSearched,
  type GridSearchOptions,
  type ParameterGrid,
} from "./selection/grid-search";
export { learningCurve, type LearningCurve, type LearningCurveOptions } from "./selection/learning-curve";
export type { Scorer, ScorerName, Scoring } from "./selection/scorers";
export type { FoldOptions, Splittable, Splitter } from "./selection/splitter";
export { StepwiseLda, type StepwiseLdaOptions } from "./stepwise-lda";
export { ToeplitzLda, type ToeplitzLdaOptions } from "./toeplitz-lda";
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
