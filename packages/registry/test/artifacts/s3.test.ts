import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openArtifactStore } from "../../src/artifacts/open";
import { freePort } from "../processes";
import { versitygw } from "../services";
import { startVersitygw, type S3Server } from "../versitygw";
import { artifactStoreContract } from "./contract";

const service = versitygw();
const unreachable = { code: "ERR_REGISTRY_BUCKET_NOT_FOUND", reason: "unreachable" };

describe.skipIf(service.absent)(`a bucket of ${service.name}`, () => {
  let folder: string;
  let server: S3Server;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "p300-registry-s3-"));
    server = await startVersitygw(service.path, folder);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = (uri: string, credentials = server.credentials) =>
    openArtifactStore(uri, { endpoint: server.endpoint, credentials });

  artifactStoreContract(async () => open(`s3://${server.makeBucket()}/some/prefix`));

  test("a prefix confines a store, the bare bucket is all of it", async () => {
    const bucket = server.makeBucket();
    await open(`s3://${bucket}/one/`).put("x", new Uint8Array(1));
    await open(`s3://${bucket}/one-more`).put("y", new Uint8Array(1));
    expect((await open(`s3://${bucket}/one`).list()).map(({ path }) => path)).toEqual(["x"]);
    expect((await open(`s3://${bucket}`).list()).map(({ path }) => path)).toEqual(["one", "one-more"]);
    expect(open(`s3://${bucket}/one/`).uri).toBe(`s3://${bucket}/one`);
  });

  test("lists and removes more files than S3 gives in one page", { timeout: 120_000 }, async () => {
    const store = open(`s3://${server.makeBucket()}`);
    const names = Array.from({ length: 1050 }, (_, i) => `many/${String(i).padStart(4, "0")}`);
    for (let i = 0; i < names.length; i += 50) {
      await Promise.all(names.slice(i, i + 50).map((name) => store.put(name, new Uint8Array(1))));
    }
    expect((await store.list("many")).map(({ path }) => path)).toEqual(names);
    await store.delete("many");
    expect(await store.list()).toEqual([]);
  });

  test("an absent bucket is named, with what to do", async () => {
    const store = open("s3://never-made");
    const missing = { code: "ERR_REGISTRY_BUCKET_NOT_FOUND", reason: "missing" };
    await expect(store.check()).rejects.toMatchObject(missing);
    await expect(store.check()).rejects.toThrow(
      `bucket never-made does not exist at ${server.endpoint}: create it, or give another`,
    );
    await expect(store.put("x", new Uint8Array())).rejects.toMatchObject(missing);
    await expect(store.list()).rejects.toMatchObject(missing);
    await expect(store.getBytes("x")).rejects.toMatchObject(missing);
    await expect(store.delete("x")).rejects.toMatchObject(missing);
  });

  test("denied access is said to be that", async () => {
    const bucket = server.makeBucket();
    const store = open(`s3://${bucket}`, { accessKeyId: "nobody", secretAccessKey: "knows" });
    await expect(store.check()).rejects.toMatchObject({ code: "ERR_REGISTRY_BUCKET_NOT_FOUND", reason: "denied" });
    await expect(store.check()).rejects.toThrow(new RegExp(`access to bucket ${bucket} .* is denied`));
  });

  test("takes endpoint and credentials from the environment, MLflow's variable first", async () => {
    vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", server.endpoint);
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", server.credentials.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", server.credentials.secretAccessKey);
    try {
      await expect(openArtifactStore(`s3://${server.makeBucket()}`).check()).resolves.toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test("an S3 server that is not there is said to be that, naming bucket and address", async () => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const store = openArtifactStore("s3://bucket-1", { endpoint, credentials });
  await expect(store.check()).rejects.toMatchObject(unreachable);
  await expect(store.check()).rejects.toThrow(
    `bucket bucket-1 cannot be reached at ${endpoint} (ECONNREFUSED): start that service, or set MLFLOW_S3_ENDPOINT_URL`,
  );
});

test("an S3 server that never answers is given up", async () => {
  const { createServer } = await import("node:net");
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const store = openArtifactStore("s3://bucket-1", {
    endpoint: `http://127.0.0.1:${port}`,
    credentials,
    checkMillisMax: 200,
  });
  try {
    await expect(store.check()).rejects.toMatchObject(unreachable);
  } finally {
    silent.close();
  }
});

test("an endpoint has to be an address", () => {
  expect(() => openArtifactStore("s3://bucket-1", { endpoint: "localhost:7070" })).toThrow(
    expect.objectContaining({ code: "ERR_REGISTRY_ARTIFACT_STORE_URI" }),
  );
});
