import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/server.ts", "src/cli.ts", "src/parser.ts"],
  format: ["esm", "cjs"],
  target: "node20",
  dts: { entry: ["src/index.ts", "src/server.ts"] },
  sourcemap: true,
  clean: true,
  splitting: true,
  shims: true,
});
