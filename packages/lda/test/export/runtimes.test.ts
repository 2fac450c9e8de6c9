import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createModel,
  LinearDiscriminantAnalysis,
  loadModel,
  LogisticRegression,
  RidgeClassifier,
  StandardScaler,
  type Model,
} from "../../src/index";
import { encodeMlmodel, exportOnnx } from "../../src/onnx";
import { mixture, relativeError } from "../golden";
import { mlflowPython, onnxruntimeNode } from "../services";

const two = mixture({ seed: 1, nRows: 120, nFeatures: 24 });
const three = mixture({ seed: 2, nRows: 120, nFeatures: 24, classes: [0, 3, 8] });
const scaler = new StandardScaler().fit(two.x);
const models: Record<string, Model> = {
  lda: createModel({ scaler, classifier: new LinearDiscriminantAnalysis().fit(scaler.transform(two.x), two.y) }),
  logreg: createModel({ classifier: new LogisticRegression().fit(two.x, two.y) }),
  ridge: createModel({ classifier: new RidgeClassifier().fit(two.x, two.y) }),
  three: createModel({ classifier: new LinearDiscriminantAnalysis().fit(three.x, three.y) }),
  logreg3: createModel({ classifier: new LogisticRegression().fit(three.x, three.y) }),
};
const nRows = 20;
// to thousandths, and some far out: exact in a float32 to a part in 10^7, as any rows of that type are
const rows = Float64Array.from(two.x.data.subarray(0, nRows * 24), (v, i) => Math.fround(i % 97 === 0 ? v * 1000 : v));
const x = { data: rows, nRows, nFeatures: 24 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "p300-onnx-"));
  writeFileSync(
    join(folder, "rows.json"),
    JSON.stringify(Array.from({ length: nRows }, (_, i) => [...rows.subarray(i * 24, i * 24 + 24)])),
  );
  for (const [name, model] of Object.entries(models)) {
    for (const dtype of ["float32", "float64"] as const)
      writeFileSync(join(folder, `${name}-${dtype}.onnx`), exportOnnx(model, { dtype }));
    writeFileSync(join(folder, `${name}-single.onnx`), exportOnnx(model, { compute: "float32" }));
    for (const signature of ["columns", "tensor"] as const) {
      const dir = join(folder, `mlmodel-${name}-${signature}`);
      mkdirSync(dir);
      for (const [file, bytes] of Object.entries(encodeMlmodel(model, { signature })))
        writeFileSync(join(dir, file), bytes);
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Sums of numbers up to thousands in float32 keep fewer digits: there the rows far out are left aside. */
const toleranceOf = (name: string): number => (name.includes("float64") || name.includes("mlmodel") ? 1e-12 : 1e-6);

interface Answer {
  label: number[];
  proba: (number[] | number[][])[];
  columns?: string[];
  missing?: string;
  onnx?: string;
}

/** [rows][classes] of one matrix, or of a column a class. */
const flat = ({ proba }: Answer): number[] =>
  proba.length === 1
    ? proba[0]!.flat()
    : Array.from({ length: nRows }, (_, i) => proba.map((c) => c[i] as number)).flat();

const python = mlflowPython();
describe.skipIf(python.absent)(`${python.name} score what was exported`, () => {
  let answers: Record<string, Answer>;
  beforeAll(() => {
    const script = fileURLToPath(new URL("score.py", import.meta.url));
    const out = execFileSync(python.path, [script, folder], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    answers = JSON.parse(out.trim().split("\n").at(-1)!) as Record<string, Answer>;
  });

  test.each(Object.keys(models))("%s", (name) => {
    const model = models[name]!;
    const want = model.predictProba(x);
    const files = Object.keys(answers).filter((file) => new RegExp(`(^|mlmodel-)${name}-`).test(file));
    expect(files).toHaveLength(5);
    for (const file of files.filter((other) => !other.includes("single"))) {
      expect([file, relativeError([...flat(answers[file]!), 1], [...want, 1]) <= toleranceOf(file)]).toEqual([
        file,
        true,
      ]);
      expect([file, answers[file]!.label]).toEqual([file, [...model.predict(x)]]);
    }
    expect(relativeError([...flat(answers[`${name}-single.onnx`]!), 1], [...want, 1])).toBeLessThan(1e-3);
  });

  test("a data frame's columns go by name, one that is missing is refused, and answers are named after the classes", () => {
    expect(answers["mlmodel-lda-columns"]).toMatchObject({
      columns: ["label", "probability_NonTarget", "probability_Target"],
      missing: expect.stringContaining("Failed to enforce schema"),
      onnx: "classifier",
    });
  });
});

const node = onnxruntimeNode();
describe.skipIf(node.absent)(`${node.name} scores what was exported`, () => {
  interface Runtime {
    InferenceSession: {
      create(
        file: string,
      ): Promise<{ run(feeds: object): Promise<Record<string, { data: ArrayLike<number | bigint> }>> }>;
    };
    Tensor: new (type: string, data: Float32Array | Float64Array, dims: number[]) => object;
  }
  const load = (): Runtime => createRequire(import.meta.url)(node.path) as Runtime;

  test.each(Object.keys(models).flatMap((name) => [[name, "float32"] as const, [name, "float64"] as const]))(
    "%s in %s",
    async (name, dtype) => {
      const { InferenceSession, Tensor } = load();
      const session = await InferenceSession.create(join(folder, `${name}-${dtype}.onnx`));
      const data = dtype === "float32" ? Float32Array.from(rows) : rows;
      const { label, probabilities } = await session.run({ features: new Tensor(dtype, data, [nRows, 24]) });
      const model = models[name]!;
      const got = Array.from(probabilities!.data, Number);
      expect(relativeError([...got, 1], [...model.predictProba(x), 1])).toBeLessThanOrEqual(toleranceOf(dtype));
      expect(Array.from(label!.data, Number)).toEqual([...model.predict(x)]);
    },
  );
});

test("an MLmodel folder is a native model's folder too", async () => {
  const model = await loadModel(join(folder, "mlmodel-lda-columns"));
  expect([...model.predictProba(x)]).toEqual([...models["lda"]!.predictProba(x)]);
  const text = readFileSync(join(folder, "mlmodel-lda-tensor", "MLmodel"), "utf8");
  expect(text).toContain('loader_module: "mlflow.onnx"');
});

test("what can't be written is refused", () => {
  const { classifier } = models["lda"]!;
  expect(() => encodeMlmodel(models["lda"]!, { signature: "frame" as "tensor" })).toThrow(
    expect.objectContaining({ code: "ERR_LDA_OPTION" }),
  );
  expect(() => encodeMlmodel(createModel({ classifier, classNames: ["a", "a"] }))).toThrow(
    expect.objectContaining({ code: "ERR_LDA_OPTION" }),
  );
});
