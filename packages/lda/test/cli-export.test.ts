import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel, saveModel, trainModel } from "../src/index";
import { importOnnx } from "../src/onnx";
import { writeFeatureFolder } from "./folders";
import { mixture } from "./golden";

const bin = path.resolve(import.meta.dirname, "../bin/p300-lda.js");
const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });

const { x, y } = mixture({ seed: 31, nRows: 120, nFeatures: 5 });
let root: string;
let features: string;
const at = (name: string): string => path.join(root, name);

beforeAll(async () => {
  if (!existsSync(path.resolve(import.meta.dirname, "../dist/cli.js")))
    throw new Error("dist/cli.js is missing: npm run build first");
  root = mkdtempSync(path.join(tmpdir(), "p300-lda-export-"));
  mkdirSync(at("features"));
  features = writeFeatureFolder(at("features"), x, y);
  await saveModel(trainModel({ features: x, labels: y, testSize: 0 }).model, at("a"));
  await saveModel(trainModel({ features: x, labels: y, testSize: 0.5, seed: 1, shrinkage: 1 }).model, at("b"));
  const narrow = { data: x.data.subarray(0, 240), nRows: 120, nFeatures: 2 };
  await saveModel(trainModel({ features: narrow, labels: y, testSize: 0 }).model, at("narrow"));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("export", () => {
  test("writes an ONNX file that reads back as the model", async () => {
    const { code, stdout, stderr } = await run("export", at("a"), "--format", "onnx", "--out", at("a.onnx"), "--json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      format: "onnx",
      kind: "lda",
      n_features: 5,
      class_names: ["NonTarget", "Target"],
      out: at("a.onnx"),
    });
    const model = await loadModel(at("a"));
    const back = importOnnx(readFileSync(at("a.onnx")));
    expect([...back.predictProba(x)]).toEqual([...model.predictProba(x)]);
    expect((await run("export", at("a"), "--format", "onnx", "--dtype", "float64", "--out", at("a.onnx"))).code).toBe(
      0,
    );
  });

  test("writes an MLmodel folder, and replaces one, but nothing else", async () => {
    for (const signature of ["columns", "tensor"]) {
      const { code } = await run("export", at("a"), "--format", "mlmodel", "--signature", signature, "--out", at("ml"));
      expect(code).toBe(0);
      expect(readFileSync(at("ml/MLmodel"), "utf8").includes("tensor-spec")).toBe(signature === "tensor");
    }
    expect(await loadModel(at("ml"))).toMatchObject({ kind: "lda", nFeatures: 5 });
    mkdirSync(at("mine"));
    writeFileSync(at("mine/notes.txt"), "mine");
    const { code, stderr } = await run("export", at("a"), "--format", "mlmodel", "--out", at("mine"));
    expect([code, stderr.trim().split("\n").length]).toEqual([1, 1]);
    expect(readdirSync(at("mine"))).toEqual(["notes.txt"]);
    expect(readdirSync(root).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test.each<[string, () => string[], number]>([
    ["no format", () => ["export", at("a"), "--out", at("o")], 2],
    ["an unknown format", () => ["export", at("a"), "--format", "pickle", "--out", at("o")], 2],
    ["no place", () => ["export", at("a"), "--format", "onnx"], 2],
    ["an empty place", () => ["export", at("a"), "--format", "onnx", "--out", ""], 2],
    [
      "a signature for onnx",
      () => ["export", at("a"), "--format", "onnx", "--signature", "tensor", "--out", at("o")],
      2,
    ],
    ["a type for mlmodel", () => ["export", at("a"), "--format", "mlmodel", "--dtype", "float32", "--out", at("o")], 2],
    ["a folder without a model", () => ["export", features, "--format", "onnx", "--out", at("o")], 1],
    ["a place in no folder", () => ["export", at("a"), "--format", "onnx", "--out", at("no/o")], 1],
    ["a folder as the file", () => ["export", at("a"), "--format", "onnx", "--out", root], 1],
    [
      "a file as the folder",
      () => ["export", at("a"), "--format", "mlmodel", "--out", path.join(features, "labels.parquet")],
      1,
    ],
  ])("%s is refused", async (_, args, wanted) => {
    const { code, stdout, stderr } = await run(...args());
    expect([code, stdout]).toEqual([wanted, ""]);
    expect(stderr).toMatch(/^p300-lda: /);
    expect(existsSync(at("o"))).toBe(false);
  });
});

describe("compare", () => {
  test("tells both models' scores and the paired tests", async () => {
    const { code, stdout, stderr } = await run("compare", at("a"), at("b"), features, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    const told = JSON.parse(stdout) as Record<string, Record<string, number>>;
    const evaluated = JSON.parse((await run("evaluate", at("a"), features, "--json")).stdout) as object;
    expect(told["a"]).toEqual(evaluated);
    expect(told["delong"]!["difference"]).toBeCloseTo(told["a"]!["auc"]! - told["b"]!["auc"]!, 12);
    expect(told["mcnemar"]!["p_value"]).toBeLessThanOrEqual(1);
    const words = await run("compare", at("a"), at("b"), features);
    expect(words.stdout).toMatch(
      /AUC A - B .* \(DeLong\)\nright only in A \d+, only in B \d+, p = .* \(McNemar, exact\)\n$/,
    );
  });

  test("a model does not differ from itself", async () => {
    const { stdout } = await run("compare", at("a"), at("a"), features, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      delong: { difference: 0, p_value: 1 },
      mcnemar: { only_a: 0, p_value: 1 },
    });
  });

  test.each<[string, () => string[], number]>([
    ["one model", () => ["compare", at("a"), features], 2],
    ["models of two widths", () => ["compare", at("a"), at("narrow"), features], 1],
    ["a folder twice", () => ["compare", at("a"), at("b"), features, features], 2],
  ])("%s is refused", async (_, args, wanted) => {
    const { code, stderr } = await run(...args());
    expect(code).toBe(wanted);
    expect(stderr).toMatch(/^p300-lda: /);
  });
});
