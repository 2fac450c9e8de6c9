/** Recordings out of bytes, and into them: pure, for pages and workers as well as Node. */
export { decodeEpochs, encodeEpochs } from "./epochs-file";
export {
  type BrainVisionFiles,
  brainVisionCompanions,
  decodeBrainVision,
  encodeBrainVision,
  type EncodeBrainVisionOptions,
} from "./readers/brainvision";
export type { Bytes } from "./readers/bytes";
export { type ChannelType, typeByName } from "./readers/channel-type";
export { decodeCsv, type DecodeCsvOptions, encodeCsv, type EncodeCsvOptions } from "./readers/csv";
export { decodeRecording, decodeRecordingFile, type DecodeRecordingOptions } from "./readers/decode";
export { detectFormat } from "./readers/detect";
export { decodeEdf } from "./readers/edf";
export { encodeEdf, type EncodeEdfOptions } from "./readers/edf-write";
export { decodeEeglab, type DecodeEeglabOptions } from "./readers/eeglab";
export { BI2014A_CHANNELS, decodeMatlab, type DecodeMatlabOptions } from "./readers/matlab-recording";
export {
  decodeParquetRecording,
  type DecodeParquetOptions,
  encodeParquetRecording,
  type EncodeParquetOptions,
} from "./readers/parquet-bytes";
export { eventCodeOf } from "./readers/markers";
export { decodeXdf, type DecodeXdfOptions, readXdfStreams, type XdfStream } from "./readers/xdf";
export type { DecodedFile, DecodeOptions, OtherChannel, RecordingFormat } from "./readers/recording-file";
export type { Annotation, Recording } from "./recording";
