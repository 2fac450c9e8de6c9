import { describe, expect, test } from "vitest";
import { rocAuc } from "../../src/metrics/roc-auc";
import { RandomState } from "../../src/random";
import {
  fitRecipe,
  recipeFromJSON,
  recipes,
  takeEpochs,
  type AlignmentName,
  type Epochs,
  type RecipeName,
  type RecipeOptions,
} from "../../src/recipes";

/** Subjects whose heads mix the same sources in their own way, a bump in every fourth epoch, its latency their own. */
function subjects(count: number, perSubject: number, { seed = 1, nChannels = 4, nTimes = 28, height = 2.5 } = {}) {
  const random = new RandomState(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.double())) * Math.cos(2 * Math.PI * random.double());
  const nEpochs = count * perSubject;
  const data = new Float64Array(nEpochs * nChannels * nTimes);
  const y = new Int32Array(nEpochs);
  const domains: string[] = [];
  for (let s = 0, epoch = 0; s < count; s++) {
    const mixing = Array.from({ length: nChannels }, (_, i) =>
      Array.from({ length: nChannels }, (_, j) => (i === j ? 1 : 0) + 0.25 * normal()),
    );
    const peak = nTimes * 0.5 + 2 * normal();
    for (let e = 0; e < perSubject; e++, epoch++) {
      y[epoch] = e % 4 === 3 ? 2 : 1;
      domains.push(`subject_${s + 1}`);
      for (let t = 0; t < nTimes; t++) {
        const bump = y[epoch] === 2 ? height * Math.exp(-((t - peak) ** 2) / 18) : 0;
        const sources = Array.from({ length: nChannels }, (_, c) => normal() + (c === 0 ? bump : 0));
        for (let i = 0; i < nChannels; i++)
          data[(epoch * nChannels + i) * nTimes + t] = sources.reduce((sum, v, j) => sum + mixing[i]![j]! * v, 0);
      }
    }
  }
  const epochs: Epochs = { data, nEpochs, nChannels, nTimes };
  return { epochs, y, domains };
}

const part = ({ epochs, y, domains }: ReturnType<typeof subjects>, from: number, to: number) => {
  const rows = Int32Array.from({ length: to - from }, (_, i) => from + i);
  return { epochs: takeEpochs(epochs, rows), y: y.slice(from, to), domains: domains.slice(from, to) };
};

const all = subjects(5, 60);
const train = part(all, 0, 240);
const test_ = part(all, 240, 300);

const cases: [RecipeName, AlignmentName][] = [
  ["lda", "none"],
  ["lda", "euclidean"],
  ["xdawn-lda", "none"],
  ["xdawn-lda", "euclidean"],
  ["xdawncov-mdm", "none"],
  ["xdawncov-mdm", "recentring"],
  ["erpcov-mdm", "recentring"],
  ["erpcov-mdm", "euclidean"],
  ["xdawncov-ts-lr", "none"],
  ["xdawncov-ts-lr", "recentring"],
  ["erpcov-ts-lr", "recentring"],
  ["adaptive-lda", "none"],
  ["recommended", "none"],
];

test("every recipe is tried", () => expect(new Set(cases.map(([name]) => name))).toEqual(new Set(recipes)));

