import { Command } from "commander";
import { loadModel } from "../model-folder";
import { evaluateModel } from "../train";
import { checkColumns, collectDirs, readFolders } from "./inputs";
import { classNamesOf, evaluationJson, renderEvaluation } from "./render";

export const evaluateCommand = (): Command =>
  new Command("evaluate")
    .description("score a saved model on labelled folders")
    .argument("<model-dir>", "folder that `p300-lda train` wrote")
    .argument("<dir...>", "folders with features.parquet and labels.parquet", collectDirs)
    .option("--json", "print the result as one line of JSON")
    .action(async (modelDir: string, dirs: string[], { json }: { json?: true }) => {
      const model = await loadModel(modelDir);
      const rows = await readFolders(dirs);
      checkColumns(model, rows, dirs[0]!);
      const evaluation = evaluateModel(model, rows.features, rows.labels);
      process.stdout.write(
        json ? `${JSON.stringify(evaluationJson(evaluation))}\n` : renderEvaluation(evaluation, classNamesOf(model)),
      );
    });
