import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../src/main";
import { parseOptions, UsageError } from "../src/options";
import { renderFigure, renderTables } from "../src/render";

const recordings = fileURLToPath(new URL("../../../tools/recordings/muse-p300", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "p300-benchmark-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

let out = "";
let err = "";
beforeEach(() => {
  [out, err] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());

test("a folder of recordings to a table, a figure and JSON", async () => {
  const [table, figure] = [join(temporary, "table.md"), join(temporary, "figure.svg")];
  const args = [recordings, "--recipes", "lda,adaptive-lda", "--out", table, "--figure", figure, "--json"];
  expect(await main(args)).toBe(0);
  const { results } = JSON.parse(out) as { results: { evaluation: string; recipe: string; pooled: number }[] };
  const lda = results.find(({ evaluation, recipe }) => evaluation === "within-session" && recipe === "lda")!;
  expect(lda.pooled).toBeGreaterThan(0.5);
  const text = readFileSync(table, "utf8");
  expect(text).toContain("### within-session");
  expect(text).toContain("| lda |");
  expect(text).toContain("not here: domains is");
  expect(readFileSync(figure, "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
});

describe("misuse", () => {
  test.each([
    [[]],
    [["a", "b"]],
    [["a", "--recipes", "svm"]],
    [["a", "--recipes", "lda+zca"]],
    [["a", "--recipes", "lda+euclidean+recentring"]],
    [["a", "--evaluations", "all"]],
    [["a", "--unseen", "1.5"]],
    [["a", "--unseen", ""]],
    [["a", "--reject-uv", "-3"]],
    [["a", "--colour"]],
  ])("%j", async (args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(await main(args)).toBe(2);
    expect(err).toMatch(/^benchmark: .+\n$/);
  });

  test("a folder that is not there, or holds nothing, fails with one line", async () => {
    expect(await main([join(temporary, "absent")])).toBe(1);
    expect(await main([temporary])).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(2);
  });

  test("--help", async () => {
    expect(await main(["--help"])).toBe(0);
    expect(out).toMatch(/^usage: /);
  });
});

test("names are escaped in the figure", () => {
  const result = {
    evaluation: "within-session" as const,
    recipe: "lda",
    scores: [{ session: "<a&b>", auc: 0.7 }],
    mean: 0.7,
    deviation: 0,
    pooled: 0.7,
  };
  expect(renderFigure([result])).toContain("&lt;a&amp;b&gt;");
  expect(renderTables([result])).toContain("| lda | 0.700 | 0.000 | 0.700 | 0.700 |");
});
