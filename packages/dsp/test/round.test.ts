import fc from "fast-check";
import { expect, test } from "vitest";
import { roundHalfEven } from "../src";

test("goes to the even neighbour at a half, as Python does", () => {
  const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 62.5, -12.5, 63.5];
  expect(halves.map((x) => roundHalfEven(x) + 0)).toEqual([-2, -2, 0, 0, 2, 2, 62, -12, 64]);
});

test("is never further than a half away, and odd about zero", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (x) => {
      expect(Math.abs(roundHalfEven(x) - x)).toBeLessThanOrEqual(0.5);
      expect(roundHalfEven(-x) + roundHalfEven(x)).toBe(0);
    }),
  );
});
