import { ArtifactNotFoundError } from "../artifacts/errors";
import type { ArtifactStore } from "../artifacts/store";
import { eachAtOnce } from "./each-at-once";
import { FolderNotEmptyError } from "./errors";

const TRANSFERS_AT_ONCE = 4;

/**
 * Copies a file or folder of a store below `dstDir`, where it keeps its path. Each file appears whole or not at all.
 * @returns the local path of the copy.
 */
export async function downloadTree(store: ArtifactStore, path: string, dstDir: string): Promise<string> {
  const { makeFolders } = await import("../make-folders");
  const { join } = await import("node:path");
  const entries = await store.list(path, { recursive: true });
  if (entries.length === 0 && path !== "") await store.download(path, join(dstDir, path));
  else makeFolders(join(dstDir, path));
  await eachAtOnce(TRANSFERS_AT_ONCE, entries, (entry) => store.download(entry.path, join(dstDir, entry.path)));
  return join(dstDir, path);
}

/** Copies all of a store to a folder that is absent or empty; it appears whole or not at all. */
export async function downloadWhole(store: ArtifactStore, dir: string): Promise<void> {
  const { mkdir, readdir, rename, rm, rmdir } = await import("node:fs/promises");
  const { makeFolders } = await import("../make-folders");
  const { dirname, join, resolve } = await import("node:path");
  const target = resolve(dir);
  const there = await readdir(target).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (there !== undefined && there.length > 0) throw new FolderNotEmptyError(dir);
  const part = `${target}.${globalThis.crypto.randomUUID()}.part`;
  try {
    makeFolders(dirname(target));
    await mkdir(part);
    const entries = await store.list("", { recursive: true });
    if (entries.length === 0) throw new ArtifactNotFoundError("", store.uri);
    await eachAtOnce(TRANSFERS_AT_ONCE, entries, (entry) => store.download(entry.path, join(part, entry.path)));
    if (there !== undefined) await rmdir(target);
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}
