import { join } from "node:path";

/** The four buckets of the pipeline: folders below a root, or S3 buckets of these names. */
export const BUCKETS = {
  landing: "p300-landing-zone",
  raw: "p300-raw-data",
  features: "p300-processed-features",
  artifacts: "p300-mlflow-artifacts",
} as const;
export type BucketName = keyof typeof BUCKETS;

/** The artifact of a training run that says whom its model was trained on: evaluation keeps to the others. */
export const TRAINING_SUBJECTS_FILE = "training_subjects.json";

export const MODEL_NAME = "P300-Classifier";
export const DAG_ID = "p300_full_ingest_and_process_pipeline";
export const EXPERIMENTS = {
  pipeline: "p300_pipeline",
  training: "p300_training",
  simulation: "p300_simulation",
} as const;

/** Where the pipeline's parts find each other; every process of it reads the same environment. */
export interface Settings {
  /** A folder, or `s3://` for S3 buckets of the names above, or `s3:///PREFIX` for a place within each of them. */
  readonly bucketsRoot: string;
  /** The folder from which recordings "arrive": one folder a subject. */
  readonly sourceFolder: string;
  readonly registryUrl: string;
}

export function settingsFromEnv(env: NodeJS.ProcessEnv = process.env): Settings {
  const home = env.P300_HOME ?? ".p300";
  return {
    bucketsRoot: env.P300_BUCKETS ?? join(home, "buckets"),
    sourceFolder: env.P300_SOURCE ?? join(home, "source"),
    registryUrl: env.MLFLOW_TRACKING_URI ?? "http://127.0.0.1:5000",
  };
}

export function envOf({ bucketsRoot, sourceFolder, registryUrl }: Settings): Record<string, string> {
  return { P300_BUCKETS: bucketsRoot, P300_SOURCE: sourceFolder, MLFLOW_TRACKING_URI: registryUrl };
}

export function bucketUri(root: string, name: BucketName): string {
  const s3 = /^s3:\/\/(?:\/(.*))?$/.exec(root);
  if (!s3) return join(root, BUCKETS[name]);
  const prefix = s3[1]?.replace(/\/+$/, "");
  return `s3://${BUCKETS[name]}${prefix ? `/${prefix}` : ""}`;
}
