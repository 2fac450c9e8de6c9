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
export { logLoss } from "./metrics/log-loss";
export { matthewsCorrelation } from "./metrics/matthews";
export type { PositiveOption } from "./metrics/pairs";
export { rocAuc } from "./metrics/roc-auc";
