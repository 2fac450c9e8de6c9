// One subject, Parquet to features in a warm process: @p300/dsp beside MNE, one thread each, in turn.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { alternate } from "./timing.mjs";

const SCRIPT = fileURLToPath(new URL("./mne_preprocess.py", import.meta.url));
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

export const readmes = ["packages/dsp/README.md"];

export default async function benchWarm({ root, python }) {
  const from = (name) => import(pathToFileURL(join(root, "packages", "dsp", "dist", name)).href);
  const { beginPreprocess } = await from("index.js");
  const { readChannels, writeFeatures, writeRecording } = await from("parquet.js");
  const { synthesize } = await from("synth.js");
  const folder = mkdtempSync(join(tmpdir(), "p300-bench-"));
  try {
    const recording = join(folder, "subject_01", "subject_01_eeg_stim.parquet");
    await writeRecording(recording, synthesize({ subject: 1, seed: 0 }));
    const ours = async () => {
      const began = performance.now();
      let work;
      await readChannels(recording, (head) => (work = beginPreprocess(head)).addChannel);
      const { features, labels } = work.finish();
      await writeFeatures(join(folder, "ours"), features, labels);
      return performance.now() - began;
    };
    const peer = python && existsSync(python) ? await startPeer(python, recording, join(folder, "theirs")) : null;
    try {
      for (let i = 0; i < 5; i++) await ours(); // warm
      const result = await alternate(5, ours, peer && (() => peer.run()));
      return [
        {
          what: "one subject (16 channels, 512 Hz, 5 min), Parquet to features, in a warm process",
          ours: `${result.ours.toFixed(0)} ms`,
          theirs: peer ? `MNE ${result.theirs.toFixed(0)} ms` : "(no MNE here)",
          ratio: peer ? result.ratio : undefined,
          note: "median of 5, alternating, one thread each",
        },
      ];
    } finally {
      peer?.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The script of the whole-process bench, its work in a loop: a line in, milliseconds out. */
async function startPeer(python, recording, out) {
  const loop = `
import sys, time, runpy
for line in sys.stdin:
    began = time.perf_counter()
    sys.argv = [${JSON.stringify(SCRIPT)}, ${JSON.stringify(recording)}, ${JSON.stringify(out)}]
    runpy.run_path(${JSON.stringify(SCRIPT)})
    print((time.perf_counter() - began) * 1000, flush=True)
`;
  const child = spawn(python, ["-c", loop], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...ONE_THREAD },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run() {
      child.stdin.write("\n");
      const { value, done } = await lines.next();
      if (done) throw new Error(`${SCRIPT} ended`);
      return Number(value);
    },
    stop: () => child.stdin.end(),
  };
}
