// Compiles kernels.ts and row-kernels.ts by AssemblyScript and writes them, as base64, to src/kernels/. They are two modules
// so that who only filters and cuts epochs need not load the rest.
//
//   node wasm/build.mjs
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";

const here = fileURLToPath(new URL("./", import.meta.url));

/** A module's source, the file it becomes, and the name in it. */
export const MODULES = [
  { source: "kernels.ts", target: "wasm-bytes.ts", name: "KERNELS_WASM" },
  { source: "row-kernels.ts", target: "row-wasm-bytes.ts", name: "ROW_KERNELS_WASM" },
];

/** The text of a module's target. Memory is the caller's; nothing is allocated, checked or collected within. */
export async function compile({ source, name }) {
  const folder = mkdtempSync(join(tmpdir(), "p300-wasm-"));
  const outFile = join(folder, "kernels.wasm");
  const options = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd", "--importMemory"];
  try {
    const { error, stderr } = await main([join(here, source), ...options, "--outFile", outFile]);
    if (error) throw new Error(stderr.toString() || error.message, { cause: error });
    return asSource(readFileSync(outFile), name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function asSource(wasm, name) {
  const lines = Buffer.from(wasm)
    .toString("base64")
    .match(/.{1,100}/g)
    .map((line) => `  "${line}"`);
  return `// Written by wasm/build.mjs from the sources beside it.\nexport const ${name} =\n${lines.join(" +\n")};\n`;
}

if (process.argv[1] === import.meta.filename)
  for (const module of MODULES)
    writeFileSync(new URL(`../src/kernels/${module.target}`, import.meta.url), await compile(module));
