import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadModel, saveModel, trainModel } from "../src/index";
import { temporaryFolder } from "./folders";
import { mixture } from "./golden";

const { x, y } = mixture({ seed: 4, nRows: 60, nFeatures: 5 });
const trained = (seed: number) => trainModel({ features: x, labels: y, seed }).model;
const model = trained(1);

test("comes back from a folder that it makes, and leaves nothing beside it", async () => {
  const root = temporaryFolder();
  await saveModel(model, path.join(root, "a/b"));
  expect((await loadModel(path.join(root, "a/b"))).predictProba(x)).toEqual(model.predictProba(x));
  expect(readdirSync(path.join(root, "a"))).toEqual(["b"]);
  mkdirSync(path.join(root, "c"));
  expect(statSync(path.join(root, "a/b")).mode).toBe(statSync(path.join(root, "c")).mode); // as any new folder: others may serve it
});

test("an empty folder is used", async () => {
  const dir = temporaryFolder();
  await saveModel(model, dir);
  expect(readdirSync(dir)).toContain("model.json");
});

test("replaces a model whole, its old weights with it, and leaves other files alone", async () => {
  const dir = path.join(temporaryFolder(), "m");
  await saveModel(model, dir);
  writeFileSync(path.join(dir, "NOTES.txt"), "mine");
  await saveModel(trained(2), dir);
  expect((await loadModel(dir)).predictProba(x)).toEqual(trained(2).predictProba(x));
  expect(readdirSync(dir).length).toBe(3);
  expect(readFileSync(path.join(dir, "NOTES.txt"), "utf8")).toBe("mine");
  await saveModel(trained(2), dir);
  expect((await loadModel(dir)).training).toMatchObject({ seed: 2 });
});

test("a damaged model may be replaced", async () => {
  const dir = path.join(temporaryFolder(), "m");
  await saveModel(model, dir);
  writeFileSync(
    path.join(dir, "model.json"),
    readFileSync(path.join(dir, "model.json"), "utf8").replace("Target", "Tarjet"),
  );
  await expect(loadModel(dir)).rejects.toThrow(expect.objectContaining({ code: "ERR_LDA_MODEL_FILE" }));
  await saveModel(model, dir);
  await expect(loadModel(dir)).resolves.toMatchObject({ kind: "lda" });
});

test("whoever loads while it is replaced gets one model or the other, never a mixture or an error", async () => {
  const dir = path.join(temporaryFolder(), "m");
  const models = [trained(1), trained(2)];
  const answers = models.map((m) => m.predictProba(x).join());
  await saveModel(models[0]!, dir);
  const writes = (async () => {
    for (let i = 1; i <= 40; i++) await saveModel(models[i % 2]!, dir);
    return "written";
  })();
  const seen = new Set<string>();
  while ((await Promise.race([writes, loadModel(dir).then((m) => m.predictProba(x).join())])) !== "written")
    seen.add((await loadModel(dir)).predictProba(x).join());
  expect(seen.size).toBeGreaterThan(0);
  expect(answers).toEqual(expect.arrayContaining([...seen]));
});

describe("refuses", () => {
  test("to write over what is not a model, and changes nothing", async () => {
    const dir = temporaryFolder();
    writeFileSync(path.join(dir, "thesis.tex"), "years of work");
    await expect(saveModel(model, dir)).rejects.toThrow(expect.objectContaining({ code: "ERR_LDA_OUTPUT", path: dir }));
    expect(readdirSync(dir)).toEqual(["thesis.tex"]);
    const file = path.join(dir, "thesis.tex");
    await expect(saveModel(model, file)).rejects.toThrow(
      expect.objectContaining({ code: "ERR_LDA_OUTPUT", path: file }),
    );
    expect(readFileSync(file, "utf8")).toBe("years of work");
  });

  test("a place below a file, and leaves nothing", async () => {
    const root = temporaryFolder();
    writeFileSync(path.join(root, "file"), "");
    await expect(saveModel(model, path.join(root, "file/m"))).rejects.toThrow("file/m");
    expect(readdirSync(root)).toEqual(["file"]);
  });

  test("to load what is not there, is no model, or lacks its weights, by path", async () => {
    const root = temporaryFolder();
    const absent = path.join(root, "absent");
    await expect(loadModel(absent)).rejects.toThrow(`${absent}/model.json: is missing`);
    expect(existsSync(absent)).toBe(false);
    mkdirSync(path.join(root, "empty"));
    await expect(loadModel(path.join(root, "empty"))).rejects.toThrow(
      expect.objectContaining({ code: "ERR_LDA_MODEL_FILE", file: "model.json" }),
    );
    const dir = path.join(root, "m");
    await saveModel(model, dir);
    const weights = readdirSync(dir).find((name) => name.startsWith("weights"))!;
    const bytes = readFileSync(path.join(dir, weights));
    writeFileSync(path.join(dir, weights), bytes.subarray(8));
    await expect(loadModel(dir)).rejects.toThrow(`${dir}/${weights}: does not match its checksum`);
  });
});

// Node's own recursive mkdir never returns from /proc, which is there and answers ENOENT all the same.
test("a place where no folder can be made is refused, by name", async () => {
  await expect(saveModel(model, "/proc/p300/model")).rejects.toMatchObject({
    name: "OutputError",
    message: expect.stringContaining("/proc/p300/model") as string,
  });
});
