import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Runs a command to its end; its wall time in seconds. */
export function timeCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], ...options });
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const seconds = (performance.now() - began) / 1000;
      if (code === 0) resolve(seconds);
      else
        reject(
          new Error(
            `${command} ${args.slice(0, 3).join(" ")} … ended with ${signal ?? `exit ${code}`}: ${stderr.trim().split("\n").at(-1)}`,
          ),
        );
    });
  });
}

/** Median of `n` runs of each, in turn A B A B, after one of each that does not count. */
export async function alternate(n, ours, theirs) {
  const a = [];
  const b = [];
  for (let i = 0; i <= n; i++) {
    const one = await ours();
    const two = theirs ? await theirs() : Number.NaN;
    if (i > 0) {
      a.push(one);
      b.push(two);
    }
  }
  return { ours: median(a), theirs: median(b), ratio: median(a.map((value, i) => value / b[i])) };
}

export function median(values) {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Memory of all processes whose environment holds `marker` (proportional set size, MB): a shared page counts once. Linux only. */
export function pssOf(marker) {
  let kilobytes = 0;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(marker)) continue;
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      // it ended meanwhile
    }
  }
  return kilobytes / 1024;
}
