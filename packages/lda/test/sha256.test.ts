import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256 } from "../src/sha256";

test.each([0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003])("%d bytes, as Node's own", (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 7)) & 255);
  expect(sha256(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
});
