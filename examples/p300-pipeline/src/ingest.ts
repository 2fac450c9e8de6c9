import { PipelineError } from "./command";
import { failureOf, runDag, type DagRunResult } from "./dag-client";
import type { Progress } from "./progress";
import { DAG_ID, type Settings } from "./settings";
import { subjectSummaries } from "./subjects";

export interface Ingested {
  readonly run: DagRunResult;
  /** Those of the subjects that became features. */
  readonly subjects: readonly string[];
  readonly words: string;
}

/** Runs the ingest DAG for the next subjects of the source, and tells what became of each. A subject that failed is said
 * and left out; the run, and the demo, go on without it. */
export async function ingestSubjects(
  dagUrl: string,
  settings: Settings,
  wanted: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<Ingested> {
  const run = await runDag(
    dagUrl,
    DAG_ID,
    { subjects_per_run: wanted.length },
    (line) => progress.update(line),
    signal,
  );
  const reasons = [];
  for (const failed of run.failed) {
    const name = failed.mapIndex >= 0 ? `${failed.taskId}[${failed.mapIndex}]` : failed.taskId;
    reasons.push(`${name}: ${await failureOf(dagUrl, DAG_ID, run.runId, failed)}`);
  }
  if (run.state !== "success" || run.failed.some(({ taskId }) => taskId !== "preprocess"))
    throw new PipelineError(`run ${run.runId} ended as ${run.state}: ${reasons.join("; ")}`);
  for (const reason of reasons) progress.say(reason);

  const summaries = (await subjectSummaries(settings)).filter(({ subject }) => wanted.includes(subject));
  if (summaries.length === 0)
    throw new PipelineError(
      `run ${run.runId} ended as ${run.state}, but no subject became features: ${reasons[0] ?? "none arrived"}`,
    );
  for (const { subject, reject_uv } of summaries) {
    if (reject_uv === null)
      progress.say(`${subject}: too few epochs survive 100 µV peak to peak; it is used without rejection`);
  }
  const found = summaries.reduce((sum, { epochs_found }) => sum + epochs_found, 0);
  const kept = summaries.reduce((sum, { epochs_kept }) => sum + epochs_kept, 0);
  const failures =
    wanted.length > summaries.length ? `, ${wanted.length - summaries.length} of ${wanted.length} subjects failed` : "";
  return {
    run,
    subjects: summaries.map(({ subject }) => subject),
    words: `${run.state}, ${run.taskInstances} task instances, ${kept} of ${found} epochs kept${failures}`,
  };
}
