#!/usr/bin/env node
// node examples/benchmark/run.mjs DIR [options]: compares decoding recipes on a folder of recordings; --help tells more.
import { createJiti } from "jiti";

const jiti = createJiti(import.meta.url, { tryNative: true });
const { main } = await jiti.import("./src/main.ts");
process.exitCode = await main(process.argv.slice(2));
