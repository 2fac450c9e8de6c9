// The allowed import directions (.dependency-cruiser.cjs), checked; fails when any package gave no module to check.
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { root, run } from "../bootstrap/ready.mjs";

await run("imports", async () => {
  process.chdir(root);
  const config = createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs"));
  const { options, ...ruleSet } = config;
  const places = [
    ...readdirSync("packages").map((name) => `packages/${name}/src`),
    ...readdirSync("examples").map((name) => `examples/${name}`),
    "tools",
  ];
  const { output } = await cruise(places, { ...options, ruleSet, validate: true }, undefined, {
    tsConfig: extractTSConfig(join(root, "tsconfig.base.json")),
  });
  const own = output.modules.filter(
    ({ source }) => /^(packages\/[^/]+\/src|examples|tools)\//.test(source) && !source.includes("node_modules"),
  );
  for (const place of places) {
    if (!own.some(({ source }) => source.startsWith(`${place}/`)))
      throw new Error(`no module was read below ${place}: the check would pass without checking`);
  }
  const edges = own.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
  if (edges < own.length / 2)
    throw new Error(`only ${edges} imports were read in ${own.length} modules: the reader is not seeing TypeScript`);
  for (const { rule, from, to } of output.summary.violations)
    process.stdout.write(`${rule.severity} ${rule.name}: ${from} → ${to}\n`);
  process.stdout.write(
    `${own.length} modules, ${edges} imports, ${output.summary.violations.length} against the rules\n`,
  );
  return output.summary.violations.length === 0 ? 0 : 1;
});
