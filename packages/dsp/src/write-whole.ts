import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FileError } from "./errors";
import { makeFolders } from "./make-folders";

const NOT_REGULAR = "ENOTREGULAR";

/** Refuses what has no length and may never end, as a pipe, and what would no longer be itself once a file took its place.
 * @throws {Error} with a `code` that `fileError` puts into words. */
export async function checkRegularFile(path: string): Promise<void> {
  const found = await stat(path);
  if (found.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  if (!found.isFile()) throw Object.assign(new Error(), { code: NOT_REGULAR });
}

/** Says in words why the system refused a file. */
export function fileError(path: string, cause: unknown): FileError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "";
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such file or folder: check the path",
    EISDIR: "is a folder: name a file in it",
    ENOTDIR: "a part of the path is a file, not a folder: check the path",
    EEXIST: "is there already and is not a folder: give another path",
    EACCES: "permission denied: check who may read or write it",
    EPERM: "permission denied: check who may read or write it",
    EROFS: "lies on a read-only file system: give another path",
    ENOSPC: "no space is left on the disk: free some",
    EMFILE: "too many files are open: raise the limit",
    ENAMETOOLONG: "the name is too long: give a shorter one",
    ELOOP: "symbolic links go round in a circle: mend them",
    [NOT_REGULAR]: "is a device or a pipe, not a file: name a file",
  };
  return new FileError(path, reasons[code] ?? `cannot be used (${code || String(cause)})`, { cause });
}

/** A name beside `path` that nothing else uses, hidden until it is renamed. */
export function temporaryBeside(path: string): string {
  const full = resolve(path);
  return join(dirname(full), `.${basename(full)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`);
}

/** What is being written right now under a temporary name. */
const unfinished = new Set<string>();

/** Removes whatever is half-written, for a process that was told to end. */
export function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
}

/** Writes a file, at once or piece by piece, whole or not at all. Its folder is made when absent.
 * @throws {FileError} naming `path`. */
export async function writeFileWhole(path: string, content: Uint8Array | string | Iterable<Uint8Array>): Promise<void> {
  const temporary = temporaryBeside(path);
  unfinished.add(temporary);
  try {
    await checkRegularFile(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") throw cause;
    });
    await makeFolders(dirname(temporary));
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw fileError(path, cause);
  } finally {
    unfinished.delete(temporary);
  }
}

/** Lets `fill` write into a new folder beside `folder`, and puts it in place once all of it is there. When `fill` fails,
 * nothing is left. A folder that is there already keeps its other files; those of the same name are replaced, the file
 * `last` at the end, so that its presence tells that the others are whole.
 * @throws {FileError} naming `folder`. */
export async function writeFolderWhole(
  folder: string,
  last: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryBeside(folder);
  unfinished.add(temporary);
  const refuse = (cause: unknown): never => {
    throw fileError(folder, cause);
  };
  let firstMade: string | undefined;
  try {
    firstMade = await makeFolders(temporary).catch(refuse);
    await fill(temporary);
    await moveFolder(temporary, folder, last).catch(refuse);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    await removeEmptyParents(temporary, firstMade);
    throw cause;
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    unfinished.delete(temporary);
  }
}

/** Takes back the folders above `path` that were made for it, from the innermost to `firstMade`, while they are empty. */
async function removeEmptyParents(path: string, firstMade: string | undefined): Promise<void> {
  if (firstMade === undefined) return;
  for (let parent = dirname(path); parent.length >= firstMade.length; parent = dirname(parent)) {
    try {
      await rmdir(parent);
    } catch {
      return; // somebody else has put something into it
    }
  }
}

async function moveFolder(from: string, to: string, last: string): Promise<void> {
  const there = await readdir(to).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw cause;
  });
  if (there === undefined || there.length === 0) {
    if (there) await rm(to, { recursive: true });
    await rename(from, to);
    return;
  }
  const names = (await readdir(from, { withFileTypes: true })).sort(
    (a, b) => Number(a.name === last) - Number(b.name === last),
  );
  if (names.some(({ name }) => name === last)) await rm(join(to, last), { force: true });
  for (const entry of names) {
    if (entry.isDirectory()) await moveFolder(join(from, entry.name), join(to, entry.name), last);
    else await rename(join(from, entry.name), join(to, entry.name));
  }
}
