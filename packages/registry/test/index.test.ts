import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/** The files that a built file loads when it is imported. */
function loaded(file: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(file)) return found;
  const code = readFileSync(file, "utf8");
  found.set(file, code);
  for (const [, from] of code.matchAll(/^(?:import|export)\b[^;]*?["'](\.[^"']+)["'];/gm))
    loaded(join(dirname(file), from!), found);
  return found;
}

test("the client loads nothing of Node's, so that a browser can import it", () => {
  const files = loaded(join(import.meta.dirname, "..", "dist", "index.js"));
  expect([...files.values()].join("\n")).toContain("MlflowClient = class");
  const imports = [...files.values()].flatMap((code) =>
    [...code.matchAll(/^(?:import|export)\b[^;]*?["']([^."'][^"']*)["'];/gm)].map(([, from]) => from),
  );
  expect(imports).toEqual([]);
});
