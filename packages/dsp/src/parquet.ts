/** Recordings and features from and to Parquet files. The one file that knows hyparquet and its companions, which it
 * loads when first needed; Node only. */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DecodedArray, FileMetaData, KeyValue, SchemaElement } from "hyparquet";
import { ColumnError, DspError, MetadataError, ParquetError, SampleRateError, ShapeError } from "./errors";
import { fileError, writeFileWhole } from "./write-whole";
import type { Features } from "./flatten";
import { eegColumns, mergeMetadata, metadataFromKeyValues, parseMetadata, type RecordingMetadata } from "./metadata";
import { checkRecording, type Recording } from "./recording";

export type { Features } from "./flatten";
export type { Recording } from "./recording";

// ---------------------------------------------------------------- recordings

/** A recording with what else its file holds. */
export interface RecordingFile {
  readonly recording: Recording;
  /** Columns that are neither EEG nor stim, e.g. `timestamps`, an auxiliary input. */
  readonly otherColumns: readonly string[];
}

/** Reads a recording: its EEG channels in microvolts, its stim channel, its rate. The rate and the channels are told by
 * metadata.json beside the file, or by the same keys in the file's own key-value metadata. A missing value becomes NaN.
 * @throws {FileError} {ParquetError} when there is no such file, or it is damaged.
 * @throws {ColumnError} when a channel or `stim` is missing or holds no numbers.
 * @throws {SampleRateError} {MetadataError} when the rate is missing or the metadata wrong. */
export async function readRecording(path: string): Promise<Recording> {
  return (await readRecordingFile(path)).recording;
}

/** What a recording's file says of itself, without its samples. */
export interface RecordingHeader {
  readonly channelNames: readonly string[];
  readonly sampleRateHz: number;
  readonly nSamples: number;
}

/** Reads the channels, rate and length of a recording, and none of its samples. Throws as `readRecording`. */
export async function readRecordingHeader(path: string): Promise<RecordingHeader> {
  return withTable(path, async (table) => {
    const { channelNames, sampleRateHz } = await layoutOf(path, table);
    return { channelNames, sampleRateHz, nSamples: table.nRows };
  });
}

/** Which columns are the recording's, and what the metadata says of them. */
async function layoutOf(path: string, table: Table) {
  const metadata = await readMetadata(path, table.keyValues);
  const { sampleRateHz, stimCodes } = metadata;
  if (sampleRateHz === undefined) throw new SampleRateError(undefined, path);
  const columns = eegColumns(table.columnNames, metadata, path);
  if (!table.columnNames.includes("stim"))
    throw new ColumnError(path, "stim", "is missing: it should hold 0, and 1 or 2 at each flash");
  if (table.nRows === 0) throw new ParquetError(path, "the file has no rows: give a recording");
  return { ...columns, sampleRateHz, stimCodes };
}

/** As `readRecording`, and tells the other columns. */
export async function readRecordingFile(path: string): Promise<RecordingFile> {
  return withTable(path, async (table) => {
    const { channelNames, columnNames, sampleRateHz, stimCodes } = await layoutOf(path, table);
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
      source: path,
    };
    checkRecording(recording);
    const used = new Set([...columnNames, "stim"]);
    return { recording, otherColumns: table.columnNames.filter((name) => !used.has(name)) };
  });
}

