// Peak memory of `p300-dsp preprocess` on two hours of 32 channels at 512 Hz, with and without rejection. Linux only.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const N_CHANNELS = 32;
const RATE = 512;
const N_SAMPLES = 2 * 3600 * RATE;
const RAW_MEGABYTES = (N_CHANNELS * N_SAMPLES * 8) / 1e6;

export const readmes = ["packages/dsp/README.md"];

export default async function benchMemory({ root }) {
  if (process.platform !== "linux") return [{ what: "peak memory", ours: "(Linux only)" }];
  const folder = mkdtempSync(join(tmpdir(), "p300-bench-"));
  try {
    const file = join(folder, "long", "long.parquet");
    await writeLongRecording(root, file);
    const fileMegabytes = statSync(file).size / 1e6;
    const bin = join(root, "packages", "dsp", "bin", "p300-dsp.js");
    const rows = [];
    for (const [what, reject] of [
      ["nothing rejected", "none"],
      ["rejection at 100 µV", "100"],
    ]) {
      const peak = await peakMegabytes([bin, "preprocess", file, "--out", join(folder, reject), "--reject-uv", reject]);
      rows.push({
        what: `peak memory of \`p300-dsp preprocess\`, 2 h × 32 channels × 512 Hz, ${what}`,
        ours: `${peak.toFixed(0)} MB`,
        ratio: peak / RAW_MEGABYTES,
        note: `ratio to ${RAW_MEGABYTES.toFixed(0)} MB of doubles; ${(peak / fileMegabytes).toFixed(2)} of the float32 file; goal 3`,
      });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a process of its own, or this one's memory would be in the way. */
async function writeLongRecording(root, file) {
  const parquet = pathToFileURL(join(root, "packages", "dsp", "dist", "parquet.js")).href;
  const script = `
    const { writeRecording } = await import(${JSON.stringify(parquet)});
    const [nChannels, nSamples] = [${N_CHANNELS}, ${N_SAMPLES}];
    const data = new Float64Array(nChannels * nSamples);
    for (let i = 0, state = 1; i < data.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      data[i] = 30 * (state / 2 ** 32 - 0.5) + 10 * Math.sin(i / 50);
    }
    const stim = new Int32Array(nSamples);
    for (let at = 600, k = 0; at < nSamples - 600; at += 267, k++) stim[at] = k % 6 === 0 ? 2 : 1;
    const channelNames = Array.from({ length: nChannels }, (_, i) => "C" + i);
    await writeRecording(${JSON.stringify(file)}, { data, nChannels, nSamples, sampleRateHz: ${RATE}, channelNames, stim }, { float32: true });
  `;
  await run(["--input-type=module", "-e", script]);
}

function run(args, watch = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    const timer = setInterval(() => watch(child.pid), 20);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearInterval(timer);
      if (code === 0) resolve();
      else reject(new Error(`node ${args.slice(0, 2).join(" ")} … ended with exit ${code}`));
    });
  });
}

/** The system keeps the highest resident size of a process; the last look at it is at most 20 ms old. */
async function peakMegabytes(args) {
  let kilobytes = 0;
  await run(args, (pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      kilobytes = Math.max(kilobytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // it has just ended
    }
  });
  return (kilobytes * 1024) / 1e6;
}
