import { posix } from "node:path";
import { readFeatures } from "@p300/dsp/parquet";
import type { Features } from "@p300/dsp";
import type { ArtifactStore } from "@p300/registry/artifacts";
import { filesOf, foldersOf, openBucket, withDownloaded } from "./buckets";
import { epochBody, type EpochBody } from "./predict-client";
import type { Settings } from "./settings";

/** What `preprocess` writes beside a subject's features; written last, so that its presence says "complete". */
export const SUMMARY_FILE = "summary.json";

export interface SubjectFeatures {
  readonly subject: string;
  readonly features: Features;
  readonly labels: Int32Array;
}

/** Subjects whose features are complete, in name order. */
export async function processedSubjects(features: ArtifactStore): Promise<string[]> {
  const complete: string[] = [];
  for (const subject of await foldersOf(features)) {
    const files = await filesOf(features, subject);
    if (files.some((path) => posix.basename(path) === SUMMARY_FILE)) complete.push(subject);
  }
  return complete;
}

export async function loadSubject(features: ArtifactStore, subject: string): Promise<SubjectFeatures> {
  return withDownloaded(features, subject, async (dir) => ({ subject, ...(await readFeatures(dir)) }));
}

/** `subject_07` is 7 in reports; a folder of one's own keeps its name. */
export function subjectId(subject: string): number | string {
  const number = /^subject_(\d+)$/.exec(subject)?.[1];
  return number === undefined ? subject : Number(number);
}

/** What `preprocess` recorded of each processed subject. */
export async function subjectSummaries(
  settings: Settings,
): Promise<
  { subject: string; epochs_found: number; epochs_kept: number; features: number; reject_uv: number | null }[]
> {
  const features = await openBucket(settings, "features");
  const summaries = [];
  for (const subject of await processedSubjects(features)) {
    summaries.push(JSON.parse(new TextDecoder().decode(await features.getBytes(posix.join(subject, SUMMARY_FILE)))));
  }
  return summaries;
}

/** The first epochs of a subject, each ready to be posted. */
export async function loadEpochBodies(settings: Settings, subject: string, nEpochsMax: number): Promise<EpochBody[]> {
  const { features } = await loadSubject(await openBucket(settings, "features"), subject);
  return Array.from({ length: Math.min(nEpochsMax, features.nRows) }, (_, row) => epochBody(rowOf(features, row)));
}

export function rowOf({ data, nFeatures }: Features, row: number): Float64Array {
  return data.subarray(row * nFeatures, (row + 1) * nFeatures);
}
