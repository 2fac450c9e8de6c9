import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { parquetMetadata, parquetRead, parquetSchema, type ColumnData, type FileMetaData } from "hyparquet";
import { FeaturesFileError } from "./errors";
import { checkFinite, type Matrix } from "./matrix";
import { compressors } from "./parquet-compressors";

const FEATURES = "features.parquet";
const LABELS = "labels.parquet";

export interface FeatureRows {
  readonly features: Matrix;
  /** One a feature, the columns of features.parquet in their order. */
  readonly featureNames: readonly string[];
}

export interface LabelledRows extends FeatureRows {
  /** One a row. */
  readonly labels: Int32Array;
}

/** Reads features.parquet and labels.parquet (one integer column, `label`) of a folder, as `p300-dsp preprocess` writes them.
 * @throws {FeaturesFileError} when a file is missing, damaged, or its columns or row count are not as they should be;
 * {NonFiniteError} naming row and feature of a value that is null, NaN or infinite. */
export async function readFeatures(dir: string): Promise<LabelledRows> {
  const rows = await readUnlabelledFeatures(dir);
  const labels = await readLabels(path.join(dir, LABELS));
  if (labels.length !== rows.features.nRows)
    throw new FeaturesFileError(
      path.join(dir, LABELS),
      `has ${labels.length} rows, ${FEATURES} beside it has ${rows.features.nRows}: preprocess the recording again`,
    );
  return { ...rows, labels };
}

/** Reads features.parquet of a folder, whether labels lie beside it or not. Throws as `readFeatures`. */
export async function readUnlabelledFeatures(dir: string): Promise<FeatureRows> {
  const file = path.join(dir, FEATURES);
  const table = await openTable(file, dir);
  const { names, nRows } = table;
  if (names.length === 0) throw new FeaturesFileError(file, "has no columns");
  if (nRows === 0) throw new FeaturesFileError(file, "has no rows: were all epochs rejected?");
  const nFeatures = names.length;
  const columns = await readColumns(table);
  const data = new Float64Array(nRows * nFeatures);
  columns.forEach((values, column) => {
    for (let i = 0; i < nRows; i++) data[i * nFeatures + column] = numberOf(values[i]);
  });
  const features = { data, nRows, nFeatures };
  checkFinite(features, file);
  return { features, featureNames: names };
}

/** Rows of several folders one after another, in the order given.
 * @param sources - what each part is called in an error, such as its folder.
 * @throws {FeaturesFileError} naming the first part whose columns differ from those of the first. */
export function joinFeatures(parts: readonly LabelledRows[], sources?: readonly string[]): LabelledRows {
  const [first] = parts;
  const source = (i: number): string => sources?.[i] ?? `part ${i + 1} of ${parts.length}`;
  if (first === undefined) throw new FeaturesFileError("features", "no folder was given");
  const { nFeatures } = first.features;
  parts.forEach(({ features, featureNames }, i) => {
    if (features.nFeatures !== nFeatures)
      throw new FeaturesFileError(
        source(i),
        `has ${features.nFeatures} features a row, ${source(0)} has ${nFeatures}: preprocess both alike`,
      );
    const other = featureNames.findIndex((name, j) => name !== first.featureNames[j]);
    if (other >= 0)
      throw new FeaturesFileError(
        source(i),
        `column ${other} is "${featureNames[other]}", in ${source(0)} it is "${first.featureNames[other]}"`,
      );
  });
  const nRows = parts.reduce((sum, { features }) => sum + features.nRows, 0);
  const data = new Float64Array(nRows * nFeatures);
  const labels = new Int32Array(nRows);
  let row = 0;
  for (const part of parts) {
    data.set(part.features.data, row * nFeatures);
    labels.set(part.labels, row);
    row += part.features.nRows;
  }
  return { features: { data, nRows, nFeatures }, labels, featureNames: first.featureNames };
}

