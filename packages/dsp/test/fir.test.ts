import { describe, expect, test } from "vitest";
import { BandError, designFir, FilterLengthError, OptionError, SampleRateError, type FirOptions } from "../src";
import { readGolden, relativeError } from "./golden";

interface Case extends FirOptions {
  readonly name: string;
  readonly n: number;
  readonly half: number[];
}
const golden = readGolden<Case>("fir");

test.each(golden.cases)(`$name agrees with ${golden.producer}`, ({ n, half, ...options }) => {
  const taps = designFir(options);
  expect(taps).toHaveLength(n);
  expect(relativeError(taps.subarray(0, (n + 1) / 2), half)).toBeLessThanOrEqual(golden.tolerance);
  expect(relativeError(taps.toReversed(), taps)).toBeLessThanOrEqual(golden.tolerance);
});

describe("gain at 0 Hz", () => {
  const sum = (options: Omit<FirOptions, "sampleRateHz">): number =>
    designFir({ sampleRateHz: 256, ...options }).reduce((a, b) => a + b, 0);
  test("is 1 for what passes it and 0 for what stops it", () => {
    expect(sum({ highHz: 30 })).toBeCloseTo(1, 12);
    expect(sum({ lowHz: 30, highHz: 90, bandStop: true })).toBeCloseTo(1, 12);
    expect(sum({ lowHz: 1 })).toBeCloseTo(0, 12);
    expect(sum({ lowHz: 1, highHz: 20 })).toBeCloseTo(0, 12);
  });
});

test("no edge at all is a single tap of 1", () => {
  expect([...designFir({ sampleRateHz: 256, lowHz: null, highHz: null })]).toEqual([1]);
});

test.each([
  ["a low edge of 0", { lowHz: 0, highHz: 20 }, /above 0 Hz/],
  ["a high edge at Nyquist", { lowHz: 1, highHz: 128 }, /128 Hz is not below Nyquist, 128 Hz/],
  ["a low edge above Nyquist", { lowHz: 300 }, /not below Nyquist/],
  ["edges that are equal", { lowHz: 20, highHz: 20 }, /low edge must be below/],
  ["edges the wrong way round", { lowHz: 20, highHz: 1 }, /low edge must be below/],
  ["an edge that is no number", { lowHz: Number.NaN, highHz: 20 }, /above 0 Hz/],
  ["a transition below 0 Hz", { lowHz: 1, lowTransitionHz: 2 }, /below 0 Hz/],
  ["a transition above Nyquist", { highHz: 120, highTransitionHz: 20 }, /above Nyquist/],
  ["a band-stop with one edge", { lowHz: 20, bandStop: true }, /both edges/],
  ["a band-stop whose transitions overlap", { lowHz: 49, highHz: 51, bandStop: true }, /overlap/],
])("refuses %s", (_, options, message) => {
  expect(() => designFir({ sampleRateHz: 256, ...options })).toThrow(BandError);
  expect(() => designFir({ sampleRateHz: 256, ...options })).toThrow(message);
});

test("refuses fewer taps than a transition needs, a transition of no width, a rate of 0", () => {
  expect(() => designFir({ sampleRateHz: 256, lowHz: 1, highHz: 20, nTaps: 101 })).toThrow(FilterLengthError);
  expect(() => designFir({ sampleRateHz: 256, lowHz: 1, lowTransitionHz: 0 })).toThrow(OptionError);
  expect(() => designFir({ sampleRateHz: 0, lowHz: 1 })).toThrow(SampleRateError);
});
