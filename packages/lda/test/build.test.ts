import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Everything that a built file imports, at once or later by `import()`, itself or through its own chunks. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  const source = readFileSync(new URL(`../dist/${file}`, import.meta.url), "utf8");
  for (const [, specifier] of source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    if (specifier!.startsWith("./")) for (const inner of importsOf(specifier!.slice(2), seen)) found.add(inner);
    else found.add(specifier!);
  }
  return found;
}

test.each(["index.js", "metrics.js"])("%s names nothing that a bundler for the browser could not find", (file) => {
  expect(existsSync(new URL(`../dist/${file}`, import.meta.url))).toBe(true);
  expect([...importsOf(file)]).toEqual([]);
});

test("features.js is where files are read", () => {
  expect([...importsOf("features.js")]).toEqual(expect.arrayContaining(["hyparquet", "hyparquet-compressors"]));
});
