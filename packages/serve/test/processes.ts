import { spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { fileURLToPath } from "node:url";
import { until } from "./fakes";

const BIN = fileURLToPath(new URL("../bin/p300-serve.js", import.meta.url));

export interface Command {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  /** [exit code, signal], once it has ended. */
  ended: [number | null, NodeJS.Signals | null] | undefined;
}

const running = new Set<Command>();

/** Starts p300-serve, without the environment's own settings. */
export function start(args: readonly string[], env: Record<string, string> = {}): Command {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(P300_|MLFLOW_|NODE_UNIQUE_ID)/.test(name)),
  );
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const command: Command = { child, stdout: "", stderr: "", ended: undefined };
  child.stdout.on("data", (chunk: Buffer) => (command.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (command.stderr += chunk.toString()));
  child.on("close", (code, signal) => {
    command.ended = [code, signal];
    running.delete(command);
  });
  running.add(command);
  return command;
}

/** Starts it and waits for its address. */
export async function startListening(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Command & { url: string }> {
  const command = start(["--port", "0", ...args], env);
  const address = () => /^p300-serve listening on (http:\S+)\n/.exec(command.stdout)?.[1];
  await until("it listens", () => {
    if (command.ended !== undefined) throw new Error(`ended with ${command.ended[0]}: ${command.stderr}`);
    return address() !== undefined;
  });
  return Object.assign(command, { url: address()! });
}

export async function end(
  command: Command,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<[number | null, NodeJS.Signals | null]> {
  command.child.kill(signal);
  return whenEnded(command);
}

export async function whenEnded(command: Command): Promise<[number | null, NodeJS.Signals | null]> {
  await until("it ends", () => command.ended !== undefined);
  return command.ended!;
}

/** For afterEach: nothing of a failed test stays behind. */
export async function killAll(): Promise<void> {
  for (const command of running) {
    command.child.kill("SIGKILL");
    await whenEnded(command);
  }
}

/** The log lines so far. */
export function logLines(command: Command): Record<string, unknown>[] {
  return command.stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The process ids of the replicas that have begun to listen, in that order. */
export const replicaPids = (command: Command): number[] =>
  logLines(command).flatMap(({ msg, replicaPid }) => (msg === "replica listening" ? [replicaPid as number] : []));

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Somebody else on a port. */
export async function occupyPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, server };
}
