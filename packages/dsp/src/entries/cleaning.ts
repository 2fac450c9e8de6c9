export { applyAsr } from "../cleaning/asr/apply";
export { type AsrCalibration, calibrateAsr, type CalibrateAsrOptions } from "../cleaning/asr/calibrate";
export { type CleanWindowOptions, findCleanSamples } from "../cleaning/asr/clean-windows";
export { type ApplyAsrOptions, type AsrChunk, type AsrStream, streamAsr } from "../cleaning/asr/stream";
export { searchRejectThreshold, type ThresholdSearch, type ThresholdSearchOptions } from "../cleaning/autoreject";
export {
  type BadChannelOptions,
  type BadChannels,
  type ChannelReport,
  findBadChannels,
} from "../cleaning/bad-channels";
export { interpolateBadChannels, type InterpolateOptions } from "../cleaning/interpolate";
export { type LaplacianOptions, surfaceLaplacian } from "../cleaning/laplacian";
export { autoReject, type AutoRejected, type AutoRejectOptions } from "../cleaning/local-autoreject";
export { type EogWeights, fitEog, regressEog, type RegressEogOptions } from "../cleaning/regression";
