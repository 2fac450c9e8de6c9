/** Recordings and features from and to Parquet files. Node only; what is in the files is `readers/parquet-bytes.ts`'s. */
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkObject, checkPath } from "./check-object";
import { ColumnError, OptionError, ShapeError } from "./errors";
import type { Features } from "./flatten";
import { parseMetadata } from "./metadata";
import {
  type Beside,
  encodeParquetRecording,
  type EncodeParquetOptions,
  readChannelsFrom,
  readHeaderFrom,
  readRecordingFrom,
  type RecordingFile,
  type RecordingHead,
  type RecordingHeader,
  toIntegers,
} from "./readers/parquet-bytes";
import { encodeNumbers, type NumberTable } from "./readers/parquet-numbers";
import { type ByteSource, type Table, useTable } from "./readers/parquet-table";
import { readJson } from "./read-json";
import type { Recording } from "./recording";
import { checkRegularFile, fileError, writeFileWhole } from "./write-whole";

export { readEpochs, writeEpochs } from "./epochs-store";
export type { Features } from "./flatten";
export type { RecordingFile, RecordingHead, RecordingHeader } from "./readers/parquet-bytes";
export type { Recording } from "./recording";

// ---------------------------------------------------------------- recordings

/** Reads a recording: its EEG channels in microvolts, its stim channel, its rate. The rate and the channels are told by
 * metadata.json beside the file, or by the same keys in the file's own key-value metadata. A missing value becomes NaN.
 * @throws {FileError} {ParquetError} when there is no such file, or it is damaged.
 * @throws {ColumnError} when a channel or `stim` is missing or holds no numbers.
 * @throws {SampleRateError} {MetadataError} when the rate is missing or the metadata wrong. */
export async function readRecording(path: string): Promise<Recording> {
  return (await readRecordingFile(path)).recording;
}

/** Reads the channels, rate and length of a recording, and none of its samples. Throws as `readRecording`. */
export async function readRecordingHeader(path: string): Promise<RecordingHeader> {
  return withFile(path, (file) => readHeaderFrom(path, file, metadataBeside(path)));
}

/** As `readRecording`, and tells the other columns. */
export async function readRecordingFile(path: string): Promise<RecordingFile> {
  return withFile(path, (file) => readRecordingFrom(path, file, metadataBeside(path)));
}

/** Reads a recording one channel after another, for work that does not need all of them at once: memory holds one.
 * @param begin - gets the recording without its samples; what it returns gets each channel, counted from 0, and its
 * samples in microvolts, in a buffer that is used again for the next. Throws as `readRecording`. */
export async function readChannels(
  path: string,
  begin: (head: RecordingHead) => (channel: number, samples: Float64Array) => void,
): Promise<void> {
  await withFile(path, (file) => readChannelsFrom(path, file, metadataBeside(path), begin));
}

/** metadata.json in the file's folder, when there is one. */
const metadataBeside =
  (path: string): Beside =>
  async () => {
    const where = join(dirname(path), "metadata.json");
    const json = await readJson(where);
    return json === undefined ? undefined : { beside: parseMetadata(json, where), where };
  };

/** Writes a recording, `eeg_<channel>` a column and `stim`, and metadata.json beside it; the file also carries the
 * metadata within itself. Each appears whole or not at all.
 * @param options.float32 - four bytes a sample instead of eight: 24 bits of precision, finer than any amplifier.
 * @param options.metadata - further keys for metadata.json. */
export async function writeRecording(
  path: string,
  recording: Recording,
  options: EncodeParquetOptions = {},
): Promise<void> {
  checkPath(path);
  const { bytes, metadata } = await encodeParquetRecording(recording, options);
  await writeFileWhole(path, bytes); // first: it carries the metadata within
  await writeFileWhole(join(dirname(path), "metadata.json"), `${JSON.stringify(metadata, undefined, 1)}\n`);
}

// ---------------------------------------------------------------- features

/** Reads `features.parquet` and `labels.parquet` of a folder.
 * @returns rows in file order: features nRows × nFeatures, and a label a row.
 * @throws {ColumnError} when the columns are not `feature_0` … `feature_<n-1>` and `label`. @throws {ShapeError} when the
 * two files do not have as many rows. */
export async function readFeatures(folder: string): Promise<{ features: Features; labels: Int32Array }> {
  checkPath(folder, "folder");
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
  checkPath(folder, "folder");
  checkFeatures(features, labels);
  const { data, nRows, nFeatures } = features;
  if (data.length !== nRows * nFeatures) throw new ShapeError("features.data.length", data.length, nRows * nFeatures);
  if (labels.length !== nRows) throw new ShapeError("labels.length", labels.length, nRows);
  const columnNames = Array.from({ length: nFeatures }, (_, i) => `feature_${i}`);
  const table: NumberTable = { columnNames, type: "DOUBLE", nRows, data };
  await writeFileWhole(join(folder, "features.parquet"), encodeNumbers(table));
  const label: NumberTable = { columnNames: ["label"], type: "INT32", nRows, data: labels };
  await writeFileWhole(join(folder, "labels.parquet"), encodeNumbers(label));
}

/** For callers without types. */
function checkFeatures(features: unknown, labels: unknown): void {
  checkObject("features", features, "features: { data, nRows, nFeatures }");
  const { data, nRows, nFeatures } = features as Partial<Features>;
  if (!(data instanceof Float64Array))
    throw new OptionError("features.data", typeof data, "a Float64Array of nRows × nFeatures");
  for (const [name, n] of Object.entries({ nRows, nFeatures }))
    if (!(Number.isSafeInteger(n) && n! >= 0)) throw new OptionError(`features.${name}`, n, "a whole number");
  if (!(labels instanceof Int32Array)) throw new OptionError("labels", typeof labels, "an Int32Array, a label a row");
}

function transpose(data: Float64Array, nRows: number, nColumns: number): Float64Array {
  const out = new Float64Array(nRows * nColumns);
  for (let row = 0; row < nRows; row++)
    for (let column = 0; column < nColumns; column++) out[column * nRows + row] = data[row * nColumns + column]!;
  return out;
}

// ---------------------------------------------------------------- files

const withTable = <T>(path: string, use: (table: Table) => Promise<T>): Promise<T> =>
  withFile(path, (file) => useTable(path, file, use));

/** Opens a file, uses its bytes as they are needed, and closes it. */
async function withFile<T>(path: string, use: (file: ByteSource) => Promise<T>): Promise<T> {
  checkPath(path);
  let handle: FileHandle;
  try {
    await checkRegularFile(path);
    handle = await open(path);
  } catch (cause) {
    throw fileError(path, cause);
  }
  try {
    return await use(await sourceOf(handle));
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).syscall === undefined ? cause : fileError(path, cause);
  } finally {
    await handle.close();
  }
}

async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, end - start));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new Error("it ends too early");
        done += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
