import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { build } from "esbuild";
import { createModel, encodeModel, LinearDiscriminantAnalysis, RidgeClassifier, StandardScaler } from "../src/index";
import { decodePredictor, fetchPredictor } from "../src/predictor";
import { mixture, relativeError } from "./golden";

function files(classes: readonly number[], scaled: boolean) {
  const { x, y } = mixture({ seed: 4, nRows: 50, nFeatures: 6, classes });
  const scaler = scaled ? new StandardScaler().fit(x) : undefined;
  const classifier = new LinearDiscriminantAnalysis().fit(scaler ? scaler.transform(x) : x, y);
  const model = createModel({ classifier, ...(scaler ? { scaler } : {}), positive: classes[0]! });
  return { model, x, encoded: encodeModel(model) };
}

const decode = (encoded: Record<string, Uint8Array>) =>
  decodePredictor(encoded["model.json"]!, (name) => encoded[name] ?? new Uint8Array(0));

test.each([
  [[1, 2], false],
  [[1, 2], true],
  [[-3, 0, 5], true],
])("predicts as the model does: classes %j, scaled %s", async (classes, scaled) => {
  const { model, x, encoded } = files(classes, scaled);
  const predictor = await decode(encoded);
  expect(relativeError(predictor.predictProba(x.data, x.nRows), model.predictProba(x))).toBeLessThan(1e-14);
  expect([...predictor.predict(x.data)]).toEqual([...model.predict(x)]);
  const { nFeatures, featureNames, classNames, positive } = model;
  expect(predictor).toMatchObject({ nFeatures, featureNames, classes, classNames, positive });
});

test("a ridge classifier's sigmoid is the model's", async () => {
  const { x, y } = mixture({ seed: 5, nRows: 30, nFeatures: 3 });
  const model = createModel({ classifier: new RidgeClassifier().fit(x, y) });
  expect([...(await decode(encodeModel(model))).predictProba(x.data)]).toEqual([...model.predictProba(x)]);
});

test("fetches a folder, and says what a server answers", async () => {
  const { x, model, encoded } = files([1, 2], true);
  const fetcher = async (url: string) => {
    const name = String(url).replace("https://x.test/model/", "");
    return encoded[name] ? new Response(Buffer.from(encoded[name])) : new Response("", { status: 404 });
  };
  const predictor = await fetchPredictor("https://x.test/model/", fetcher as unknown as typeof fetch);
  expect([...predictor.predict(x.data)]).toEqual([...model.predict(x)]);
  await expect(fetchPredictor("https://x.test/other", fetcher as unknown as typeof fetch)).rejects.toThrow(
    "answers 404",
  );
});

test("refuses what is damaged, newer, of another width, or not finite", async () => {
  const { encoded } = files([1, 2], false);
  const weights = Object.keys(encoded).find((name) => name !== "model.json")!;
  const code = { code: "ERR_LDA_PREDICTOR" };
  await expect(decode({ ...encoded, [weights]: encoded[weights]!.slice(1) })).rejects.toMatchObject(code);
  await expect(decode({ ...encoded, "model.json": new Uint8Array(0) })).rejects.toMatchObject(code);
  await expect(decode({ "model.json": new TextEncoder().encode("null") })).rejects.toMatchObject(code);
  const newer = new TextDecoder().decode(encoded["model.json"]).replace('"format_version": 1', '"format_version": 2');
  await expect(decode({ ...encoded, "model.json": new TextEncoder().encode(newer) })).rejects.toMatchObject(code);
  const predictor = await decode(encoded);
  expect(() => predictor.predict([1, 2])).toThrow(expect.objectContaining(code));
  expect(() => predictor.predict([1, 2, 3, 4, 5, NaN])).toThrow(expect.objectContaining(code));
  expect(() => predictor.predictProba([1, 2, 3, 4, 5, 1e308].map((v) => v * 1e10))).toThrow(
    expect.objectContaining(code),
  );
});

test("is under 5 kB for a page, whole and minified, and needs nothing", async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [new URL("../src/predictor.ts", import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
  });
  expect(Object.keys(metafile.inputs)).toHaveLength(1);
  expect(outputFiles[0]!.contents.length).toBeLessThan(5000);
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(2500);
  expect(readFileSync(new URL("../src/predictor.ts", import.meta.url), "utf8")).not.toMatch(/^import/m);
});
