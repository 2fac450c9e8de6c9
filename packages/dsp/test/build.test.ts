import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { expect, test } from "vitest";

/** Everything that a built file imports, itself or through its own chunks. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  const source = readFileSync(new URL(`../dist/${file}`, import.meta.url), "utf8");
  for (const [, specifier] of source.matchAll(/(?:from|import)\s*\(?\s*"([^"\s]+)"/g)) {
    if (specifier!.startsWith("./")) for (const inner of importsOf(specifier!.slice(2), seen)) found.add(inner);
    else found.add(specifier!);
  }
  return found;
}

test.each([
  ["index.js", ["fft.js"]],
  ["cleaning.js", ["fft.js"]],
  ["contrast.js", []],
  ["events.js", []],
  ["evoked.js", []],
  ["filters.js", ["fft.js"]],
  ["montage.js", []],
  ["plots.js", ["fft.js"]],
  ["reference.js", []],
  ["resampling.js", ["fft.js"]],
  ["selection.js", []],
  ["spectra.js", ["fft.js"]],
  ["stream.js", ["fft.js"]],
  ["synth.js", []],
])("%s needs nothing of Node", (file, want) => {
  expect(want).toEqual(expect.arrayContaining([...importsOf(file)]));
});

test("parquet.js is where files are read", () => {
  const imports = [...importsOf("parquet.js")];
  expect(imports.some(isBuiltin)).toBe(true);
  expect(imports).toEqual(expect.arrayContaining(["hyparquet", "hyparquet-writer", "hyparquet-compressors"]));
});
