// Compiles wasm/spd.ts with AssemblyScript and writes it, as base64, to src/linalg/spd-wasm.ts.
//
//   node wasm/spd.mjs
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/** The compiled module. */
export async function compileSpd() {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const files = new Map();
  const options = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd", "--importMemory"];
  const { error, stderr } = await asc.main(["spd.ts", ...options, "-o", "spd.wasm", "--baseDir", here], {
    writeFile: (name, contents) => void files.set(name, contents),
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return files.get("spd.wasm");
}

/** src/linalg/spd-wasm.ts, as it is to be. */
export function spdSource(bytes) {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,100}/g)
    .map((line) => `  "${line}"`)
    .join(" +\n");
  return `// Written by wasm/spd.mjs from wasm/spd.ts.\nexport const SPD_WASM =\n${lines};\n`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL("../src/linalg/spd-wasm.ts", import.meta.url), spdSource(await compileSpd()));
