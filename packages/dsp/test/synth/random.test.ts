import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/synth/random";

const draw = (n: number, ...name: number[]): Float64Array => {
  const out = new Float64Array(n);
  randomStream(...name).normalsInto(out);
  return out;
};
const mean = (values: Float64Array, of = (x: number): number => x): number =>
  values.reduce((sum, x) => sum + of(x), 0) / values.length;

describe("normals", () => {
  const values = draw(2_000_000, 7);

  test("have the moments of a standard normal", () => {
    // four standard errors of each moment at two million draws
    expect(Math.abs(mean(values))).toBeLessThan(0.003);
    expect(Math.abs(mean(values, (x) => x ** 2) - 1)).toBeLessThan(0.004);
    expect(Math.abs(mean(values, (x) => x ** 3))).toBeLessThan(0.011);
    expect(Math.abs(mean(values, (x) => x ** 4) - 3)).toBeLessThan(0.028);
  });

  test.each([
    [0.1, 0.920344],
    [1, 0.317311],
    [2, 0.0455],
    [3, 0.0026998],
    [3.6541528853610088, 0.00025804],
    [4, 0.000063342],
  ])("lie beyond ±%s as often as they should", (limit, share) => {
    const beyond = values.filter((x) => Math.abs(x) > limit).length;
    const deviation = Math.sqrt(values.length * share * (1 - share));
    expect(Math.abs(beyond - values.length * share)).toBeLessThan(4.5 * deviation);
  });

  test("do not depend on those before them", () => {
    for (const lag of [1, 2, 16]) {
      const product = values.subarray(lag).map((x, i) => x * values[i]!);
      expect(Math.abs(mean(product))).toBeLessThan(0.003);
    }
  });
});

test("a name gives the same stream again, another name another", () => {
  expect(draw(100, 1, 2)).toEqual(draw(100, 1, 2));
  const streams = [draw(100, 1, 2), draw(100, 2, 1), draw(100, 1), draw(100, 1, 2, 0), draw(100, 2 ** 32 + 1, 2)];
  expect(new Set(streams.map((stream) => stream[0])).size).toBe(streams.length);
});

test("single draws and filled buffers go on with one stream", () => {
  const random = randomStream(5);
  const want = draw(5, 5);
  const rest = new Float64Array(3);
  const got = [random.normal(), random.normal()];
  random.normalsInto(rest);
  expect([...got, ...rest]).toEqual([...want]);
});

test("uniforms fill their range evenly", () => {
  const random = randomStream(11);
  const counts = new Float64Array(20);
  for (let i = 0; i < 200_000; i++) counts[Math.floor(random.between(10, 30)) - 10]!++;
  const chiSquare = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
  expect(chiSquare).toBeLessThan(43.8); // 99.9 % of 19 degrees of freedom
});
