import { describe, expect, test } from "vitest";
import {
  createModel,
  decodeModel,
  encodeModel,
  LinearDiscriminantAnalysis,
  StandardScaler,
  trainModel,
} from "../src/index";
import { sha256 } from "../src/sha256";
import { mixture } from "./golden";

const { x, y } = mixture({ seed: 4, nRows: 40, nFeatures: 5 });
const { model } = trainModel({
  features: x,
  labels: y,
  standardize: true,
  training: { subjects: [1, 2], "drift baseline": null, "model.json": "0".repeat(64) },
});
const files = encodeModel(model);
const [weightsName] = Object.keys(files).filter((name) => name !== "model.json");
const json = JSON.parse(new TextDecoder().decode(files["model.json"])) as Record<string, unknown>;

/** model.json with fields changed and signed again, as a later version or a hand would write it. */
function signed(changes: Record<string, unknown>, weights = files[weightsName!]!): Record<string, Uint8Array> {
  const changed: Record<string, unknown> = { ...json, ...changes };
  changed["checksums"] = {
    [weightsName!]: sha256(weights),
    "model.json": "0".repeat(64),
    ...(changes["checksums"] as object | undefined),
  };
  const text = JSON.stringify(changed);
  const signature = sha256(new TextEncoder().encode(text));
  return {
    "model.json": new TextEncoder().encode(
      text.replace(`"model.json":"${"0".repeat(64)}"`, `"model.json":"${signature}"`),
    ),
    [weightsName!]: weights,
  };
}

describe("a model as files", () => {
  test("predicts the same to the last bit after coming back, for two classes and for more", () => {
    for (const classes of [
      [1, 2],
      [-1, 5, 9],
    ]) {
      const data = mixture({ seed: 6, nRows: 50, nFeatures: 7, classes });
      for (const scaler of [undefined, new StandardScaler().fit(data.x)]) {
        const classifier = new LinearDiscriminantAnalysis().fit(scaler ? scaler.transform(data.x) : data.x, data.y);
        const before = createModel({ classifier, scaler });
        const after = decodeModel(encodeModel(before));
        expect(after.predictProba(data.x)).toEqual(before.predictProba(data.x));
        expect(after.decisionFunction(data.x)).toEqual(before.decisionFunction(data.x));
        expect(after.predict(data.x)).toEqual(before.predict(data.x));
        expect(encodeModel(after)).toEqual(encodeModel(before));
      }
    }
  });

  test("keeps what describes it, and fields it does not know", () => {
    const after = decodeModel(signed({ version: "7", signature: { inputs: [] } }));
    expect(after).toMatchObject({
      kind: "lda",
      classes: [1, 2],
      classNames: ["NonTarget", "Target"],
      positive: 2,
      nFeatures: 5,
      version: "7",
    });
    expect(after.featureNames).toEqual(["feature_0", "feature_1", "feature_2", "feature_3", "feature_4"]);
    expect(after.training).toMatchObject({
      n_train: 32,
      n_test: 8,
      seed: 42,
      standardize: true,
      subjects: [1, 2],
      "drift baseline": null,
    });
  });

  test("needs no other file", () => {
    expect(() => decodeModel({ ...files, MLmodel: Uint8Array.of(1) })).not.toThrow();
  });

  test("lists a checksum of each file, little-endian weights among them", () => {
    expect(json).toMatchObject({
      format: "p300-model",
      format_version: 1,
      n_features: 5,
      checksums: { [weightsName!]: sha256(files[weightsName!]!) },
    });
    const first = new DataView(files[weightsName!]!.buffer).getFloat64(0, true);
    expect(first).toBe(model.classifier.linear.centre[0]);
  });
});

