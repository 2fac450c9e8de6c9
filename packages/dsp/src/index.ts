export { baselineInto, baselineSamples, type BaselineWindow } from "./baseline";
export { extractEpochs, type EpochOptions, type Epochs } from "./epochs";
export * from "./errors";
export { findEvents, type Events, type FindEventsOptions } from "./events";
export { nextPowerOfTwo, planFft, type FftPlan } from "./fft";
export { filterFir, filterRows, type FilterRowsOptions, type PadMode } from "./filter";
export { designFir, lowPassTaps, type FirOptions } from "./fir";
export { concatenateFeatures, flatten, type Features } from "./flatten";
export { NON_TARGET, preprocess, type Preprocessed, type PreprocessOptions, TARGET } from "./preprocess";
export { checkFinite, checkRecording, type Recording } from "./recording";
export { countDropReasons, type DropLog, offendingChannels, type RejectLimits } from "./reject";
export {
  resampleEpochs,
  resampleMatrix,
  resampleRows,
  resampleRowsFft,
  resampleSizes,
  type ResampleOptions,
  type ResampleSizes,
} from "./resample";
export { roundHalfEven } from "./round";
export type { Hertz, Microvolts, Seconds } from "./units";
export { makeWindow, type WindowName } from "./window";
