// The process that lda-stream.bench.mjs measures.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [root, folder] = process.argv.slice(2);
const entry = (name) => import(pathToFileURL(join(root, "packages", "lda", "dist", `${name}.js`)).href);
const { fitStream } = await entry("index");
const { openFeatures } = await entry("features");
const began = performance.now();
const labels = Int32Array.from(readFileSync(join(folder, "labels.txt"), "utf8").trim(), Number);
const features = await openFeatures(folder);
await fitStream(async function* () {
  for await (const { features: x, firstRow } of features.blocks())
    yield { x, y: labels.subarray(firstRow, firstRow + x.nRows) };
});
await features.close();
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1] / 1024;
process.stdout.write(JSON.stringify({ peakMegabytes: peak, seconds: (performance.now() - began) / 1000 }));
