export { accuracy } from "./metrics/accuracy";
export { averagePrecision } from "./metrics/average-precision";
export { balancedAccuracy } from "./metrics/balanced-accuracy";
export { brierScore } from "./metrics/brier";
export { cohenKappa } from "./metrics/cohen-kappa";
export {
  confusionCounts,
  confusionMatrix,
  type ConfusionCounts,
  type ConfusionMatrix,
} from "./metrics/confusion-matrix";
export {
  calibrationCurve,
  precisionRecallCurve,
  rocCurve,
  type CalibrationCurve,
  type CalibrationOptions,
  type PrecisionRecallCurve,
  type RocCurve,
  type RocCurveOptions,
} from "./metrics/curves";
export { delongInterval, delongTest, type AucInterval, type DelongOptions, type DelongTest } from "./metrics/delong";
export {
  calibrateStop,
  EvidenceAccumulator,
  fitScoreDensities,
  type EvidenceOptions,
  type ScoreDensities,
  type StopOptions,
  type StopRule,
} from "./metrics/dynamic-stopping";
export { f1Score, precision, recall, type FScoreOptions } from "./metrics/f-score";
export {
  informationTransferRate,
  wolpawBits,
  type InformationTransfer,
  type InformationTransferOptions,
} from "./metrics/information-transfer";
export { kolmogorovSmirnov, type KolmogorovSmirnovTest } from "./metrics/kolmogorov-smirnov";
export { logLoss } from "./metrics/log-loss";
export { matthewsCorrelation } from "./metrics/matthews";
export { mcNemarTest, type McNemarOptions, type McNemarTest } from "./metrics/mcnemar";
export type { PositiveOption } from "./metrics/pairs";
export {
  psi,
  psiBaseline,
  psiBaselines,
  psiPerFeature,
  type FeatureRows,
  type PsiBaseline,
  type PsiOptions,
} from "./metrics/psi";
export { hits, map, mrr, ndcg, type RankingOptions } from "./metrics/ranking";
export { rocAuc } from "./metrics/roc-auc";
export {
  selectItem,
  spellerAccuracy,
  type SpellerCurve,
  type SpellerLayout,
  type SpellerTrial,
} from "./metrics/speller";
