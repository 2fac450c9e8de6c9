#!/usr/bin/env node
// node run.mjs train|simulate|promote|serve|demo [options]: runs a part of the example without a build step.
import { createJiti } from "jiti";

const PARTS = ["train", "simulate", "promote", "serve", "demo"];
const [part, ...args] = process.argv.slice(2);
if (!PARTS.includes(part)) {
  process.stderr.write(`usage: node run.mjs ${PARTS.join("|")} [options]; --help tells more of each\n`);
  process.exit(part === "--help" ? 0 : 2);
}
const jiti = createJiti(import.meta.url, { tryNative: true });
const { main } = await jiti.import(`./${part}.ts`);
process.exitCode = await main(args);
