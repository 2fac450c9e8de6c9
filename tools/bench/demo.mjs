// The demo from start to table, the first time (recordings are generated) and from then on, and its peak memory.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pssOf, timeCommand } from "./timing.mjs";

const SAMPLE_MILLIS = 100;

export async function benchDemo({ root }) {
  const home = mkdtempSync(join(tmpdir(), "p300-bench-"));
  const marker = `P300_BENCH=${home}`;
  const env = { ...process.env, P300_HOME: home, P300_BENCH: home };
  try {
    const first = await once(root, env, marker);
    const second = await once(root, env, marker);
    const seconds = (value) => `${value.toFixed(1)} s`;
    return [
      {
        what: "`npm run demo`, first time",
        ours: seconds(first.elapsed),
        note: `in \`summary.json\`; goal 60 s; whole process ${seconds(first.wall)}`,
      },
      {
        what: "`npm run demo`, from then on",
        ours: seconds(second.elapsed),
        note: `aim 25 s; whole process ${seconds(second.wall)}`,
      },
      {
        what: "peak memory of all its processes",
        ours: `${Math.max(first.peak, second.peak).toFixed(0)} MB`,
        note: `PSS, sampled every ${SAMPLE_MILLIS} ms; goal 1200 MB`,
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function once(root, env, marker) {
  let peak = 0;
  const timer =
    process.platform === "linux" ? setInterval(() => (peak = Math.max(peak, pssOf(marker))), SAMPLE_MILLIS) : undefined;
  try {
    const wall = await timeCommand(process.execPath, [join(root, "tools", "bootstrap", "demo.mjs")], {
      cwd: root,
      env,
    });
    const summary = JSON.parse(readFileSync(join(env.P300_HOME, "demo", "summary.json"), "utf8"));
    return { wall, elapsed: summary.elapsed_seconds, peak };
  } finally {
    clearInterval(timer);
  }
}
