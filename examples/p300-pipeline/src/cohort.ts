import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readRecordingHeader, type RecordingHeader } from "@p300/dsp/parquet";
import { PipelineError } from "./command";
import type { DemoOptions } from "./demo";
import { folderOf, generateCohort } from "./generate";
import type { Progress } from "./progress";

const SYNTHETIC = { first: 5, added: 5, unseen: 5 };
const GENERATE_WORKERS = 2;

/** Which subjects train the first model, which are added for the second, and which stay unseen. */
export interface Cohort {
  readonly folder: string;
  readonly first: readonly string[];
  readonly added: readonly string[];
  readonly unseen: readonly string[];
}

/** The user's recordings, or the generated reference cohort. */
export async function cohortOf({ dataFolder, cache, seed, signal }: DemoOptions, progress: Progress): Promise<Cohort> {
  if (dataFolder !== null) return splitCohort(dataFolder, await checkedSubjects(dataFolder));
  const { first, added, unseen } = SYNTHETIC;
  const subjects = first + added + unseen;
  const folder = await generateCohort(cache, {
    seed,
    subjects,
    workers: GENERATE_WORKERS,
    signal,
    onSubject: (done) => progress.update(`${done} of ${subjects} subjects generated`),
  });
  const names = Array.from({ length: subjects }, (_, index) => folderOf(index + 1));
  return {
    folder,
    first: names.slice(0, first),
    added: names.slice(first, first + added),
    unseen: names.slice(first + added),
  };
}

/** The last third of the folders, at least one, is unseen; the first half of the others trains the first model, all of
 * them the second. */
export function splitCohort(folder: string, subjects: readonly string[]): Cohort {
  if (subjects.length < 2)
    throw new PipelineError(
      `${folder} holds ${subjects.length} folders of recordings: at least two are needed, one to train on and one that stays unseen`,
    );
  const nUnseen = Math.max(1, Math.floor(subjects.length / 3));
  const train = subjects.slice(0, subjects.length - nUnseen);
  const half = Math.ceil(train.length / 2);
  return { folder, first: train.slice(0, half), added: train.slice(half), unseen: subjects.slice(-nUnseen) };
}

/** The subject folders below `folder`, once every recording in them is known to fit the first one's channels and rate. */
export async function checkedSubjects(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new PipelineError(
      `--data ${folder} can't be read (${error.code}): give a folder with a folder a subject or session`,
    );
  });
  const subjects: string[] = [];
  let first: { subject: string; header: RecordingHeader } | null = null;
  for (const subject of names.sort()) {
    if (subject.startsWith(".") || !(await stat(join(folder, subject))).isDirectory()) continue;
    const files = (await readdir(join(folder, subject))).filter((file) => file.endsWith(".parquet")).sort();
    for (const file of files) {
      const header = await readRecordingHeader(join(folder, subject, file)).catch(() => null);
      if (header === null) continue; // its own task will say what is wrong with it
      first ??= { subject, header };
      const differs = differenceOf(first.header, header);
      if (differs)
        throw new PipelineError(
          `${subject} differs from ${first.subject}: ${file} has ${differs}; one model needs one montage and rate, so take it out of ${folder}`,
        );
    }
    if (files.length > 0) subjects.push(subject);
  }
  return subjects;
}

function differenceOf(wanted: RecordingHeader, got: RecordingHeader): string | null {
  if (got.sampleRateHz !== wanted.sampleRateHz) return `${got.sampleRateHz} Hz, not ${wanted.sampleRateHz} Hz`;
  if (got.channelNames.join() !== wanted.channelNames.join())
    return `channels ${got.channelNames.join(" ")}, not ${wanted.channelNames.join(" ")}`;
  return null;
}
