// xDAWN covariances, Riemannian means and MDM fitted on 500 epochs, in warm processes: @p300/lda beside pyRiemann.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { alternate } from "./timing.mjs";

const SCRIPT = fileURLToPath(new URL("./riemann_fit.py", import.meta.url));
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
const SHAPE = { nEpochs: 500, nChannels: 16, nTimes: 70 };
const WARM_UP = 5;

export const readmes = ["packages/lda/README.md"];

export default async function benchRiemann({ root, python }) {
  const { MDM, XdawnCovariances } = await import(pathToFileURL(join(root, "packages", "lda", "dist", "index.js")).href);
  const folder = mkdtempSync(join(tmpdir(), "p300-bench-"));
  const { epochs, y } = makeEpochs();
  writeFileSync(join(folder, "x.bin"), new Uint8Array(epochs.data.buffer));
  writeFileSync(join(folder, "y.bin"), new Uint8Array(y.buffer));
  const peer = python && existsSync(python) ? startPeer(python, folder) : null;
  try {
    const rows = [];
    for (const estimator of ["scm", "lwf"]) {
      const fit = async () => {
        const began = performance.now();
        const covariances = new XdawnCovariances({ nFilter: 4, estimator, xdawnEstimator: "scm" });
        new MDM().fit(covariances.fitTransform(epochs, y), y);
        return performance.now() - began;
      };
      const theirs = peer && (() => peer.run(estimator));
      for (let i = 0; i < WARM_UP; i++) await fit();
      const result = await alternate(9, fit, theirs);
      rows.push({
        what: `\`XdawnCovariances\` (4 filters, ${estimator}) and \`MDM\`, fitted on 500 × 16 × 70`,
        ours: `${result.ours.toFixed(0)} ms`,
        theirs: peer ? `pyRiemann ${result.theirs.toFixed(0)} ms` : "(no pyRiemann here)",
        ratio: peer ? result.ratio : undefined,
        note: "median of 9, alternating, one thread each, warm",
      });
    }
    return rows;
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mixed noise of a spectrum that falls, and in every sixth epoch a bump. */
function makeEpochs() {
  const { nEpochs, nChannels, nTimes } = SHAPE;
  let state = 300;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const mixing = Float64Array.from(
    { length: nChannels * nChannels },
    (_, i) => (i % (nChannels + 1) === 0 ? 1 : 0) + 0.4 * normal(),
  );
  const y = Int32Array.from({ length: nEpochs }, (_, i) => (i % 6 === 0 ? 2 : 1));
  const data = new Float64Array(nEpochs * nChannels * nTimes);
  const sources = new Float64Array(nChannels * nTimes);
  for (let epoch = 0; epoch < nEpochs; epoch++) {
    for (let c = 0; c < nChannels; c++)
      for (let t = 0, walk = 0; t < nTimes; t++) {
        walk += 0.5 * normal();
        const bump = y[epoch] === 2 && c === 3 ? 3 * Math.exp(-((t - 40) ** 2) / 100) : 0;
        sources[c * nTimes + t] = walk + normal() + bump;
      }
    for (let i = 0; i < nChannels; i++)
      for (let c = 0; c < nChannels; c++)
        for (let t = 0; t < nTimes; t++)
          data[(epoch * nChannels + i) * nTimes + t] += mixing[i * nChannels + c] * sources[c * nTimes + t];
  }
  return { epochs: { data, ...SHAPE }, y };
}

/** A line with an estimator in, milliseconds out. */
function startPeer(python, folder) {
  const child = spawn(python, [SCRIPT, folder], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...ONE_THREAD },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(estimator) {
      child.stdin.write(`${estimator}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${SCRIPT} ended`);
      return Number(value);
    },
    stop: () => child.stdin.end(),
  };
}
