// A subject more: statistics of seventy read back, the new subject's taken and merged, and solved, against training on the
// rows of all seventy-one again (their reading not counted).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { alternate } from "./timing.mjs";

export const readmes = ["packages/lda/README.md"];

const SUBJECTS = 70;
const ROWS = 480; // what a subject of the P300 speller leaves after rejection
const FEATURES = 1120;

export default async function benchMerge({ root }) {
  const { LdaStatistics, LinearDiscriminantAnalysis, loadStatistics, saveStatistics } = await import(
    pathToFileURL(join(root, "packages", "lda", "dist", "index.js")).href
  );
  const folder = mkdtempSync(join(tmpdir(), "p300-bench-"));
  try {
    const nRows = (SUBJECTS + 1) * ROWS;
    const data = noise(nRows * FEATURES);
    const y = Int32Array.from({ length: nRows }, (_, i) => (i % 6 === 0 ? 2 : 1));
    const subject = (s) => ({
      x: { data: data.subarray(s * ROWS * FEATURES, (s + 1) * ROWS * FEATURES), nRows: ROWS, nFeatures: FEATURES },
      y: y.subarray(s * ROWS, (s + 1) * ROWS),
    });
    let saved = LdaStatistics.of(subject(0).x, subject(0).y);
    for (let s = 1; s < SUBJECTS; s++) saved = saved.merge(LdaStatistics.of(subject(s).x, subject(s).y));
    const file = join(folder, "seventy.stat");
    await saveStatistics(saved, file);
    saved = undefined;
    const timed = async (run) => {
      const began = performance.now();
      await run();
      return (performance.now() - began) / 1000;
    };
    const last = subject(SUBJECTS);
    const { ours, theirs, ratio } = await alternate(
      3,
      () => timed(async () => (await loadStatistics(file)).merge(LdaStatistics.of(last.x, last.y)).solve()),
      () => timed(() => new LinearDiscriminantAnalysis().fit({ data, nRows, nFeatures: FEATURES }, y)),
    );
    return [
      {
        what: `Adding a subject (${ROWS} × ${FEATURES}) to saved statistics of ${SUBJECTS}, shrinkage auto`,
        ours: `${ours.toFixed(2)} s`,
        theirs: `training again ${theirs.toFixed(2)} s`,
        ratio,
        note: "median of 3, alternating, one thread; the statistics read from disk",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Numbers that look random enough for sums of products. */
function noise(length) {
  const data = new Float64Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return data;
}