describe.each(cases)("%s, alignment %s", (name, alignment) => {
  const { epochs, y, domains } = train;
  const fitted = fitRecipe(name, epochs, y, { alignment, domains });

  test("tells targets of an unseen subject, before and after it was adapted", () => {
    expect(fitted).toMatchObject({ name, classes: [1, 2], nChannels: 4, nTimes: 28, nAdapted: 0 });
    expect(rocAuc(test_.y, fitted.decisionFunction(test_.epochs))).toBeGreaterThan(0.75);
    expect(rocAuc(test_.y, fitted.adapt(test_.epochs).decisionFunction(test_.epochs))).toBeGreaterThan(0.75);
  });

  test("probabilities, scores and predictions go together", () => {
    const scores = fitted.decisionFunction(test_.epochs);
    const proba = fitted.predictProba(test_.epochs);
    expect(proba).toHaveLength(2 * test_.epochs.nEpochs);
    const predicted = fitted.predict(test_.epochs);
    scores.forEach((score, i) => {
      expect(proba[2 * i]! + proba[2 * i + 1]!).toBeCloseTo(1, 12);
      expect(proba[2 * i + 1]! > 0.5).toBe(score > 0);
      expect(predicted[i]).toBe(score > 0 ? 2 : 1);
    });
  });

  test("comes back from JSON with the same bits, adapted or not, and goes on adapting", () => {
    for (const one of [fitted, fitted.adapt(part(all, 240, 260).epochs)]) {
      const again = recipeFromJSON(JSON.parse(JSON.stringify(one)));
      expect(again.name).toBe(name);
      expect(again.nAdapted).toBe(one.nAdapted);
      expect(again.predictProba(test_.epochs)).toEqual(one.predictProba(test_.epochs));
      expect(again.adapt(test_.epochs).predictProba(test_.epochs)).toEqual(
        one.adapt(test_.epochs).predictProba(test_.epochs),
      );
    }
  });

  test("adapting leaves the recipe as it was, and in pieces comes near to at once", () => {
    const before = fitted.decisionFunction(test_.epochs);
    const pieces = fitted.adapt(part(all, 240, 270).epochs).adapt(part(all, 270, 300).epochs);
    const once = fitted.adapt(test_.epochs);
    expect(fitted.decisionFunction(test_.epochs)).toEqual(before);
    expect(pieces.nAdapted).toBe(once.nAdapted);
    const [a, b] = [pieces.decisionFunction(test_.epochs), once.decisionFunction(test_.epochs)];
    expect(Math.abs(rocAuc(test_.y, a) - rocAuc(test_.y, b))).toBeLessThan(0.03);
  });

  test("a single epoch can be scored and adapted to", () => {
    const single = part(all, 240, 241).epochs;
    expect(Number.isFinite(fitted.decisionFunction(single)[0])).toBe(true);
    const one = alignment === "euclidean" || alignment === "none" ? fitted.adapt(single) : fitted;
    expect(Number.isFinite(one.decisionFunction(test_.epochs)[0])).toBe(true);
  });
});

test("adaptive-lda finds a subject that answers unlike the others", () => {
  const unlike = subjects(6, 240, { seed: 7, height: 2 });
  const others = part(unlike, 0, 1200);
  const odd = part(unlike, 1200, 1440);
  // turned channels: what was learned from the others hardly shows
  const { nChannels, nTimes } = odd.epochs;
  const data = odd.epochs.data.map((_, at) => {
    const [epoch, c, t] = [Math.floor(at / nChannels / nTimes), Math.floor(at / nTimes) % nChannels, at % nTimes];
    return odd.epochs.data[(epoch * nChannels + ((c + 1) % nChannels)) * nTimes + t]!;
  });
  const epochs = { ...odd.epochs, data };
  const recipe = fitRecipe("adaptive-lda", others.epochs, others.y, { domains: others.domains });
  const before = rocAuc(odd.y, recipe.decisionFunction(epochs));
  const after = rocAuc(odd.y, recipe.adapt(epochs).decisionFunction(epochs));
  expect(after).toBeGreaterThan(before + 0.05);
});

test("recommended tells what it compared, best first, and what it took", () => {
  const fitted = fitRecipe("recommended", train.epochs, train.y, { domains: train.domains });
  const { validation, members } = fitted as unknown as {
    validation: { auc: number; members: unknown[] }[];
    members: unknown[];
  };
  expect(validation).toHaveLength(2 ** 5 - 1);
  expect(validation.map(({ auc }) => auc)).toEqual(validation.map(({ auc }) => auc).toSorted((a, b) => b - a));
  expect(members.length).toBeGreaterThan(0);
});

test("three classes", () => {
  const y = train.y.map((label, i) => (label === 2 ? (i % 8 === 3 ? 2 : 5) : 1));
  for (const name of ["lda", "xdawncov-mdm", "xdawncov-ts-lr"] as const) {
    const fitted = fitRecipe(name, train.epochs, y);
    expect(fitted.classes).toEqual([1, 2, 5]);
    expect(fitted.decisionFunction(test_.epochs)).toHaveLength(3 * 60);
    expect(fitted.predictProba(test_.epochs).every((p) => p >= 0 && p <= 1)).toBe(true);
  }
  for (const name of ["adaptive-lda", "recommended"] as const)
    expect(() => fitRecipe(name, train.epochs, y, { domains: train.domains })).toThrow(
      expect.objectContaining({ code: "ERR_LDA_OPTION" }),
    );
});

