/** Recordings from and to the bytes of a Parquet file. Pure: for pages too. */
import { checkObject, checkOptions } from "../check-object";
import { ColumnError, OptionError, ParquetError, SampleRateError } from "../errors";
import {
  annotationsToJson,
  eegColumns,
  mergeMetadata,
  metadataFromKeyValues,
  parseMetadata,
  type RecordingMetadata,
} from "../metadata";
import { checkRecording, type Recording } from "../recording";
import { asBytes, type Bytes } from "./bytes";
import { type ByteSource, type Column, encodeTable, type Table, useTable } from "./parquet-table";

/** What a recording's file says of itself, without its samples. */
export interface RecordingHeader {
  readonly channelNames: readonly string[];
  readonly sampleRateHz: number;
  readonly nSamples: number;
}

/** A recording with what else its Parquet file holds. */
export interface RecordingFile {
  readonly recording: Recording;
  /** Columns that are neither EEG nor stim, e.g. `timestamps`, an auxiliary input. */
  readonly otherColumns: readonly string[];
}

export interface DecodeParquetOptions {
  /** The file's name or path, for messages and `recording.source`. */
  readonly name: string;
  /** The parsed content of the metadata.json beside it, when there is one. */
  readonly metadata?: unknown;
}

/** Reads a recording out of a Parquet file's bytes: EEG channels in microvolts, stim channel, rate. A missing value
 * becomes NaN.
 * @throws {ParquetError} when the file is damaged.
 * @throws {ColumnError} when a channel or `stim` is missing or holds no numbers.
 * @throws {SampleRateError} {MetadataError} when the rate is missing or the metadata wrong. */
export async function decodeParquetRecording(bytes: Bytes, options: DecodeParquetOptions): Promise<Recording> {
  return (await decodeParquetFile(bytes, options)).recording;
}

/** As `decodeParquetRecording`, and tells the other columns. */
export async function decodeParquetFile(bytes: Bytes, options: DecodeParquetOptions): Promise<RecordingFile> {
  checkObject("options", options, "{ name, metadata }, with the file's name");
  const { name, metadata } = options;
  if (typeof name !== "string") throw new OptionError("name", name, "the file's name");
  const beside = metadata === undefined ? undefined : parseMetadata(metadata, `${name}'s metadata`);
  return readRecordingFrom(
    name,
    sourceOf(asBytes(bytes)),
    async () => beside && { beside, where: `${name}'s metadata` },
  );
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.length,
    slice: (start, end = bytes.length) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}

/** The metadata beside a file, and its own path for messages. */
export type Beside = () => Promise<{ readonly beside: RecordingMetadata; readonly where: string } | undefined>;

/** Reads the channels, rate and length from wherever the bytes are. */
export async function readHeaderFrom(path: string, file: ByteSource, beside: Beside): Promise<RecordingHeader> {
  return useTable(path, file, async (table) => {
    const { channelNames, sampleRateHz } = await layoutOf(path, table, beside);
    return { channelNames, sampleRateHz, nSamples: table.nRows };
  });
}

/** Which columns are the recording's, and what the metadata says of them. */
async function layoutOf(path: string, table: Table, readBeside: Beside) {
  const inside = parseMetadata(metadataFromKeyValues(table.keyValues), path);
  const found = await readBeside();
  const metadata = found ? mergeMetadata(found.beside, inside, found.where) : inside;
  const { sampleRateHz, stimCodes, annotations } = metadata;
  if (sampleRateHz === undefined) throw new SampleRateError(undefined, path);
  const columns = eegColumns(table.columnNames, metadata, path);
  if (!table.columnNames.includes("stim"))
    throw new ColumnError(path, "stim", "is missing: it should hold 0, and 1 or 2 at each flash");
  if (table.nRows === 0) throw new ParquetError(path, "the file has no rows: give a recording");
  return { ...columns, sampleRateHz, stimCodes, annotations };
}

/** All of a recording but its samples. */
export type RecordingHead = Omit<Recording, "data">;

/** Reads a recording one channel after another: `begin` gets what it says of itself, and what it returns each channel's
 * samples, in a buffer that is used again for the next. */
