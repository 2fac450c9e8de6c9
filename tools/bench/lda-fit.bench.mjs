// Training and prediction of @p300/lda against scikit-learn's, one process each that stays, in turn.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { alternate, median } from "./timing.mjs";

const SCRIPT = fileURLToPath(new URL("./lda_fit.py", import.meta.url));
const [N_ROWS, N_FEATURES] = [5113, 1120];

export const readmes = ["packages/lda/README.md"];

export default async function benchLdaFit({ root, python }) {
  const load = (name) => import(pathToFileURL(join(root, "packages/lda/dist", name)).href);
  const { LinearDiscriminantAnalysis, RidgeClassifierCV, StandardScaler, logspace, RandomState, createModel } =
    await load("index.js");
  const { fitParallel } = await load("parallel.js");
  const folder = mkdtempSync(join(tmpdir(), "p300-bench-"));
  const { x, y } = epochs(new RandomState(0));
  const files = [join(folder, "x.bin"), join(folder, "y.bin")];
  writeFileSync(files[0], new Uint8Array(x.data.buffer));
  writeFileSync(files[1], new Uint8Array(y.buffer));
  const hasPeer = python && existsSync(python);
  const [one, two] = ["1", "2"].map((threads) => (hasPeer ? peer(python, files, threads) : undefined));
  try {
    const timed = (run) => async () => {
      const began = performance.now();
      await run();
      return (performance.now() - began) / 1000;
    };
    const row = async (what, note, theirs, run) => {
      const { ours, theirs: peers, ratio } = await alternate(5, timed(run), theirs);
      return {
        what,
        ours: seconds(ours),
        theirs: theirs ? `scikit-learn ${seconds(peers)}` : "(no scikit-learn here)",
        ratio: theirs ? ratio : undefined,
        note,
      };
    };
    const size = `${N_ROWS} × ${N_FEATURES}`;
    const rows = [
      await row(`LDA lsqr, shrinkage auto, ${size}`, "one thread each", one?.time("lda"), () =>
        new LinearDiscriminantAnalysis().fit(x, y),
      ),
      await row("the same after a StandardScaler", "one thread each", one?.time("scaled"), () =>
        new LinearDiscriminantAnalysis().fit(new StandardScaler().fit(x).transform(x), y),
      ),
      await row("the same LDA, two workers", "two threads each", two?.time("lda"), () =>
        fitParallel(new LinearDiscriminantAnalysis(), x, y, { workers: 2 }),
      ),
      await row(`RidgeClassifierCV, 7 alphas, ${size}`, "one thread each", one?.time("ridge"), () =>
        new RidgeClassifierCV({ alphas: logspace(-3, 3, 7) }).fit(x, y),
      ),
    ];
    const model = createModel({ classifier: new LinearDiscriminantAnalysis().fit(x, y) });
    const single = { data: x.data.slice(0, N_FEATURES), nRows: 1, nFeatures: N_FEATURES };
    const perRow = median(
      Array.from({ length: 30 }, () => {
        const began = performance.now();
        for (let i = 0; i < 2000; i++) model.predictProba(single);
        return (performance.now() - began) / 2;
      }).slice(10),
    );
    rows.push({ what: "probabilities of one epoch, warm", ours: `${perRow.toFixed(2)} µs`, note: "goal 2 µs" });
    const batch = { data: new Float64Array(10_000 * N_FEATURES), nRows: 10_000, nFeatures: N_FEATURES };
    for (let i = 0; i < batch.data.length; i++) batch.data[i] = x.data[i % x.data.length];
    const many = await alternate(
      7,
      timed(() => {
        for (let i = 0; i < 10; i++) model.decisionFunction(batch);
      }),
      one?.time("batch"),
    );
    rows.push({
      what: "scores of 10,000 epochs",
      ours: `${(many.ours * 100).toFixed(1)} ms`,
      theirs: one ? `NumPy \`x @ coef\` ${(many.theirs * 100).toFixed(1)} ms` : "(no NumPy here)",
      ratio: one ? many.ratio : undefined,
      note: "one thread each; goal 1.5",
    });
    return rows;
  } finally {
    for (const process of [one, two]) process?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const seconds = (value) => `${value.toFixed(2)} s`;

/** Correlated noise, one row in six with a mean of its own. */
function epochs(random) {
  const data = new Float64Array(N_ROWS * N_FEATURES);
  const mean = Float64Array.from({ length: N_FEATURES }, () => 0.06 * random.normal());
  const y = Int32Array.from({ length: N_ROWS }, (_, i) => (i % 6 === 0 ? 2 : 1));
  for (let i = 0, at = 0; i < N_ROWS; i++)
    for (let j = 0, last = 0; j < N_FEATURES; j++, at++)
      data[at] = (last = 0.8 * last + random.normal()) + (y[i] === 2 ? mean[j] : 0);
  return { x: { data, nRows: N_ROWS, nFeatures: N_FEATURES }, y };
}

function peer(python, files, threads) {
  const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
  const child = spawn(python, [SCRIPT, ...files, String(N_ROWS), String(N_FEATURES)], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    time: (routine) => async () => {
      child.stdin.write(`${routine}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error("scikit-learn's side ended early");
      return Number(value);
    },
    end: () => child.stdin.end(),
  };
}
