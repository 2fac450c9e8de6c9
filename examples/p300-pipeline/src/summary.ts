import { renameSync, writeFileSync } from "node:fs";

export interface ScoreRow {
  auc: number | null;
  accuracy: number;
  kappa: number | null;
}
/** `.p300/demo/summary.json`, for scripts; null where a figure is not defined (an AUC of one class). */
export interface Summary {
  version: 1;
  elapsed_seconds: number;
  data: {
    source: "synthetic" | "parquet";
    subjects_train: (number | string)[];
    subjects_unseen: (number | string)[];
    epochs: number;
    features: number;
  };
  dag: { dag_id: string; runs: { run_id: string; state: string; duration_seconds: number; task_instances: number }[] };
  training: {
    model: string;
    version: string;
    alias: string;
    auc: number;
    accuracy: number;
    kappa: number;
    tn: number;
    fp: number;
    fn: number;
    tp: number;
  };
  unseen: { per_subject: ({ subject: number | string; epochs: number } & ScoreRow)[]; pooled: ScoreRow };
  promotion: {
    promoted: boolean;
    rule: string;
    champion_version: string | null;
    previous_champion_version: string | null;
  };
  serving: {
    requests: number;
    failed: number;
    p50_ms: number;
    p95_ms: number;
    versions_seen: { champion: string[]; challenger: string[] };
  };
  stages_seconds: { generate: number; preprocess: number; train: number; serve: number };
}

export function writeSummary(file: string, summary: Summary): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(summary, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}

/** The summary as a table for people. */
export function renderSummary({
  data,
  dag,
  training,
  unseen,
  promotion,
  serving,
  elapsed_seconds,
  stages_seconds,
}: Summary): string {
  const figure = (value: number | null) => (value === null ? "    -" : value.toFixed(3).padStart(5));
  const row = (name: string, { auc, accuracy, kappa }: ScoreRow, note = "") =>
    `  ${name.padEnd(34)}  ${figure(auc)}   ${figure(accuracy)}   ${figure(kappa)}  ${note}`.trimEnd();
  const stages = Object.entries(stages_seconds).map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`);
  return [
    "",
    `  ${training.model} v${training.version}`.padEnd(38) + "    AUC    acc.   kappa",
    row(
      "split (20 % of its own subjects)",
      training,
      `${data.epochs} epochs of ${data.subjects_train.length} subjects, ${data.features} features`,
    ),
    ...unseen.per_subject.map((scores) =>
      row(
        `unseen ${typeof scores.subject === "number" ? `subject ${scores.subject}` : scores.subject}`,
        scores,
        `${scores.epochs} epochs`,
      ),
    ),
    row("unseen, pooled", unseen.pooled),
    "",
    `  ${promotion.promoted ? "promoted" : "not promoted"}: ${promotion.rule}`,
    `  serving: ${serving.requests} requests, ${serving.failed} failed, p50 ${serving.p50_ms.toFixed(1)} ms, p95 ${serving.p95_ms.toFixed(1)} ms; champion answered as ${serving.versions_seen.champion.map((v) => `v${v}`).join(" then ")}`,
    `  DAG runs: ${dag.runs.map(({ state, task_instances, duration_seconds }) => `${state} (${task_instances} tasks, ${duration_seconds.toFixed(1)} s)`).join(", ")}`,
    `  ${elapsed_seconds.toFixed(1)} s in all: ${stages.join(", ")}`,
    "",
  ].join("\n");
}
