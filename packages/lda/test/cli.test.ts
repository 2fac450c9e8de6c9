import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, test } from "vitest";
import { loadModel, trainModel } from "../src/index";
import { temporaryFolder, writeFeatureFolder } from "./folders";
import { mixture } from "./golden";

const bin = path.resolve(import.meta.dirname, "../bin/p300-lda.js");
const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../package.json"), "utf8")) as {
  version: string;
};

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

const run = (...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });

const { x, y } = mixture({ seed: 21, nRows: 90, nFeatures: 6 });
const part = (from: number, to: number) => ({
  x: { data: x.data.slice(from * 6, to * 6), nRows: to - from, nFeatures: 6 },
  y: y.slice(from, to),
});

function twoRuns(): { root: string; runs: [string, string]; model: string } {
  const root = temporaryFolder();
  const runs = (
    [
      [0, 50],
      [50, 90],
    ] as const
  ).map(([from, to], i) => {
    const dir = path.join(root, `run_${i + 1}`);
    mkdirSync(dir);
    return writeFeatureFolder(dir, part(from, to).x, part(from, to).y);
  });
  return { root, runs: runs as [string, string], model: path.join(root, "model") };
}

beforeAll(() => {
  if (!existsSync(path.resolve(import.meta.dirname, "../dist/cli.js")))
    throw new Error("dist/cli.js is missing: npm run build first");
});

describe("train", () => {
  test("prints what trainModel gives, and saves its model", async () => {
    const { runs, model } = twoRuns();
    const { code, stdout, stderr } = await run(
      "train",
      ...runs,
      "--standardize",
      "--test-size",
      "0.3",
      "--seed",
      "7",
      "--out",
      model,
      "--json",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const want = trainModel({ features: x, labels: y, standardize: true, testSize: 0.3, seed: 7 });
    expect(stdout.split("\n").length).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ...want.metrics,
      n_train: 63,
      n_test: 27,
      n_features: 6,
      classes: [1, 2],
      out: model,
    });
    expect((await loadModel(model)).predictProba(x)).toEqual(want.model.predictProba(x));
  });

  test("takes every shrinkage, and 0 rows to test", async () => {
    const { runs, model } = twoRuns();
    for (const shrinkage of ["none", "0.25", "1"] as const) {
      const { code, stdout } = await run(
        "train",
        ...runs,
        "--shrinkage",
        shrinkage,
        "--test-size",
        "0",
        "--out",
        model,
        "--json",
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).not.toHaveProperty("auc");
      const want = trainModel({
        features: x,
        labels: y,
        testSize: 0,
        shrinkage: shrinkage === "none" ? "none" : Number(shrinkage),
      });
      expect((await loadModel(model)).predictProba(x)).toEqual(want.model.predictProba(x));
    }
  });

  test.each([
    ["--model", "ridge", { model: "ridge" }],
    ["--model", "logreg", { model: "logreg" }],
    ["--solver", "svd", { solver: "svd" }],
    ["--solver", "eigen", { solver: "eigen" }],
  ] as const)("trains with %s %s", async (flag, value, options) => {
    const { runs, model } = twoRuns();
    const { code, stdout } = await run("train", ...runs, flag, value, "--out", model, "--json");
    const want = trainModel({ features: x, labels: y, ...options });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ...want.metrics, model: want.model.kind });
    const loaded = await loadModel(model);
    expect(loaded).toMatchObject({ kind: want.model.kind, calibrated: value !== "ridge" });
    expect(loaded.predictProba(x)).toEqual(want.model.predictProba(x));
  });

  test("tells a reader what it did", async () => {
    const { runs, model } = twoRuns();
    const { stdout } = await run("train", ...runs, "--out", model);
    expect(stdout).toMatch(/^lda on 72 epochs × 6 features in .* s, saved to .*\nAUC 0\.\d{4} .* on 18 epochs\n/);
    expect(stdout).toContain("NonTarget");
  });
});

describe("evaluate and predict", () => {
  test("give what the library gives, in each format", async () => {
    const { root, runs, model } = twoRuns();
    await run("train", runs[0], "--out", model);
    const trained = await loadModel(model);
    const { x: other, y: labels } = part(50, 90);
    const evaluated = await run("evaluate", model, runs[1], "--json");
    expect(evaluated.code).toBe(0);
    const proba = trained.predictProba(other).filter((_, i) => i % 2 === 1);
    const predicted = trained.predict(other);
    const right = predicted.filter((label, i) => label === labels[i]).length;
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ n: 40, accuracy: right / 40 });
    expect((await run("evaluate", model, runs[1])).stdout).toContain("on 40 epochs");

    const want = Array.from(predicted, (label, i) => ({
      label,
      class_name: label === 2 ? "Target" : "NonTarget",
      probability_target: proba[i]!,
    }));
    for (const name of ["p.json", "p.csv", "p.parquet"])
      expect((await run("predict", model, runs[1], "--out", path.join(root, name))).code).toBe(0);
    expect(JSON.parse(readFileSync(path.join(root, "p.json"), "utf8"))).toEqual(want);
    const lines = want.map((row) => `${row.label},${row.class_name},${row.probability_target}\n`);
    expect(readFileSync(path.join(root, "p.csv"), "utf8")).toBe(
      `label,class_name,probability_target\n${lines.join("")}`,
    );
    const { buffer, byteOffset, byteLength } = readFileSync(path.join(root, "p.parquet"));
    expect(
      await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer }),
    ).toEqual(want);
    expect(readdirSync(root).toSorted()).toEqual(["model", "p.csv", "p.json", "p.parquet", "run_1", "run_2"]);
  });
});

