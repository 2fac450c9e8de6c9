import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { divergingPalette, paletteIndex } from "../../src/plots/colours";
import { encodePng, pngDataUri } from "../../src/plots/png";

function decode(png: Uint8Array): { width: number; height: number; pixels: number[] } {
  const bytes = Buffer.from(png);
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    chunks[bytes.toString("latin1", at + 4, at + 8)] = bytes.subarray(at + 8, at + 8 + length);
    at += length + 12;
  }
  const width = chunks.IHDR!.readUInt32BE(0);
  const height = chunks.IHDR!.readUInt32BE(4);
  const raw = inflateSync(chunks.IDAT!); // checks the blocks and the sum
  const pixels = Array.from({ length: height }, (_, row) => [
    ...raw.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)),
  ]);
  expect(Object.keys(chunks)).toEqual(["IHDR", "PLTE", "IDAT", "IEND"]);
  return { width, height, pixels: pixels.flat() };
}

test("pixels come back out of the PNG, also beyond one block of 65535 bytes", () => {
  const palette = divergingPalette();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (width, height, seed) => {
      const pixels = Uint8Array.from({ length: width * height }, (_, i) => (seed + i * 31) & 255);
      expect(decode(encodePng(pixels, width, height, palette))).toEqual({ width, height, pixels: [...pixels] });
    }),
  );
  const large = new Uint8Array(300 * 500).map((_, i) => i & 255);
  expect(decode(encodePng(large, 300, 500, palette)).pixels).toEqual([...large]);
  expect(pngDataUri(Uint8Array.of(0), 1, 1, palette)).toMatch(/^data:image\/png;base64,iVBORw0KGgo/);
});

test("colours are as far from the middle on either side, and NaN is grey", () => {
  const palette = divergingPalette();
  const colour = (value: number): number[] => [
    ...palette.subarray(paletteIndex(value, 5) * 3, paletteIndex(value, 5) * 3 + 3),
  ];
  expect(colour(0)).toEqual([247, 247, 247]);
  expect(colour(-99)).toEqual([5, 48, 97]);
  expect(colour(99)).toEqual([103, 0, 31]);
  expect(colour(Number.NaN)).toEqual([136, 136, 136]);
  expect(paletteIndex(2, 5) + paletteIndex(-2, 5)).toBe(254);
});
