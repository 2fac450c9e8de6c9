import { fork } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GENERATOR_VERSION } from "@p300/dsp/synth";
import { PipelineError } from "./command";
import { makeFolders } from "./make-folders";

const WORKER = fileURLToPath(new URL("./generate-worker.mjs", import.meta.url));

/** Recordings of the reference cohort, generated once for a seed and generator version by `workers` processes.
 * @returns the folder of the recordings, one folder a subject. */
export async function generateCohort(
  cacheFolder: string,
  {
    seed,
    subjects,
    workers,
    onSubject,
    signal,
  }: { seed: number; subjects: number; workers: number; onSubject: (done: number) => void; signal?: AbortSignal },
): Promise<string> {
  const folder = join(cacheFolder, `synthetic-v${GENERATOR_VERSION}-seed${seed}`);
  makeFolders(folder);
  for (const name of readdirSync(folder))
    if (name.startsWith(".")) rmSync(join(folder, name), { recursive: true, force: true }); // cut short
  const missing: number[] = [];
  for (let subject = 1; subject <= subjects; subject++)
    if (!existsSync(join(folder, folderOf(subject)))) missing.push(subject);
  let done = subjects - missing.length;
  onSubject(done);
  const lane = async () => {
    if (missing.length === 0) return;
    const child = fork(WORKER, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const abort = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", abort);
    try {
      for (let subject = missing.shift(); subject !== undefined; subject = missing.shift()) {
        signal?.throwIfAborted();
        const temporary = join(folder, `.${folderOf(subject)}`);
        const error = await ask(child, { subject, seed, folder: temporary });
        if (error) throw new PipelineError(`subject ${subject} can't be generated: ${error}`);
        renameSync(temporary, join(folder, folderOf(subject)));
        onSubject(++done);
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, missing.length) }, lane));
  return folder;
}

export function folderOf(subject: number): string {
  return `subject_${String(subject).padStart(2, "0")}`;
}

function ask(
  child: ReturnType<typeof fork>,
  message: { subject: number; seed: number; folder: string },
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) =>
      reject(new PipelineError(`the generator ended (${signal ?? `exit ${code}`})`));
    child.once("exit", onExit);
    child.once("message", (answer: { error: string | null }) => {
      child.off("exit", onExit);
      resolve(answer.error);
    });
    child.send(message);
  });
}
