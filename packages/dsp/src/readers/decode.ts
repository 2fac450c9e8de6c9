import { checkOptions } from "../check-object";
import { FormatError, OptionError } from "../errors";
import { mergeMetadata, parseMetadata, type RecordingMetadata } from "../metadata";
import type { Recording } from "../recording";
import { asBytes, type Bytes } from "./bytes";
import { brainVisionCompanions, brainVisionKind, decodeBrainVision } from "./brainvision";
import { decodeBrainVisionText } from "./brainvision-header";
import { findCompanion } from "./companions";
import { decodeCsv } from "./csv";
import { detectFormat } from "./detect";
import { decodeEdf } from "./edf";
import { decodeEeglab } from "./eeglab";
import { decodeMatlab } from "./matlab-recording";
import { decodeParquetFile } from "./parquet-bytes";
import type { DecodedFile, DecodeOptions, RecordingFormat } from "./recording-file";
import { decodeXdf } from "./xdf";

export interface DecodeRecordingOptions extends DecodeOptions {
  /** Default: what `detectFormat` says. */
  readonly format?: RecordingFormat | undefined;
  /** The files that this one names, by their names: .eeg and .vmrk of a .vhdr, the .fdt of a .set. */
  readonly companions?: Readonly<Record<string, Bytes>> | undefined;
  /** The parsed content of a metadata.json: rate, channels and codes of formats that do not hold them. */
  readonly metadata?: unknown;
}

/** Reads a recording of any format out of its bytes, as a page has them from a dropped file.
 * @param name - the file's name; its ending helps to tell the format, and messages bear it.
 * @throws {FormatError} when no reader knows it, a companion is missing, or it is damaged; else as the format's reader.
 * @example
 * const files = Object.fromEntries(await Promise.all([...list].map(async (f) => [f.name, await f.arrayBuffer()])));
 * const recording = await decodeRecording("s1.vhdr", files["s1.vhdr"], { companions: files }); */
export async function decodeRecording(
  name: string,
  bytes: Bytes,
  options: DecodeRecordingOptions = {},
): Promise<Recording> {
  return (await decodeRecordingFile(name, bytes, options)).recording;
}

/** As `decodeRecording`, with the format and the channels that are not EEG. */
export async function decodeRecordingFile(
  name: string,
  bytes: Bytes,
  options: DecodeRecordingOptions = {},
): Promise<DecodedFile> {
  checkOptions(options);
  if (typeof name !== "string") throw new OptionError("name", name, "the file's name");
  const file = asBytes(bytes);
  const source = options.source ?? name;
  const format = options.format ?? detectFormat(name, file);
  const withMetadata = (): DecodeOptions => mergeOptions({ ...options, source }, options.metadata);
  switch (format) {
    case "parquet": {
      const { metadata } = options;
      const { recording, otherColumns } = await decodeParquetFile(file, { name: source, metadata });
      void otherColumns;
      return {
        format,
        recording: options.stimCodes ? { ...recording, stimCodes: options.stimCodes } : recording,
        otherChannels: [],
      };
    }
    case "csv":
      return decodeCsv(file, withMetadata());
    case "edf":
    case "bdf":
      return decodeEdf(file, withMetadata());
    case "brainvision":
      return decodeBrainVision(brainVisionFiles(name, file, options), withMetadata());
    case "eeglab":
      return decodeEeglab(file, { ...withMetadata(), companions: options.companions });
    case "matlab":
      return decodeMatlab(file, withMetadata());
    case "xdf":
      return decodeXdf(file, withMetadata());
    case undefined:
      throw new FormatError(
        "recording",
        source,
        "is of no known format: give Parquet, CSV, EDF, BDF, BrainVision (.vhdr), EEGLAB (.set), XDF or MATLAB (.mat)",
      );
    default:
      throw new OptionError("format", format, "one of parquet, csv, edf, bdf, brainvision, eeglab, xdf, matlab");
  }
}

/** metadata.json's words where the options are silent. */
function mergeOptions(options: DecodeOptions, json: unknown): DecodeOptions {
  if (json === undefined) return options;
  const where = `${options.source}'s metadata`;
  const given: RecordingMetadata = options.sampleRateHz === undefined ? {} : { sampleRateHz: options.sampleRateHz };
  const { sampleRateHz, eegChannels, stimCodes } = mergeMetadata(parseMetadata(json, where), given, where);
  return {
    ...options,
    sampleRateHz,
    eegChannels: options.eegChannels ?? eegChannels,
    stimCodes: options.stimCodes ?? stimCodes,
  };
}

function brainVisionFiles(name: string, file: Uint8Array, { companions = {}, source }: DecodeRecordingOptions) {
  if (brainVisionKind(decodeBrainVisionText(file.subarray(0, 400))) === "marker")
    throw new FormatError("BrainVision", source ?? name, "is the marker file: open the .vhdr file beside it");
  const { dataFile, markerFile } = brainVisionCompanions(file, source ?? name);
  const data = findCompanion(companions, dataFile);
  if (data === undefined)
    throw new FormatError(
      "BrainVision",
      source ?? name,
      `its data file ${dataFile} is missing: give it among the companions`,
    );
  const markers = markerFile === undefined ? undefined : findCompanion(companions, markerFile);
  if (markerFile !== undefined && markers === undefined)
    throw new FormatError(
      "BrainVision",
      source ?? name,
      `its marker file ${markerFile} is missing: give it among the companions`,
    );
  return { header: file, data, markers };
}
