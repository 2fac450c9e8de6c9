import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { audits } from "../src/audits";
import { startRegistry, type RunningRegistry } from "../src/server";

// On the real server the same list runs in server/python.test.ts, which has one started.
describe("audits on this server", () => {
  let folder: string;
  let registry: RunningRegistry;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "p300-registry-"));
    registry = await startRegistry({
      port: 0,
      backendStoreUri: `sqlite:///${join(folder, "mlflow.db")}`,
      artifactsDestination: join(folder, "artifacts"),
    });
  });
  afterAll(async () => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(audits.map(({ id, must, check }) => [id, must, check] as const))("%s %s", async (_id, _must, check) => {
    await expect(check(registry.url)).resolves.toBeUndefined();
  });
  test("have ids of their own", () => {
    expect(new Set(audits.map(({ id }) => id)).size).toBe(audits.length);
  });
});
