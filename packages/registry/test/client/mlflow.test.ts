import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { Http } from "../../src/client/http";
import { ProxiedArtifactStore } from "../../src/client/proxied-store";
import { artifactStoreContract } from "../artifacts/contract";
import { makeFolder } from "../artifacts/make-folder";
import { startRealMlflow, type RealMlflow } from "../processes";
import { mlflowPython } from "../services";
import { clientContract } from "./contract";

const mlflow = mlflowPython();

describe.skipIf(mlflow.absent)(`the client on the server of ${mlflow.name}`, () => {
  const folder = makeFolder();
  let server: RealMlflow;
  beforeAll(async () => {
    server = await startRealMlflow(mlflow.path, join(folder.path, "mlflow.db"), join(folder.path, "artifacts"));
  });
  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });
  clientContract(() => server.url);

  describe("its artifacts", () => {
    artifactStoreContract(
      async () => new ProxiedArtifactStore(new Http(server.url, { retries: 0 }), `root/${randomUUID()}`),
      {
        decodesAgain: true,
        keepsFolders: true,
      },
    );
  });
});
