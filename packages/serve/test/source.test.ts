import { expect, test } from "vitest";
import { openSource } from "../src/open-source";
import { registrySource, type Registry } from "../src/registry";
import { parseModelUri } from "../src/source";
import { constantPredictor } from "./fakes";

test.each([
  ["models:/P300-Classifier@champion", { kind: "alias", name: "P300-Classifier", alias: "champion" }],
  ["models:/P300-Classifier/3", { kind: "version", name: "P300-Classifier", version: "3" }],
  ["./model", { kind: "folder", dir: "./model" }],
  ["/var/lib/models/one", { kind: "folder", dir: "/var/lib/models/one" }],
])("reads %s", (uri, expected) => {
  expect(parseModelUri(uri)).toEqual({ uri, ...expected });
});

test.each([
  "",
  "models:/",
  "models:/M",
  "models:/M@",
  "models:/M/champion",
  "models:/M@a/1",
  "runs:/1/model",
  "s3://bucket/model",
  "http://x",
])("refuses %j, and says what there is", (uri) => {
  expect(() => parseModelUri(uri)).toThrow(/use models:\/NAME@alias, models:\/NAME\/VERSION or a model folder/);
});

const registry: Registry & { asked: string[] } = {
  asked: [],
  async versionByAlias(name, alias) {
    this.asked.push(`${name}@${alias}`);
    if (alias === "none")
      throw Object.assign(new Error("Registered model alias none not found."), {
        errorCode: "INVALID_PARAMETER_VALUE",
      });
    return { name, version: "7", source: "mlflow-artifacts:/1/r/artifacts/model", runId: "r", creationTimestamp: 5 };
  },
  async version(name, version) {
    return { name, version, source: "", runId: "" };
  },
  async files(name, version) {
    this.asked.push(`${name}/${version} files`);
    return { "model.json": new Uint8Array([1]) };
  },
};

test("an alias's files are fetched by version, since the alias may have moved meanwhile", async () => {
  registry.asked.length = 0;
  const decode = (files: Readonly<Record<string, Uint8Array>>) => constantPredictor(files["model.json"]![0]! / 10);
  const source = registrySource("models:/M@champion", { registry, decode });
  const ref = await source.resolve();
  expect(ref).toMatchObject({ name: "M", version: "7", runId: "r", source: "mlflow-artifacts:/1/r/artifacts/model" });
  const { predictor } = await source.load(ref);
  expect(predictor.predictProba(new Float64Array(3), 1)[1]).toBe(0.1);
  expect(registry.asked).toEqual(["M@champion", "M/7 files"]);
});

test("an alias that the registry does not have is absent; any other trouble is not", async () => {
  const decode = () => constantPredictor(0.5);
  await expect(registrySource("models:/M@none", { registry, decode }).resolve()).rejects.toMatchObject({
    code: "ERR_SERVE_MODEL_ABSENT",
    message: "models:/M@none does not exist: Registered model alias none not found.",
  });
  const down: Registry = { ...registry, versionByAlias: () => Promise.reject(new Error("ECONNREFUSED")) };
  await expect(registrySource("models:/M@champion", { registry: down, decode }).resolve()).rejects.toThrow(
    "ECONNREFUSED",
  );
});

test("a fixed version does not move, and is its own source where the registry names none", async () => {
  const source = registrySource("models:/M/3", { registry, decode: () => constantPredictor(0.5) });
  expect(source.moves).toBe(false);
  expect(await source.resolve()).toMatchObject({ version: "3", source: "models:/M/3" });
});

test("a predictor of one's own needs no package", async () => {
  const source = openSource(constantPredictor(0.5));
  expect(await source.resolve()).toMatchObject({ version: "0", source: "predictor" });
});
