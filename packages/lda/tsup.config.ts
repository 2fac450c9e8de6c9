import { defineConfig } from "tsup";

export default defineConfig({
  entry: [
    "src/index.ts",
    "src/metrics.ts",
    "src/features.ts",
    "src/parallel.ts",
    "src/recipes.ts",
    "src/onnx.ts",
    "src/predictor.ts",
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
