import { open, mkdtemp, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parquetRead, parquetSchema, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { FeaturesFileError, LdaError } from "./errors";
import { whyUnreadable } from "./features-file";
import { checkFinite, type Matrix } from "./matrix";
import { compressors } from "./parquet-compressors";
import { splitFooter, type Footer } from "./parquet-footer";

const FEATURES = "features.parquet";
/** What a block of rows may take. */
const BLOCK_BYTES = 48 * 2 ** 20;
/** What the columns that are decoded at one time may take. */
const COLUMNS_BYTES = 8 * 2 ** 20;

/** Rows that follow one another in a file. */
export interface FeatureBlock {
  readonly features: Matrix;
  /** Where in the file the block begins. */
  readonly firstRow: number;
}

export interface FeatureStreamOptions {
  /** Rows a block at most. Default as many as 48 MB hold. */
  readonly rowsPerBlock?: number | undefined;
}

/** features.parquet of a folder, to be read a block of rows at a time: memory depends on the number of features, not of
 * rows. */
export interface FeatureStream {
  readonly nRows: number;
  readonly nFeatures: number;
  readonly featureNames: readonly string[];
  /** Reads all rows in their order; may be called again. The block's buffer is used again for the next one.
   * @throws {FeaturesFileError} for a damaged file; {NonFiniteError} naming row and feature. */
  blocks(): AsyncGenerator<FeatureBlock>;
  close(): Promise<void>;
}

/** Opens features.parquet of a folder.
 * @throws {FeaturesFileError} when it is missing, damaged, nested or empty. */
export async function openFeatures(dir: string, { rowsPerBlock }: FeatureStreamOptions = {}): Promise<FeatureStream> {
  const file = path.join(dir, FEATURES);
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch (cause) {
    throw new FeaturesFileError(file, await whyUnreadable(cause, dir), { cause });
  }
  try {
    const buffer = asyncBufferOf(handle, (await handle.stat()).size);
    const footer = splitFooter(await readFooter(buffer));
    if (footer.nRowGroups === 0) throw new FeaturesFileError(file, "has no rows: were all epochs rejected?");
    const first = footer.metadataOf(0);
    const columns = parquetSchema(first).children;
    const names = columns.map(({ element }) => element.name);
    const nRows = Number(first.num_rows);
    if (columns.some(({ children }) => children.length > 0) || new Set(names).size !== names.length)
      throw new FeaturesFileError(file, "has nested columns, or two of one name: expected a number a row and column");
    if (names.length === 0) throw new FeaturesFileError(file, "has no columns");
    if (nRows === 0) throw new FeaturesFileError(file, "has no rows: were all epochs rejected?");
    const size = rowsPerBlock ?? Math.max(1, Math.floor(BLOCK_BYTES / (8 * names.length)));
    const table = { file, buffer, footer, names };
    return {
      nRows,
      nFeatures: names.length,
      featureNames: names,
      blocks: () => blocksOf(table, size),
      close: () => handle.close(),
    };
  } catch (cause) {
    await handle.close();
    throw cause instanceof FeaturesFileError ? cause : damaged(file, cause);
  }
}

async function readFooter(buffer: AsyncBuffer): Promise<Uint8Array> {
  const { byteLength } = buffer;
  if (byteLength < 12) throw new Error(`it has ${byteLength} bytes`);
  const tail = new DataView(await buffer.slice(byteLength - 8));
  const length = tail.getUint32(0, true);
  if (tail.getUint32(4) !== 0x50415231 || length > byteLength - 12) throw new Error("it does not end as one");
  return new Uint8Array(await buffer.slice(byteLength - 8 - length, byteLength - 8));
}

interface Table {
  readonly file: string;
  readonly buffer: AsyncBuffer;
  readonly footer: Footer;
  readonly names: readonly string[];
}

async function* blocksOf(table: Table, rowsPerBlock: number): AsyncGenerator<FeatureBlock> {
  try {
    yield* readBlocks(table, rowsPerBlock);
  } catch (cause) {
    if (cause instanceof LdaError) throw cause;
    const { code, syscall } = cause as NodeJS.ErrnoException;
    throw syscall === undefined
      ? damaged(table.file, cause)
      : new FeaturesFileError(table.file, `cannot be read by way of a file in ${tmpdir()} (${code})`, { cause });
  }
}

async function* readBlocks(table: Table, rowsPerBlock: number): AsyncGenerator<FeatureBlock> {
  const { footer, names, file } = table;
  const nFeatures = names.length;
  let groupStart = 0;
  let data = new Float64Array(0);
  for (let group = 0; group < footer.nRowGroups; group++) {
    const metadata = footer.metadataOf(group);
    const groupRows = Number(metadata.row_groups[0]!.num_rows);
    if (groupRows === 0) continue;
    const rowsAt = await openGroup(table, metadata, groupRows, rowsPerBlock);
    try {
      for (let from = 0; from < groupRows; from += rowsPerBlock) {
        const nRows = Math.min(rowsPerBlock, groupRows - from);
        if (data.length !== nRows * nFeatures) data = new Float64Array(nRows * nFeatures);
        await rowsAt.readInto(data, from, nRows);
        const features = { data, nRows, nFeatures };
        checkFinite(features, `${file}: from row ${groupStart + from} on`);
        yield { features, firstRow: groupStart + from };
      }
    } finally {
      await rowsAt.close();
    }
    groupStart += groupRows;
  }
}

interface GroupRows {
  readInto(data: Float64Array, from: number, nRows: number): Promise<void>;
  close(): Promise<void>;
}

/** A row group that is no larger than a block is decoded into it. Of a larger one each column would have to be decoded
 * again for every block, so its columns are decoded once, some at a time, and wait in a scratch file. */
async function openGroup(
  table: Table,
  metadata: FileMetaData,
  groupRows: number,
  rowsPerBlock: number,
): Promise<GroupRows> {
  const nFeatures = table.names.length;
  const width = Math.min(nFeatures, Math.max(1, Math.floor(COLUMNS_BYTES / (8 * groupRows))));
  if (groupRows <= rowsPerBlock)
    return {
      readInto: async (data) => {
        for (let column = 0; column < nFeatures; column += width)
          interleave(data, nFeatures, column, await columnsOf(table, metadata, groupRows, column, width), 0, groupRows);
      },
      close: async () => {},
    };
  const folder = await mkdtemp(path.join(tmpdir(), "p300-features-"));
  const close = async (handle?: FileHandle): Promise<void> => {
    await handle?.close();
    await rm(folder, { recursive: true, force: true });
  };
  let scratch: FileHandle | undefined;
  try {
    scratch = await open(path.join(folder, "columns"), "w+");
    for (let column = 0; column < nFeatures; column += width) {
      const columns = await columnsOf(table, metadata, groupRows, column, width);
      const strip = new Float64Array(groupRows * columns.length);
      interleave(strip, columns.length, 0, columns, 0, groupRows);
      await writeAt(scratch, bytesOf(strip), 8 * groupRows * column);
    }
  } catch (cause) {
    await close(scratch);
    throw cause;
  }
  const handle = scratch;
  return {
    readInto: async (data, from, nRows) => {
      for (let column = 0; column < nFeatures; column += width) {
        const wide = Math.min(width, nFeatures - column);
        const strip = new Float64Array(nRows * wide);
        await readAt(handle, bytesOf(strip), 8 * (groupRows * column + from * wide));
        for (let i = 0; i < nRows; i++) data.set(strip.subarray(i * wide, (i + 1) * wide), i * nFeatures + column);
      }
    },
    close: () => close(handle),
  };
}

/** Values [from, from + nRows) of each column into its place in the rows of `data`. */
function interleave(
  data: Float64Array,
  nFeatures: number,
  first: number,
  columns: readonly ArrayLike<unknown>[],
  from: number,
  nRows: number,
): void {
  columns.forEach((values, c) => {
    for (let i = 0, at = first + c; i < nRows; i++, at += nFeatures) {
      const value = values[from + i];
      data[at] = typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : Number.NaN;
    }
  });
}

/** Some columns of a row group, decoded. */
async function columnsOf(
  { file, buffer, names }: Table,
  metadata: FileMetaData,
  nRows: number,
  first: number,
  width: number,
): Promise<ArrayLike<unknown>[]> {
  const columns = names.slice(first, first + width);
  const parts = new Map<string, { rowStart: number; columnData: ArrayLike<unknown> }[]>(columns.map((c) => [c, []]));
  try {
    await parquetRead({
      file: buffer,
      metadata,
      compressors,
      columns,
      onChunk: (chunk) => parts.get(chunk.columnName)?.push(chunk),
    });
  } catch (cause) {
    throw damaged(file, cause);
  }
  return columns.map((name) => {
    const pieces = parts.get(name)!.toSorted((a, b) => a.rowStart - b.rowStart);
    const values =
      pieces.length === 1 ? pieces[0]!.columnData : pieces.flatMap((piece) => Array.from(piece.columnData));
    if (values.length !== nRows) throw damaged(file, `column "${name}" has ${values.length} of ${nRows} rows`);
    return values;
  });
}

function asyncBufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = new Uint8Array(Math.max(0, end - start));
      await readAt(handle, bytes, start);
      return bytes.buffer;
    },
  };
}

async function readAt(handle: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error(`it ends at byte ${position + done}`);
    done += bytesRead;
  }
}

async function writeAt(handle: FileHandle, from: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < from.length;)
    done += (await handle.write(from, done, from.length - done, position + done)).bytesWritten;
}

const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function damaged(file: string, cause: unknown): FeaturesFileError {
  return new FeaturesFileError(
    file,
    `is not a Parquet file that can be read (${cause instanceof Error ? cause.message : String(cause)}): write it again`,
    { cause },
  );
}
