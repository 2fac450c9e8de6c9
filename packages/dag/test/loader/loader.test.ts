import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listCodeFiles } from "../../src/dag-files";
import { checkSyntax, DagFileCache, loadDagFile, loadDagModule } from "../../src/loader";
import { parseDagFile } from "../../src/parse";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "p300-loader-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

let clock = Date.now() / 1000 - 10_000;
function put(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, (clock += 10), clock); // as if saved later than whatever was saved before
  return path;
}
const dagText = (id: string, more = "") =>
  `import { dag } from "@p300/dag";\nexport default dag({ dagId: "${id}", schedule: null }, (d) => { d.task("only", async () => 1); });\n${more}`;
const ids = (dags: readonly { structure: { dagId: string } }[]) => dags.map(({ structure }) => structure.dagId);

describe("loadDagFile", () => {
  test.each(["a.ts", "a.mts", "a.js", "a.mjs"])("loads %s, from a folder without node_modules", async (name) => {
    expect(ids(await loadDagFile(put(name, dagText("one"))))).toEqual(["one"]);
  });

  test("loads CommonJS", async () => {
    const path = put(
      "a.cjs",
      `const { dag } = require("@p300/dag");\nmodule.exports = dag({ dagId: "one", schedule: null }, (d) => { d.task("only", async () => 1); });`,
    );
    expect(ids(await loadDagFile(path))).toEqual(["one"]);
  });

  test("finds default, named and listed exports, each once", async () => {
    const path = put(
      "many.ts",
      `import { dag } from "@p300/dag";
const make = (dagId: string) => dag({ dagId, schedule: null }, (d) => { d.task("only", async () => 1); });
const first = make("first");
export default first;
export { first };
export const second = make("second");
export const more = [make("third"), make("fourth")];
export const other = 5;`,
    );
    expect(ids(await loadDagFile(path)).sort()).toEqual(["first", "fourth", "second", "third"]);
  });

  test("gives siblings written in TypeScript, by any of their names, and says that they are dependencies", async () => {
    put("lib/deep.ts", `export const deep: string = "from_deep";`);
    put("lib/helper.ts", `import { deep } from "./deep.js";\nexport const id = (): string => deep;`);
    const path = put(
      "a.ts",
      `import { dag } from "@p300/dag";
import { id } from "./lib/helper";
export default dag({ dagId: id(), schedule: null }, (d) => { d.task("only", async () => 1); });`,
    );
    const { dags, dependencies } = await loadDagModule(path);
    expect(ids(dags)).toEqual(["from_deep"]);
    expect([...dependencies].sort()).toEqual([path, join(folder, "lib/deep.ts"), join(folder, "lib/helper.ts")]);
  });

  test("a linked package of plain JavaScript modules is imported by Node itself, so that it is the same one everywhere", async () => {
    put("package/package.json", `{ "name": "linked", "type": "module", "exports": "./index.js" }`);
    put(
      "package/index.js",
      `globalThis.linkedEvaluations = (globalThis.linkedEvaluations ?? 0) + 1; export const id = "linked";`,
    );
    const { symlinkSync } = await import("node:fs");
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(folder, "package"), join(folder, "node_modules/linked"));
    const path = put(
      "a.ts",
      `import { dag } from "@p300/dag";\nimport { id } from "linked";\nexport default dag({ dagId: id, schedule: null }, (d) => { d.task("only", async () => 1); });`,
    );
    await loadDagFile(path);
    expect(ids(await loadDagFile(path))).toEqual(["linked"]);
    expect((globalThis as { linkedEvaluations?: number }).linkedEvaluations).toBe(1);
  });

  test("sees each change of the file, also of an .mjs", async () => {
    const path = put("a.mjs", dagText("before"));
    expect(ids(await loadDagFile(path))).toEqual(["before"]);
    put("a.mjs", dagText("after"));
    expect(ids(await loadDagFile(path))).toEqual(["after"]);
  });
});

