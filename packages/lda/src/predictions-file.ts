import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { OutputError } from "./errors";
import type { Matrix } from "./matrix";
import type { Model } from "./model";
import { positiveProbabilities } from "./train";

/** A prediction a row, column by column. */
export interface Predictions {
  readonly label: Int32Array;
  readonly className: readonly string[];
  /** Of the model's positive class. */
  readonly probabilityTarget: Float64Array;
}

export type PredictionsFormat = "parquet" | "csv" | "json";

/** The format a file name asks for; undefined for none of them. */
export function formatOf(file: string): PredictionsFormat | undefined {
  return (["parquet", "csv", "json"] as const).find((format) => path.extname(file).toLowerCase() === `.${format}`);
}

/** Throws as `model.predictProba`. */
export function predictRows(model: Model, features: Matrix): Predictions {
  const label = model.predict(features);
  const names = new Map(model.classes.map((code, k) => [code, model.classNames[k]!]));
  return {
    label,
    className: Array.from(label, (code) => names.get(code)!),
    probabilityTarget: positiveProbabilities(model, features),
  };
}

/** Writes columns label, class_name and probability_target, whole or not at all.
 * @throws {OutputError} when the file cannot be written. */
export async function writePredictions(
  predictions: Predictions,
  file: string,
  format: PredictionsFormat,
): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, encode(predictions, format));
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new OutputError(
      file,
      `cannot be written (${code}): name a file in a folder that exists and may be written to`,
      { cause },
    );
  }
}

function encode({ label, className, probabilityTarget }: Predictions, format: PredictionsFormat): string | Uint8Array {
  if (format === "parquet")
    return new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "label", data: label, type: "INT32", nullable: false },
          { name: "class_name", data: [...className], type: "STRING", nullable: false },
          { name: "probability_target", data: probabilityTarget, type: "DOUBLE", nullable: false },
        ],
      }),
    );
  const rows = className.map((name, i) => ({
    label: label[i]!,
    class_name: name,
    probability_target: probabilityTarget[i]!,
  }));
  if (format === "json") return `${JSON.stringify(rows)}\n`;
  const lines = rows.map((row) => `${row.label},${quoted(row.class_name)},${row.probability_target}\n`);
  return `label,class_name,probability_target\n${lines.join("")}`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
