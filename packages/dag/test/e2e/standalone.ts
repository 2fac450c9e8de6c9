import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DagClient } from "../../src/client/client";
import { httpTransport } from "../../src/client/http";

export const BIN = fileURLToPath(new URL("../../bin/p300-dag.js", import.meta.url));
const MARK = "P300_TEST_MARK";

/** A folder with dags and home of its own, and the processes that were started on it. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "p300-dag-"));
  readonly dagsFolder = join(this.folder, "dags");
  readonly home = join(this.folder, "home");
  /** Marks every process started here, and their children: it is in their environment. */
  readonly mark = randomUUID();

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.dagsFolder);
    for (const [name, text] of Object.entries(files)) this.put(name, text);
  }

  put(name: string, text: string): void {
    const path = join(this.dagsFolder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      [MARK]: this.mark,
      P300_DAG__CORE__DAGS_ARE_PAUSED_AT_CREATION: "false",
      P300_DAG__DAG_PROCESSOR__REFRESH_INTERVAL: "0.2",
      P300_DAG_URL: "",
      P300_LOG_LEVEL: "warn",
    };
  }

  async start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Running> {
    const child = spawn(
      process.execPath,
      [
        BIN,
        "standalone",
        "--json",
        "--port",
        "0",
        "--workers",
        "3",
        "--home",
        this.home,
        "--dags-folder",
        this.dagsFolder,
        ...args,
      ],
      { env: { ...this.env, ...env }, cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] },
    );
    const output = collect(child);
    const first = await Promise.race([
      until(
        () => output.stdout.includes("\n") || null,
        () => `standalone did not come up:\n${output.stderr}`,
      ),
      output.exit.then((code) => {
        throw new Error(`standalone ended with ${code}:\n${output.stderr}`);
      }),
    ]);
    if (first !== true) throw new Error("unreachable");
    const { url } = JSON.parse(output.stdout) as { url: string };
    return { url, child, output, client: new DagClient(httpTransport(url)) };
  }

  /** Runs a command to its end. */
  async run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: this.env,
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = collect(child);
    const code = await output.exit;
    return { code, stdout: output.stdout, stderr: output.stderr };
  }

  /** Process ids of everything that was started here and still lives; empty where there is no /proc. */
  processes(): number[] {
    if (process.platform !== "linux") return [];
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          const isZombie = /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
          return !isZombie && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`${MARK}=${this.mark}`);
        } catch {
          return false; // it ended meanwhile
        }
      });
  }

  async gone(): Promise<void> {
    await until(
      () => (this.processes().length === 0 ? true : null),
      () => `processes are left: ${this.processes().join(", ")}`,
    );
  }

  async remove(): Promise<void> {
    for (const pid of this.processes())
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended meanwhile
      }
    await this.gone();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Output {
  stdout: string;
  stderr: string;
  readonly exit: Promise<number | string | null>;
}
export interface Running {
  readonly url: string;
  readonly child: ChildProcess;
  readonly output: Output;
  readonly client: DagClient;
}

function collect(child: ChildProcess): Output & { exit: Promise<number | null> } {
  const output = {
    stdout: "",
    stderr: "",
    exit: new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code))),
  };
  child.stdout?.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  return output;
}

/** Polls until `probe` gives something other than null. */
export async function until<Value>(
  probe: () => Value | null | Promise<Value | null>,
  describe: () => string,
  timeoutSeconds = 50,
): Promise<Value> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const value = await probe();
    if (value !== null) return value;
    if (performance.now() > deadline) throw new Error(`after ${timeoutSeconds} s: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
