import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { joinFeatures, readFeatures, readUnlabelledFeatures } from "../src/features";
import { temporaryFolder, writeFeatureFolder, writeParquet } from "./folders";
import { mixture } from "./golden";

const { x, y } = mixture({ seed: 9, nRows: 30, nFeatures: 4 });

test("reads what was written, row for row", async () => {
  const dir = writeFeatureFolder(temporaryFolder(), x, y);
  expect(await readFeatures(dir)).toEqual({
    features: x,
    labels: y,
    featureNames: ["feature_0", "feature_1", "feature_2", "feature_3"],
  });
});

test("reads float32 columns, 64-bit labels, and several row groups", async () => {
  const dir = temporaryFolder();
  const column = Float32Array.of(1.5, 2.5, -3.25, 4, 5);
  writeParquet(
    path.join(dir, "features.parquet"),
    [
      { name: "a", data: column, type: "FLOAT" },
      { name: "b", data: [1n, 2n, 3n, 4n, 5n], type: "INT64" },
    ],
    { rowGroupSize: 2 },
  );
  writeParquet(path.join(dir, "labels.parquet"), [{ name: "label", data: [1n, 2n, 1n, 2n, 1n], type: "INT64" }], {
    rowGroupSize: 3,
  });
  const { features, labels } = await readFeatures(dir);
  expect([...features.data]).toEqual([1.5, 1, 2.5, 2, -3.25, 3, 4, 4, 5, 5]);
  expect([...labels]).toEqual([1, 2, 1, 2, 1]);
});

test("joins rows in the order given", () => {
  const part = (from: number, to: number) => ({
    features: { data: x.data.slice(from * 4, to * 4), nRows: to - from, nFeatures: 4 },
    labels: y.slice(from, to),
    featureNames: [..."abcd"],
  });
  expect(joinFeatures([part(0, 7), part(7, 8), part(8, 30)])).toEqual({
    features: x,
    labels: y,
    featureNames: [..."abcd"],
  });
});

describe("refuses", () => {
  const inFolder = (spoil: (dir: string) => void) => {
    const dir = writeFeatureFolder(temporaryFolder(), x, y);
    spoil(dir);
    return dir;
  };
  const labels =
    (data: unknown[] | Int32Array, name = "label", type?: "INT32" | "DOUBLE" | "STRING") =>
    (dir: string) =>
      writeParquet(path.join(dir, "labels.parquet"), [{ name, data, ...(type ? { type } : {}) }]);
  const features =
    (data: unknown[], nullable = true) =>
    (dir: string) =>
      writeParquet(path.join(dir, "features.parquet"), [{ name: "f", data, type: "DOUBLE", nullable }]);
  const cut = (name: string, keep: number) => (dir: string) =>
    writeFileSync(path.join(dir, name), readFileSync(path.join(dir, name)).subarray(0, keep));

  test.each<[string, (dir: string) => void, object]>([
    [
      "fewer labels than rows",
      labels(y.slice(1)),
      { code: "ERR_LDA_FEATURES_FILE", message: expect.stringMatching(/labels\.parquet: has 29 rows, .* has 30/) },
    ],
    [
      "a label column of another name",
      labels(y, "target"),
      { code: "ERR_LDA_FEATURES_FILE", message: expect.stringContaining("target") },
    ],
    [
      "labels that are not whole",
      labels(
        [...y].map((v) => v + 0.5),
        "label",
        "DOUBLE",
      ),
      { code: "ERR_LDA_FEATURES_FILE", message: expect.stringContaining("row 0: label") },
    ],
    ["labels that are text", labels([...y].map(String), "label", "STRING"), { code: "ERR_LDA_FEATURES_FILE" }],
    ["a missing value", features([1, 2, null, 4]), { code: "ERR_LDA_NON_FINITE", row: 2, feature: 0 }],
    ["NaN", features([1, Number.NaN]), { code: "ERR_LDA_NON_FINITE", row: 1, feature: 0 }],
    ["an infinity", features([Infinity, 1]), { code: "ERR_LDA_NON_FINITE", row: 0, value: Infinity }],
    ["no rows", features([]), { code: "ERR_LDA_FEATURES_FILE", message: expect.stringContaining("no rows") }],
    [
      "a truncated file of features",
      cut("features.parquet", 200),
      { code: "ERR_LDA_FEATURES_FILE", message: expect.stringContaining("features.parquet") },
    ],
    [
      "a truncated file of labels",
      cut("labels.parquet", 30),
      { code: "ERR_LDA_FEATURES_FILE", message: expect.stringContaining("labels.parquet") },
    ],
    ["an empty file", cut("features.parquet", 0), { code: "ERR_LDA_FEATURES_FILE" }],
  ])("%s", async (_, spoil, fields) => {
    await expect(readFeatures(inFolder(spoil))).rejects.toThrow(expect.objectContaining(fields));
  });

  test("a damaged byte is an error that names the file, or changes numbers only", async () => {
    const dir = inFolder(() => {});
    const file = path.join(dir, "features.parquet");
    const bytes = readFileSync(file);
    const codes = new Set<unknown>();
    for (let i = 0; i < bytes.length; i += 7) {
      writeFileSync(file, bytes.with(i, bytes[i]! ^ 255));
      const outcome: { code?: unknown } = await readUnlabelledFeatures(dir).then(
        () => ({ code: "read" }),
        (reason: { code?: unknown }) => reason,
      );
      codes.add(outcome.code);
    }
    expect([...codes].toSorted()).toEqual(["ERR_LDA_FEATURES_FILE", "read"]);
  });

  test("a folder without them, and tells the ones inside", async () => {
    const root = temporaryFolder();
    await expect(readFeatures(root)).rejects.toThrow(
      `${path.join(root, "features.parquet")}: does not exist: name a folder`,
    );
    for (const run of ["run_01", "run_02"]) {
      mkdirSync(path.join(root, run));
      writeFeatureFolder(path.join(root, run), x, y);
    }
    await expect(readFeatures(root)).rejects.toThrow(
      `2 folders in ${root} have one: name ${path.join(root, "run_01")} ${path.join(root, "run_02")}`,
    );
  });

  test("to join other widths or other columns, by name", () => {
    const part = (nFeatures: number, names: string) => ({
      features: { data: new Float64Array(nFeatures), nRows: 1, nFeatures },
      labels: Int32Array.of(1),
      featureNames: [...names],
    });
    expect(() => joinFeatures([part(2, "ab"), part(3, "abc")], ["run_1", "run_2"])).toThrow(
      "run_2: has 3 features a row, run_1 has 2",
    );
    expect(() => joinFeatures([part(2, "ab"), part(2, "ba")], ["run_1", "run_2"])).toThrow(
      'run_2: column 0 is "b", in run_1 it is "a"',
    );
    expect(() => joinFeatures([])).toThrow(expect.objectContaining({ code: "ERR_LDA_FEATURES_FILE" }));
  });
});