async function readMetadata(path: string, keyValues: readonly KeyValue[]): Promise<RecordingMetadata> {
  const inside = parseMetadata(metadataFromKeyValues(keyValues), path);
  const besidePath = join(dirname(path), "metadata.json");
  let text: string;
  try {
    text = await readFile(besidePath, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return inside;
    throw fileError(besidePath, cause);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MetadataError(besidePath, `is not valid JSON (${(cause as Error).message}): correct it`, { cause });
  }
  return mergeMetadata(parseMetadata(json, besidePath), inside, besidePath);
}

/** Writes a recording, `eeg_<channel>` a column and `stim`, and metadata.json beside it; the file also carries the
 * metadata within itself. Each appears whole or not at all.
 * @param options.float32 - four bytes a sample instead of eight: 24 bits of precision, finer than any amplifier.
 * @param options.metadata - further keys for metadata.json. */
export async function writeRecording(
  path: string,
  recording: Recording,
  options: { readonly float32?: boolean; readonly metadata?: Readonly<Record<string, unknown>> } = {},
): Promise<void> {
  checkRecording(recording);
  const { data, nSamples, channelNames, sampleRateHz, stim } = recording;
  const { float32 = false, metadata: more = {} } = options;
  const metadata = {
    sampling_rate_hz: sampleRateHz,
    channels: channelNames,
    eeg_channels: channelNames,
    unit: "microvolt",
    stim_codes: recording.stimCodes ?? { 0: "none", 1: "NonTarget", 2: "Target" },
    ...more,
  };
  const columns: Column[] = channelNames.map((name, i) => ({
    name: `eeg_${name}`,
    data: data.subarray(i * nSamples, (i + 1) * nSamples),
    type: float32 ? "FLOAT" : "DOUBLE",
  }));
  columns.push({ name: "stim", data: stim, type: "INT32" });
  const bytes = await encodeTable(columns, metadata);
  await writeFileWhole(path, bytes); // first: it carries the metadata within
  await writeFileWhole(join(dirname(path), "metadata.json"), `${JSON.stringify(metadata, undefined, 1)}\n`);
}

// ---------------------------------------------------------------- features

/** Reads `features.parquet` and `labels.parquet` of a folder.
 * @returns rows in file order: features nRows × nFeatures, and a label a row.
 * @throws {ColumnError} when the columns are not `feature_0` … `feature_<n-1>` and `label`. @throws {ShapeError} when the
 * two files do not have as many rows. */
export async function readFeatures(folder: string): Promise<{ features: Features; labels: Int32Array }> {
  const features = await readFeatureRows(join(folder, "features.parquet"));
  const labelsPath = join(folder, "labels.parquet");
  const labels = await withTable(labelsPath, async (table) => {
    if (!table.columnNames.includes("label")) throw new ColumnError(labelsPath, "label", "is missing");
    const values = new Float64Array(table.nRows);
    await table.readInto(new Map([["label", values]]));
    return toIntegers(values, labelsPath, "label");
  });
  if (labels.length !== features.nRows) throw new ShapeError(`rows of ${labelsPath}`, labels.length, features.nRows);
  return { features, labels };
}

function readFeatureRows(path: string): Promise<Features> {
  return withTable(path, async (table) => {
    const { nRows } = table;
    const nFeatures = table.columnNames.filter((name) => name.startsWith("feature_")).length;
    const has = new Set(table.columnNames);
    const byColumn = new Float64Array(nRows * nFeatures);
    const into = new Map<string, Float64Array>();
    for (let i = 0; i < Math.max(nFeatures, 1); i++) {
      if (!has.has(`feature_${i}`)) throw new ColumnError(path, `feature_${i}`, "is missing");
      into.set(`feature_${i}`, byColumn.subarray(i * nRows, (i + 1) * nRows));
    }
    await table.readInto(into);
    return { data: transpose(byColumn, nFeatures, nRows), nRows, nFeatures };
  });
}

/** Writes `features.parquet` (double columns `feature_0`, `feature_1`, …) and `labels.parquet` (an int column `label`)
 * into a folder, which is made when absent. */
export async function writeFeatures(folder: string, features: Features, labels: Int32Array): Promise<void> {
  const { data, nRows, nFeatures } = features;
  if (data.length !== nRows * nFeatures) throw new ShapeError("features.data.length", data.length, nRows * nFeatures);
  if (labels.length !== nRows) throw new ShapeError("labels.length", labels.length, nRows);
  const byColumn = transpose(data, nRows, nFeatures);
  const columns = Array.from({ length: nFeatures }, (_, i): Column => ({
    name: `feature_${i}`,
    data: byColumn.subarray(i * nRows, (i + 1) * nRows),
    type: "DOUBLE",
  }));
  const bytes = await encodeTable(columns);
  const labelBytes = await encodeTable([{ name: "label", data: labels, type: "INT32" }]);
  await writeFileWhole(join(folder, "features.parquet"), bytes);
  await writeFileWhole(join(folder, "labels.parquet"), labelBytes);
}

function transpose(data: Float64Array, nRows: number, nColumns: number): Float64Array {
  const out = new Float64Array(nRows * nColumns);
  for (let row = 0; row < nRows; row++)
    for (let column = 0; column < nColumns; column++) out[column * nRows + row] = data[row * nColumns + column]!;
  return out;
}

function toIntegers(values: Float64Array, path: string, column: string): Int32Array {
  const integers = Int32Array.from(values);
  for (let i = 0; i < values.length; i++)
    if (integers[i] !== values[i])
      throw new ColumnError(path, column, `holds ${values[i]} at row ${i}: it must hold integers`);
  return integers;
}

// ---------------------------------------------------------------- tables, by hyparquet

interface Table {
  readonly nRows: number;
  readonly columnNames: readonly string[];
  readonly keyValues: readonly KeyValue[];
  /** Fills a buffer of nRows numbers for each column named. */
  readInto(buffers: ReadonlyMap<string, Float64Array>): Promise<void>;
}

async function withTable<T>(path: string, use: (table: Table) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (cause) {
    throw fileError(path, cause);
  }
  try {
    return await use(await openTable(path, handle));
  } catch (cause) {
    if (cause instanceof DspError) throw cause;
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw fileError(path, cause);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ParquetError(path, `is a damaged Parquet file (${why}): copy or make it again`, { cause });
  } finally {
    await handle.close();
  }
}

async function openTable(path: string, handle: FileHandle): Promise<Table> {
  const stats = await handle.stat();
  if (stats.isDirectory()) throw fileError(path, { code: "EISDIR" });
  const { size } = stats;
  const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(Math.max(0, end - start));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw new Error("it ends too early");
      done += bytesRead;
    }
    return bytes.buffer;
  };
  await checkMagic(path, size, slice);

  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const file = { byteLength: size, slice };
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  const nRows = Number(metadata.num_rows);
  const leaves = new Map(parquetSchema(metadata).children.map(({ element }) => [element.name, element]));
  return {
    nRows,
    columnNames: [...leaves.keys()],
    keyValues: metadata.key_value_metadata ?? [],
    async readInto(buffers) {
      for (const name of buffers.keys()) checkNumeric(path, name, leaves.get(name));
      const filled = new Map<string, number>();
      await parquetRead({
        file,
        metadata,
        columns: [...buffers.keys()],
        ...(needsCompressors(metadata) ? { compressors: (await import("hyparquet-compressors")).compressors } : {}),
        onChunk({ columnName, columnData, rowStart }) {
          const buffer = buffers.get(columnName);
          if (!buffer || rowStart + columnData.length > nRows) return;
          copyNumbersInto(buffer, rowStart, columnData);
          filled.set(columnName, (filled.get(columnName) ?? 0) + columnData.length);
        },
      });
      for (const name of buffers.keys())
        if (filled.get(name) !== nRows && nRows > 0)
          throw new ParquetError(path, `is damaged: column ${name} has ${filled.get(name) ?? 0} of ${nRows} rows`);
    },
  };
}

