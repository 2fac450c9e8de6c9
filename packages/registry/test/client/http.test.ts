import { join } from "node:path";
import { existsSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { pauseMillis } from "../../src/client/retry";
import { ProxiedArtifactStore } from "../../src/client/proxied-store";
import { MlflowClient, type MlflowClientOptions } from "../../src/index";
import { freePort } from "../processes";
import { temporaryFolder } from "../temporary";
import { scriptedServer, type Answer } from "./scripted-server";

const connect = (trackingUri: string, options: MlflowClientOptions = {}): MlflowClient =>
  new MlflowClient({ trackingUri, retryBaseMillis: 1, ...options });
const experiment: Answer = { status: 200, body: { experiment: { experiment_id: "1", name: "e" } } };
const down = (status: number): Answer => ({ status, body: { error_code: "X", message: "later" } });
const hangUp: Answer = (response) => void response.destroy();

afterEach(() => vi.unstubAllEnvs());

describe("retries", () => {
  test.each([408, 429, 500, 502, 503, 504])("asks again after %i where asking twice is harmless", async (status) => {
    const { url, asked } = await scriptedServer(down(status), down(status), experiment);
    expect(await connect(url).getExperiment("1")).toMatchObject({ name: "e" });
    expect(asked).toHaveLength(3);
  });

  test.each([400, 401, 403, 404, 409, 501])("does not ask again after %i", async (status) => {
    const { url, asked } = await scriptedServer(down(status), experiment);
    await expect(connect(url).getExperiment("1")).rejects.toMatchObject({ status, message: "later" });
    expect(asked).toHaveLength(1);
  });

  test("logs the same point again, with the same time, after a broken connection", async () => {
    const { url, asked } = await scriptedServer(hangUp, down(500), { status: 200 });
    await connect(url).logMetric("r", "auc", 0.5);
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(asked[0]!.body)).toMatchObject({ run_id: "r", key: "auc", value: 0.5, step: 0 });
  });

  test.each([500, 502, 504, 408])("never creates twice after %i: it may have happened", async (status) => {
    const { url, asked } = await scriptedServer(down(status), { status: 200, body: { run: {} } });
    await expect(connect(url).createRun()).rejects.toMatchObject({ status });
    expect(asked).toHaveLength(1);
  });

  test("never creates twice after a broken connection", async () => {
    const { url, asked } = await scriptedServer(hangUp);
    const client = connect(url);
    await expect(client.createRun()).rejects.toMatchObject({ code: "ERR_REGISTRY_UNREACHABLE" });
    await expect(client.createModelVersion({ name: "m", source: "s" })).rejects.toMatchObject({
      code: "ERR_REGISTRY_UNREACHABLE",
    });
    expect(asked).toHaveLength(2);
  });

  test.each([429, 503])("creates again after %i, which says that nothing happened", async (status) => {
    const { url, asked } = await scriptedServer(down(status), { status: 200, body: { experiment_id: "7" } });
    expect(await connect(url).createExperiment("x")).toBe("7");
    expect(asked).toHaveLength(2);
  });

  test("gives up after the retries it was told", async () => {
    const { url, asked } = await scriptedServer(down(503));
    await expect(connect(url, { retries: 3 }).getExperiment("1")).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(4);
  });

  test("MLFLOW_HTTP_REQUEST_MAX_RETRIES sets how many", async () => {
    vi.stubEnv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1");
    const { url, asked } = await scriptedServer(down(503));
    await expect(connect(url).getExperiment("1")).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(2);
  });

  test("pauses between half and all of a doubling ceiling, or as long as the server asks, within the maximum", () => {
    const policy = { retries: 9, baseMillis: 100, maxMillis: 10_000 };
    fc.assert(
      fc.property(fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (attempt, random) => {
        const ceiling = Math.min(10_000, 100 * 2 ** attempt);
        const pause = pauseMillis(attempt, policy, null, () => random);
        expect(pause).toBeGreaterThanOrEqual(ceiling / 2);
        expect(pause).toBeLessThanOrEqual(ceiling);
      }),
    );
    expect(pauseMillis(0, policy, "2", () => 0)).toBe(2000);
    expect(pauseMillis(0, policy, "86400", () => 0)).toBe(10_000);
    expect(pauseMillis(0, policy, "Wed, 21 Oct 2026 07:28:00 GMT", () => 0)).toBe(50);
  });
});

