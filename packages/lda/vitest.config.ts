import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "lda",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
