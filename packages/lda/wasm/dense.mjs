// Compiles wasm/dense.ts with AssemblyScript and writes it, as base64, to src/linalg/dense-wasm.ts.
//
//   node wasm/dense.mjs
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/** The compiled module. */
export async function compileDense() {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      "dense.ts",
      "-O3",
      "--runtime",
      "stub",
      "--noAssert",
      "--enable",
      "simd",
      "--importMemory",
      "-o",
      "dense.wasm",
    ].concat("--baseDir", here),
    { writeFile: (name, contents) => void files.set(name, contents) },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return files.get("dense.wasm");
}

/** src/linalg/dense-wasm.ts, as it is to be. */
export function denseSource(bytes) {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,100}/g)
    .map((line) => `  "${line}"`)
    .join(" +\n");
  return `// Written by wasm/dense.mjs from wasm/dense.ts.\nexport const DENSE_WASM =\n${lines};\n`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL("../src/linalg/dense-wasm.ts", import.meta.url), denseSource(await compileDense()));