describe("failures", () => {
  test("a server that is down is named, with what to do", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const failing = connect(url, { retries: 1 }).searchExperiments();
    await expect(failing).rejects.toMatchObject({ code: "ERR_REGISTRY_UNREACHABLE", url, reason: "ECONNREFUSED" });
    await expect(failing).rejects.toThrow(
      `no answer from the registry at ${url} (ECONNREFUSED): start it with \`p300-registry server\`, or set MLFLOW_TRACKING_URI`,
    );
  });

  test("a server that does not answer in time is given up", async () => {
    const { url, asked } = await scriptedServer(() => undefined);
    await expect(connect(url, { timeoutMillis: 50, retries: 1 }).getRun("r")).rejects.toMatchObject({
      code: "ERR_REGISTRY_UNREACHABLE",
      reason: "it took too long",
    });
    expect(asked).toHaveLength(2);
  });

  test("the caller's signal ends a request, and is not retried", async () => {
    const controller = new AbortController();
    const { url, asked } = await scriptedServer(() => controller.abort(new Error("enough")));
    await expect(connect(url, { signal: controller.signal }).getRun("r")).rejects.toThrow("enough");
    expect(asked).toHaveLength(1);
  });

  test.each(["<html>hello</html>", "[1]", "3", "null"])(
    "an answer that is no MLflow's is said to be that: %s",
    async (body) => {
      const { url } = await scriptedServer({ status: 200, body });
      await expect(connect(url).getRun("r")).rejects.toMatchObject({ code: "ERR_REGISTRY_ANSWER" });
    },
  );

  test("a refusal in other words than MLflow's keeps its status and says what was asked", async () => {
    const { url } = await scriptedServer({ status: 403, body: "Invalid Host header" });
    const failing = connect(url).getRun("r");
    await expect(failing).rejects.toMatchObject({ status: 403, errorCode: "PERMISSION_DENIED" });
    await expect(failing).rejects.toThrow('GET /api/2.0/mlflow/runs/get was answered 403: "Invalid Host header"');
  });

  test.each(["sqlite:///x.db", "./mlruns", "databricks", "ftp://x", ""])("%j is no server's address", (uri) => {
    expect(() => new MlflowClient({ trackingUri: uri })).toThrow(
      expect.objectContaining({ code: "ERR_REGISTRY_TRACKING_URI" }),
    );
  });
});

