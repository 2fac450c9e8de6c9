import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Asks until the answer comes, or the deadline passes. */
export async function until<T>(ask: () => Promise<T | undefined>, what: string, deadlineMillis = 90_000): Promise<T> {
  const end = Date.now() + deadlineMillis;
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${deadlineMillis} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface RealMlflow {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts Python's own `mlflow server` and waits until it is healthy. */
export async function startRealMlflow(python: string, databaseFile: string, artifacts: string): Promise<RealMlflow> {
  const port = await freePort();
  const args = ["-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", String(port)];
  args.push("--backend-store-uri", `sqlite:///${databaseFile}`, "--artifacts-destination", artifacts);
  const env = { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false", MLFLOW_DISABLE_TELEMETRY: "true" };
  const child = spawn(python, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(output);
      return (await fetch(`${url}/health`)).ok || undefined;
    }, "mlflow server healthy");
  } catch (error) {
    await stopGroup(child);
    throw new Error(`mlflow server did not start: ${output.slice(-2000)}`, { cause: error });
  }
  return { url, stop: () => stopGroup(child) };
}

/** The server has workers of its own, so its whole process group is told to go. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      return; // gone already
    }
    const done = await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 5000, "late"))]);
    if (done !== "late") return;
  }
}
