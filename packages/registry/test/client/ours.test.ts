import { afterAll, beforeAll, describe } from "vitest";
import { startRegistry, type RunningRegistry } from "../../src/server";
import { makeFolder } from "../artifacts/make-folder";
import { clientContract } from "./contract";

describe("the client on our server", () => {
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
  clientContract(() => server.url);
});