describe("help and version", () => {
  test.each([["--version"], ["-V"]])("%s", async (flag) => {
    expect(await run(flag)).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each([[["--help"]], [["train", "--help"]], [["evaluate", "--help"]], [["predict", "--help"]]])(
    "%s",
    async (args) => {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("Usage: p300-lda");
    },
  );
});

describe("is misused", () => {
  test.each<[string[], RegExp]>([
    [[], /Usage/],
    [["fit"], /unknown command 'fit'/],
    [["train", "--out", "m"], /missing required argument 'dir'/],
    [["train", "a"], /required option '--out <dir>'/],
    [["train", "a", "--out", "m", "--frobnicate"], /unknown option '--frobnicate'/],
    [["train", "a", "a", "--out", "m"], /given twice/],
    [["train", "a", "--out", "m", "--model", "forest"], /'forest' is invalid\. One of "lda", "ridge", "logreg"/],
    [["train", "a", "--out", "m", "--solver", "qr"], /'qr' is invalid\. One of "lsqr", "svd", "eigen"/],
    [["train", "a", "--out", "m", "--model", "ridge", "--solver", "svd"], /--solver is of --model lda/],
    [["train", "a", "--out", "m", "--model", "logreg", "--shrinkage", "auto"], /--shrinkage is of --model lda/],
    [["train", "a", "--out", "m", "--solver", "svd", "--shrinkage", "0.5"], /--solver svd takes no --shrinkage/],
    [["train", "a", "--out", "m", "--shrinkage", "1.5"], /'1\.5' is invalid/],
    [["train", "a", "--out", "m", "--shrinkage", ""], /is invalid/],
    [["train", "a", "--out", ""], /A folder name is expected/],
    [["train", "", "--out", "m"], /A folder name is expected/],
    [["train", "a", "--out", "m", "--test-size", "1"], /A share from 0 to below 1/],
    [["train", "a", "--out", "m", "--seed", "-1"], /An integer from 0/],
    [["train", "a", "--out", "m", "--seed", "0x10"], /An integer from 0/],
    [["predict", "m", "a", "--out", "p.txt"], /\.parquet, \.csv or \.json/],
    [["evaluate", "m"], /missing required argument 'dir'/],
    [["predict", "m", "a", "b", "--out", "p.csv"], /too many arguments/],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

describe("fails in one line, and writes nothing", () => {
  test.each<[string, (at: ReturnType<typeof twoRuns>) => string[], string]>([
    [
      "folder that is not there",
      ({ root, model }) => ["train", path.join(root, "absent"), "--out", model],
      "absent/features.parquet: does not exist",
    ],
    ["folder of folders", ({ root, model }) => ["train", root, "--out", model], "2 folders in"],
    [
      "damaged features",
      ({ runs, model }) => (
        writeFileSync(path.join(runs[1], "features.parquet"), "PAR1"),
        ["train", ...runs, "--out", model]
      ),
      "run_2/features.parquet: is not a Parquet file",
    ],
    [
      "other widths",
      ({ runs, model }) => (
        writeFeatureFolder(runs[1], { ...part(0, 45).x, nRows: 90, nFeatures: 3 }, y),
        ["train", ...runs, "--out", model]
      ),
      "run_2: has 3 features a row",
    ],
    [
      "one class",
      ({ runs, model }) => (
        writeFeatureFolder(runs[0], part(0, 50).x, new Int32Array(50).fill(1)),
        ["train", runs[0], "--out", model]
      ),
      "all 50 rows bear label 1",
    ],
    ["output that is no model", ({ root, runs }) => ["train", ...runs, "--out", root], "not a model folder"],
    [
      "output below a file",
      ({ runs }) => ["train", ...runs, "--out", path.join(runs[0], "labels.parquet", "m")],
      "labels.parquet/m",
    ],
    ["model that is none", ({ runs }) => ["evaluate", runs[0], runs[1]], "run_1/model.json: is missing"],
  ])("%s", async (_, prepare, message) => {
    const at = twoRuns();
    const args = prepare(at);
    const before = readdirSync(at.root, { recursive: true }).toSorted();
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^p300-lda: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect(readdirSync(at.root, { recursive: true }).toSorted()).toEqual(before);
  });

  test("with a model there already, a failed training leaves it as it was; other columns are refused by name", async () => {
    const { root, runs, model } = twoRuns();
    await run("train", ...runs, "--out", model);
    const before = readFileSync(path.join(model, "model.json"));
    writeFeatureFolder(runs[1], part(0, 40).x, part(0, 40).y, (j) => `f${j}`);
    expect((await run("train", ...runs, "--out", model)).stderr).toContain('run_2: column 0 is "f0", in');
    expect(readFileSync(path.join(model, "model.json"))).toEqual(before);
    for (const args of [
      ["evaluate", model, runs[1]],
      ["predict", model, runs[1], "--out", path.join(root, "p.csv")],
    ])
      expect(await run(...args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('column 0 is "f0", the model takes "feature_0"') as string,
      });
    expect(await run("predict", model, runs[0], "--out", path.join(root, "no/p.csv"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no/p.csv: cannot be written") as string,
    });
    for (const input of [path.join(model, "model.json"), path.join(runs[0], "features.parquet")])
      expect((await run("predict", model, runs[0], "--out", input)).stderr).toContain("is an input of this command");
    expect(readFileSync(path.join(model, "model.json"))).toEqual(before);
    expect(readdirSync(root).toSorted()).toEqual(["model", "run_1", "run_2"]);
  });
});
