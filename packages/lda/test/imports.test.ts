import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const src = path.resolve(import.meta.dirname, "../src");

/** Every module that loading `entry` loads, with what each is imported as; imports made later, by `import()`, left out. */
function loadedBy(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, type, from] of readFileSync(file, "utf8").matchAll(
      /^(?:import|export) (type )?[^;]*?from "([^"]+)";/gms,
    ))
      if (type === undefined)
        if (from!.startsWith(".")) visit(`${path.resolve(path.dirname(file), from!)}.ts`);
        else packages.add(from!);
  };
  visit(path.join(src, entry));
  return { files, packages };
}

test("the main entry loads no package and nothing of Node's", () => {
  const { files, packages } = loadedBy("index.ts");
  expect(files.size).toBeGreaterThan(15);
  expect([...packages]).toEqual([]);
});

test("metrics load nothing but themselves and the errors", () => {
  const { files, packages } = loadedBy("metrics.ts");
  expect([...packages]).toEqual([]);
  expect(
    [...files].filter((file) => !file.startsWith(path.join(src, "metrics"))).map((file) => path.basename(file)),
  ).toEqual(["errors.ts"]);
});

test.each(["onnx.ts", "recipes.ts", "predictor.ts"])("%s loads no package either", (entry) => {
  expect([...loadedBy(entry).packages]).toEqual([]);
});

test("hyparquet is known to what reads features alone", () => {
  const all = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const naming = all.filter((name) =>
    /from "hyparquet(-compressors)?"/.test(readFileSync(path.join(src, name), "utf8")),
  );
  expect(naming.toSorted()).toEqual([
    "features-file.ts",
    "features-stream.ts",
    "parquet-compressors.ts",
    "parquet-footer.ts",
  ]);
});
