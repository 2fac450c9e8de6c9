import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DownloadError, FormatError, OptionError } from "../errors";
import { readRecordingHeader, writeRecording } from "../parquet";
import { readJson } from "../read-json";
import { refuseAs } from "../readers/bytes";
import { decodeMatlab } from "../readers/matlab-recording";
import { fileError } from "../write-whole";
import { fetchFile, type FetchFileOptions } from "./fetch-file";
import { readRecord, type RecordEntry } from "./record";
import { readZip } from "./unzip";

/** Zenodo's record of Brain Invaders 2014a: 64 subjects, 16 electrodes, 512 Hz.
 * @see L. Korczowski et al., 2019, doi:10.5281/zenodo.3266223 */
export const BI2014A_RECORD = 3_266_223;
export const BI2014A_SUBJECTS = 64;

export interface DownloadOptions extends FetchFileOptions {
  /** Folder to write `subject_NN/subject_NN_eeg_stim.parquet` and metadata.json into. */
  readonly out: string;
  /** Default: all that the record has. */
  readonly subjects?: readonly number[] | undefined;
  /** Default https://zenodo.org; a mirror that answers as its API does. */
  readonly baseUrl?: string | undefined;
  /** Whether the archives stay in `<out>/archives` once they are converted. Default false. */
  readonly keepArchives?: boolean | undefined;
  readonly onSubject?:
    | ((event: { subject: number; index: number; of: number; bytesDone: number; bytes: number }) => void)
    | undefined;
}

export interface DownloadedSubject {
  readonly subject: number;
  readonly file: string;
  /** "present": it was there already, of the same archive. */
  readonly status: "converted" | "present";
  readonly events: number | undefined;
  readonly archive: string;
  readonly md5: string;
}

export interface Downloaded {
  readonly dataset: "bi2014a";
  readonly record: number;
  readonly subjects: readonly DownloadedSubject[];
}

/** Downloads a data set and converts each subject's recording to Parquet. What is there already, of the same archive, is
 * left alone; what was broken off is gone on with.
 * @throws {DownloadError} {FileError} {FormatError} naming the address or the file. */
export async function downloadDataset(dataset: "bi2014a", options: DownloadOptions): Promise<Downloaded> {
  if (dataset !== "bi2014a") throw new OptionError("dataset", dataset, "bi2014a");
  if (typeof options.out !== "string" || options.out === "") throw new OptionError("out", options.out, "a folder");
  const wrong = options.subjects?.find((n) => !Number.isInteger(n) || n < 1 || n > BI2014A_SUBJECTS);
  if (wrong !== undefined) throw new OptionError("subjects", wrong, `whole numbers from 1 to ${BI2014A_SUBJECTS}`);
  const entries = bySubject(await readRecord(BI2014A_RECORD, options));
  const subjects = options.subjects ? [...new Set(options.subjects)] : [...entries.keys()].sort((a, b) => a - b);
  const done: DownloadedSubject[] = [];
  for (const [index, subject] of subjects.entries()) {
    const entry = entries.get(subject);
    if (!entry) throw new DownloadError(`record ${BI2014A_RECORD}`, `has no file for subject ${subject}`);
    done.push(await oneSubject(subject, entry, { ...options, index, of: subjects.length }));
  }
  return { dataset, record: BI2014A_RECORD, subjects: done };
}

/** `subject_01.zip`, or `.mat` should it ever be given unpacked. */
function bySubject(entries: readonly RecordEntry[]): Map<number, RecordEntry> {
  const found = new Map<number, RecordEntry>();
  for (const entry of entries) {
    const match = /^subject_?0*(\d{1,3})\.(zip|mat)$/i.exec(entry.name);
    if (match) found.set(Number(match[1]), entry);
  }
  return found;
}

async function oneSubject(
  subject: number,
  entry: RecordEntry,
  options: DownloadOptions & { readonly index: number; readonly of: number },
): Promise<DownloadedSubject> {
  const { out, onSubject, index, of, keepArchives = false } = options;
  const name = `subject_${String(subject).padStart(2, "0")}`;
  const file = join(out, name, `${name}_eeg_stim.parquet`);
  const result = { subject, file, archive: entry.name, md5: entry.md5 };
  if (await isConverted(file, join(out, name, "metadata.json"), entry.md5))
    return { ...result, status: "present", events: undefined };
  const archive = join(out, "archives", entry.name);
  const onProgress = (bytesDone: number): void => onSubject?.({ subject, index, of, bytesDone, bytes: entry.bytes });
  await fetchFile(archive, entry, { ...options, onProgress });
  const { recording } = await decodeMatlab(await matlabIn(archive), { source: archive });
  await writeRecording(file, recording, {
    metadata: {
      subject,
      dataset: "bi2014a",
      source: `https://zenodo.org/records/${BI2014A_RECORD}`,
      source_file: entry.name,
      source_md5: entry.md5,
    },
  });
  if (!keepArchives) await rm(archive, { force: true });
  const events = recording.stim.reduce((n, code, i) => n + (code !== 0 && code !== recording.stim[i - 1] ? 1 : 0), 0);
  return { ...result, status: "converted", events };
}

async function isConverted(file: string, metadata: string, md5: string): Promise<boolean> {
  try {
    const json = (await readJson(metadata)) as { source_md5?: unknown } | undefined;
    if (json?.source_md5 !== md5) return false;
    await readRecordingHeader(file);
    return true;
  } catch {
    return false; // missing or damaged: made again
  }
}

/** The MAT-file of a subject: the archive itself, or the only recording in it. */
async function matlabIn(archive: string): Promise<Uint8Array> {
  const bytes = await readFile(archive).catch((cause: unknown) => {
    throw fileError(archive, cause);
  });
  if (/\.mat$/i.test(archive)) return bytes;
  const entries = readZip(bytes, refuseAs("zip", archive)).filter(({ name }) =>
    /(^|\/)subject_?\d+[^/]*\.mat$/i.test(name),
  );
  if (entries.length !== 1)
    throw new FormatError(
      "zip",
      archive,
      `holds ${entries.length} files like subject_NN.mat, where one was looked for`,
    );
  return entries[0]!.read();
}
