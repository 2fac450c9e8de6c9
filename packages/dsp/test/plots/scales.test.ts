import fc from "fast-check";
import { expect, test } from "vitest";
import { drawable, extentOf, formatNumber, formatTick, niceDomain, niceTicks } from "../../src/plots/scales";

test("ticks are at round values within the domain, about as many as asked for", () => {
  expect(niceTicks({ from: -0.0996, to: 0.6 }, 7)).toEqual({
    values: [-0.1, 0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001],
    step: 0.1,
  });
  expect(niceTicks({ from: -8, to: 12 }, 5).values).toEqual([-5, 0, 5, 10]);
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9 }),
      fc.double({ min: 1e-6, max: 1e9 }),
      fc.integer({ min: 2, max: 12 }),
      (from, width, n) => {
        const domain = drawable({ from, to: from + width });
        const { values, step } = niceTicks(domain, n);
        expect(values.length).toBeLessThanOrEqual(2 * n + 2);
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(domain.from - 0.03 * step);
          expect(value).toBeLessThanOrEqual(domain.to + 0.03 * step);
        }
        const nice = niceDomain(domain, n);
        expect(nice.from).toBeLessThanOrEqual(domain.from + step * 1e-6);
        expect(nice.to).toBeGreaterThanOrEqual(domain.to - step * 1e-6);
      },
    ),
  );
});

test("a domain can always be drawn", () => {
  expect(drawable(null)).toEqual({ from: -1, to: 1 });
  expect(drawable({ from: 0, to: 0 })).toEqual({ from: -1, to: 1 });
  expect(drawable({ from: 50, to: 50 })).toEqual({ from: 45, to: 55 });
  expect(extentOf([Number.NaN, 3, Infinity], [-2])).toEqual({ from: -2, to: 3 });
  expect(extentOf([Number.NaN], [])).toBeNull();
});

test("numbers are written for people", () => {
  expect(formatTick(-0.1, 0.05)).toBe("−0.10");
  expect(formatTick(-1e-17, 0.1)).toBe("0");
  expect(formatTick(2_500_000, 500_000)).toBe("2.50e6");
  expect(formatNumber(-0.04)).toBe("0.0");
  expect(formatNumber(-3.25, 1)).toBe("−3.3");
  expect(formatNumber(Number.NaN)).toBe("–");
});
