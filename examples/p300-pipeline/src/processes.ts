import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PipelineError } from "./command";

const STOP_GRACE_MILLIS = 10_000;

export interface StartedProcess {
  readonly pid: number;
  /** When the process began, as the system says it: with the pid it names one process for good, also after the pid is reused. */
  readonly startedAt: string;
  readonly name: string;
}
export interface Service extends StartedProcess {
  readonly child: ChildProcess;
  /** Where it answers, as soon as it does; rejects when it ends before. */
  readonly url: Promise<string>;
  /** Resolves when the process has ended, with how. */
  readonly ended: Promise<string>;
}

/** The committed executable of a package's command. */
export function commandPath(packageName: string, command: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  return join(dirname(manifest), "bin", `${command}.js`);
}

/** Starts a command that prints one line of JSON with its `url` once it answers; its log goes to a file.
 * It gets a process group of its own, so that a Ctrl-C in the terminal reaches the demo alone, which then stops it in order. */
export function startService(
  name: string,
  [script, ...args]: readonly [string, ...string[]],
  { env, logFile }: { env: Record<string, string>; logFile: string },
): Service {
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", log],
    detached: true,
  });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new PipelineError(`${name} can't be started: ${script}`);
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ? `ended by ${signal}` : `exit ${code}`));
  });
  const url = Promise.race([
    addressOf(child),
    ended.then((how) => {
      const last = readFileSync(logFile, "utf8").trim().split("\n").at(-1);
      throw new PipelineError(`${name} did not start (${how}): ${last || "it said nothing"}`);
    }),
  ]);
  return { pid, startedAt: startOf(pid) ?? "", name, url, child, ended };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const line of text.split("\n").slice(0, -1)) {
        const url = urlIn(line);
        if (url) resolve(url);
      }
    });
  });
}

function urlIn(line: string): string | null {
  return /"url":\s*"(http:\/\/[^"]+)"/.exec(line)?.[1] ?? null;
}

export async function stopService({ pid, ended }: Service): Promise<void> {
  signal(pid, "SIGTERM");
  const timer = setTimeout(() => signal(pid, "SIGKILL"), STOP_GRACE_MILLIS);
  await ended;
  clearTimeout(timer);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it is gone already
  }
}

/** The start time of a process in the system's own words, null when there is no such process. */
export function startOf(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? null : (fields[19] ?? null); // field 22, counted from the one after the name
    } catch {
      return null;
    }
  }
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return stdout?.trim() || null;
}

export function isAlive({ pid, startedAt }: StartedProcess): boolean {
  return startedAt !== "" && startOf(pid) === startedAt;
}

/** Ends processes of an earlier run that are still there: politely, then not. */
export async function endLeftovers(processes: readonly StartedProcess[]): Promise<string[]> {
  const left = processes.filter(isAlive);
  for (const { pid } of left) signal(pid, "SIGTERM");
  const deadline = Date.now() + STOP_GRACE_MILLIS;
  while (left.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const process of left.filter(isAlive)) signal(process.pid, "SIGKILL");
  return left.map(({ name }) => name);
}
