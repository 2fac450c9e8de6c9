import { checkAlias } from "./alias";
import type { ModelVersion } from "./client/entities";
import { MlflowApiError, ModelUriError } from "./client/errors";
import type { MlflowClient } from "./client/mlflow-client";
import type { TagsInput } from "./client/wire";
import { parseModelUri, resolveModelUri } from "./model-uri";

export interface RegisterOptions {
  readonly name: string;
  /** `runs:/ID/path`, `models:/…`, or a local folder, which is copied to the artifacts of a new run. */
  readonly source: string;
  /** Points at the new version afterwards. */
  readonly alias?: string;
  readonly description?: string;
  readonly tags?: TagsInput;
  /** Of the run that is made for a local folder. Default `"0"`. */
  readonly experimentId?: string;
}

/**
 * Registers files as a new version of a model, which is made when it does not exist.
 * @throws {ModelUriError} when the source leads to nothing.
 * @throws {AliasNameError} before anything is made.
 */
export async function registerModel(client: MlflowClient, options: RegisterOptions): Promise<ModelVersion> {
  const { name, alias, description, tags } = options;
  if (alias !== undefined) checkAlias(alias);
  const isUri = /^[A-Za-z][A-Za-z0-9+.-]+:/.test(options.source);
  const source = isUri ? await findFiles(client, options.source) : await uploadFolder(client, options);
  await client.createRegisteredModel(name).catch((error: unknown) => {
    if (!(error instanceof MlflowApiError && error.errorCode === "RESOURCE_ALREADY_EXISTS")) throw error;
  });
  const version = await client.createModelVersion({
    name,
    ...source,
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags }),
  });
  if (alias === undefined) return version;
  await client.setRegisteredModelAlias(name, alias, version.version);
  return client.getModelVersion(name, version.version);
}

interface Source {
  readonly source: string;
  readonly runId?: string;
  readonly modelId?: string;
}

async function findFiles(client: MlflowClient, uri: string): Promise<Source> {
  const parsed = parseModelUri(uri);
  const { artifactUri, runId } = await resolveModelUri(client, uri);
  const files = await (await client.openArtifacts(artifactUri)).list();
  if (files.length === 0) throw new ModelUriError(uri, "no-such-artifact", `there are no files at ${artifactUri}`);
  const run = runId === undefined ? {} : { runId };
  // The server asks for the proof that the files are the run's, or the logged model's.
  const [, modelId] = /\/models\/(m-[0-9a-f]{32})\/artifacts$/.exec(artifactUri) ?? [];
  if (modelId !== undefined) return { source: `models:/${modelId}`, modelId, ...run };
  return { source: parsed.kind === "artifacts" ? uri : artifactUri, ...run };
}

async function uploadFolder(
  client: MlflowClient,
  { name, source, experimentId = "0" }: RegisterOptions,
): Promise<Source> {
  const { readdir } = await import("node:fs/promises");
  if ((await readdir(source)).length === 0) throw new ModelUriError(source, "no-such-artifact", "the folder is empty");
  const run = await client.createRun({ experimentId, runName: `register ${name}` });
  const { runId, artifactUri } = run.info;
  try {
    await client.logArtifacts(runId, source, "model");
    await client.setTerminated(runId);
  } catch (error) {
    await client.setTerminated(runId, { status: "FAILED" }).catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
  return { source: `${artifactUri}/model`, runId };
}
