import { describe, expect, test } from "vitest";
import {
  createModel,
  encodeLabels,
  LinearDiscriminantAnalysis,
  LogisticRegression,
  RidgeClassifier,
} from "../src/index";
import { mixture } from "./golden";

const { x, y } = mixture({ seed: 91, nRows: 30, nFeatures: 3 });
const names = Array.from(y, (label) => (label === 1 ? "rare" : "frequent"));

test("names become codes in alphabetical order, and a model knows them", () => {
  const { codes, classes } = encodeLabels(names);
  expect(classes).toEqual(["frequent", "rare"]);
  expect([...codes]).toEqual(Array.from(y, (label) => (label === 1 ? 1 : 0)));
  const model = createModel({ classifier: new LinearDiscriminantAnalysis().fit(x, codes), classNames: classes });
  const told = Array.from(model.predict(x), (code) => model.classNames[model.classes.indexOf(code)]);
  const want = new LinearDiscriminantAnalysis().fit(x, y).predict(x);
  expect(told).toEqual(Array.from(want, (label) => (label === 1 ? "rare" : "frequent")));
});

describe("labels that are names are refused with what to do", () => {
  test.each([new LinearDiscriminantAnalysis(), new RidgeClassifier(), new LogisticRegression()])(
    "by $kind",
    (estimator) => {
      const fit = () => estimator.fit(x, names as unknown as number[]);
      expect(fit).toThrow(expect.objectContaining({ code: "ERR_LDA_LABEL", row: 0, value: names[0] }));
      expect(fit).toThrow(/encodeLabels/);
    },
  );
});

test.each([
  ["none", [], { code: "ERR_LDA_EMPTY" }],
  ["a number", ["a", 3] as string[], { code: "ERR_LDA_LABEL", row: 1, value: 3 }],
])("encodeLabels refuses %s", (_, labels, fields) => {
  expect(() => encodeLabels(labels)).toThrow(expect.objectContaining(fields));
});