async function checkMagic(path: string, size: number, slice: (from: number, to: number) => Promise<ArrayBuffer>) {
  const magic = async (from: number): Promise<string> =>
    size < 12 ? "" : Buffer.from(await slice(from, from + 4)).toString("latin1");
  if (size === 0) throw new ParquetError(path, "the file is empty: give a Parquet file");
  if ((await magic(0)) !== "PAR1") throw new ParquetError(path, "is not a Parquet file: it does not begin with PAR1");
  if ((await magic(size - 4)) !== "PAR1")
    throw new ParquetError(path, "is a truncated Parquet file: its end is missing, copy or make it again");
}

function checkNumeric(path: string, name: string, element: SchemaElement | undefined): void {
  const { type, converted_type: converted, logical_type: logical, num_children, repetition_type } = element ?? {};
  const integer = converted === undefined || /^U?INT_\d+$/.test(converted);
  const plain = integer && (logical === undefined || logical.type === "INTEGER");
  const numeric = type === "INT32" || type === "INT64" || type === "FLOAT" || type === "DOUBLE";
  if (num_children || repetition_type === "REPEATED" || !numeric || !plain)
    throw new ColumnError(
      path,
      name,
      `holds ${converted ?? logical?.type ?? type ?? "nested values"}: it must hold numbers`,
    );
}

function needsCompressors(metadata: FileMetaData): boolean {
  return metadata.row_groups.some(({ columns }) =>
    columns.some(({ meta_data }) => meta_data && meta_data.codec !== "UNCOMPRESSED"),
  );
}

function copyNumbersInto(buffer: Float64Array, start: number, values: DecodedArray): void {
  if (values instanceof Float64Array || values instanceof Float32Array || values instanceof Int32Array) {
    buffer.set(values, start);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    buffer[start + i] = value === null || value === undefined ? Number.NaN : Number(value);
  }
}

interface Column {
  readonly name: string;
  readonly data: Float64Array | Int32Array;
  readonly type: "DOUBLE" | "FLOAT" | "INT32";
}

/** One row group a million rows, plain and uncompressed: noise does not compress, and every reader takes it as it is. */
async function encodeTable(
  columns: readonly Column[],
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<Uint8Array> {
  const { ByteWriter, parquetWrite } = await import("hyparquet-writer");
  const nBytes = columns.reduce((n, { data, type }) => n + data.length * (type === "DOUBLE" ? 8 : 4) + 256, 65_536);
  const writer = new ByteWriter(nBytes);
  await parquetWrite({
    writer,
    columnData: columns.map(({ name, data, type }) => ({ name, data, type, nullable: false, encoding: "PLAIN" })),
    codec: "UNCOMPRESSED",
    statistics: false,
    rowGroupSize: 1_000_000,
    pageSize: 0,
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value: JSON.stringify(value) })),
    createdBy: "@p300/dsp",
  });
  return writer.getBytes();
}
