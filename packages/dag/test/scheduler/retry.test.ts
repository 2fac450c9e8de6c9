import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { retryDelayMillis } from "../../src/scheduler/retry";

const task = { taskId: "t", retryDelaySeconds: 10, retryExponentialBackoff: 0, maxRetryDelaySeconds: null };
const facts = { dagId: "d", logicalDate: Date.parse("2026-11-21T06:00:00Z"), tryNumber: 1 };

test("without backoff the delay is the same for each try", () => {
  expect(retryDelayMillis(task, facts)).toBe(10_000);
  expect(retryDelayMillis(task, { ...facts, tryNumber: 7 })).toBe(10_000);
  expect(retryDelayMillis({ ...task, retryDelaySeconds: 0 }, facts)).toBe(0);
});

test.each([1, 2, 3, 4])("with backoff try %i waits between min and twice that, by its hash", (tryNumber) => {
  const minimum = 10 * 3 ** (tryNumber - 1);
  const text = `d#t#2026-11-21 06:00:00+00:00#${tryNumber}`;
  const hash = BigInt(`0x${createHash("sha1").update(text).digest("hex")}`);
  const delay = retryDelayMillis({ ...task, retryExponentialBackoff: 3 }, { ...facts, tryNumber });
  expect(delay).toBe((minimum + Number(hash % BigInt(minimum))) * 1000);
  expect(delay).toBeGreaterThanOrEqual(minimum * 1000);
  expect(delay).toBeLessThan(2 * minimum * 1000);
});

test("a delay is at least a second with backoff, at most a day, and at most maxRetryDelaySeconds", () => {
  const backoff = { ...task, retryExponentialBackoff: 2 };
  expect(retryDelayMillis({ ...backoff, retryDelaySeconds: 0 }, { ...facts, logicalDate: null })).toBe(1000);
  expect(retryDelayMillis(backoff, { ...facts, tryNumber: 60 })).toBe(86_400_000);
  expect(retryDelayMillis({ ...backoff, maxRetryDelaySeconds: 25 }, { ...facts, tryNumber: 9 })).toBe(25_000);
});
