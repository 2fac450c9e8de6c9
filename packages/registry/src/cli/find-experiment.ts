import { RegistryError } from "../errors";
import type { Experiment } from "../client/entities";
import type { MlflowClient } from "../client/mlflow-client";

/** No experiment of that name or id. */
export class ExperimentNotFoundError extends RegistryError {
  override readonly name = "ExperimentNotFoundError";
  readonly code = "ERR_REGISTRY_EXPERIMENT_NOT_FOUND";
  constructor(
    readonly experiment: string,
    readonly url: string,
  ) {
    super(
      `there is no experiment ${JSON.stringify(experiment)} at ${url}: \`p300-registry experiments list\` shows what is there`,
    );
  }
}

/** An experiment by name, or else by id. */
export async function findExperiment(client: MlflowClient, nameOrId: string): Promise<Experiment> {
  const named = await client.getExperimentByName(nameOrId);
  if (named !== undefined) return named;
  if (/^\d{1,18}$/.test(nameOrId)) {
    const { MlflowApiError } = await import("../client/errors");
    const found = await client.getExperiment(nameOrId).catch((error: unknown) => {
      if (error instanceof MlflowApiError && error.status === 404) return undefined;
      throw error;
    });
    if (found !== undefined) return found;
  }
  throw new ExperimentNotFoundError(nameOrId, client.trackingUri);
}
