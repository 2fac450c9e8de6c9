/** One worker process, seen from the pool. */
import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { uuidv7 } from "../uuid";
import { lineSplitter } from "./capture";
import { killGroup } from "./end-process";
import type { FromWorker, ToWorker } from "./protocol";
import { isFromWorker, WORKER_FLAG } from "./protocol";

export interface WorkerProcess {
  readonly workerId: string;
  readonly pid: number;
  send(message: ToWorker): void;
  kill(): void;
}

export interface WorkerListener {
  onMessage(message: FromWorker): void;
  /** What native code, a child of the task, or a dying Node prints past the capture. */
  onOutput(stream: "stdout" | "stderr", line: string): void;
  onExit(how: string): void;
}

/** From the built package the built worker; from source (tests) the source, transpiled by jiti. */
function entry(): { path: string; execArgv: string[] } {
  if (!import.meta.url.endsWith(".ts"))
    return { path: fileURLToPath(new URL("./worker.js", import.meta.url)), execArgv: [] };
  const path = fileURLToPath(new URL("./worker.ts", import.meta.url));
  return { path, execArgv: ["--import", jitiRegister()] };
}

/** jiti exports its hook to `import` alone, and `import.meta.resolve` does not exist in the CommonJS build. */
function jitiRegister(): string {
  const manifest = createRequire(import.meta.url).resolve("jiti/package.json");
  return pathToFileURL(join(dirname(manifest), "lib", "jiti-register.mjs")).href;
}

export function startWorker(listener: WorkerListener): WorkerProcess {
  const workerId = uuidv7();
  const { path, execArgv } = entry();
  const child: ChildProcess = fork(path, [`${WORKER_FLAG}${workerId}`], {
    execArgv,
    // glibc raises this threshold with the largest array freed, after which smaller ones are never given back; fixed, they are.
    env: { ...process.env, MALLOC_MMAP_THRESHOLD_: process.env["MALLOC_MMAP_THRESHOLD_"] ?? "262144" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: to end a try is to end all that it started, and a Ctrl-C at the terminal is the pool's to handle.
    detached: process.platform !== "win32",
  });
  const outputs = (["stdout", "stderr"] as const).map((name) => {
    const lines = lineSplitter((line) => listener.onOutput(name, line));
    child[name]!.setEncoding("utf8").on("data", (text: string) => lines.write(text));
    return lines;
  });
  let isGone = false;
  // "close" comes after "exit", when all that it printed has been read.
  const gone = (how: string): void => {
    if (isGone) return;
    isGone = true;
    for (const output of outputs) output.end();
    listener.onExit(how);
  };
  child.on("message", (message: unknown) => {
    if (isFromWorker(message)) listener.onMessage(message);
  });
  child.on("error", (error) => {
    if (child.pid === undefined) gone(`could not be started: ${error.message}`);
  });
  let exit = "";
  child.on("exit", (code, signal) => {
    exit = signal === null ? `exit code ${code}` : `signal ${signal}`;
    // What the task had started may hold the pipes open.
    if (child.pid !== undefined) killGroup(child.pid);
    setTimeout(() => gone(exit), 1000).unref();
  });
  child.on("close", () => gone(exit));
  return {
    workerId,
    pid: child.pid ?? -1,
    send(message) {
      // A worker that is dying cannot be told; its exit tells us.
      if (child.connected) child.send(message, () => {});
    },
    kill() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) killGroup(child.pid);
    },
  };
}
