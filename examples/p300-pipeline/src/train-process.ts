import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Training } from "../train";
import { PipelineError } from "./command";
import { envOf, type Settings } from "./settings";

const RUN = fileURLToPath(new URL("../run.mjs", import.meta.url));

/** Trains in a process of its own: it needs a core and some memory, and gives both back. */
export async function trainInProcess(settings: Settings, percentage: number, signal: AbortSignal): Promise<Training> {
  const child = spawn(
    process.execPath,
    [RUN, "train", "--training-subjects-percentage", String(percentage), "--json"],
    {
      env: { ...process.env, ...envOf(settings) },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    },
  );
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once("error", reject).once("exit", resolve)),
  ]);
  if (code !== 0)
    throw new PipelineError(stderr.trim().replace(/^train: /, "") || `the training ended with exit ${code}`);
  return JSON.parse(stdout) as Training;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** The work, or the reason of the signal as soon as it is aborted. */
export async function abortable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    const working = work();
    working.catch(() => {}); // after an abort nobody listens to it any more
    return await Promise.race([working, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
