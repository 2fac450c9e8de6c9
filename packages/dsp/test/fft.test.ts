import fc from "fast-check";
import { expect, test } from "vitest";
import { OptionError, planFft } from "../src";
import { anyRow } from "./arbitraries";
import { relativeError } from "./golden";

function naiveDft(input: Float64Array, sign: 1 | -1): Float64Array {
  const n = input.length / 2;
  const out = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    for (let t = 0; t < n; t++) {
      const angle = (-sign * 2 * Math.PI * ((k * t) % n)) / n;
      out[2 * k]! += input[2 * t]! * Math.cos(angle) - input[2 * t + 1]! * Math.sin(angle);
      out[2 * k + 1]! += input[2 * t]! * Math.sin(angle) + input[2 * t + 1]! * Math.cos(angle);
    }
  }
  return out;
}

const anySignal = fc.integer({ min: 1, max: 130 }).chain((n) => anyRow(2 * n));

test("agrees with the sum that defines it, at any length", () => {
  fc.assert(
    fc.property(anySignal, (input) => {
      const size = input.length / 2;
      const out = new Float64Array(input.length);
      planFft(size).forward(input, out);
      expect(relativeError(out, naiveDft(input, 1))).toBeLessThanOrEqual(1e-12);
      planFft(size).inverse(input, out);
      expect(
        relativeError(
          out.map((x) => x * size),
          naiveDft(input, -1),
        ),
      ).toBeLessThanOrEqual(1e-12);
    }),
  );
});

test("comes back from its inverse, also at long lengths that no small prime divides", () => {
  for (const size of [2, 1024, 4099, 10_007]) {
    const plan = planFft(size);
    const input = Float64Array.from({ length: 2 * size }, (_, i) => Math.sin(i * i));
    const spectrum = new Float64Array(2 * size);
    const back = new Float64Array(2 * size);
    plan.forward(input, spectrum);
    plan.inverse(spectrum, back);
    expect(relativeError(back, input)).toBeLessThanOrEqual(1e-12);
  }
});

test("a plan leaves its input as it was and can be used again", () => {
  const plan = planFft(15);
  const input = Float64Array.from({ length: 30 }, (_, i) => i % 7);
  const before = input.slice();
  const first = new Float64Array(30);
  const second = new Float64Array(30);
  plan.forward(input, first);
  plan.forward(input, second);
  expect(input).toEqual(before);
  expect(second).toEqual(first);
});

test.each([0, -4, 2.5, Number.NaN])("refuses a size of %s", (size) => {
  expect(() => planFft(size)).toThrow(OptionError);
});
