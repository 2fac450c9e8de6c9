import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DagsFolder } from "../../src/dags-folder";
import { parseDagFile, type ParseFiles } from "../../src/parse";
import { openStore } from "../../src/store/open";
import type { Store } from "../../src/store/store";

let folder: string;
let store: Store;
let dags: DagsFolder;
let parsedPaths: string[];
let warnings: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "p300-dags-"));
  store = await openStore({ database: ":memory:" });
  parsedPaths = [];
  warnings = [];
  dags = open();
});
afterEach(async () => {
  await dags.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

function open(): DagsFolder {
  const parse: ParseFiles = (paths) => {
    parsedPaths = paths.map((path) => path.slice(folder.length + 1));
    return Promise.all(paths.map(parseDagFile));
  };
  const log = pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) });
  return new DagsFolder({ folder, store, parse, log, pausedAtCreation: true });
}

let clock = Date.now() / 1000 - 10_000;
function put(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, (clock += 10), clock);
}
const dagText = (id: string, task = "only") =>
  `import { dag } from "@p300/dag";\nexport default dag({ dagId: "${id}", schedule: null }, (d) => { d.task("${task}", async () => 1); });\n`;
const dagIds = async (excludeStale = true) => (await store.listDags({ excludeStale })).rows.map(({ dagId }) => dagId);
const importErrors = async () =>
  (await store.listImportErrors()).rows.map(({ filename, stackTrace }) => ({ filename, stackTrace }));

test("loads what is there, then only what changed", async () => {
  put("a.ts", dagText("a"));
  put("sub/b.ts", dagText("b"));
  await dags.scan();
  expect(await dagIds()).toEqual(["a", "b"]);
  expect(await store.getDag("b")).toMatchObject({
    relativeFileloc: join("sub", "b.ts"),
    fileloc: join(folder, "sub/b.ts"),
    isPaused: true,
    versionNumber: 1,
  });

  parsedPaths = [];
  await dags.scan();
  expect(parsedPaths).toEqual([]);

  put("a.ts", dagText("a", "another"));
  await dags.scan();
  expect(parsedPaths).toEqual(["a.ts"]);
  expect((await store.getDagVersion("a"))?.structure.tasks.map(({ taskId }) => taskId)).toEqual(["another"]);
});

test("a change of a helper loads the files that import it", async () => {
  put("name.ts", `export const name = "before";`);
  put("a.ts", dagText("x").replace(`"x"`, "name").replace("import", `import { name } from "./name";\nimport`));
  put("b.ts", dagText("b"));
  await dags.scan();
  expect(await dagIds()).toEqual(["b", "before"]);
  put("name.ts", `export const name = "after";`);
  await dags.scan();
  expect(parsedPaths.sort()).toEqual(["a.ts", "name.ts"]);
  expect(await dagIds()).toEqual(["after", "b"]);
  expect(warnings).toEqual([]);
});

test("a file that breaks is an import error, its last good DAG stays, and both are put right when it is mended", async () => {
  put("a.ts", dagText("a"));
  put("b.ts", dagText("b"));
  await dags.scan();
  put("a.ts", "export default dag((((");
  await dags.scan();
  expect(await importErrors()).toEqual([
    { filename: "a.ts", stackTrace: expect.stringMatching(/Unexpected token.*a\.ts:1/s) },
  ]);
  expect(await store.getDag("a")).toMatchObject({ isStale: false, hasImportErrors: true });
  expect(await store.getDag("b")).toMatchObject({ hasImportErrors: false });
  put("a.ts", dagText("a", "mended"));
  await dags.scan();
  expect(await importErrors()).toEqual([]);
  expect(await store.getDag("a")).toMatchObject({ hasImportErrors: false });
});

test("the last good DAG of a broken file stays after a restart too", async () => {
  put("a.ts", dagText("a"));
  await dags.scan();
  await dags.stop();
  put("a.ts", "export default dag((((");
  dags = open();
  await dags.scan();
  expect(await dagIds()).toEqual(["a"]);
});

test("the DAG of a file that is gone is stale, and comes back with the file", async () => {
  put("a.ts", dagText("a"));
  await dags.scan();
  rmSync(join(folder, "a.ts"));
  await dags.scan();
  expect(await dagIds()).toEqual([]);
  expect(await dagIds(false)).toEqual(["a"]);
  put("a.ts", dagText("a"));
  await dags.scan();
  expect(await dagIds()).toEqual(["a"]);
});

test("one id in two files is an error that names both, and the first file's DAG stays", async () => {
  put("a.ts", dagText("same"));
  put("b.ts", dagText("same", "other"));
  await dags.scan();
  const errors = await importErrors();
  expect(errors).toHaveLength(1);
  expect(errors[0]?.stackTrace).toContain(join(folder, "a.ts"));
  expect(errors[0]?.stackTrace).toContain(join(folder, "b.ts"));
  expect((await store.getDagVersion("same"))?.structure.tasks[0]?.taskId).toBe("only");
  put("0.ts", dagText("same", "sorts_before"));
  await dags.scan();
  expect(await importErrors()).toHaveLength(2);
  expect(await store.getDag("same")).toMatchObject({ relativeFileloc: "a.ts" });
  rmSync(join(folder, "0.ts"));
  rmSync(join(folder, "a.ts"));
  await dags.scan();
  expect(await importErrors()).toEqual([]);
  expect((await store.getDagVersion("same"))?.structure.tasks[0]?.taskId).toBe("other");
});

test("a file that speaks of DAGs but exports none is warned of, by name", async () => {
  put("forgot.ts", dagText("a").replace("export default", "const forgotten ="));
  await dags.scan();
  expect(await importErrors()).toEqual([]);
  expect(warnings.join("")).toMatch(/forgot\.ts.*exports no DAG/);
});

test("a folder that is not there is an error at start", async () => {
  rmSync(folder, { recursive: true });
  await expect(dags.start(60)).rejects.toThrow(/ENOENT/);
  mkdirSync(folder);
});
