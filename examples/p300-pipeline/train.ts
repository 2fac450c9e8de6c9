import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concatenateFeatures } from "@p300/dsp";
import { saveModel, trainModel } from "@p300/lda";
import { MlflowClient } from "@p300/registry";
import { openBucket } from "./src/buckets";
import { numberOption, PipelineError, runCommand } from "./src/command";
import { ensureExperiment, ensureModel } from "./src/registry";
import { EXPERIMENTS, MODEL_NAME, settingsFromEnv, TRAINING_SUBJECTS_FILE, type Settings } from "./src/settings";
import { loadSubject, processedSubjects, subjectId } from "./src/subjects";

export interface TrainingOptions {
  /** Share of the processed subjects to train on, in name order; at least one. */
  readonly trainingSubjectsPercentage: number;
  readonly testSize: number;
  readonly seed: number;
}
export interface Training {
  readonly version: string;
  readonly runId: string;
  readonly subjects: readonly string[];
  readonly epochs: number;
  readonly features: number;
  readonly metrics: { auc: number; accuracy: number; kappa: number; tn: number; fp: number; fn: number; tp: number };
}

/** Trains scaler and LDA on a share of the processed subjects, logs the run, and registers the model as challenger. */
export async function train(
  settings: Settings,
  { trainingSubjectsPercentage, testSize, seed }: TrainingOptions,
): Promise<Training> {
  const bucket = await openBucket(settings, "features");
  const processed = await processedSubjects(bucket);
  if (processed.length === 0) throw new PipelineError("no subject is processed yet: run the ingest DAG first");
  const subjects = processed.slice(0, Math.max(1, Math.round((processed.length * trainingSubjectsPercentage) / 100)));
  const { features, labels } = await pooled(bucket, subjects);

  const { model, metrics } = trainModel({
    features,
    labels,
    testSize,
    seed,
    standardize: true,
    solver: "lsqr",
    shrinkage: "auto",
  });
  if (metrics === null)
    throw new PipelineError("--test-size 0 leaves nothing to score the model on: give a share above 0");

  const client = new MlflowClient({ trackingUri: settings.registryUrl });
  const experimentId = await ensureExperiment(client, EXPERIMENTS.training);
  const { info } = await client.createRun({ experimentId, runName: `train-${subjects.length}-subjects` });
  const dir = await mkdtemp(join(tmpdir(), "p300-model-"));
  try {
    await client.logBatch(info.runId, {
      params: {
        training_subjects_percentage: trainingSubjectsPercentage,
        training_subjects: subjects.length,
        epochs: features.nRows,
        features: features.nFeatures,
        solver: "lsqr",
        shrinkage: "auto",
        standardize: true,
        test_size: testSize,
        seed,
      },
      metrics: Object.entries(metrics).map(([key, value]) => ({ key, value })),
    });
    await saveModel(model, join(dir, "model"));
    await client.logArtifacts(info.runId, join(dir, "model"), "model");
    await client.logDict(info.runId, { subjects: subjects.map(subjectId), folders: subjects }, TRAINING_SUBJECTS_FILE);
    await ensureModel(client, MODEL_NAME);
    const { version } = await client.createModelVersion({
      name: MODEL_NAME,
      source: `${info.artifactUri}/model`,
      runId: info.runId,
    });
    await client.setRegisteredModelAlias(MODEL_NAME, "challenger", version);
    await client.setTerminated(info.runId, { status: "FINISHED" });
    const { auc, accuracy, kappa, tn, fp, fn, tp } = metrics;
    return {
      version,
      runId: info.runId,
      subjects,
      epochs: features.nRows,
      features: features.nFeatures,
      metrics: { auc, accuracy, kappa, tn, fp, fn, tp },
    };
  } catch (error) {
    await client.setTerminated(info.runId, { status: "FAILED" }).catch(() => {}); // the error itself matters more
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function pooled(bucket: Awaited<ReturnType<typeof openBucket>>, subjects: readonly string[]) {
  const parts = [];
  for (const subject of subjects) parts.push(await loadSubject(bucket, subject));
  const nFeatures = parts[0]!.features.nFeatures;
  const other = parts.find(({ features }) => features.nFeatures !== nFeatures);
  if (other)
    throw new PipelineError(
      `${other.subject} has ${other.features.nFeatures} features and ${subjects[0]} ${nFeatures}: train on recordings of one montage and rate`,
    );
  return concatenateFeatures(parts);
}

const HELP = `
Usage: node run.mjs train [options]

Trains on the processed subjects, logs the run to the registry and sets the alias challenger of ${MODEL_NAME}.

  --training-subjects-percentage P  share of the processed subjects, in name order (default 100)
  --test-size S                     share of the epochs held out to score the model (default 0.2)
  --seed N                          of the split (default 42)
  --json                            print the training as one line of JSON

Environment: MLFLOW_TRACKING_URI, P300_BUCKETS`;

export async function main(args: readonly string[]): Promise<number> {
  const options = {
    "training-subjects-percentage": { type: "string" },
    "test-size": { type: "string" },
    seed: { type: "string" },
    json: { type: "boolean" },
  } as const;
  return runCommand("train", HELP, options, args, async (values) => {
    const training = await train(settingsFromEnv(), {
      trainingSubjectsPercentage: numberOption(
        "training-subjects-percentage",
        values["training-subjects-percentage"],
        100,
        { min: 0, max: 100 },
      ),
      testSize: numberOption("test-size", values["test-size"], 0.2, { min: 0.01, max: 0.99 }),
      seed: numberOption("seed", values.seed, 42, { min: 0, max: 2 ** 32 - 1 }),
    });
    const { version, subjects, epochs, metrics } = training;
    process.stdout.write(
      values.json
        ? `${JSON.stringify(training)}\n`
        : `${MODEL_NAME} v${version}: ${epochs} epochs of ${subjects.length} subjects, AUC ${metrics.auc.toFixed(3)}, accuracy ${metrics.accuracy.toFixed(3)}, kappa ${metrics.kappa.toFixed(3)}\n`,
    );
  });
}
