import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { OutputError } from "./errors";

/** Writes a file, whole or not at all. @throws {OutputError} */
export async function writeOutputFile(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = besideOf(file);
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } catch (cause) {
    throw new OutputError(
      file,
      `cannot be written (${codeOf(cause)}): name a file in a folder that may be written to`,
      {
        cause,
      },
    );
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** Writes a folder of files, whole or not at all. One that is there is replaced when it is empty or holds `mark`.
 * @throws {OutputError} for a file, a folder with something else in it, or one that cannot be written. */
export async function writeOutputFolder(
  dir: string,
  files: Readonly<Record<string, Uint8Array>>,
  mark: string,
): Promise<void> {
  const entries = await entriesOf(dir);
  if (entries !== undefined && entries.length > 0 && !entries.includes(mark))
    throw new OutputError(dir, `is not empty and holds no ${mark}, so it is left alone: name a new folder`);
  const temporary = besideOf(dir);
  const old = besideOf(dir);
  try {
    await mkdir(temporary);
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(temporary, name), bytes);
    if (entries !== undefined) await rename(dir, old);
    await rename(temporary, dir);
  } catch (cause) {
    throw new OutputError(dir, `cannot be written (${codeOf(cause)}): name a folder in one that may be written to`, {
      cause,
    });
  } finally {
    for (const left of [temporary, old]) await rm(left, { recursive: true, force: true }).catch(() => {});
  }
}

async function entriesOf(dir: string): Promise<string[] | undefined> {
  try {
    return await readdir(dir);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "ENOENT") return undefined;
    const why = code === "ENOTDIR" ? "is a file: name a folder" : `cannot be read (${code})`;
    throw new OutputError(dir, why, { cause });
  }
}

function besideOf(target: string): string {
  const whole = path.resolve(target);
  return path.join(path.dirname(whole), `.${path.basename(whole)}.${crypto.randomUUID()}`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
