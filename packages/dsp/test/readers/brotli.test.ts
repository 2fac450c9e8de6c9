import { brotliCompressSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { unbrotli } from "../../src/readers/brotli";

afterEach(() => vi.unstubAllGlobals());

const text = new TextEncoder().encode("noise ".repeat(500));
const packed = new Uint8Array(brotliCompressSync(text));

test("gives the page back, and an empty one for nothing", () => {
  expect([...unbrotli(packed, text.length)]).toEqual([...text]);
  expect(unbrotli(packed, 0)).toHaveLength(0);
});

const lengthOf = (page: Uint8Array): number | string => {
  try {
    return unbrotli(page, text.length).length;
  } catch (error) {
    return error instanceof Error ? "an error" : "something else";
  }
};

test("a damaged page is an error, whatever byte is changed, and never more than was claimed", () => {
  for (let at = 0; at < packed.length; at++)
    for (const by of [1, 0x80, 0xff]) {
      const damaged = packed.map((byte, i) => (i === at ? byte ^ by : byte));
      expect([text.length, "an error"]).toContain(lengthOf(damaged));
    }
  expect(() => unbrotli(packed.subarray(0, packed.length - 3), text.length)).toThrow(/./);
  expect(() => unbrotli(packed, 10)).toThrow(/./);
});

test("says what to do where only an unbounded decoder would be had", () => {
  vi.stubGlobal("process", undefined);
  expect(() => unbrotli(packed, text.length)).toThrow(/another codec/);
});
