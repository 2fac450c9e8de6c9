import { expect, test } from "vitest";
import { collectWhenIdle, isBusy } from "../../src/executor/idle-memory";

const BYTES = 128 * 1024 * 1024;

async function fallsBelow(bytes: number, deadline: number): Promise<boolean> {
  while (process.memoryUsage().arrayBuffers > bytes) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

test("what a task left behind is freed when the worker has been idle for a moment", async () => {
  const before = process.memoryUsage().arrayBuffers;
  (() => new Uint8Array(BYTES).fill(1))();
  expect(process.memoryUsage().arrayBuffers).toBeGreaterThan(before + BYTES / 2);
  collectWhenIdle();
  isBusy(); // another task came: nothing is collected under it
  collectWhenIdle();
  expect(await fallsBelow(before + BYTES / 2, Date.now() + 10_000)).toBe(true);
  expect("gc" in globalThis).toBe(false);
});
