import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  allPages,
  downloadModel,
  formatModelUri,
  MlflowClient,
  promote,
  readModelFiles,
  registerModel,
  resolveModelUri,
  rollback,
} from "../../src/index";
import { temporaryFolder } from "../temporary";

let names = 0;
const unique = (what: string): string => `${what} ${process.pid}-${Date.now()}-${++names}`;
const refusal = (status: number, errorCode: string) => ({ code: "ERR_REGISTRY_API", status, errorCode });

/** What the client does on any MLflow server. */
export function clientContract(server: () => string): void {
  const connect = (): MlflowClient => new MlflowClient({ trackingUri: server() });
  const newRun = async (client: MlflowClient, tags: Record<string, string> = {}) => {
    const experimentId = await client.createExperiment(unique("experiment"));
    const run = await client.createRun({ experimentId, runName: "first", tags });
    return { experimentId, run, runId: run.info.runId };
  };

  test("makes, finds, renames, tags, deletes and restores an experiment", async () => {
    const client = connect();
    const name = unique("weird 'name' \"ü\" %");
    const experimentId = await client.createExperiment(name, { tags: { team: "bci", __proto__x: "1" } });
    const made = await client.getExperiment(experimentId);
    expect(made).toMatchObject({ experimentId, name, lifecycleStage: "active", tags: { team: "bci" } });
    expect(made.creationTime).toBeGreaterThan(1.6e12);
    expect(await client.getExperimentByName(name)).toEqual(made);
    expect(await client.getExperimentByName(unique("none"))).toBeUndefined();
    await client.setExperimentTag(experimentId, "state", "new");
    await client.renameExperiment(experimentId, `${name} 2`);
    expect(await client.getExperiment(experimentId)).toMatchObject({ name: `${name} 2`, tags: { state: "new" } });
    await client.deleteExperiment(experimentId);
    expect((await client.getExperiment(experimentId)).lifecycleStage).toBe("deleted");
    await client.restoreExperiment(experimentId);
    expect((await client.searchExperiments({ filter: "tags.state = 'new'" })).map((e) => e.experimentId)).toContain(
      experimentId,
    );
    await expect(client.createExperiment(`${name} 2`)).rejects.toMatchObject(refusal(400, "RESOURCE_ALREADY_EXISTS"));
    await expect(client.getExperiment("999999")).rejects.toMatchObject(refusal(404, "RESOURCE_DOES_NOT_EXIST"));
  });

  test("keeps a run's parameters, metrics and tags", async () => {
    const client = connect();
    const { run, runId, experimentId } = await newRun(client, { kind: "lda" });
    expect(run.info).toMatchObject({ experimentId, runName: "first", status: "RUNNING", lifecycleStage: "active" });
    await client.logParam(runId, "solver", "lsqr");
    await client.logParam(runId, "solver", "lsqr");
    await client.setTag(runId, "note", "ünï 'quoted'\nlines");
    await client.logMetric(runId, "auc", 0.8, { step: 2, timestamp: 5 });
    await client.logMetric(runId, "auc", 0.7, { step: 1, timestamp: 9 });
    await client.logMetric(runId, "none", Number.NaN);
    await client.logMetric(runId, "huge", Number.POSITIVE_INFINITY);
    const { data } = await client.getRun(runId);
    expect(data.params).toEqual({ solver: "lsqr" });
    expect(data.metrics).toEqual({ auc: 0.8, none: Number.NaN, huge: Number.MAX_VALUE });
    expect(data.latestMetrics).toContainEqual({ key: "auc", value: 0.8, step: 2, timestamp: 5 });
    expect(data.tags).toMatchObject({ kind: "lda", note: "ünï 'quoted'\nlines", "mlflow.runName": "first" });
    await client.deleteTag(runId, "note");
    expect((await client.getRun(runId)).data.tags).not.toHaveProperty("note");
    await expect(client.logParam(runId, "solver", "svd")).rejects.toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE"),
    );
    await client.updateRun(runId, { name: "second" });
    const ended = await client.setTerminated(runId, { status: "FAILED", endTime: 1_700_000_000_000 });
    expect(ended).toMatchObject({ status: "FAILED", endTime: 1_700_000_000_000, runName: "second" });
    await client.deleteRun(runId);
    await expect(client.logMetric(runId, "auc", 1)).rejects.toMatchObject(refusal(400, "INVALID_PARAMETER_VALUE"));
    await client.restoreRun(runId);
    expect((await client.getRun(runId)).info.lifecycleStage).toBe("active");
    await expect(client.getRun("0".repeat(32))).rejects.toMatchObject(refusal(404, "RESOURCE_DOES_NOT_EXIST"));
  });

  test("logs more in one call than one request may carry, and reads it all back", async () => {
    const client = connect();
    const { runId } = await newRun(client);
    const metrics = Array.from({ length: 2345 }, (_, step) => ({ key: "loss", value: step / 2, step, timestamp: 1 }));
    const params = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`p${i}`, i]));
    const tags = Array.from({ length: 130 }, (_, i) => ({ key: `t${i}`, value: true }));
    await client.logBatch(runId, { metrics, params, tags });
    await client.logBatch(runId, { metrics, params }); // as a repeated request would
    await client.logBatch(runId, {});
    const history = await client.getMetricHistory(runId, "loss");
    expect(history.sort((a, b) => a.step - b.step)).toEqual(metrics);
    const { data } = await client.getRun(runId);
    expect(data.metrics).toEqual({ loss: 1172 });
    expect(data.params).toEqual(Object.fromEntries(Object.entries(params).map(([key, value]) => [key, `${value}`])));
    expect(data.tags).toMatchObject({ t0: "true", t129: "true" });
    expect(await client.getMetricHistory(runId, "never")).toEqual([]);
  });

  test("searches runs with filter and order, page after page", async () => {
    const client = connect();
    const experimentId = await client.createExperiment(unique("search"));
    for (let i = 0; i < 7; i++) {
      const { info } = await client.createRun({ experimentId, runName: `run ${i}`, startTime: 1000 + i });
      await client.logBatch(info.runId, { metrics: { auc: i / 10 }, params: { solver: i % 2 ? "svd" : "lsqr" } });
    }
    const search = (options: { filter?: string; orderBy?: string[]; maxResults?: number }) =>
      allPages((page) => client.searchRuns({ experimentIds: [experimentId], ...options, ...page }));
    const namesOf = async (options: Parameters<typeof search>[0]) => {
      const found: string[] = [];
      for await (const run of search(options)) found.push(run.info.runName);
      return found;
    };
    expect(await namesOf({ orderBy: ["metrics.auc DESC"], maxResults: 2 })).toEqual(
      [6, 5, 4, 3, 2, 1, 0].map((i) => `run ${i}`),
    );
    expect(
      await namesOf({ filter: "params.solver = 'svd' AND metrics.auc > 0.2", orderBy: ["start_time ASC"] }),
    ).toEqual(["run 3", "run 5"]);
    expect(await namesOf({ filter: "attributes.run_name LIKE 'none%'" })).toEqual([]);
    await expect(client.searchRuns({ experimentIds: [experimentId], filter: "auc !! 3" })).rejects.toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE"),
    );
  });

  test("carries artifacts up, lists them, and brings them down", async () => {
    const client = connect();
    const { runId } = await newRun(client);
    const folder = temporaryFolder();
    mkdirSync(join(folder, "in", "deep"), { recursive: true });
    const big = Buffer.alloc(3 << 20, "p300");
    writeFileSync(join(folder, "in", "deep", "ü ? & b.bin"), big);
    writeFileSync(join(folder, "in", "a.txt"), "a");
    await client.logArtifacts(runId, join(folder, "in"), "model");
    await client.logArtifact(runId, join(folder, "in", "a.txt"));
    await client.logArtifact(runId, join(folder, "in", "a.txt"), "copies/of");
    await client.logText(runId, "ünï", "notes/t.txt");
    await client.logDict(runId, { a: [1] }, "notes/d.json");
    expect(await client.listArtifacts(runId)).toEqual([
      { path: "a.txt", isDir: false, fileSize: 1 },
      { path: "copies", isDir: true },
      { path: "model", isDir: true },
      { path: "notes", isDir: true },
    ]);
    expect(await client.listArtifacts(runId, "model/deep")).toEqual([
      { path: "model/deep/ü ? & b.bin", isDir: false, fileSize: big.length },
    ]);
    expect(await client.listArtifacts(runId, "none")).toEqual([]);
    expect(JSON.parse(new TextDecoder().decode(await client.readArtifact(runId, "notes/d.json")))).toEqual({ a: [1] });
    const out = join(folder, "out");
    expect(await client.downloadArtifacts(runId, "model", out)).toBe(join(out, "model"));
    expect(readFileSync(join(out, "model", "deep", "ü ? & b.bin")).equals(big)).toBe(true);
    expect(readFileSync(await client.downloadArtifacts(`runs:/${runId}/notes`, "t.txt", out), "utf8")).toBe("ünï");
    await expect(client.downloadArtifacts(runId, "none", out)).rejects.toMatchObject({
      code: "ERR_REGISTRY_ARTIFACT_NOT_FOUND",
    });
    expect(readdirSync(out).sort()).toEqual(["model", "t.txt"]);
    await client.deleteArtifacts(runId, "copies");
    expect((await client.listArtifacts(runId)).map(({ path }) => path)).not.toContain("copies");
    await expect(client.logText(runId, "x", "../escape.txt")).rejects.toMatchObject({
      code: "ERR_REGISTRY_ARTIFACT_PATH",
    });
  });

  test("registers models, moves aliases, stages and tags", async () => {
    const client = connect();
    const { run, runId } = await newRun(client);
    const name = unique("model ü");
    await client.logText(runId, "m1", "model/model.json");
    await client.createRegisteredModel(name, { description: "d", tags: { a: "b" } });
    await expect(client.createRegisteredModel(name)).rejects.toMatchObject(refusal(400, "RESOURCE_ALREADY_EXISTS"));
    const source = `${run.info.artifactUri}/model`;
    const first = await client.createModelVersion({ name, source, runId, tags: { t: "1" }, description: "one" });
    expect(first).toMatchObject({
      name,
      version: "1",
      source,
      runId,
      status: "READY",
      currentStage: "None",
      description: "one",
    });
    await client.createModelVersion({ name, source, runId });
    await client.setRegisteredModelAlias(name, "champion", "1");
    await client.setRegisteredModelAlias(name, "champion", 2);
    expect(await client.getModelVersionByAlias(name, "champion")).toMatchObject({
      version: "2",
      aliases: ["champion"],
    });
    expect(await client.getRegisteredModel(name)).toMatchObject({
      aliases: { champion: "2" },
      tags: { a: "b" },
      description: "d",
    });
    expect(await client.getModelVersionDownloadUri(name, 1)).toBe(source);
    const staged = await client.transitionModelVersionStage(name, 1, "staging");
    expect(staged.currentStage).toBe("Staging");
    expect((await client.getLatestVersions(name, ["Staging"])).map(({ version }) => version)).toEqual(["1"]);
    await client.setModelVersionTag(name, 1, "auc", 0.8);
    await client.deleteModelVersionTag(name, 1, "t");
    expect((await client.getModelVersion(name, "1")).tags).toEqual({ auc: "0.8" });
    expect((await client.updateModelVersion(name, 1, { description: "new" })).description).toBe("new");
    const versions = await client.searchModelVersions({ filter: `name = '${name}'`, orderBy: ["version_number ASC"] });
    expect(versions.map(({ version }) => version)).toEqual(["1", "2"]);
    expect((await client.searchRegisteredModels({ filter: `name = '${name}'` })).map((m) => m.name)).toEqual([name]);
    await client.deleteRegisteredModelAlias(name, "champion");
    await client.deleteRegisteredModelAlias(name, "champion");
    await expect(client.getModelVersionByAlias(name, "champion")).rejects.toMatchObject(
      refusal(400, "INVALID_PARAMETER_VALUE"),
    );
    await client.deleteModelVersion(name, 2);
    await expect(client.getModelVersion(name, 2)).rejects.toMatchObject(refusal(404, "RESOURCE_DOES_NOT_EXIST"));
    const renamed = await client.renameRegisteredModel(name, `${name} renamed`);
    await client.deleteRegisteredModel(renamed.name);
    await expect(client.getRegisteredModel(renamed.name)).rejects.toMatchObject(
      refusal(404, "RESOURCE_DOES_NOT_EXIST"),
    );
  });

  test("resolves every form of model URI to its files", async () => {
    const client = connect();
    const { run, runId } = await newRun(client);
    const name = unique("uri model @ %");
    await client.logText(runId, "weights", "model/sub/weights.bin");
    await client.logText(runId, "{}", "model/model.json");
    const { version } = await registerModel(client, { name, source: `runs:/${runId}/model`, alias: "challenger" });
    await client.transitionModelVersionStage(name, version, "Production");
    const artifactUri = `${run.info.artifactUri}/model`;
    const plain = formatModelUri(name, {}).replace(/\/latest$/, "");
    for (const uri of [`${plain}@challenger`, `${plain}/1`, `${plain}/Production`, `${plain}/latest`]) {
      expect(await resolveModelUri(client, uri)).toMatchObject({ uri, name, version: "1", runId, artifactUri });
    }
    expect(await resolveModelUri(client, `runs:/${runId}/model`)).toEqual({
      uri: `runs:/${runId}/model`,
      runId,
      artifactUri,
    });
    expect((await resolveModelUri(client, `${plain}/1/sub`)).artifactUri).toBe(`${artifactUri}/sub`);
    const { files, ...source } = await readModelFiles(client, `${plain}@challenger`);
    expect(source).toEqual({ name, version: "1", runId, source: artifactUri });
    expect(Object.keys(files)).toEqual(["model.json", "sub/weights.bin"]);
    const dir = join(temporaryFolder(), "model");
    expect(await downloadModel(client, `${plain}/1`, dir)).toMatchObject({ name, version: "1", dir });
    expect(readFileSync(join(dir, "sub", "weights.bin"), "utf8")).toBe("weights");
    await expect(downloadModel(client, `${plain}/1`, dir)).rejects.toMatchObject({
      code: "ERR_REGISTRY_FOLDER_NOT_EMPTY",
    });
  });

  test("says what is missing behind a model URI, and leaves nothing half done", async () => {
    const client = connect();
    const { runId } = await newRun(client);
    const name = unique("lone model");
    await client.logText(runId, "x", "model/x");
    await registerModel(client, { name, source: `runs:/${runId}/model`, alias: "champion" });
    await client.setRegisteredModelAlias(name, "candidate", 1);
    const failing = (uri: string) => resolveModelUri(client, uri);
    const problem = (what: string) => ({ code: "ERR_REGISTRY_MODEL_URI", problem: what });
    await expect(failing(`models:/${name}@challenger`)).rejects.toMatchObject(problem("no-such-alias"));
    await expect(failing(`models:/${name}@challenger`)).rejects.toThrow(
      `model "${name}" at ${server()} has no alias "challenger"; it has candidate, champion`,
    );
    await expect(failing(`models:/${name}/7`)).rejects.toMatchObject(problem("no-such-version"));
    await expect(failing(`models:/${name}/Staging`)).rejects.toMatchObject(problem("no-such-version"));
    for (const form of ["@champion", "/1", "/latest", "/Staging"]) {
      await expect(failing(`models:/never${form}`)).rejects.toMatchObject(problem("no-such-model"));
    }
    await expect(failing(`runs:/${"0".repeat(32)}/model`)).rejects.toMatchObject(problem("no-such-run"));
    await expect(failing(`models:/m-${"0".repeat(32)}`)).rejects.toMatchObject(problem("no-such-model"));
    const folder = temporaryFolder();
    await expect(downloadModel(client, `runs:/${runId}/none`, join(folder, "m"))).rejects.toMatchObject(
      problem("no-such-artifact"),
    );
    await expect(readModelFiles(client, `runs:/${runId}/none`)).rejects.toMatchObject(problem("no-such-artifact"));
    await expect(registerModel(client, { name, source: `runs:/${runId}/none` })).rejects.toMatchObject(
      problem("no-such-artifact"),
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(await client.searchModelVersions({ filter: `name = '${name}'` })).toHaveLength(1);
  });

  test("registers a local folder", async () => {
    const client = connect();
    const name = unique("from folder");
    const folder = temporaryFolder();
    await expect(registerModel(client, { name, source: folder })).rejects.toMatchObject({
      problem: "no-such-artifact",
    });
    mkdirSync(join(folder, "model"));
    writeFileSync(join(folder, "model", "model.json"), "{}");
    const version = await registerModel(client, {
      name,
      source: join(folder, "model"),
      alias: "challenger",
      tags: { k: "v" },
    });
    expect(version).toMatchObject({ version: "1", aliases: ["challenger"], tags: { k: "v" } });
    expect(Object.keys((await readModelFiles(client, `models:/${name}@challenger`)).files)).toEqual(["model.json"]);
    for (const alias of ["v3", "Latest", "a b", "a/b", ""]) {
      const failing = registerModel(client, { name, source: join(folder, "model"), alias });
      await expect(failing).rejects.toMatchObject({ code: "ERR_REGISTRY_ALIAS_NAME" });
      await expect(promote(client, { model: name, to: alias })).rejects.toMatchObject({
        code: "ERR_REGISTRY_ALIAS_NAME",
      });
    }
    const second = await registerModel(client, { name, source: `models:/${name}/1` });
    expect(second).toMatchObject({ version: "2", runId: version.runId });
  });

  test("keeps a logged model with its files, and registers it", async () => {
    const client = connect();
    const { runId, experimentId } = await newRun(client);
    const model = await client.createLoggedModel({ experimentId, name: "lda", sourceRunId: runId, params: { a: 1 } });
    expect(model).toMatchObject({
      name: "lda",
      status: "LOGGED_MODEL_PENDING",
      sourceRunId: runId,
      params: { a: "1" },
    });
    await (await client.openArtifacts(model.artifactUri)).put("model.json", new TextEncoder().encode("{}"));
    await client.setLoggedModelTags(model.modelId, { t: "u" });
    expect(await client.finalizeLoggedModel(model.modelId)).toMatchObject({ status: "LOGGED_MODEL_READY" });
    await client.logOutputs(runId, [{ modelId: model.modelId }]);
    expect((await client.getRun(runId)).outputs.modelOutputs).toEqual([{ modelId: model.modelId, step: 0 }]);
    expect((await client.getLoggedModel(model.modelId)).tags).toMatchObject({ t: "u" });
    const found = await client.searchLoggedModels({ experimentIds: [experimentId], filter: "name = 'lda'" });
    expect(found.map(({ modelId }) => modelId)).toEqual([model.modelId]);
    expect((await resolveModelUri(client, `runs:/${runId}/lda`)).artifactUri).toBe(model.artifactUri);
    const name = unique("logged");
    await registerModel(client, { name, source: `models:/${model.modelId}` });
    const { files, runId: source } = await readModelFiles(client, `models:/${name}/1`);
    expect([Object.keys(files), source]).toEqual([["model.json"], runId]);
    await client.deleteLoggedModel(model.modelId);
    await expect(client.getLoggedModel(model.modelId)).rejects.toMatchObject({ status: 404 });
  });

  test("promotes with a record, keeps the former champion, and rolls back", async () => {
    const client = connect();
    const { runId } = await newRun(client);
    const model = unique("promoted");
    await client.logText(runId, "x", "model/x");
    const register = () => registerModel(client, { name: model, source: `runs:/${runId}/model`, alias: "challenger" });
    await expect(promote(client, { model })).rejects.toMatchObject({ problem: "no-such-model" });
    await expect(rollback(client, { model })).rejects.toMatchObject(refusal(404, "RESOURCE_DOES_NOT_EXIST"));
    await register();
    expect(await promote(client, { model, by: "ann" })).toMatchObject({
      version: "1",
      promoted: true,
      moved: true,
      by: "ann",
    });
    expect(await promote(client, { model })).toMatchObject({ version: "1", promoted: true, moved: false });
    await expect(rollback(client, { model })).rejects.toMatchObject({ code: "ERR_REGISTRY_PROMOTION" });
    await register();
    const refused = await promote(client, { model, by: "bob", verdict: { promoted: false, rule: "AUC 0.7 < 0.8" } });
    expect(refused).toMatchObject({ version: "2", previousVersion: "1", promoted: false, moved: false });
    expect((await client.getRegisteredModel(model)).aliases).toEqual({ challenger: "2", champion: "1" });
    expect((await client.getModelVersion(model, 2)).tags).toMatchObject({
      "promotion.promoted": "false",
      "promotion.rule": "AUC 0.7 < 0.8",
    });
    const done = await promote(client, { model, by: "bob", verdict: { promoted: true, rule: "AUC 0.9 >= 0.8" } });
    expect((await client.getRegisteredModel(model)).aliases).toEqual({
      challenger: "2",
      champion: "2",
      "previous-champion": "1",
    });
    expect((await client.getModelVersion(model, 2)).tags).toEqual({
      "promotion.at": done.at,
      "promotion.by": "bob",
      "promotion.from": "challenger",
      "promotion.to": "champion",
      "promotion.previous_version": "1",
      "promotion.rule": "AUC 0.9 >= 0.8",
      "promotion.promoted": "true",
    });
    expect(await rollback(client, { model, by: "eve" })).toMatchObject({ version: "1", previousVersion: "2" });
    expect((await client.getRegisteredModel(model)).aliases).toEqual({
      challenger: "2",
      champion: "1",
      "previous-champion": "2",
    });
    expect((await client.getModelVersion(model, 2)).tags).toMatchObject({
      "rollback.by": "eve",
      "rollback.to_version": "1",
    });
    await expect(promote(client, { model, from: "champion" })).rejects.toMatchObject({
      code: "ERR_REGISTRY_PROMOTION",
    });
    await expect(promote(client, { model, from: "nobody" })).rejects.toMatchObject({ problem: "no-such-alias" });
  });
}
