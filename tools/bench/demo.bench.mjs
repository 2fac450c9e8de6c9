// The demo from start to table, the first time (recordings are generated) and from then on, and its peak memory.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pssOf, timeCommand } from "./timing.mjs";

const SAMPLE_MILLIS = 250;

export const readmes = ["README.md"];

export default async function benchDemo({ root }) {
  const home = mkdtempSync(join(tmpdir(), "p300-bench-"));
  const env = { ...process.env, P300_HOME: home, P300_BENCH: home };
  try {
    const first = await once(root, env);
    const second = await once(root, env);
    const seconds = (value) => `${value.toFixed(1)} s`;
    const rows = [
      {
        what: "`npm run demo`, first time",
        ours: seconds(first.elapsed),
        note: `generates the recordings; goal 60 s; whole process ${seconds(first.wall)}`,
      },
      {
        what: "`npm run demo`, from then on",
        ours: seconds(second.elapsed),
        note: `aim 25 s; whole process ${seconds(second.wall)}`,
      },
    ];
    if (process.platform !== "linux") return rows;
    // In a run of its own: adding up the pages of a dozen processes takes time from them.
    const peak = await peakOf(`P300_BENCH=${home}`, () => once(root, env));
    const note = `PSS, sampled every ${SAMPLE_MILLIS} ms; goal 1200 MB`;
    return [...rows, { what: "peak memory of all its processes", ours: `${peak.toFixed(0)} MB`, note }];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function once(root, env) {
  const wall = await timeCommand(process.execPath, [join(root, "tools", "bootstrap", "demo.mjs")], { cwd: root, env });
  const summary = JSON.parse(readFileSync(join(env.P300_HOME, "demo", "summary.json"), "utf8"));
  return { wall, elapsed: summary.elapsed_seconds };
}

async function peakOf(marker, work) {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, pssOf(marker))), SAMPLE_MILLIS);
  try {
    await work();
    return peak;
  } finally {
    clearInterval(timer);
  }
}
