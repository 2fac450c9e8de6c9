import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { dag, FailWithoutRetry } from "@p300/dag";
import { readRecording, writeFeatures } from "@p300/dsp/parquet";
import { MlflowClient } from "@p300/registry";
import { foldersOf, openBucket, withDownloaded } from "../src/buckets";
import { preprocessSubject } from "../src/preprocess";
import { ensureExperiment } from "../src/registry";
import { DAG_ID, EXPERIMENTS, settingsFromEnv } from "../src/settings";
import { processedSubjects, SUMMARY_FILE } from "../src/subjects";

const LAST_ARRIVED = "last_arrived_subject_id";

/** Recordings arrive, are taken in, and become features: one run takes in the next subjects that have not arrived yet. */
export default dag(
  {
    dagId: DAG_ID,
    description: "raw EEG from the landing zone to features, the next five subjects a run",
    schedule: null,
    isPausedUponCreation: false,
    maxActiveRuns: 1, // two runs at once would both take the same next subjects
    tags: ["p300", "eeg"],
    params: { subjects_per_run: 5 },
  },
  (d) => {
    const started = d.task("start_pipeline_run", { retries: 2, retryDelaySeconds: 1 }, async ({ runId, log }) => {
      const client = new MlflowClient({ trackingUri: settingsFromEnv().registryUrl });
      const experimentId = await ensureExperiment(client, EXPERIMENTS.pipeline);
      const run = await client.createRun({ experimentId, runName: runId, tags: { dag_id: DAG_ID, dag_run_id: runId } });
      log.info(`pipeline run ${run.info.runId} of experiment ${EXPERIMENTS.pipeline}`);
      return { mlflowRunId: run.info.runId };
    });

    const arrived = d.task(
      "raw_data_arrival",
      { upstream: [started], retries: 1, retryDelaySeconds: 1 },
      async ({ params, variables, log }) => {
        const settings = settingsFromEnv();
        const landing = await openBucket(settings, "landing");
        const last = await variables.get(LAST_ARRIVED, "");
        const waiting = (await sourceSubjects(settings.sourceFolder)).filter((subject) => subject > last);
        const next = waiting.slice(0, subjectsPerRun(params.subjects_per_run));
        for (const subject of next) {
          const folder = join(settings.sourceFolder, subject);
          for (const file of await readdir(folder)) {
            if (/\.(parquet|json)$/.test(file)) await landing.upload(join(folder, file), posix.join(subject, file));
          }
          await variables.set(LAST_ARRIVED, subject); // after each subject: a retry goes on behind it
          log.info(`${subject} arrived`);
        }
        if (next.length === 0) log.warn(`nothing new in ${settings.sourceFolder} after ${last || "the start"}`);
        return next;
      },
    );

    // What a run takes in is what lies in the landing zone, also what an earlier run left there.
    const ingested = d.task("ingest", { upstream: [arrived], retries: 1, retryDelaySeconds: 1 }, async ({ log }) => {
      const settings = settingsFromEnv();
      const [landing, raw] = await Promise.all([openBucket(settings, "landing"), openBucket(settings, "raw")]);
      const subjects = await foldersOf(landing);
      for (const subject of subjects) {
        await withDownloaded(landing, subject, async (dir) => {
          for (const file of await readdir(dir)) await raw.upload(join(dir, file), posix.join(subject, file));
        });
        await landing.delete(subject); // only when all of it is copied
        log.info(`${subject} taken in`);
      }
      return subjects;
    });

    const identified = d.task("identify_subjects_for_preprocessing", { upstream: [ingested] }, async ({ log }) => {
      const settings = settingsFromEnv();
      const [raw, features] = await Promise.all([openBucket(settings, "raw"), openBucket(settings, "features")]);
      const done = new Set(await processedSubjects(features));
      const todo = (await foldersOf(raw)).filter((subject) => !done.has(subject));
      log.info(`${todo.length} subjects to preprocess, ${done.size} done before`);
      return todo;
    });

    const preprocessed = d.task(
      "preprocess",
      { expand: { subject: identified.output } },
      async ({ args: { subject }, log }) => {
        const settings = settingsFromEnv();
        const [raw, features] = await Promise.all([openBucket(settings, "raw"), openBucket(settings, "features")]);
        return withDownloaded(raw, subject, async (dir) => {
          const files = (await readdir(dir)).filter((file) => file.endsWith(".parquet")).sort();
          const runs = [];
          for (const file of files) runs.push(await readRecording(join(dir, file)));
          const result = preprocessSubject(runs);
          if (result.rejectPeakToPeakMicrovolts === null)
            log.warn(`${subject}: too few epochs survive 100 µV peak to peak: all are kept, without rejection`);
          const { epochsFound, epochsKept, rejectPeakToPeakMicrovolts } = result;
          const { nFeatures } = result.features;
          const out = await mkdtemp(join(tmpdir(), "p300-features-"));
          try {
            await writeFeatures(out, result.features, result.labels);
            for (const file of await readdir(out)) await features.upload(join(out, file), posix.join(subject, file));
            const summary = {
              subject,
              runs: files,
              epochs_found: epochsFound,
              epochs_kept: epochsKept,
              features: nFeatures,
              reject_uv: rejectPeakToPeakMicrovolts,
            };
            await writeFile(join(out, SUMMARY_FILE), `${JSON.stringify(summary, null, 1)}\n`);
            await features.upload(join(out, SUMMARY_FILE), posix.join(subject, SUMMARY_FILE));
          } finally {
            await rm(out, { recursive: true, force: true });
          }
          log.info(`${subject}: ${epochsKept} of ${epochsFound} epochs kept, ${nFeatures} features`);
          return { subject, epochsFound, epochsKept, nFeatures };
        });
      },
    );

    d.task(
      "end_pipeline_run",
      { upstream: [preprocessed], triggerRule: "all_done", args: { run: started.output, todo: identified.output } },
      // Whatever became of the others. Subjects that failed are told, and the run is a success all the same; one that did
      // not get as far as a list of subjects is not.
      async ({ args: { run, todo }, log }) => {
        const settings = settingsFromEnv();
        const client = new MlflowClient({ trackingUri: settings.registryUrl });
        if (!todo) {
          if (run) await client.setTerminated(run.mlflowRunId, { status: "FAILED" });
          throw new FailWithoutRetry("no subject was looked for: an earlier task of this run failed, see its log");
        }
        const done = new Set(await processedSubjects(await openBucket(settings, "features")));
        const failed = todo.filter((subject) => !done.has(subject));
        const processed = todo.length - failed.length;
        if (run) {
          await client.logBatch(run.mlflowRunId, {
            metrics: [
              { key: "subjects_processed", value: processed },
              { key: "subjects_failed", value: failed.length },
            ],
            tags: { failed_subjects: failed.join(",") || "none" },
          });
          await client.setTerminated(run.mlflowRunId, { status: failed.length === 0 ? "FINISHED" : "FAILED" });
        }
        if (failed.length > 0)
          log.error(
            `${failed.length} of ${todo.length} subjects failed: ${failed.join(", ")}; see the log of their preprocess task`,
          );
        else log.info(`${processed} subjects processed`);
        return { processed, failed };
      },
    );
  },
);

async function sourceSubjects(folder: string): Promise<string[]> {
  const subjects: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!name.startsWith(".") && (await stat(join(folder, name))).isDirectory()) subjects.push(name);
  }
  return subjects;
}

function subjectsPerRun(value: unknown): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`subjects_per_run is ${JSON.stringify(value)}: give a whole number of at least 1`);
  return number;
}
