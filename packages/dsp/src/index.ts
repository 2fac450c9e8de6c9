export { baselineInto, baselineSamples, type BaselineWindow } from "./baseline";
export { extractEpochs, type EpochOptions, type Epochs, type EpochShapeOptions } from "./epochs";
export { detrend, detrendEpochs, type DetrendOptions, detrendRecording } from "./detrend";
export * from "./errors";
export { type Events, findEvents, type FindEventsOptions } from "./events";
export { averageEpochs, type AverageOptions, type Evoked, globalFieldPower } from "./evoked";
export { nextPowerOfTwo, planFft, type FftPlan } from "./fft";
export { filterFir, filterRows, type FilterRowsOptions, type PadMode } from "./filter";
export { designFir, type FirLength, lowPassTaps, type FirOptions, type FirPhase } from "./fir";
export { concatenateFeatures, flatten, type Features } from "./flatten";
export {
  beginPreprocess,
  NON_TARGET,
  preprocess,
  type Preprocessed,
  type PreprocessOptions,
  type PreprocessWork,
  TARGET,
} from "./preprocess";
export { type Annotation, checkFinite, checkRecording, type Recording } from "./recording";
export { countDropReasons, type DropLog, offendingChannels, type PeakToPeakLimit, type RejectLimits } from "./reject";
export { resampleEpochs, type ResampleOptions, resampleRows, resampleRowsFft } from "./resample";
export { resampleMatrix, resampleSizes, type ResampleSizes } from "./resample-matrix";
export { roundHalfEven } from "./round";
export type { Hertz, Microvolts, Seconds } from "./units";
export { type CosineWindow, makeWindow, type WindowName } from "./window";