/** One integer class code a row. @throws {FeaturesFileError} */
export async function readLabels(file: string): Promise<Int32Array> {
  const table = await openTable(file);
  const column = table.names.indexOf("label");
  if (column < 0 || table.names.length !== 1)
    throw new FeaturesFileError(file, `has columns ${table.names.join(", ") || "none"}: expected one, "label"`);
  const [values] = await readColumns(table);
  return Int32Array.from(values!, (value, i) => {
    const label = numberOf(value);
    if ((label | 0) !== label)
      throw new FeaturesFileError(file, `row ${i}: label ${label} is not an integer class code`);
    return label;
  });
}

interface Table {
  readonly file: string;
  readonly bytes: ArrayBuffer;
  readonly metadata: FileMetaData;
  readonly names: readonly string[];
  readonly nRows: number;
}

async function openTable(file: string, dir?: string): Promise<Table> {
  let bytes: ArrayBuffer;
  try {
    const { buffer, byteOffset, byteLength } = await readFile(file);
    bytes = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  } catch (cause) {
    throw new FeaturesFileError(file, await whyUnreadable(cause, dir), { cause });
  }
  try {
    const metadata = parquetMetadata(bytes);
    const columns = parquetSchema(metadata).children;
    const nested = columns.find(({ children }) => children.length > 0);
    if (nested) throw new FeaturesFileError(file, `column "${nested.element.name}" is nested: expected a number a row`);
    return {
      file,
      bytes,
      metadata,
      names: columns.map(({ element }) => element.name),
      nRows: Number(metadata.num_rows),
    };
  } catch (cause) {
    throw cause instanceof FeaturesFileError ? cause : damaged(file, cause);
  }
}

/** In words, with the folders below that hold what was looked for. */
export async function whyUnreadable(cause: unknown, dir: string | undefined): Promise<string> {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  if (code === "ENOTDIR") return "is inside a file: name the folder that holds it";
  if (code !== "ENOENT") return `cannot be read (${code})`;
  const inside = dir === undefined ? [] : await foldersWithFeatures(dir);
  if (inside.length === 0) return "does not exist: name a folder that `p300-dsp preprocess` wrote";
  return `does not exist, but ${inside.length} folder${inside.length === 1 ? "" : "s"} in ${dir} ha${inside.length === 1 ? "s" : "ve"} one: name ${inside.slice(0, 3).join(" ")}${inside.length > 3 ? " …" : ""}`;
}

async function foldersWithFeatures(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(dir, entry.name));
    const held = await Promise.all(folders.map(async (folder) => (await readdir(folder)).includes(FEATURES)));
    return folders.filter((_, i) => held[i]).toSorted();
  } catch {
    return [];
  }
}

/** The columns in their order, each with a value a row. */
async function readColumns({ file, bytes, metadata, names, nRows }: Table): Promise<ArrayLike<unknown>[]> {
  const chunks = new Map<string, ColumnData[]>(names.map((name) => [name, []]));
  if (chunks.size !== names.length) throw new FeaturesFileError(file, "has two columns of one name");
  try {
    // Nothing may be thrown in onChunk: parquetRead does not wait for it, so an error there would end the process.
    await parquetRead({
      file: bytes,
      metadata,
      compressors,
      onChunk: (chunk) => chunks.get(chunk.columnName)?.push(chunk),
    });
  } catch (cause) {
    throw damaged(file, cause);
  }
  return names.map((name) => {
    const parts = chunks.get(name)!.toSorted((a, b) => a.rowStart - b.rowStart);
    const values =
      parts.length === 1 ? parts[0]!.columnData : parts.flatMap(({ columnData }) => Array.from<unknown>(columnData));
    if (values.length !== nRows) throw damaged(file, `column "${name}" has ${values.length} of ${nRows} rows`);
    return values;
  });
}

function damaged(file: string, cause: unknown): FeaturesFileError {
  return new FeaturesFileError(
    file,
    `is not a Parquet file that can be read (${cause instanceof Error ? cause.message : String(cause)}): write it again`,
    { cause },
  );
}

/** Whatever is not a number becomes NaN, which the caller reports with its place. */
function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "bigint" ? Number(value) : Number.NaN;
}
