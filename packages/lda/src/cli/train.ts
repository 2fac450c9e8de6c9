import { Command } from "commander";
import { checkOutput, saveModel } from "../model-folder";
import type { LdaSolver } from "../lda";
import type { ModelKind } from "../train";
import { trainFolders } from "../train-folders";
import { collectDirs, parseChoice, parseFolder, parseSeed, parseShrinkage, parseTestSize } from "./inputs";
import { classNamesOf, evaluationJson, renderEvaluation } from "./render";

interface TrainFlags {
  readonly model: ModelKind;
  readonly solver?: LdaSolver;
  readonly shrinkage?: "auto" | "none" | number;
  readonly testSize: number;
  readonly seed: number;
  readonly standardize?: boolean;
  readonly out: string;
  readonly json?: true;
}

export const trainCommand = (): Command =>
  new Command("train")
    .description("fit a classifier on folders of features.parquet and labels.parquet, and save it")
    .argument("<dir...>", "folders, joined in this order: the split depends on it", collectDirs)
    .option(
      "--model <kind>",
      "lda, ridge (its alpha by leave-one-out) or logreg",
      parseChoice(["lda", "ridge", "logreg"]),
      "lda" as const,
    )
    .option("--solver <name>", 'of lda: lsqr, svd or eigen (default: "lsqr")', parseChoice(["lsqr", "svd", "eigen"]))
    .option(
      "--shrinkage <share>",
      'of lda: auto (Ledoit-Wolf), none, or a number from 0 to 1 (default: "auto", for svd "none")',
      parseShrinkage,
    )
    .option(
      "--test-size <share>",
      "share of the epochs held out for the metrics, 0 to train on all",
      parseTestSize,
      0.2,
    )
    .option("--seed <integer>", "seed of the stratified split", parseSeed, 42)
    .option("--standardize", "scale each feature by its mean and standard deviation first")
    .requiredOption("--out <dir>", "folder of the model; one that holds a model is replaced", parseFolder)
    .option("--json", "print the result as one line of JSON")
    .action(async (dirs: string[], flags: TrainFlags, command: Command) => {
      const { model: kind, solver, shrinkage, testSize, seed, standardize = false, out, json } = flags;
      if (kind !== "lda" && (solver ?? shrinkage) !== undefined)
        command.error(`error: option --${solver === undefined ? "shrinkage" : "solver"} is of --model lda`);
      if (solver === "svd" && shrinkage !== undefined && shrinkage !== "none")
        command.error('error: --solver svd takes no --shrinkage: "lsqr" and "eigen" do');
      await checkOutput(out); // before the work, not after it
      const started = performance.now();
      const { model, metrics, split } = await trainFolders(dirs, {
        testSize,
        seed,
        model: kind,
        solver,
        shrinkage,
        standardize,
      });
      const seconds = (performance.now() - started) / 1000;
      await saveModel(model, out);
      const result = {
        ...(metrics === null ? {} : evaluationJson(metrics)),
        n_train: split.train.length,
        n_test: split.test.length,
        n_features: model.nFeatures,
        classes: model.classes,
        model: model.kind,
        ...(kind === "lda"
          ? { solver: model.training["solver"], shrinkage_per_class: model.training["shrinkage_per_class"] }
          : {}),
        ...(kind === "ridge" ? { alpha: model.training["alpha"] } : {}),
        seconds,
        out,
      };
      const told = `${model.kind} on ${split.train.length} epochs × ${model.nFeatures} features in ${seconds.toFixed(2)} s, saved to ${out}\n`;
      const scored =
        metrics === null ? "no epochs held out, so no metrics\n" : renderEvaluation(metrics, classNamesOf(model));
      process.stdout.write(json ? `${JSON.stringify(result)}\n` : told + scored);
    });
