import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readFeatures, trainFolders } from "../src/features";
import { saveModel, trainModel, type TrainOptions } from "../src/index";
import { temporaryFolder, writeFeatureFolder } from "./folders";
import { mixture, relativeError } from "./golden";

const all = mixture({ seed: 8, nRows: 150, nFeatures: 6 });
const part = (from: number, to: number) => ({
  x: { data: all.x.data.slice(from * 6, to * 6), nRows: to - from, nFeatures: 6 },
  y: all.y.slice(from, to),
});

function folders(): string[] {
  const root = temporaryFolder();
  return [
    [0, 70],
    [70, 150],
  ].map(([from, to], i) => {
    const dir = path.join(root, `run_${i}`);
    mkdirSync(dir);
    const { x, y } = part(from!, to!);
    return writeFeatureFolder(dir, x, y);
  });
}

test.each<[string, Partial<TrainOptions>]>([
  ["the defaults", {}],
  ["a scaler", { standardize: true }],
  ["a fixed shrinkage", { shrinkage: 0.3, testSize: 0.4, seed: 7 }],
  ["no test part", { testSize: 0 }],
  ["priors and names", { priors: [0.7, 0.3], classNames: ["other", "one"], positive: 1 }],
])("rows that are streamed train what rows in memory train, with %s", async (_, options) => {
  const dirs = folders();
  const held = await trainFolders(dirs, options);
  const streamed = await trainFolders(dirs, { ...options, inMemoryBytesMax: 0 });
  const want = trainModel({ features: all.x, labels: all.y, featureNames: held.model.featureNames, ...options });
  expect([...held.model.predictProba(all.x)]).toEqual([...want.model.predictProba(all.x)]);
  expect(relativeError(streamed.model.predictProba(all.x), want.model.predictProba(all.x))).toBeLessThan(1e-10);
  expect(streamed.split).toEqual(want.split);
  expect(streamed.metrics).toEqual(want.metrics);
  const told = ({ training }: typeof want.model) => ({ ...training, shrinkage_per_class: undefined });
  expect(told(streamed.model)).toEqual(told(want.model));
  expect(Object.keys(streamed.model.training)).toEqual(Object.keys(want.model.training));
  expect(streamed.model.scaler === undefined).toBe(want.model.scaler === undefined);
  await saveModel(streamed.model, path.join(temporaryFolder(), "model"));
});

test("what is not LDA by lsqr is held in memory, however large", async () => {
  const dirs = folders();
  const ridge = await trainFolders(dirs, { model: "ridge", inMemoryBytesMax: 0 });
  expect(ridge.model.kind).toBe("ridge");
});

test("refuses no folders, folders that differ, and labels that do not fit", async () => {
  const [one, two] = folders() as [string, string];
  const code = { code: "ERR_LDA_FEATURES_FILE" };
  await expect(trainFolders([])).rejects.toMatchObject(code);
  const narrow = path.join(temporaryFolder(), "narrow");
  mkdirSync(narrow);
  writeFeatureFolder(narrow, { data: all.x.data.slice(0, 30), nRows: 10, nFeatures: 3 }, all.y.slice(0, 10));
  await expect(trainFolders([one, narrow])).rejects.toMatchObject(code);
  const short = path.join(temporaryFolder(), "short");
  mkdirSync(short);
  writeFeatureFolder(short, part(0, 20).x, all.y.slice(0, 19));
  for (const inMemoryBytesMax of [0, 1e9])
    await expect(trainFolders([two, short], { inMemoryBytesMax })).rejects.toMatchObject(code);
  expect((await readFeatures(one)).features.nRows).toBe(70);
});
