export { baselineInto, baselineSamples, type BaselineWindow } from "./baseline";
export { extractEpochs, type EpochOptions, type Epochs } from "./epochs";
export * from "./errors";
export { findEvents, type Events, type FindEventsOptions } from "./events";
export { nextPowerOfTwo, planFft, type FftPlan } from "./fft";
export { filterFir, filterRows, type FilterRowsOptions, type PadMode } from "./filter";
export { designFir, type FirLength, lowPassTaps, type FirOptions, type FirPhase } from "./fir";
export { firwin, type FirwinOptions } from "./firwin";
export { concatenateFeatures, flatten, type Features } from "./flatten";
export { findPosition, type Montage, picks, type Position, positionOf, project2d, standardMontage } from "./montage";
export {
  type ButterworthOptions,
  type ChebyshevOptions,
  designButterworth,
  designChebyshev1,
  type IirBand,
} from "./iir/design";
export { filterIir, type FilterIirOptions } from "./iir/filter-iir";
export { filtFilt, lfilter, type LfilterOptions, lfilterState, type TransferFunction } from "./iir/lfilter";
export { designIirNotch, type IirNotchOptions } from "./iir/notch";
export { firResponse, type FrequencyResponse, type ResponseOptions, sosResponse } from "./iir/response";
export { type FiltFiltOptions, type FiltFiltPad, sosFilterState, sosFiltFilt } from "./iir/sosfiltfilt";
export { sosFilter, sosFilterInto, type SosFilterOptions } from "./iir/sosfilt";
export { designNotchFir, notchFir, type NotchFirOptions } from "./notch-fir";
export { NON_TARGET, preprocess, type Preprocessed, type PreprocessOptions, TARGET } from "./preprocess";
export { type Annotation, checkFinite, checkRecording, type Recording } from "./recording";
export { countDropReasons, type DropLog, offendingChannels, type RejectLimits } from "./reject";
export { resampleEpochs, type ResampleOptions, resampleRows, resampleRowsFft } from "./resample";
export { resampleMatrix, resampleSizes, type ResampleSizes } from "./resample-matrix";
export { roundHalfEven } from "./round";
export type { Hertz, Microvolts, Seconds } from "./units";
export { type CosineWindow, makeWindow, type WindowName } from "./window";