describe("refuses", () => {
  test("any flipped byte, in any file", () => {
    for (const [name, bytes] of Object.entries(files))
      for (let i = 0; i < bytes.length; i++)
        for (const bit of [1, 32, 128]) {
          const flipped = bytes.with(i, bytes[i]! ^ bit);
          expect(() => decodeModel({ ...files, [name]: flipped }), `${name} byte ${i} bit ${bit}`).toThrow(
            expect.objectContaining({ code: expect.stringMatching(/^ERR_LDA_MODEL_F/) as string, file: name }),
          );
        }
  });

  test("any file cut short, or longer", () => {
    for (const [name, bytes] of Object.entries(files))
      for (const other of [bytes.subarray(0, -1), bytes.subarray(0, 0), Uint8Array.of(...bytes, 32)])
        expect(() => decodeModel({ ...files, [name]: other })).toThrow(
          expect.objectContaining({ code: "ERR_LDA_MODEL_FILE", file: name }),
        );
  });

  test.each([
    ["no model.json", () => decodeModel({}), { code: "ERR_LDA_MODEL_FILE", file: "model.json" }],
    [
      "no weights",
      () => decodeModel({ "model.json": files["model.json"]! }),
      { code: "ERR_LDA_MODEL_FILE", file: weightsName },
    ],
    [
      "a newer format",
      () => decodeModel(signed({ format_version: 2 })),
      { code: "ERR_LDA_MODEL_FORMAT", file: "model.json" },
    ],
    [
      "an unknown kind",
      () => decodeModel(signed({ kind: "forest" })),
      { code: "ERR_LDA_MODEL_FORMAT", file: "model.json" },
    ],
    [
      "JSON of something else",
      () => decodeModel({ "model.json": new TextEncoder().encode('{"a":1}') }),
      { code: "ERR_LDA_MODEL_FILE" },
    ],
    [
      "weights outside of the folder",
      () => decodeModel(signed({ weights: { file: "../etc/passwd", arrays: [] } })),
      { code: "ERR_LDA_MODEL_FILE" },
    ],
    ["a positive class that is none", () => decodeModel(signed({ positive: 3 })), { code: "ERR_LDA_MODEL_FILE" }],
    ["classes out of order", () => decodeModel(signed({ classes: [2, 1] })), { code: "ERR_LDA_MODEL_FILE" }],
    [
      "more features than weights",
      () => decodeModel(signed({ n_features: 6, feature_names: [..."abcdef"] })),
      { code: "ERR_LDA_MODEL_FILE" },
    ],
    [
      "a number of features that is text",
      () => decodeModel(signed({ n_features: "5" })),
      { code: "ERR_LDA_MODEL_FILE" },
    ],
    [
      "class names for other classes",
      () => decodeModel(signed({ class_names: ["a"] })),
      { code: "ERR_LDA_MODEL_FILE" },
    ],
    [
      "weights that are not finite",
      () => decodeModel(signed({}, new Uint8Array(files[weightsName!]!.length).fill(255))),
      { code: "ERR_LDA_MODEL_FILE", file: weightsName },
    ],
  ])("%s", (_, act, fields) => {
    expect(act).toThrow(expect.objectContaining(fields));
  });

  test.each([
    ["class names for other classes", { classNames: ["a", "b", "c"] }],
    ["feature names for other features", { featureNames: ["a"] }],
    ["a positive class that is none", { positive: 7 }],
    ["a scaler of another width", { scaler: { mean: new Float64Array(2), scale: new Float64Array(2) } }],
  ])("to create a model with %s", (_, parts) => {
    expect(() => createModel({ classifier: model.classifier, ...parts })).toThrow(
      expect.objectContaining({ code: "ERR_LDA_OPTION" }),
    );
  });
});

test("the scaler folded into the coefficients decides as scaling first does", () => {
  const scaler = new StandardScaler().fit(x);
  const z = scaler.transform(x);
  const classifier = new LinearDiscriminantAnalysis().fit(z, y);
  const folded = createModel({ classifier, scaler }).decisionFunction(x);
  classifier.decisionFunction(z).forEach((decision, i) => expect(folded[i]).toBeCloseTo(decision, 12));
});
