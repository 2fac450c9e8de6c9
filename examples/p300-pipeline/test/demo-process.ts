import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Summary } from "../src/summary";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
export const recordings = join(root, "tools", "recordings", "muse-p300");

export interface DemoRun {
  readonly child: ChildProcess;
  /** What it has said on stderr so far. */
  said(): string;
  /** Resolves when a line on stderr matches; rejects when the demo ends before. */
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** `npm run demo -- ARGS` without npm. */
export function startDemo(args: readonly string[], env: Record<string, string> = {}): DemoRun {
  const child = spawn(process.execPath, [join(root, "tools", "bootstrap", "demo.mjs"), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const check of waiting) check();
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, stdout, stderr })),
  );
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!pattern.test(stderr)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      void ended.then(({ code }) =>
        reject(new Error(`the demo ended (exit ${code}) before it said ${pattern}: ${stderr}`)),
      );
    });
  return { child, said: () => stderr, until, ended };
}

export function summaryOf(home: string): Summary {
  return JSON.parse(readFileSync(join(home, "summary.json"), "utf8")) as Summary;
}

/** Processes of which an argument or a variable names the folder: none may be left when a demo has ended. */
export function processesNaming(folder: string): string[] {
  if (process.platform !== "linux") return [];
  const found: string[] = [];
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const about = command + readFileSync(`/proc/${pid}/environ`, "utf8");
      if (command !== "" && about.includes(folder)) found.push(`${pid} ${command}`);
    } catch {
      // it ended meanwhile, or is somebody else's
    }
  }
  return found;
}
