import { PipelineError } from "./command";
import { lastLogLine, runDag, type DagRunResult } from "./dag-client";
import type { Progress } from "./progress";
import { DAG_ID, type Settings } from "./settings";
import { subjectSummaries } from "./subjects";

/** Runs the ingest DAG for the next subjects of the source, and tells what became of each. */
export async function ingestSubjects(
  dagUrl: string,
  settings: Settings,
  subjects: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<{ run: DagRunResult; words: string }> {
  const run = await runDag(
    dagUrl,
    DAG_ID,
    { subjects_per_run: subjects.length },
    (line) => progress.update(line),
    signal,
  );
  if (run.failed.length > 0) {
    const task = run.failed[0]!.replace(/\[.*$/, "");
    const why = await lastLogLine(dagUrl, DAG_ID, run.runId, task);
    throw new PipelineError(`run ${run.runId} ended as ${run.state}, but ${run.failed.join(", ")} failed: ${why}`);
  }
  if (run.state !== "success") throw new PipelineError(`run ${run.runId} ended as ${run.state}`);
  const summaries = (await subjectSummaries(settings)).filter(({ subject }) => subjects.includes(subject));
  for (const { subject, reject_uv } of summaries) {
    if (reject_uv === null)
      progress.say(`${subject}: too few epochs survive 100 µV peak to peak; it is used without rejection`);
  }
  const found = summaries.reduce((sum, { epochs_found }) => sum + epochs_found, 0);
  const kept = summaries.reduce((sum, { epochs_kept }) => sum + epochs_kept, 0);
  return { run, words: `${run.state}, ${run.taskInstances} task instances, ${kept} of ${found} epochs kept` };
}
