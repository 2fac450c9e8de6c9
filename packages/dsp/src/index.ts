export { annotationsFromEvents, type AnnotationsFromEventsOptions } from "./annotations";
export { eventsFromAnnotations, type EventsFromAnnotationsOptions } from "./annotations";
export { baselineInto, baselineSamples, type BaselineWindow } from "./baseline";
export { applyAsr } from "./cleaning/asr/apply";
export { type AsrCalibration, calibrateAsr, type CalibrateAsrOptions } from "./cleaning/asr/calibrate";
export { type CleanWindowOptions, findCleanSamples } from "./cleaning/asr/clean-windows";
export { type ApplyAsrOptions, type AsrChunk, type AsrStream, streamAsr } from "./cleaning/asr/stream";
export { searchRejectThreshold, type ThresholdSearch, type ThresholdSearchOptions } from "./cleaning/autoreject";
export { type BadChannelOptions, type BadChannels, type ChannelReport, findBadChannels } from "./cleaning/bad-channels";
export { interpolateBadChannels, type InterpolateOptions } from "./cleaning/interpolate";
export { type LaplacianOptions, surfaceLaplacian } from "./cleaning/laplacian";
export { autoReject, type AutoRejected, type AutoRejectOptions } from "./cleaning/local-autoreject";
export { type EogWeights, fitEog, regressEog, type RegressEogOptions } from "./cleaning/regression";
export { adjacencyByDistance, type Adjacency } from "./contrast/clusters";
export {
  type ClusterTest,
  type ClusterTestOptions,
  clusterPermutationTest,
  contrastEpochs,
  type ContrastOptions,
  type Observations,
  type TestedCluster,
} from "./contrast/cluster-test";
export { randomState, type RandomState } from "./contrast/random-state";
export { extractEpochs, type EpochOptions, type Epochs, type EpochShapeOptions } from "./epochs";
export { decimate, type DecimateOptions } from "./decimate";
export { detrend, detrendEpochs, type DetrendOptions, detrendRecording } from "./detrend";
export * from "./errors";
export { type Events, findEvents, type FindEventsOptions } from "./events";
export { mergeEvents, pickEvents, type PickEventsOptions, stimFromEvents } from "./events";
export { averageEpochs, type AverageOptions, combineEvoked, type Evoked, globalFieldPower } from "./evoked";
export { grandAverage, type GrandAverageOptions, type Peak, peakOf, type PeakOptions } from "./evoked";
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
export { reference, referenceEpochs, type ReferenceOptions } from "./reference";
export { type PolyphasePad, resamplePoly, type ResamplePolyOptions } from "./resample-poly";
export { resampleFourier, resampleRecording, type ResampleRecordingOptions, resampleStim } from "./resample-recording";
export { resampleEpochs, type ResampleOptions, resampleRows, resampleRowsFft } from "./resample";
export { resampleMatrix, resampleSizes, type ResampleSizes } from "./resample-matrix";
export {
  type LeadField,
  restLeadField,
  type RestOptions,
  restWeights,
  sphericalLeadField,
  type SphericalHeadOptions,
} from "./rest";
export { roundHalfEven } from "./round";
export { concatenateEpochs, cropEpochs, dropEpochs, type EpochLabel, equalizeCounts } from "./select";
export { type EqualizeOptions, pickChannels, selectEpochs, type SelectEpochsOptions } from "./select";
export { envelope } from "./spectra/envelope";
export {
  makeMorlets,
  morletEpochs,
  type MorletEpochsOptions,
  type MorletOptions,
  type MorletPower,
  morletPower,
  type MorletPowerOptions,
} from "./spectra/morlet";
export type { SegmentOptions } from "./spectra/segments";
export { type Spectrogram, spectrogram, type SpectrogramOptions } from "./spectra/spectrogram";
export { periodogram, type Spectrum, welch, type WelchOptions, welchRecording } from "./spectra/welch";
export type { Chunk, StreamEvent } from "./stream/chunk";
export type { FoundEvent } from "./stream/epoch-stage";
export type { StreamFilterOptions, StreamFirOptions, StreamIirOptions } from "./stream/filter-stage";
export type { StreamEventsOptions } from "./stream/onsets";
export { chunkFromLsl, chunkFromMessage, lslChunks, webSocketChunks } from "./stream/sources";
export type { FramesOptions, LslPull, MessageOptions, SocketLike, SocketOptions } from "./stream/sources";
export { createStream, type Stream, type StreamEpoch, streamEpochs, type StreamOptions } from "./stream/stream";
export type { Hertz, Microvolts, Seconds } from "./units";
export { type CosineWindow, makeWindow, type WindowName } from "./window";
