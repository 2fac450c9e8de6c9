/** Recordings of any format from and to files. Node; what is in the files is `@p300/dsp/readers`'s. */
import { open, readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { checkOptions, checkPath } from "./check-object";
import { FormatError } from "./errors";
import { readRecordingFile, writeRecording } from "./parquet";
import { readJson } from "./read-json";
import { brainVisionCompanions, encodeBrainVision } from "./readers/brainvision";
import type { Bytes } from "./readers/bytes";
import { encodeCsv } from "./readers/csv";
import { decodeRecordingFile, type DecodeRecordingOptions } from "./readers/decode";
import { detectFormat } from "./readers/detect";
import { encodeEdf } from "./readers/edf-write";
import type { DecodedFile, RecordingFormat } from "./readers/recording-file";
import { checkRecording, type Recording } from "./recording";
import { checkRegularFile, fileError, writeFileWhole } from "./write-whole";

export type { DecodedFile, DecodeOptions, OtherChannel, RecordingFormat } from "./readers/recording-file";
export type { Annotation, Recording } from "./recording";

export type OpenOptions = Omit<DecodeRecordingOptions, "source" | "companions">;

/** Opens a recording of any format, by what is in it and then by its ending, with the files that belong to it: .eeg and
 * .vmrk of a .vhdr, .fdt of a .set, metadata.json of a Parquet, CSV or MATLAB file.
 * @throws {FileError} when it cannot be read. @throws {FormatError} {ParquetError} when it is damaged or of no known format. */
export async function openRecording(path: string, options: OpenOptions = {}): Promise<Recording> {
  return (await openRecordingFile(path, options)).recording;
}

/** As `openRecording`, with the format and what else is in the file. */
export async function openRecordingFile(
  path: string,
  options: OpenOptions = {},
): Promise<DecodedFile & { readonly otherColumns: readonly string[] }> {
  checkPath(path);
  checkOptions(options);
  const format = options.format ?? detectFormat(path, await readStart(path));
  if (format === "parquet" && options.metadata === undefined) {
    const { recording, otherColumns } = await readRecordingFile(path);
    const named = options.stimCodes ? { ...recording, stimCodes: options.stimCodes } : recording;
    return { format, recording: named, otherChannels: [], otherColumns };
  }
  const bytes = await readWhole(path);
  const decoded = await decodeRecordingFile(basename(path), bytes, {
    ...options,
    format,
    source: path,
    companions: await companionsOf(path, bytes, format),
    metadata: options.metadata ?? (await metadataBeside(path, format)),
  });
  return { ...decoded, otherColumns: decoded.otherChannels.map(({ name }) => name) };
}

async function readStart(path: string): Promise<Uint8Array> {
  try {
    await checkRegularFile(path);
    const handle = await open(path);
    try {
      const start = new Uint8Array(1024);
      const { bytesRead } = await handle.read(start, 0, start.length, 0);
      return start.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError(path, cause);
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    await checkRegularFile(path);
    return await readFile(path);
  } catch (cause) {
    throw fileError(path, cause);
  }
}

/** Only for formats that may need it: a folder's metadata.json speaks of its Parquet files, not of an EDF among them. */
async function metadataBeside(path: string, format: RecordingFormat | undefined): Promise<unknown> {
  return format === "csv" || format === "matlab" ? readJson(join(dirname(path), "metadata.json")) : undefined;
}

/** Files that belong to this one and lie in its folder; a name that points elsewhere is looked for here. */
async function companionsOf(
  path: string,
  bytes: Uint8Array,
  format: RecordingFormat | undefined,
): Promise<Record<string, Bytes>> {
  const wanted: string[] = [];
  if (format === "brainvision" && /\.[av]hdr$/i.test(path)) {
    const { dataFile, markerFile } = brainVisionCompanions(bytes, path);
    wanted.push(dataFile, ...(markerFile === undefined ? [] : [markerFile]));
  }
  if (format === "eeglab") {
    const stem = basename(path, extname(path));
    wanted.push(`${stem}.fdt`, `${stem}.dat`);
  }
  const bare = (name: string): string => name.replace(/^.*[/\\]/, "").toLowerCase();
  const there = wanted.length === 0 ? [] : await readdir(dirname(path)).catch(() => [] as string[]);
  const companions: Record<string, Bytes> = {};
  for (const name of wanted) {
    const found = there.find((one) => one === name) ?? there.find((one) => bare(one) === bare(name));
    if (found !== undefined) companions[found] = await readWhole(join(dirname(path), found));
  }
  return companions;
}

export interface SaveOptions {
  /** Default: by the ending. */
  readonly format?: "parquet" | "csv" | "edf" | "bdf" | "brainvision" | undefined;
  /** Parquet in four bytes a sample. */
  readonly float32?: boolean | undefined;
}

const ENDINGS: Readonly<Record<string, NonNullable<SaveOptions["format"]>>> = {
  ".parquet": "parquet",
  ".csv": "csv",
  ".tsv": "csv",
  ".edf": "edf",
  ".bdf": "bdf",
  ".vhdr": "brainvision",
};

/** Saves a recording as Parquet (with metadata.json), CSV, EDF+, BDF+ or BrainVision (three files), by the ending of
 * `path`. Each file appears whole or not at all.
 * @returns the files written.
 * @throws {FormatError} when the ending names no format that is written, or the recording does not fit it.
 * @throws {FileError} when a file cannot be written. */
export async function saveRecording(
  path: string,
  recording: Recording,
  options: SaveOptions = {},
): Promise<readonly string[]> {
  checkPath(path);
  checkOptions(options);
  checkRecording(recording);
  const ending = extname(path).toLowerCase();
  const format = options.format ?? ENDINGS[ending];
  switch (format) {
    case "parquet":
      await writeRecording(path, recording, { float32: options.float32 });
      return [path, join(dirname(path), "metadata.json")];
    case "csv":
      await writeFileWhole(path, encodeCsv(recording, { delimiter: ending === ".tsv" ? "\t" : "," }));
      return [path];
    case "edf":
    case "bdf":
      await writeFileWhole(path, encodeEdf(recording, { format }));
      return [path];
    case "brainvision": {
      const name = basename(path, extname(path));
      const { header, markers, data } = encodeBrainVision(recording, { name });
      const [eeg, vmrk] = [join(dirname(path), `${name}.eeg`), join(dirname(path), `${name}.vmrk`)];
      await writeFileWhole(eeg, data);
      await writeFileWhole(vmrk, markers);
      await writeFileWhole(path, header); // last: it is the one that is opened
      return [path, vmrk, eeg];
    }
    default:
      throw new FormatError(
        "recording",
        path,
        `the ending ${ending || "(none)"} names no format that is written: give .parquet, .csv, .tsv, .edf, .bdf or .vhdr`,
      );
  }
}
