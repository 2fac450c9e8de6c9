import { Command, InvalidArgumentError, Option } from "commander";
import { encodeMlmodel } from "../export/mlmodel";
import { exportOnnx } from "../export/onnx-export";
import { loadModel } from "../model-folder";
import { writeOutputFile, writeOutputFolder } from "../write-output";
import { parseFolder } from "./inputs";

interface ExportFlags {
  readonly format: "onnx" | "mlmodel";
  readonly signature?: "columns" | "tensor";
  readonly dtype?: "float32" | "float64";
  readonly out: string;
  readonly json?: true;
}

export const exportCommand = (): Command =>
  new Command("export")
    .description("write a model as an ONNX file, or as a folder that MLflow's Python loads and serves")
    .argument("<model-dir>", "folder that `p300-lda train` wrote", parseFolder)
    .addOption(new Option("--format <format>", "what to write").choices(["onnx", "mlmodel"]).makeOptionMandatory())
    .addOption(
      new Option(
        "--signature <kind>",
        "mlmodel: a column a feature, or one array of rows; columns when absent",
      ).choices(["columns", "tensor"]),
    )
    .addOption(
      new Option("--dtype <type>", "onnx: of features and probabilities; float32 when absent").choices([
        "float32",
        "float64",
      ]),
    )
    .requiredOption("--out <path>", "file for onnx, folder for mlmodel", parseOut)
    .option("--json", "print what was done as one line of JSON")
    .action(async (modelDir: string, { format, signature, dtype, out, json }: ExportFlags, command: Command) => {
      if (format === "onnx" && signature !== undefined)
        command.error("error: --signature belongs to --format mlmodel", { exitCode: 2 });
      if (format === "mlmodel" && dtype !== undefined)
        command.error("error: --dtype belongs to --format onnx", { exitCode: 2 });
      const model = await loadModel(modelDir);
      if (format === "onnx") await writeOutputFile(out, exportOnnx(model, dtype === undefined ? {} : { dtype }));
      else await writeOutputFolder(out, encodeMlmodel(model, signature === undefined ? {} : { signature }), "MLmodel");
      const { kind, nFeatures, classNames } = model;
      process.stdout.write(
        json
          ? `${JSON.stringify({ format, kind, n_features: nFeatures, class_names: classNames, out })}\n`
          : `${kind} of ${nFeatures} features written to ${out}\n`,
      );
    });

function parseOut(text: string): string {
  if (text === "") throw new InvalidArgumentError("A path is expected.");
  return text;
}
