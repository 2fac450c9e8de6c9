import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MlflowClient } from "@p300/registry";
import { startRegistry } from "@p300/registry/server";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { p300App } from "../src/express";
import { post, send, until, withServer } from "./fakes";
import { saveSmallModel, smallModel } from "./models";
import { end, killAll, logLines, replicaPids, startListening } from "./processes";

const MODEL = "P300-Classifier";
const N_FEATURES = 8;
const FEATURES = Array.from({ length: N_FEATURES }, (_, i) => Math.sin(i));
const ROW = JSON.stringify({ features: FEATURES });

let dir: string;
let registry: Awaited<ReturnType<typeof startRegistry>>;
let client: MlflowClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "p300-serve-reload-"));
  registry = await startRegistry({
    port: 0,
    backendStoreUri: `sqlite:///${join(dir, "registry.db")}`,
    artifactsDestination: join(dir, "artifacts"),
    logLevel: "silent",
  });
  client = new MlflowClient({ trackingUri: registry.url });
});
vi.setConfig({ testTimeout: 240_000 }); // processes start slowly while other suites run
afterEach(killAll);
afterAll(async () => {
  await registry?.close();
  await rm(dir, { recursive: true, force: true });
});

/** A version whose weights come from its own seed. */
async function register(name: string, seed: number): Promise<string> {
  const folder = join(dir, `${name}-${seed}`);
  await saveSmallModel(folder, seed, N_FEATURES);
  const run = await client.createRun({ experimentId: "0" });
  await client.logArtifacts(run.info.runId, folder, "model");
  const { version } = await client.createModelVersion({
    name,
    source: `runs:/${run.info.runId}/model`,
    runId: run.info.runId,
  });
  return version;
}

/** What the version with this seed must say of FEATURES. */
function probabilityOf(seed: number): number {
  const model = smallModel(seed, N_FEATURES);
  const column = model.classes.indexOf(model.positive);
  return model.predictProba({ data: Float64Array.from(FEATURES), nRows: 1, nFeatures: N_FEATURES })[column]!;
}

interface Answered {
  readonly sentMillis: number;
  readonly answeredMillis: number;
  readonly status: number;
  /** "3" of "v3 (source: …)" */
  readonly version: string;
  readonly probability: number;
}

/** One request over the agent's one connection. */
function ask(agent: Agent, url: URL): Promise<Answered> {
  const sentMillis = Date.now();
  return new Promise((resolve, reject) => {
    const headers = { "content-length": Buffer.byteLength(ROW) };
    const options = {
      agent,
      hostname: url.hostname,
      port: url.port,
      path: "/predict-champion/",
      method: "POST",
      headers,
    };
    const req = request(options, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => (text += chunk));
      res.on("error", reject);
      res.on("end", () => {
        const body = JSON.parse(text) as { model_version_loaded?: string; probability_target?: number };
        resolve({
          sentMillis,
          answeredMillis: Date.now(),
          status: res.statusCode ?? 0,
          version: /^v(\d+) \(source: /.exec(body.model_version_loaded ?? "")?.[1] ?? "",
          probability: body.probability_target ?? Number.NaN,
        });
      });
    });
    req.on("error", reject);
    req.end(ROW);
  });
}

