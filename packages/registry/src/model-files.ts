import type { MlflowClient } from "./client/mlflow-client";
import { downloadWhole } from "./client/download";
import { eachAtOnce } from "./client/each-at-once";
import { ModelUriError } from "./client/errors";
import { resolveModelUri } from "./model-uri";

const TRANSFERS_AT_ONCE = 4;

export interface ModelSource {
  readonly name?: string;
  readonly version?: string;
  readonly runId?: string;
  /** The address of its files. */
  readonly source: string;
}

/**
 * Copies the files of a model to a folder that is absent or empty; it appears whole or not at all.
 * @throws {ModelUriError} when the URI leads to nothing.
 * @throws {FolderNotEmptyError} when `dstDir` has something in it.
 */
export async function downloadModel(
  client: MlflowClient,
  uri: string,
  dstDir: string,
): Promise<ModelSource & { readonly dir: string }> {
  const { artifactUri, ...found } = await resolveModelUri(client, uri);
  const store = await client.openArtifacts(artifactUri);
  await noFiles(uri, artifactUri, downloadWhole(store, dstDir));
  return { ...sourceOf(found, artifactUri), dir: dstDir };
}

/**
 * The files of a model in memory, by their paths below its folder.
 * @throws {ModelUriError} when the URI leads to nothing.
 */
export async function readModelFiles(
  client: MlflowClient,
  uri: string,
): Promise<ModelSource & { readonly files: Record<string, Uint8Array> }> {
  const { artifactUri, ...found } = await resolveModelUri(client, uri);
  const store = await client.openArtifacts(artifactUri);
  const entries = await store.list("", { recursive: true });
  if (entries.length === 0) throw new ModelUriError(uri, "no-such-artifact", `there are no files at ${artifactUri}`);
  const files = new Map<string, Uint8Array>();
  await eachAtOnce(TRANSFERS_AT_ONCE, entries, async ({ path }) => {
    files.set(path, await store.getBytes(path));
  });
  return { ...sourceOf(found, artifactUri), files: Object.fromEntries([...files].sort()) };
}

function sourceOf(
  { name, version, runId }: { name?: string; version?: string; runId?: string },
  source: string,
): ModelSource {
  return {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(runId !== undefined && { runId }),
    source,
  };
}

async function noFiles(uri: string, artifactUri: string, download: Promise<void>): Promise<void> {
  try {
    await download;
  } catch (error) {
    if (error instanceof Error && error.name === "ArtifactNotFoundError" && "path" in error && error.path === "") {
      throw new ModelUriError(uri, "no-such-artifact", `there are no files at ${artifactUri}`, { cause: error });
    }
    throw error;
  }
}
