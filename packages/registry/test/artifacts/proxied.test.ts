import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import { Http } from "../../src/client/http";
import { ProxiedArtifactStore } from "../../src/client/proxied-store";
import { startRegistry, type RunningRegistry } from "../../src/server";
import { makeFolder } from "./make-folder";
import { artifactStoreContract } from "./contract";

describe("artifacts through our server", () => {
  const folder = makeFolder();
  let server: RunningRegistry;
  beforeAll(async () => {
    server = await startRegistry({
      port: 0,
      backendStoreUri: `sqlite:///${folder.path}/mlflow.db`,
      artifactsDestination: `${folder.path}/artifacts`,
      logLevel: "error",
    });
  });
  afterAll(async () => {
    await server?.close();
    folder.remove();
  });

  artifactStoreContract(
    async () => new ProxiedArtifactStore(new Http(server.url, { retries: 0 }), `root/${randomUUID()}`),
  );
});
