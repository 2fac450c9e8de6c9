// 200,000 rows of 1120 features fitted from Parquet, a block at a time: the highest resident memory of the process.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const readmes = ["packages/lda/README.md"];

const [ROWS, FEATURES, ROW_GROUP] = [200_000, 1120, 5000];

export default async function benchStream({ root, python }) {
  const folder = mkdtempSync(join(tmpdir(), "p300-bench-"));
  const run = (command, args) => {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${args[0]} failed: ${stderr.trim().split("\n").at(-1)}`);
    return stdout;
  };
  const script = (name) => fileURLToPath(new URL(name, import.meta.url));
  try {
    run(python, [script("lda_stream_rows.py"), folder, String(ROWS), String(FEATURES), String(ROW_GROUP)]);
    const measured = JSON.parse(run(process.execPath, [script("lda-stream-fit.mjs"), root, folder]));
    return [
      {
        what: `LDA lsqr auto on ${ROWS.toLocaleString("en")} × ${FEATURES} streamed from Parquet (${(ROWS * FEATURES * 8) / 1e9} GB of numbers)`,
        ours: `${Math.round(measured.peakMegabytes)} MB, ${Math.round(measured.seconds)} s`,
        note: "highest resident memory of the whole process; row groups of 5000",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
