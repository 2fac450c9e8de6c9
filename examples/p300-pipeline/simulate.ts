import { MlflowClient } from "@p300/registry";
import { openBucket } from "./src/buckets";
import { numberOption, PipelineError, runCommand, UsageError } from "./src/command";
import { epochBody, PredictClient, type Slot } from "./src/predict-client";
import { ensureExperiment, trainingSubjectsOf } from "./src/registry";
import { scoresOf, type Scores } from "./src/scores";
import { EXPERIMENTS, MODEL_NAME, settingsFromEnv, type Settings } from "./src/settings";
import { loadSubject, processedSubjects, rowOf, subjectId } from "./src/subjects";

export interface SimulationOptions {
  readonly slot: Slot;
  /** Subjects to play; default: every processed one that the served model was not trained on. */
  readonly subjects?: readonly string[];
  readonly concurrency?: number;
  readonly onSubject?: (subject: string, scores: Scores) => void;
}
export interface Simulation {
  readonly slot: Slot;
  readonly versions: readonly string[];
  readonly perSubject: readonly ({ subject: number | string; epochs: number } & Scores)[];
  readonly pooled: Scores & { epochs: number };
}

/** Plays epochs to a served model, one a request, and reports what it made of them a subject and in all to the registry. */
export async function simulate(
  settings: Settings,
  client: PredictClient,
  { slot, subjects, concurrency = 8, onSubject }: SimulationOptions,
): Promise<Simulation> {
  const registry = new MlflowClient({ trackingUri: settings.registryUrl });
  const { version, folders } = await trainingSubjectsOf(registry, `models:/${MODEL_NAME}@${slot}`);
  const bucket = await openBucket(settings, "features");
  const played = subjects ?? (await processedSubjects(bucket)).filter((subject) => !folders.has(subject));
  const trainedOn = played.filter((subject) => folders.has(subject));
  if (trainedOn.length > 0)
    throw new PipelineError(
      `${trainedOn.join(", ")} trained v${version}: it can only be judged on subjects that it has never seen`,
    );
  if (played.length === 0)
    throw new PipelineError(`v${version} was trained on every processed subject: nobody is left to judge it on`);

  const versions = new Set<string>();
  const perSubject: ({ subject: number | string; epochs: number } & Scores)[] = [];
  const all = { labels: [] as number[], probabilities: [] as number[], predicted: [] as number[] };
  for (const subject of played) {
    const { features, labels } = await loadSubject(bucket, subject);
    const probabilities = new Float64Array(features.nRows);
    const predicted = new Int32Array(features.nRows);
    await inParallel(features.nRows, concurrency, async (row) => {
      const answer = await client.predict(slot, epochBody(rowOf(features, row)));
      if (!answer) throw new PipelineError(`an epoch of ${subject} got no prediction: ${client.failures.at(-1)}`);
      probabilities[row] = answer.probability;
      predicted[row] = answer.label;
      versions.add(answer.version);
    });
    const scores = scoresOf(labels, probabilities, predicted);
    perSubject.push({ subject: subjectId(subject), epochs: features.nRows, ...scores });
    all.labels.push(...labels);
    all.probabilities.push(...probabilities);
    all.predicted.push(...predicted);
    onSubject?.(subject, scores);
  }
  const pooled = { epochs: all.labels.length, ...scoresOf(all.labels, all.probabilities, all.predicted) };
  const simulation = { slot, versions: [...versions], perSubject, pooled };
  await report(registry, simulation);
  return simulation;
}

/** A run a batch: its metrics the batch's, and `subject_*` with a step for each subject. */
async function report(registry: MlflowClient, { slot, versions, perSubject, pooled }: Simulation): Promise<void> {
  const experimentId = await ensureExperiment(registry, EXPERIMENTS.simulation);
  const served = versions.map((version) => `v${version}`).join(",");
  const { info } = await registry.createRun({
    experimentId,
    runName: `simulate-${slot}-${served}`,
    tags: { slot, served_version: served },
  });
  const metrics: { key: string; value: number; step?: number }[] = [];
  const add = (key: string, value: number | null, step?: number) => {
    if (value !== null) metrics.push(step === undefined ? { key, value } : { key, value, step });
  };
  for (const name of ["auc", "accuracy", "kappa"] as const) {
    add(name, pooled[name]);
    for (const [index, scores] of perSubject.entries())
      add(`subject_${name}`, scores[name], typeof scores.subject === "number" ? scores.subject : index + 1);
  }
  add("epochs", pooled.epochs);
  await registry.logBatch(info.runId, {
    metrics,
    params: { subjects: perSubject.map(({ subject }) => subject).join(","), slot, served_version: served },
  });
  await registry.logDict(info.runId, { slot, versions, perSubject, pooled }, "simulation.json");
  await registry.setTerminated(info.runId, { status: "FINISHED" });
}

async function inParallel(count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}

const HELP = `
Usage: node run.mjs simulate [options]

Posts an epoch a request to a served model and reports accuracy, kappa and AUC a subject and in all to the registry.

  --slot champion|challenger  which model to play to (default challenger)
  --subjects A,B              folders of the features bucket (default: all that the model was not trained on)
  --url URL                   of p300-serve (default http://127.0.0.1:8000)
  --concurrency N             connections (default 8)
  --json                      print the simulation as one line of JSON

Environment: MLFLOW_TRACKING_URI, P300_BUCKETS`;

export async function main(args: readonly string[]): Promise<number> {
  const options = {
    slot: { type: "string" },
    subjects: { type: "string" },
    url: { type: "string" },
    concurrency: { type: "string" },
    json: { type: "boolean" },
  } as const;
  return runCommand(
    "simulate",
    HELP,
    options,
    args,
    async ({ slot = "challenger", subjects, url = "http://127.0.0.1:8000", concurrency: width, json }) => {
      if (slot !== "champion" && slot !== "challenger")
        throw new UsageError(`--slot is "${slot}": give champion or challenger`);
      const concurrency = numberOption("concurrency", width, 8, { min: 1, max: 256 });
      const client = new PredictClient(concurrency, url);
      try {
        const simulation = await simulate(settingsFromEnv(), client, {
          slot,
          concurrency,
          ...(subjects === undefined ? {} : { subjects: subjects.split(",") }),
        });
        const { pooled, perSubject } = simulation;
        process.stdout.write(
          json
            ? `${JSON.stringify(simulation)}\n`
            : `${perSubject.map(line).join("\n")}\nall: ${line({ subject: "", ...pooled })}\n`,
        );
      } finally {
        client.close();
      }
    },
  );
}

function line({
  subject,
  epochs,
  auc,
  accuracy,
  kappa,
}: { subject: number | string; epochs: number } & Scores): string {
  return `${subject} ${epochs} epochs, AUC ${auc?.toFixed(3) ?? "-"}, accuracy ${accuracy.toFixed(3)}, kappa ${kappa?.toFixed(3) ?? "-"}`.trim();
}
