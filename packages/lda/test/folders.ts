import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { onTestFinished } from "vitest";
import type { Matrix } from "../src/index";

/** An empty folder, gone when the test is. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), "p300-lda-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface ParquetColumn {
  name: string;
  data: Float64Array | Int32Array | Float32Array | unknown[];
  type?: "INT32" | "INT64" | "DOUBLE" | "FLOAT" | "STRING";
  nullable?: boolean;
}

export function writeParquet(file: string, columnData: ParquetColumn[], options: { rowGroupSize?: number } = {}): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData, ...options })));
}

/** A folder as `p300-dsp preprocess` writes it. */
export function writeFeatureFolder(
  dir: string,
  x: Matrix,
  y: Int32Array,
  names = (j: number) => `feature_${j}`,
): string {
  const columns = Array.from({ length: x.nFeatures }, (_, j) => ({
    name: names(j),
    data: x.data.filter((_, i) => i % x.nFeatures === j),
  }));
  writeParquet(path.join(dir, "features.parquet"), columns);
  writeParquet(path.join(dir, "labels.parquet"), [{ name: "label", data: y, type: "INT32" }]);
  return dir;
}
