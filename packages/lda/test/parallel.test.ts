import { describe, expect, test } from "vitest";
import { LinearDiscriminantAnalysis, type LdaOptions } from "../src/index";
import { fitParallel } from "../src/parallel";
import { mixture, relativeError } from "./golden";

describe("worker threads fit as this one does", () => {
  test.each<[string, LdaOptions, number, number[]]>([
    ["two workers", {}, 2, [1, 2]],
    ["three workers, three classes, svd", { solver: "svd" }, 3, [1, 2, 5]],
    ["one worker, eigen", { solver: "eigen", shrinkage: 0.2 }, 1, [1, 2]],
    ["more workers than rows of a class", {}, 5, [1, 2]],
  ])("%s", async (_, options, workers, classes) => {
    const { x, y } = mixture({ seed: 95, nRows: workers === 5 ? 6 : 700, nFeatures: 9, classes });
    const want = new LinearDiscriminantAnalysis(options).fit(x, y);
    const got = await fitParallel(new LinearDiscriminantAnalysis(options), x, y, { workers });
    expect(relativeError(got.coef, want.coef)).toBeLessThanOrEqual(1e-12);
    expect(relativeError(got.predictProba(x), want.predictProba(x))).toBeLessThanOrEqual(1e-12);
    expect(relativeError(got.shrinkages, want.shrinkages)).toBeLessThanOrEqual(1e-12);
  });
});

test.each([0, 1.5, 65, Number.NaN])("refuses %d workers", async (workers) => {
  const { x, y } = mixture({ seed: 96, nRows: 10, nFeatures: 2 });
  await expect(fitParallel(new LinearDiscriminantAnalysis(), x, y, { workers })).rejects.toMatchObject({
    code: "ERR_LDA_OPTION",
    option: "workers",
  });
});

test("what fit refuses is refused, and no thread is left behind", async () => {
  const { x } = mixture({ seed: 97, nRows: 10, nFeatures: 2 });
  const fit = fitParallel(new LinearDiscriminantAnalysis(), x, new Int32Array(10));
  await expect(fit).rejects.toMatchObject({ code: "ERR_LDA_SINGLE_CLASS" });
  expect(process.getActiveResourcesInfo().filter((name) => name === "Worker")).toEqual([]);
});
