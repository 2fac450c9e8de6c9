// One subject, Parquet to features, as a whole process: p300-dsp against the same steps in MNE, one thread each.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alternate, timeCommand } from "./timing.mjs";

const SCRIPT = fileURLToPath(new URL("./mne_preprocess.py", import.meta.url));
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

export const readmes = ["README.md", "packages/dsp/README.md"];

export default async function benchPreprocess({ root, python }) {
  const folder = mkdtempSync(join(tmpdir(), "p300-bench-"));
  const bin = (name) => join(root, "packages", name.replace("p300-", ""), "bin", `${name}.js`);
  try {
    await timeCommand(process.execPath, [bin("p300-dsp"), "synth", "--subjects", "1", "--out", folder]);
    const recording = join(folder, "subject_01", "subject_01_eeg_stim.parquet");
    const env = { ...process.env, ...ONE_THREAD };
    const ours = () =>
      timeCommand(process.execPath, [bin("p300-dsp"), "preprocess", recording, "--out", join(folder, "ours")], { env });
    const theirs =
      python && existsSync(python)
        ? () => timeCommand(python, [SCRIPT, recording, join(folder, "theirs")], { env })
        : null;
    const result = await alternate(5, ours, theirs);
    const seconds = (value) => `${value.toFixed(2)} s`;
    return [
      {
        what: "`p300-dsp preprocess`, one subject (16 channels, 512 Hz, 5 min), whole process",
        ours: seconds(result.ours),
        theirs: theirs ? `MNE ${seconds(result.theirs)}` : "(no MNE here)",
        ratio: theirs ? result.ratio : undefined,
        note: "median of 5, alternating, one thread each",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
