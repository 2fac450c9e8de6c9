import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BucketNotFoundError } from "../../src/server";
import { versitygw } from "../services";
import { startVersitygw, type S3Server } from "../versitygw";
import { newRun, startHarness } from "./harness";

const service = versitygw();

describe.skipIf(service.absent)(`artifacts in a bucket of ${service.name}`, () => {
  let folder: string;
  let s3: S3Server;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "p300-registry-"));
    s3 = await startVersitygw(service.path, folder);
  });
  afterAll(async () => {
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", s3.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", s3.credentials.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", s3.credentials.secretAccessKey);
    vi.stubEnv("AWS_REGION", "us-east-1");
  });
  afterEach(() => vi.unstubAllEnvs());

  test("go up, are listed, come down whole and in part, and are deleted", async () => {
    const { registry, call } = await startHarness({ artifactsDestination: `s3://${s3.makeBucket()}/registry` });
    const run_id = await newRun(call);
    const url = `${registry.url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/model/weights%20%C3%A9.bin`;
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
    expect((await fetch(url, { method: "PUT", body: bytes })).status).toBe(200);
    expect((await call(`artifacts/list?run_id=${run_id}&path=model`)).json).toMatchObject({
      files: [{ path: "model/weights é.bin", is_dir: false, file_size: 300_000 }],
    });
    expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(bytes);
    const part = await fetch(url, { headers: { range: "bytes=100-199" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 100-199/300000"]);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(100, 200));
    expect((await fetch(url, { headers: { range: "bytes=300000-" } })).status).toBe(416);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(200);
    expect((await fetch(url)).status).toBe(404);
  });

  test("refuse a bucket that is not there when the server starts", async () => {
    const start = startHarness({ artifactsDestination: "s3://no-such-bucket" });
    await expect(start).rejects.toThrow(BucketNotFoundError);
    await expect(start).rejects.toThrow("no-such-bucket");
  });
});
