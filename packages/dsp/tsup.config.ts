import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/index.ts",
    "src/parquet.ts",
    "src/synth.ts",
    "src/readers.ts",
    "src/files.ts",
    "src/plots.ts",
    "src/download.ts",
    "src/cli.ts",
  ],
  format: ["esm", "cjs"],
  target: "node20",
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
  shims: true,
});
