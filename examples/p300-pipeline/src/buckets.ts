import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { openArtifactStore, type ArtifactStore } from "@p300/registry/artifacts";
import { bucketUri, type BucketName, type Settings } from "./settings";

/** Opens a bucket, after a look whether it is there: a missing one is said before any work is begun. */
export async function openBucket(
  { bucketsRoot }: Pick<Settings, "bucketsRoot">,
  name: BucketName,
): Promise<ArtifactStore> {
  const store = openArtifactStore(bucketUri(bucketsRoot, name));
  await store.check();
  return store;
}

/** The folders at the top of a bucket (a subject each), in name order. */
export async function foldersOf(store: ArtifactStore): Promise<string[]> {
  const entries = await store.list("");
  return entries
    .filter(({ isDir }) => isDir)
    .map(({ path }) => posix.basename(path))
    .sort();
}

/** The files directly in a folder of a bucket, in name order. */
export async function filesOf(store: ArtifactStore, folder: string): Promise<string[]> {
  const entries = await store.list(folder);
  return entries
    .filter(({ isDir }) => !isDir)
    .map(({ path }) => path)
    .sort();
}

/** Downloads a folder of a bucket into a temporary one, for as long as `use` takes. */
export async function withDownloaded<T>(
  store: ArtifactStore,
  folder: string,
  use: (dir: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "p300-"));
  try {
    for (const path of await filesOf(store, folder)) await store.download(path, join(dir, posix.basename(path)));
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
