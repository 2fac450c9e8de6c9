import { Command } from "commander";
import { compareModels, type Comparison } from "../compare";
import { loadModel } from "../model-folder";
import { checkColumns, collectDirs, parseFolder, readFolders } from "./inputs";
import { evaluationJson } from "./render";

export const compareCommand = (): Command =>
  new Command("compare")
    .description("score two models on the same labelled folders, and test whether they differ")
    .argument("<model-a>", "folder that `p300-lda train` wrote", parseFolder)
    .argument("<model-b>", "the other model's folder", parseFolder)
    .argument("<dir...>", "folders with features.parquet and labels.parquet", collectDirs)
    .option("--json", "print the result as one line of JSON")
    .action(async (dirA: string, dirB: string, dirs: string[], { json }: { json?: true }) => {
      const [a, b] = [await loadModel(dirA), await loadModel(dirB)];
      const rows = await readFolders(dirs);
      for (const model of [a, b]) checkColumns(model, rows, dirs[0]!);
      const comparison = compareModels(a, b, rows.features, rows.labels);
      process.stdout.write(json ? `${JSON.stringify(comparisonJson(comparison))}\n` : render(comparison, dirA, dirB));
    });

function comparisonJson({ n, a, b, auc, accuracy }: Comparison): object {
  return {
    n,
    a: evaluationJson(a),
    b: evaluationJson(b),
    delong: {
      difference: auc.difference,
      lower: auc.lower,
      upper: auc.upper,
      standard_error: auc.standardError,
      z: auc.z,
      p_value: auc.pValue,
    },
    mcnemar: {
      only_a: accuracy.onlyA,
      only_b: accuracy.onlyB,
      statistic: accuracy.statistic,
      p_value: accuracy.pValue,
      method: accuracy.method,
    },
  };
}

function render({ n, a, b, auc, accuracy }: Comparison, dirA: string, dirB: string): string {
  const line = (name: string, of: (e: typeof a) => number): string =>
    `${name.padEnd(9)} ${of(a).toFixed(4)}  ${of(b).toFixed(4)}\n`;
  const p = (value: number): string => (value < 1e-4 ? value.toExponential(1) : value.toFixed(4));
  return [
    `A ${dirA}\nB ${dirB}\n${n} epochs    A       B\n`,
    line("AUC", (e) => e.auc),
    line("accuracy", (e) => e.accuracy),
    line("kappa", (e) => e.kappa),
    `AUC A - B ${auc.difference.toFixed(4)}, 95 % from ${auc.lower.toFixed(4)} to ${auc.upper.toFixed(4)}, p = ${p(auc.pValue)} (DeLong)\n`,
    `right only in A ${accuracy.onlyA}, only in B ${accuracy.onlyB}, p = ${p(accuracy.pValue)} (McNemar, ${accuracy.method})\n`,
  ].join("");
}
