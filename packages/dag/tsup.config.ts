import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    server: "src/server.ts",
    cli: "src/cli.ts",
    parser: "src/parser.ts",
    worker: "src/executor/worker.ts",
  },
  format: ["esm", "cjs"],
  target: "node20",
  dts: { entry: ["src/index.ts", "src/server.ts"] },
  sourcemap: true,
  clean: true,
  splitting: true,
  shims: true,
});