describe("DagFileCache", () => {
  test("loads again only when the file or what it imports changed", async () => {
    put("helper.ts", `export const id = "one";`);
    const path = put(
      "a.ts",
      `import { dag } from "@p300/dag";\nimport { id } from "./helper";\nexport default dag({ dagId: id, schedule: null }, (d) => { d.task("only", async () => 1); });`,
    );
    const cache = new DagFileCache();
    const first = await cache.get(path);
    expect(await cache.get(path)).toBe(first);
    put("helper.ts", `export const id = "two";`);
    expect(ids(await cache.get(path))).toEqual(["two"]);
  });

  test("does not trust a file that changed while it was being loaded", async () => {
    const path = put("a.ts", dagText("one"));
    const cache = new DagFileCache();
    const loading = cache.get(path);
    const now = Date.now() / 1000 + 1; // whatever was read, the file is newer than the load
    utimesSync(path, now, now);
    const first = await loading;
    expect(await cache.get(path)).not.toBe(first);
  });

  test("does not keep a failure", async () => {
    const path = put("a.ts", "throw new Error('not yet');");
    const cache = new DagFileCache();
    await expect(cache.get(path)).rejects.toThrow("not yet");
    put("a.ts", dagText("one"));
    expect(ids(await cache.get(path))).toEqual(["one"]);
  });
});

describe("parseDagFile", () => {
  const errorOf = async (path: string): Promise<string> => {
    const parsed = await parseDagFile(path);
    return "error" in parsed ? parsed.error : "no error";
  };

  test("a syntax error names file, line and column", async () => {
    const path = put("dag.ts", "// a dag\nexport default {\n  a: = 3,\n};\n");
    expect(await errorOf(path)).toMatch(/Unexpected token[\s\S]*dag\.ts:3:\d+/);
  });

  test("an error at import comes with its message and the frames of the file alone", async () => {
    const path = put("dag.ts", `function fail(): void {\n  /* dag */ throw new TypeError("boom");\n}\nfail();\n`);
    const error = await errorOf(path);
    expect(error).toContain("TypeError: boom");
    expect(error).toContain("dag.ts:2");
    expect(error).not.toMatch(/jiti|node:internal/);
  });

  test("a cycle is told in the words of the definition", async () => {
    const path = put(
      "dag.ts",
      `import { dag } from "@p300/dag";
export default dag({ dagId: "c", schedule: null }, (d) => {
  d.task("same", async () => 1);
  d.task("same", async () => 1);
});`,
    );
    expect(await errorOf(path)).toMatch(/two tasks with the id "same"/);
  });

  test("two DAGs of one id in one file are refused", async () => {
    const path = put(
      "dag.ts",
      dagText("twin", dagText("twin").replace("export default", "export const b =").split("\n")[1]),
    );
    expect(await errorOf(path)).toMatch(/"twin" is exported twice/);
  });

  test("something thrown that is no Error, and a module that is not there, are told too", async () => {
    expect(await errorOf(put("dag.ts", `throw "dag";`))).toMatch(/threw "dag", which is no Error/);
    expect(await errorOf(put("dag2.ts", `import { a } from "./absent";\nexport const dag = a;`))).toMatch(/absent/);
  });

  test("a file that does not mention a DAG is not run, but has to parse", async () => {
    const helper = put("helper.ts", `throw new Error("was run");`);
    expect(await parseDagFile(helper)).toMatchObject({ structures: [] });
    expect(await errorOf(put("broken.ts", "const x = (("))).toMatch(/broken\.ts:1/);
    expect(() => checkSyntax(helper, "export const a: number = 3;")).not.toThrow();
  });
});

test("listCodeFiles finds code at any depth, and nothing else", async () => {
  for (const name of [
    "a.ts",
    "b/c.mjs",
    "b/d.cjs",
    "types.d.ts",
    "a.test.ts",
    "node_modules/x/i.js",
    ".hidden/a.ts",
    "__x__/a.ts",
    "notes.md",
    "vite.config.ts",
  ])
    put(name, "");
  expect(await listCodeFiles(folder)).toEqual(["a.ts", "b/c.mjs", "b/d.cjs"].map((name) => join(folder, name)));
});