describe("bad input", () => {
  const { epochs, y, domains } = train;
  const code = (expected: string) => expect.objectContaining({ code: expected });
  const withValue = (value: number): Epochs => ({ ...epochs, data: epochs.data.slice().fill(value, 9, 10) });

  test.each<[string, () => unknown, string]>([
    ["an unknown recipe", () => fitRecipe("svm" as RecipeName, epochs, y), "ERR_LDA_OPTION"],
    [
      "an unknown alignment",
      () => fitRecipe("lda", epochs, y, { alignment: "zca" as AlignmentName }),
      "ERR_LDA_OPTION",
    ],
    ["an alignment not its own", () => fitRecipe("lda", epochs, y, { alignment: "recentring" }), "ERR_LDA_OPTION"],
    ["a filter count", () => fitRecipe("xdawn-lda", epochs, y, { nFilter: 0 }), "ERR_LDA_OPTION"],
    ["half a filter", () => fitRecipe("xdawncov-mdm", epochs, y, { nFilter: 1.5 }), "ERR_LDA_OPTION"],
    ["NaN", () => fitRecipe("lda", withValue(Number.NaN), y), "ERR_LDA_NON_FINITE"],
    ["an infinity", () => fitRecipe("erpcov-mdm", withValue(-Infinity), y), "ERR_LDA_NON_FINITE"],
    ["no epochs", () => fitRecipe("lda", { ...epochs, data: new Float64Array(), nEpochs: 0 }, []), "ERR_LDA_EMPTY"],
    ["a wrong shape", () => fitRecipe("lda", { ...epochs, nTimes: 27 }, y), "ERR_LDA_SHAPE"],
    ["a fractional shape", () => fitRecipe("lda", { ...epochs, nChannels: 3.5 }, y), "ERR_LDA_SHAPE"],
    ["null for epochs", () => fitRecipe("lda", null as unknown as Epochs, y), "ERR_LDA_SHAPE"],
    [
      "an array for data",
      () => fitRecipe("lda", { ...epochs, data: [1] as unknown as Float64Array }, y),
      "ERR_LDA_SHAPE",
    ],
    ["a label short", () => fitRecipe("lda", epochs, y.slice(1)), "ERR_LDA_SHAPE"],
    [
      "labels with a fraction",
      () =>
        fitRecipe(
          "lda",
          epochs,
          Float64Array.from(y, (v) => v + 0.5),
        ),
      "ERR_LDA_LABEL",
    ],
    [
      "one class",
      () =>
        fitRecipe(
          "lda",
          epochs,
          y.map(() => 1),
        ),
      "ERR_LDA_SINGLE_CLASS",
    ],
    ["a domain short", () => fitRecipe("lda", epochs, y, { domains: domains.slice(1) }), "ERR_LDA_OPTION"],
    ["adaptive-lda of one subject", () => fitRecipe("adaptive-lda", epochs, y), "ERR_LDA_OPTION"],
    ["JSON of something else", () => recipeFromJSON({ type: "Recipe" }), "ERR_LDA_ESTIMATOR_JSON"],
    ["null as JSON", () => recipeFromJSON(null), "ERR_LDA_ESTIMATOR_JSON"],
  ])("%s", (_, act, expected) => expect(act).toThrow(code(expected)));

  test("epochs of another shape are refused by a fitted recipe", () => {
    const other = subjects(1, 5, { nChannels: 3 }).epochs;
    for (const name of recipes) {
      const fitted = fitRecipe(name, epochs, y, { domains });
      expect(() => fitted.predictProba(other)).toThrow(code("ERR_LDA_SHAPE"));
      expect(() => fitted.adapt(other)).toThrow(code("ERR_LDA_SHAPE"));
      expect(() => fitted.predict(withValue(Number.NaN))).toThrow(code("ERR_LDA_NON_FINITE"));
    }
  });

  test.each(recipes)("%s of a channel that is another's copy: an answer or a typed error, never NaN", (name) => {
    const data = epochs.data.slice();
    const { nEpochs, nChannels, nTimes } = epochs;
    for (let e = 0; e < nEpochs; e++)
      data.copyWithin((e * nChannels + 1) * nTimes, e * nChannels * nTimes, (e * nChannels + 1) * nTimes);
    const options: RecipeOptions = { domains };
    let outcome: unknown;
    try {
      const proba = fitRecipe(name, { ...epochs, data }, y, options).predictProba({ ...epochs, data });
      outcome = proba.every((p) => p >= 0 && p <= 1);
    } catch (error) {
      outcome = (error as { code?: string }).code;
    }
    expect([true, "ERR_LDA_NUMERICAL"]).toContain(outcome);
  });

  test.each(recipes)("%s of values near 1e150: an answer or a typed error, never NaN", (name) => {
    const large = { ...epochs, data: epochs.data.map((value) => value * 1e150) };
    let outcome: unknown;
    try {
      outcome = fitRecipe(name, large, y, { domains })
        .predictProba(large)
        .every((p) => p >= 0 && p <= 1);
    } catch (error) {
      outcome = (error as { code?: string }).code;
    }
    expect([true, "ERR_LDA_NUMERICAL"]).toContain(outcome);
  });
});
