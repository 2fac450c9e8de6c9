import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { OutputError } from "../errors";
import { readUnlabelledFeatures } from "../features-file";
import { MODEL_JSON } from "../model-file";
import { loadModel } from "../model-folder";
import { formatOf, predictRows, writePredictions } from "../predictions-file";
import { checkColumns } from "./inputs";

export const predictCommand = (): Command =>
  new Command("predict")
    .description("predict each row of a folder's features.parquet; labels are not read")
    .argument("<model-dir>", "folder that `p300-lda train` wrote")
    .argument("<dir>", "folder with features.parquet")
    .requiredOption(
      "--out <file>",
      "file of label, class_name and probability_target: .parquet, .csv or .json",
      parseOut,
    )
    .option("--json", "print what was done as one line of JSON")
    .action(async (modelDir: string, dir: string, { out, json }: { out: string; json?: true }) => {
      // model.json ends in .json as well, and features.parquet in .parquet: a slip must not cost the model or the data.
      const inputs = [
        path.join(modelDir, MODEL_JSON),
        path.join(dir, "features.parquet"),
        path.join(dir, "labels.parquet"),
      ];
      if (inputs.some((file) => path.resolve(file) === path.resolve(out)))
        throw new OutputError(out, "is an input of this command, so it is left alone: name another file");
      const model = await loadModel(modelDir);
      const rows = await readUnlabelledFeatures(dir);
      checkColumns(model, rows, dir);
      const predictions = predictRows(model, rows.features);
      await writePredictions(predictions, out, formatOf(out)!);
      const counts = Object.fromEntries(
        model.classNames.map((name) => [name, predictions.className.filter((other) => other === name).length]),
      );
      const told = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
      process.stdout.write(
        json
          ? `${JSON.stringify({ n: rows.features.nRows, predicted: counts, out })}\n`
          : `${rows.features.nRows} rows predicted, ${told.join(", ")}, written to ${out}\n`,
      );
    });

function parseOut(file: string): string {
  if (formatOf(file) === undefined)
    throw new InvalidArgumentError("A file ending in .parquet, .csv or .json is expected.");
  return file;
}