export async function readChannelsFrom(
  path: string,
  file: ByteSource,
  beside: Beside,
  begin: (head: RecordingHead) => (channel: number, samples: Float64Array) => void,
): Promise<void> {
  // what the caller's own functions throw says nothing about the file
  let theirs: { readonly cause: unknown } | undefined;
  const calling = <T>(call: () => T): T => {
    try {
      return call();
    } catch (cause) {
      theirs = { cause };
      throw cause;
    }
  };
  const reading = useTable(path, file, async (table) => {
    const { channelNames, columnNames, sampleRateHz, stimCodes, annotations } = await layoutOf(path, table, beside);
    const samples = new Float64Array(table.nRows);
    await table.readInto(new Map([["stim", samples]]));
    const head: RecordingHead = {
      nChannels: columnNames.length,
      nSamples: table.nRows,
      sampleRateHz,
      channelNames,
      stim: toIntegers(samples, path, "stim"),
      stimCodes,
      ...(annotations && annotations.length > 0 ? { annotations } : {}),
      source: path,
    };
    const take = calling(() => begin(head));
    for (const [channel, name] of columnNames.entries()) {
      await table.readInto(new Map([[name, samples]]));
      calling(() => take(channel, samples));
    }
  });
  await reading.catch((error: unknown) => {
    throw theirs ? theirs.cause : error;
  });
}

/** Reads a recording from wherever the bytes are. */
export async function readRecordingFrom(path: string, file: ByteSource, beside: Beside): Promise<RecordingFile> {
  return useTable(path, file, async (table) => {
    const { channelNames, columnNames, sampleRateHz, stimCodes, annotations } = await layoutOf(path, table, beside);
    const nSamples = table.nRows;
    const data = new Float64Array(columnNames.length * nSamples);
    const stim = new Float64Array(nSamples);
    const into = new Map(columnNames.map((name, i) => [name, data.subarray(i * nSamples, (i + 1) * nSamples)]));
    await table.readInto(new Map([...into, ["stim", stim]]));
    const recording: Recording = {
      data,
      nChannels: columnNames.length,
      nSamples,
      sampleRateHz,
      channelNames,
      stim: toIntegers(stim, path, "stim"),
      stimCodes,
      ...(annotations && annotations.length > 0 ? { annotations } : {}),
      source: path,
    };
    checkRecording(recording);
    const used = new Set([...columnNames, "stim"]);
    return { recording, otherColumns: table.columnNames.filter((name) => !used.has(name)) };
  });
}

export interface EncodeParquetOptions {
  /** Four bytes a sample instead of eight: 24 bits of precision, finer than any amplifier. */
  readonly float32?: boolean | undefined;
  /** Further keys for the metadata. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes a recording, `eeg_<channel>` a column and `stim`, with the metadata within.
 * @returns the file's bytes, and the metadata for a metadata.json beside it. */
export async function encodeParquetRecording(
  recording: Recording,
  options: EncodeParquetOptions = {},
): Promise<{ readonly bytes: Uint8Array; readonly metadata: Readonly<Record<string, unknown>> }> {
  checkRecording(recording);
  checkOptions(options);
  const { data, nSamples, channelNames, sampleRateHz, stim } = recording;
  const { float32 = false, metadata: more = {} } = options;
  const metadata = {
    sampling_rate_hz: sampleRateHz,
    channels: channelNames,
    eeg_channels: channelNames,
    unit: "microvolt",
    stim_codes: recording.stimCodes ?? { 0: "none", 1: "NonTarget", 2: "Target" },
    ...(recording.annotations?.length ? { annotations: annotationsToJson(recording.annotations) } : {}),
    ...more,
  };
  const columns: Column[] = channelNames.map((name, i) => ({
    name: `eeg_${name}`,
    data: data.subarray(i * nSamples, (i + 1) * nSamples),
    type: float32 ? "FLOAT" : "DOUBLE",
  }));
  columns.push({ name: "stim", data: stim, type: "INT32" });
  return { bytes: await encodeTable(columns, metadata), metadata };
}

/** @throws {ColumnError} when a value is no integer of 32 bits. */
export function toIntegers(values: Float64Array, path: string, column: string): Int32Array {
  const integers = Int32Array.from(values);
  for (let i = 0; i < values.length; i++)
    if (integers[i] !== values[i])
      throw new ColumnError(path, column, `holds ${values[i]} at row ${i}: it must hold integers`);
  return integers;
}
