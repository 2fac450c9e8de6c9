import { resolveModelUri, type MlflowClient } from "@p300/registry";
import { TRAINING_SUBJECTS_FILE } from "./settings";

export async function ensureExperiment(client: MlflowClient, name: string): Promise<string> {
  const existing = await client.getExperimentByName(name);
  return existing ? existing.experimentId : client.createExperiment(name);
}

export async function ensureModel(client: MlflowClient, name: string): Promise<void> {
  const known = await client.searchRegisteredModels({ filter: `name = '${name}'` });
  if (known.length === 0) await client.createRegisteredModel(name);
}

/** The folders of the subjects that a served model was trained on, as its training run recorded them. */
export async function trainingSubjectsOf(
  client: MlflowClient,
  modelUri: string,
): Promise<{ version: string; folders: Set<string> }> {
  const { runId, version } = await resolveModelUri(client, modelUri);
  if (!runId || !version) return { version: version ?? "0", folders: new Set() };
  const recorded = JSON.parse(new TextDecoder().decode(await client.readArtifact(runId, TRAINING_SUBJECTS_FILE))) as {
    folders: string[];
  };
  return { version, folders: new Set(recorded.folders) };
}
