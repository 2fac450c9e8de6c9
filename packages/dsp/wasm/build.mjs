// Compiles kernels.ts by AssemblyScript and writes it, as base64, to src/kernels/wasm-bytes.ts.
//
//   node wasm/build.mjs
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";

const here = fileURLToPath(new URL("./", import.meta.url));

/** The module's bytes. Memory is the caller's; nothing is allocated, checked or collected within. */
export async function compile() {
  const folder = mkdtempSync(join(tmpdir(), "p300-wasm-"));
  const outFile = join(folder, "kernels.wasm");
  const options = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd", "--importMemory"];
  try {
    const { error, stderr } = await main([join(here, "kernels.ts"), ...options, "--outFile", outFile]);
    if (error) throw new Error(stderr.toString() || error.message, { cause: error });
    return readFileSync(outFile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The text of src/kernels/wasm-bytes.ts. */
export function asSource(wasm) {
  const lines = Buffer.from(wasm)
    .toString("base64")
    .match(/.{1,100}/g)
    .map((line) => `  "${line}"`);
  return `// Written by wasm/build.mjs from the sources beside it.\nexport const KERNELS_WASM =\n${lines.join(" +\n")};\n`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL("../src/kernels/wasm-bytes.ts", import.meta.url), asSource(await compile()));
