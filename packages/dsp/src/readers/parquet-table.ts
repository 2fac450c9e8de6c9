/** Tables of numbers from and to Parquet. The one file that knows hyparquet and its companions, which it loads when
 * first needed. Pure: it reads through `slice`, of a file or of bytes. */
import type { Compressors, DecodedArray, FileMetaData, KeyValue, SchemaElement } from "hyparquet";
import { ColumnError, DspError, ParquetError } from "../errors";
import { latin1 } from "./bytes";
import { unbrotli } from "./brotli";
import { unlz4 } from "./lz4";
import { decodeColumnInto, pagesHold } from "./parquet-columns";
import { unsnappyPlainly } from "./snappy";
import { ThriftReader } from "./thrift";

/** Where a file's bytes come from. */
export interface ByteSource {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

export interface Table {
  readonly nRows: number;
  readonly columnNames: readonly string[];
  readonly keyValues: readonly KeyValue[];
  /** Fills a buffer of nRows numbers for each column named. */
  readInto(buffers: ReadonlyMap<string, Float64Array>): Promise<void>;
}

/** Opens a table and uses it; whatever the decoder throws becomes a ParquetError that names `path`. */
export async function useTable<T>(path: string, file: ByteSource, use: (table: Table) => Promise<T>): Promise<T> {
  try {
    return await use(await openTable(path, file));
  } catch (cause) {
    if (cause instanceof DspError || (cause as { syscall?: unknown }).syscall !== undefined) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ParquetError(path, `is a damaged Parquet file (${why}): copy or make it again`, { cause });
  }
}

async function openTable(path: string, file: ByteSource): Promise<Table> {
  await checkMagic(path, file);
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const source = { byteLength: file.byteLength, slice: (start: number, end?: number) => file.slice(start, end) };
  await checkFooter(file);
  const metadata = await parquetMetadataAsync(source, { geoparquet: false });
  const nRows = Number(metadata.num_rows);
  checkRows(path, metadata, file.byteLength);
  const leaves = new Map(parquetSchema(metadata).children.map(({ element }) => [element.name, element]));
  return {
    nRows,
    columnNames: [...leaves.keys()],
    keyValues: metadata.key_value_metadata ?? [],
    async readInto(wanted) {
      for (const name of wanted.keys()) checkNumeric(path, name, leaves.get(name));
      const others = needsCompressors(metadata) ? (await import("hyparquet-compressors")).compressors : {};
      const compressors = boundedBy(nRows, { ...others, SNAPPY: unsnappyPlainly, LZ4_RAW: unlz4, BROTLI: unbrotli });
      const buffers = new Map<string, Float64Array>();
      for (const [name, buffer] of wanted) {
        const element = leaves.get(name)!;
        if (!(await readPlainColumn(buffer, file, metadata, element, compressors))) buffers.set(name, buffer);
      }
      if (buffers.size === 0) return;
      for (const name of buffers.keys()) await checkPages(path, name, file, metadata);
      const filled = new Map<string, number>();
      await parquetRead({
        file: source,
        metadata,
        columns: [...buffers.keys()],
        compressors,
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

/** Reads a column, one row group after another, when its pages are of the common kinds. @returns whether they are. */
async function readPlainColumn(
  buffer: Float64Array,
  file: ByteSource,
  { row_groups }: FileMetaData,
  element: SchemaElement,
  compressors: Compressors,
): Promise<boolean> {
  const { name, repetition_type, converted_type, logical_type } = element;
  if (converted_type?.startsWith("UINT") || (logical_type?.type === "INTEGER" && !logical_type.isSigned)) return false;
  let at = 0;
  for (const { columns, num_rows } of row_groups) {
    const chunk = columns.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === name);
    const meta = chunk?.meta_data;
    if (!meta || chunk.file_path || meta.num_values !== num_rows) return false;
    const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const to = from + Number(meta.total_compressed_size);
    if (!(from >= 4 && to <= file.byteLength && from <= to)) return false;
    const bytes = new Uint8Array(await file.slice(from, to));
    const column = { meta, optional: repetition_type !== "REQUIRED", decompress: compressors[meta.codec] };
    if (!decodeColumnInto(buffer, at, bytes, column)) return false;
    at += Number(num_rows);
  }
  return at === buffer.length;
}

/** @throws {ParquetError} when a page claims values that its column does not have. */
async function checkPages(path: string, name: string, file: ByteSource, { row_groups }: FileMetaData): Promise<void> {
  for (const { columns, num_rows } of row_groups) {
    const meta = columns.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === name)?.meta_data;
    if (!meta) continue;
    const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const to = from + Number(meta.total_compressed_size);
    const there = from >= 4 && from <= to && to <= file.byteLength && meta.num_values === num_rows;
    if (!there || !pagesHold(new Uint8Array(await file.slice(from, to)), Number(num_rows)))
      throw new ParquetError(
        path,
        `is a damaged Parquet file (the pages of column ${name} do not fit it): copy or make it again`,
      );
  }
}

/** A damaged footer may claim any number of rows; no encoding packs more than some thousands of them into a byte. */
function checkRows(path: string, metadata: FileMetaData, byteLength: number): void {
  const nRows = Number(metadata.num_rows);
  const groups = metadata.row_groups.reduce((n, group) => n + Number(group.num_rows), 0);
  if (!Number.isSafeInteger(nRows) || nRows < 0 || nRows > byteLength * 8192 || (nRows > 0 && groups !== nRows))
    throw new ParquetError(
      path,
      `is damaged: it claims ${nRows} rows, its row groups ${groups}: copy or make it again`,
    );
}

/** Lists in a damaged footer may claim any length, and the general reader would make room for it.
 * @throws {Error} when the footer is none. */
async function checkFooter(file: ByteSource): Promise<void> {
  const size = file.byteLength;
  const length = new DataView(await file.slice(size - 8, size - 4)).getUint32(0, true);
  if (length > size - 12) throw new Error("its footer is longer than the file");
  new ThriftReader(new Uint8Array(await file.slice(size - 8 - length, size - 8))).struct();
}

async function checkMagic(path: string, file: ByteSource): Promise<void> {
  const size = file.byteLength;
  const magic = async (from: number): Promise<string> =>
    size < 12 ? "" : latin1(new Uint8Array(await file.slice(from, from + 4)));
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

/** A page of numbers, or of a dictionary of them, takes at most a double and a level a row; no memory is kept for one
 * that claims to swell to more. */
function boundedBy(nRows: number, compressors: Compressors): Compressors {
  const most = 65_536 + 16 * nRows;
  const bounded: Compressors = {};
  for (const [codec, decompress] of Object.entries(compressors))
    bounded[codec as keyof Compressors] = (input, length) => {
      if (!(length >= 0 && length <= most)) throw new Error(`a page claims ${length} bytes`);
      return decompress(input, length);
    };
  return bounded;
}

function needsCompressors(metadata: FileMetaData): boolean {
  return metadata.row_groups.some(({ columns }) =>
    columns.some(({ meta_data }) => meta_data && meta_data.codec !== "UNCOMPRESSED" && meta_data.codec !== "SNAPPY"),
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

export interface Column {
  readonly name: string;
  readonly data: Float64Array | Int32Array;
  readonly type: "DOUBLE" | "FLOAT" | "INT32";
}

/** One row group a million rows, plain and uncompressed: noise does not compress, and every reader takes it as it is. */
export async function encodeTable(
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
