import { resolveArtifactUri } from "../model-uri";
import { downloadTree } from "./download";
import { ModelsClient } from "./models";

/**
 * A client of an MLflow tracking server and model registry: Python's `MlflowClient` in camelCase, with plain objects. It needs
 * fetch alone; the methods for local files ask Node when they are called.
 *
 * What may be done twice is tried again when the server is out of reach or overloaded; what must happen once (creating,
 * deleting) only when the request cannot have arrived.
 * @throws {MlflowApiError} from every method, when the server refuses.
 * @throws {RegistryUnreachableError} from every method, when there is no answer.
 * @example
 * const client = new MlflowClient({ trackingUri: "http://127.0.0.1:5000" });
 * const run = await client.createRun({ experimentId: "0", runName: "lda" });
 * await client.logBatch(run.info.runId, { params: { shrinkage: "auto" }, metrics: { auc: 0.84 } });
 * await client.setTerminated(run.info.runId);
 */
export class MlflowClient extends ModelsClient {
  /**
   * Copies an artifact, or a folder of them, below `dstDir`, where it keeps its path.
   * @param source - a run's id, or a URI: `runs:/ID/path`, `models:/NAME@alias`, `mlflow-artifacts:/…`, …
   * @param path - below the source; absent or `""` is all of it.
   * @param dstDir - default a new temporary folder.
   * @returns the local path of the copy.
   */
  async downloadArtifacts(source: string, path = "", dstDir?: string): Promise<string> {
    const { mkdtemp } = await import("node:fs/promises");
    const { tmpdir } = await import("node:os");
    const { join } = await import("node:path");
    const uri = source.includes(":")
      ? await resolveArtifactUri(this, source)
      : (await this.getRun(source)).info.artifactUri;
    const store = await this.openArtifacts(uri);
    return downloadTree(store, path, dstDir ?? (await mkdtemp(join(tmpdir(), "p300-artifacts-"))));
  }
}
