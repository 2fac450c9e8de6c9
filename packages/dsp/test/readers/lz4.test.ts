import fc from "fast-check";
import { expect, test } from "vitest";
import { unlz4 } from "../../src/readers/lz4";

test("literals, copies that run into what they write, and long lengths", () => {
  const abc = [97, 98, 99];
  expect(unlz4(Uint8Array.of(0x30, ...abc), 3)).toEqual(Uint8Array.from(abc));
  const nine = Uint8Array.from([...abc, ...abc, ...abc]);
  expect(unlz4(Uint8Array.of(0x31, ...abc, 3, 0, 0x10, 99), 9)).toEqual(nine); // a copy of five, a literal
  expect(unlz4(Uint8Array.of(0x1f, 7, 1, 0, 255, 10, 0x00), 285)).toEqual(new Uint8Array(285).fill(7));
  const many = Uint8Array.from({ length: 300 }, (_, i) => i);
  expect(unlz4(Uint8Array.of(0xf0, 255, 30, ...many), 300)).toEqual(many);
});

test("a block of nothing is one token, or none", () => {
  expect(unlz4(Uint8Array.of(0), 0)).toEqual(new Uint8Array(0));
  expect(unlz4(new Uint8Array(0), 0)).toEqual(new Uint8Array(0));
});

test("anything else is refused, and never read past", () => {
  for (const [bytes, length] of [
    [[0x30, 97], 3], // too few literals
    [[0x31, 97, 98, 99, 4, 0, 0], 8], // a copy from before the begin
    [[0x31, 97, 98, 99, 0, 0, 0], 8], // a copy of itself
    [[0x31, 97, 98, 99, 3], 8], // half an offset
    [[0x30, 97, 98, 99], 4], // too short
    [[0x30, 97, 98, 99], 2], // too long
    [[0xf0, 255, 255], 600],
    [[0], 2 ** 40],
    [[0], -1],
  ] as const)
    expect(() => unlz4(Uint8Array.from(bytes), length)).toThrow(/^an LZ4 /);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 200 }), (bytes, length) => {
      const attempt = (): string => {
        try {
          return unlz4(bytes, length).length === length ? "whole" : "of another length";
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(attempt()).toMatch(/^whole$|^an LZ4 /);
    }),
  );
});