describe("an alias that moves", () => {
  test("is followed by two replicas through 10,000 requests on kept connections, of which none fails", async () => {
    const REQUESTS = 10_000;
    const CONNECTIONS = 16;
    const MOVES = 5;
    // What the README promises is a second or two at this interval; the rest is for a machine that is busy with other tests.
    const reloadMillisMax = 10_000;
    await client.createRegisteredModel(MODEL);
    const versions: string[] = [];
    for (let seed = 1; seed <= MOVES + 1; seed++) versions.push(await register(MODEL, seed));
    const probabilities = new Map(versions.map((version, i) => [version, probabilityOf(i + 1)]));
    expect(new Set(probabilities.values()).size).toBe(versions.length);
    await client.setRegisteredModelAlias(MODEL, "champion", versions[0]!);
    /** From when it may have been current, until when it was for certain. */
    const current = new Map([[versions[0]!, { fromMillis: 0, untilMillis: Infinity }]]);

    const args = ["--registry", registry.url, "--champion", `models:/${MODEL}@champion`];
    const command = await startListening([...args, "--replicas", "2", "--poll-seconds", "0.25"]);
    const url = new URL(command.url);
    const connections = Array.from({ length: CONNECTIONS }, (): Answered[] => []);
    const failures: string[] = [];
    const load = { asked: 0, moving: true };
    const sockets = new Set<unknown>();
    const loops = connections.map(async (answers) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      agent.on("free", (socket) => sockets.add(socket));
      while (load.asked < REQUESTS || load.moving) {
        load.asked += 1;
        await ask(agent, url).then(
          (answer) => answers.push(answer),
          (error: Error) => failures.push(error.message),
        );
      }
      agent.destroy();
    });
    for (const [i, version] of versions.slice(1).entries()) {
      await until("the next move", () => load.asked >= ((i + 1) * REQUESTS) / (MOVES + 2));
      current.set(version, { fromMillis: Date.now(), untilMillis: Infinity });
      await client.setRegisteredModelAlias(MODEL, "champion", version);
      current.get(versions[i]!)!.untilMillis = Date.now();
      await until(`v${version} on every connection`, () =>
        connections.every((answers) => answers.at(-1)?.version === version),
      );
    }
    load.moving = false;
    await Promise.all(loops);

    const answers = connections.flat();
    expect(failures).toEqual([]);
    expect(answers.length).toBeGreaterThanOrEqual(REQUESTS);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers.filter(({ version, probability }) => probabilities.get(version) !== probability)).toEqual([]);
    const never = answers.filter(({ version, sentMillis, answeredMillis }) => {
      const { fromMillis, untilMillis } = current.get(version)!;
      return answeredMillis < fromMillis || sentMillis > untilMillis + reloadMillisMax;
    });
    expect(never).toEqual([]);
    // A connection belongs to one replica, whose versions only go forward.
    for (const one of connections) {
      const order = one.map(({ version }) => versions.indexOf(version));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(versions));
    expect(sockets.size).toBe(CONNECTIONS); // none was closed and opened again
    const { text } = await send(`${command.url}/metrics`);
    expect(text).toMatch(
      new RegExp(`^p300_model_reloads_total\\{slot="champion",result="ok"\\} ${2 * versions.length}$`, "m"),
    );
    expect(replicaPids(command)).toHaveLength(2);
    expect(await end(command)).toEqual([0, null]);
  });

  test("is waited for while it does not exist, and kept when it is deleted", async () => {
    const name = "later";
    const { app, router } = p300App({
      champion: `models:/${name}@champion`,
      registry: registry.url,
      pollIntervalMillis: 20,
    });
    await router.firstTry;
    await withServer(app, async (url) => {
      const early = await post(`${url}/predict/`, { features: FEATURES });
      expect(early.status).toBe(503);
      expect(early.json["error"]).toContain("models:/later@champion does not exist");
      expect((await send(`${url}/health`)).status).toBe(503);
      await client.createRegisteredModel(name);
      const version = await register(name, 1);
      await client.setRegisteredModelAlias(name, "champion", version);
      await until("health", async () => (await send(`${url}/health`)).status === 200);
      const health = (await send(`${url}/health`)).json;
      expect(health).toMatchObject({
        status: "ok",
        model_uri_configured: "models:/later@champion",
        model_version_loaded: `v${version}`,
        model_details_from_registry: { name, version },
      });
      expect((await post(`${url}/predict/`, { features: FEATURES })).json["probability_target"]).toBe(probabilityOf(1));
      await client.deleteRegisteredModelAlias(name, "champion");
      await until("the loss is told", async () => (await send(`${url}/health`)).json["status"] === "degraded");
      const kept = await post(`${url}/predict/`, { features: FEATURES });
      expect([kept.status, (await send(`${url}/health`)).status]).toEqual([200, 200]);
    });
    await router.close();
  });

  test("to a version that cannot be read leaves the old one serving, and so does a registry that is gone", async () => {
    const name = "broken";
    const own = await startRegistry({
      port: 0,
      backendStoreUri: `sqlite:///${join(dir, "own.db")}`,
      artifactsDestination: join(dir, "own-artifacts"),
      logLevel: "silent",
    });
    const ownClient = new MlflowClient({ trackingUri: own.url });
    await ownClient.createRegisteredModel(name);
    const run = await ownClient.createRun({ experimentId: "0" });
    const folder = join(dir, "good");
    await saveSmallModel(folder, 3, N_FEATURES);
    await ownClient.logArtifacts(run.info.runId, folder, "good");
    await ownClient.logText(run.info.runId, "not a model", "bad/model.json");
    for (const path of ["good", "bad"])
      await ownClient.createModelVersion({ name, source: `runs:/${run.info.runId}/${path}`, runId: run.info.runId });
    await ownClient.setRegisteredModelAlias(name, "champion", "1");
    const { app, router } = p300App({
      champion: `models:/${name}@champion`,
      registry: own.url,
      pollIntervalMillis: 20,
    });
    await router.firstTry;
    await withServer(app, async (url) => {
      const health = async () => (await send(`${url}/health`)).json;
      expect(await health()).toMatchObject({ status: "ok", model_version_loaded: "v1" });
      await ownClient.setRegisteredModelAlias(name, "champion", "2");
      await until("the failure is told", async () => (await health())["status"] === "degraded");
      expect(await health()).toMatchObject({ model_version_loaded: "v1", model_version_wanted: "v2" });
      expect((await post(`${url}/predict/`, { features: FEATURES })).json["probability_target"]).toBe(probabilityOf(3));
      await ownClient.setRegisteredModelAlias(name, "champion", "1");
      await until("all is well again", async () => (await health())["status"] === "ok");
      await own.close();
      await until("the loss is told", async () => (await health())["status"] === "degraded");
      expect((await post(`${url}/predict/`, { features: FEATURES })).status).toBe(200);
    });
    await router.close();
  });

  test("a replica that takes another's place while the registry is down waits for its model, and no request meets an empty one", async () => {
    const name = "outage";
    const options = {
      backendStoreUri: `sqlite:///${join(dir, "outage.db")}`,
      artifactsDestination: join(dir, "outage-artifacts"),
      logLevel: "silent",
    } as const;
    const first = await startRegistry({ ...options, port: 0 });
    const firstClient = new MlflowClient({ trackingUri: first.url });
    await firstClient.createRegisteredModel(name);
    const run = await firstClient.createRun({ experimentId: "0" });
    const folder = join(dir, "outage-model");
    await saveSmallModel(folder, 4, N_FEATURES);
    await firstClient.logArtifacts(run.info.runId, folder, "model");
    await firstClient.createModelVersion({ name, source: `runs:/${run.info.runId}/model`, runId: run.info.runId });
    await firstClient.setRegisteredModelAlias(name, "champion", "1");
    const args = ["--registry", first.url, "--champion", `models:/${name}@champion`];
    const command = await startListening([...args, "--replicas", "2", "--poll-seconds", "0.1"]);
    const pids = replicaPids(command);
    await first.close();
    process.kill(pids[0]!, "SIGKILL");
    await until("the new one looks for its model", () =>
      logLines(command).some(({ msg, pid }) => msg === "model not as configured" && !pids.includes(pid as number)),
    );
    const statuses = new Set<number>();
    for (let i = 0; i < 50; i++) statuses.add((await post(`${command.url}/predict/`, { features: FEATURES })).status);
    expect([...statuses]).toEqual([200]);
    expect(replicaPids(command)).toHaveLength(2);
    const second = await startRegistry({ ...options, port: first.port });
    await until("it listens", () => replicaPids(command).length === 3);
    expect(await end(command)).toEqual([0, null]);
    await second.close();
  });
});