describe("requests", () => {
  test("go below a path of the address, lists as repeated keys, nothing for what is undefined", async () => {
    const { url, asked } = await scriptedServer({ status: 200 });
    await connect(`${url}/mlflow/`).searchModelVersions({
      filter: "name = 'ü&'",
      orderBy: ["name", "version_number DESC"],
    });
    const asking = new URL(asked[0]!.url, url);
    expect(asking.pathname).toBe("/mlflow/api/2.0/mlflow/model-versions/search");
    expect([...asking.searchParams]).toEqual([
      ["filter", "name = 'ü&'"],
      ["max_results", "10000"],
      ["order_by", "name"],
      ["order_by", "version_number DESC"],
    ]);
  });

  test("carry credentials of the options, the address or the environment", async () => {
    const { url, asked } = await scriptedServer({ status: 200 });
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
    await connect(url, { username: "ann", password: "ü:x" }).getRun("r");
    await connect(url.replace("//", "//bob:p%40ss@")).getRun("r");
    await connect(url, { token: "t" }).getRun("r");
    vi.stubEnv("MLFLOW_TRACKING_TOKEN", "env-token");
    await connect(url).getRun("r");
    vi.stubEnv("MLFLOW_TRACKING_USERNAME", "eve");
    vi.stubEnv("MLFLOW_TRACKING_PASSWORD", "secret");
    await connect(url).getRun("r");
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([
      basic("ann:ü:x"),
      basic("bob:p@ss"),
      "Bearer t",
      "Bearer env-token",
      basic("eve:secret"),
    ]);
  });

  test("credentials do not follow an artifact address to another server", async () => {
    const other = await scriptedServer({ status: 200 });
    const client = connect("http://127.0.0.1:9", { token: "secret", headers: { "x-key": "secret" } });
    await (await client.openArtifacts(`mlflow-artifacts://${new URL(other.url).host}/a`)).list();
    await (await client.openArtifacts(`${other.url}/api/2.0/mlflow-artifacts/artifacts/a`)).list();
    expect(other.asked).toHaveLength(2);
    expect(JSON.stringify(other.asked)).not.toContain("secret");
  });

  test("the registry may be another server than the tracking one", async () => {
    const tracking = await scriptedServer({ status: 200 });
    const registry = await scriptedServer({ status: 200 });
    const client = connect(tracking.url, { registryUri: registry.url });
    await client.getRun("r");
    await client.getRegisteredModel("m");
    await client.getLatestVersions("m");
    expect([tracking.asked.length, registry.asked.length]).toEqual([1, 2]);
  });

  test("MLFLOW_TRACKING_URI is the default address", () => {
    vi.stubEnv("MLFLOW_TRACKING_URI", "http://example.test:1234/");
    expect(new MlflowClient().trackingUri).toBe("http://example.test:1234");
    vi.stubEnv("MLFLOW_TRACKING_URI", "");
    expect(new MlflowClient().trackingUri).toBe("http://127.0.0.1:5000");
  });

  test("answers without what is empty, and integers as text, are read", async () => {
    const { url } = await scriptedServer(
      {
        status: 200,
        body: {
          run: {
            info: { run_uuid: "r", start_time: "1700000000000" },
            data: { metrics: [{ key: "a", value: "NaN", step: "3" }] },
          },
        },
      },
      { status: 200 },
    );
    const client = connect(url);
    const run = await client.getRun("r");
    expect(run.info).toMatchObject({ runId: "r", startTime: 1_700_000_000_000, lifecycleStage: "active" });
    expect(run.data).toEqual({
      metrics: { a: Number.NaN },
      latestMetrics: [{ key: "a", value: Number.NaN, step: 3, timestamp: 0 }],
      params: {},
      tags: {},
    });
    expect(await client.searchRuns({ experimentIds: ["0"] })).toEqual([]);
  });
});

describe("artifacts", () => {
  const store = (url: string) => new ProxiedArtifactStore(connect(url).http, "root");

  test("a file is sent again after a broken connection, a stream is not", async () => {
    const file = join(temporaryFolder(), "big");
    writeFileSync(file, Buffer.alloc(3 << 20, "x"));
    const { url, asked } = await scriptedServer(down(503), { status: 200 }, down(503));
    await store(url).upload(file, "a");
    expect(asked.map(({ body }) => body.length)).toEqual([3 << 20, 3 << 20]);
    await expect(store(url).put("b", Readable.from(["once"]))).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(3);
  });

  test("a download that breaks off is begun again, and leaves nothing when it never ends", async () => {
    const partly: Answer = (response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("half", () => response.destroy());
    };
    const good = await scriptedServer(partly, { status: 200, body: "0123456789" });
    const folder = temporaryFolder();
    await store(good.url).download("x", join(folder, "x"));
    expect(existsSync(join(folder, "x"))).toBe(true);
    const bad = await scriptedServer(partly);
    await expect(store(bad.url).download("x", join(folder, "sub", "y"))).rejects.toMatchObject({
      code: "ERR_REGISTRY_UNREACHABLE",
    });
    expect(existsSync(join(folder, "sub", "y"))).toBe(false);
  });

  test.each(["../../etc/passwd", "a/b", "/abs", "..", "%2e%2e"])(
    "a listing that names %j writes nowhere",
    async (path) => {
      const { url } = await scriptedServer({ status: 200, body: { files: [{ path, is_dir: false, file_size: 1 }] } });
      await expect(store(url).list()).rejects.toMatchObject({ code: "ERR_REGISTRY_ARTIFACT_PATH" });
    },
  );

  test("a server that knows no ranges still gives the bytes asked for", async () => {
    const { url } = await scriptedServer((response) => {
      response.writeHead(200, { "content-length": "10" });
      response.end("0123456789");
    });
    const { body, size, totalSize } = await store(url).get("x", { start: 2, end: 4 });
    let text = "";
    for await (const chunk of body) text += String(chunk);
    expect([text, size, totalSize]).toEqual(["234", 3, 10]);
  });
});
