import { describe, expect, test } from "vitest";
import { BandError, OptionError, SampleRateError } from "../../src";
import {
  type ButterworthOptions,
  designButterworth,
  designChebyshev1,
  designIirNotch,
  firResponse,
  sosResponse,
} from "../../src/entries/filters";
import { readGolden, relativeError } from "../golden";

interface Case extends ButterworthOptions {
  readonly name: string;
  readonly design: "butterworth" | "chebyshev1";
  readonly rippleDb: number | null;
  readonly sos: number[];
  readonly frequenciesHz: number[];
  readonly re: number[];
  readonly im: number[];
}
interface Golden {
  notches: { notchHz: number; quality: number; sampleRateHz: number; want: number[] }[];
  fir: { taps: number[]; sampleRateHz: number; n: number; frequenciesHz: number[]; re: number[]; im: number[] }[];
}
const golden = readGolden<Case>("iir-design");
const { notches, fir } = golden as unknown as Golden;

describe.each(golden.cases)("$name", ({ design, rippleDb, sos, frequenciesHz, re, im, ...options }) => {
  const got =
    design === "butterworth" ? designButterworth(options) : designChebyshev1({ ...options, rippleDb: rippleDb! });
  test(`has the sections of ${golden.producer}`, () => {
    for (let at = 0; at < sos.length; at += 6)
      expect(relativeError(got.subarray(at, at + 6), sos.slice(at, at + 6))).toBeLessThanOrEqual(golden.tolerance);
    expect(got).toHaveLength(sos.length);
  });
  test("and their response", () => {
    const response = sosResponse(Float64Array.from(sos), { sampleRateHz: options.sampleRateHz, frequenciesHz });
    expect(relativeError(response.re, re)).toBeLessThanOrEqual(1e-9);
    expect(relativeError(response.im, im)).toBeLessThanOrEqual(1e-9);
    expect(
      relativeError(
        response.gain,
        re.map((x, i) => Math.hypot(x, im[i]!)),
      ),
    ).toBeLessThanOrEqual(1e-9);
  });
});

test.each(notches)(
  `a notch at $notchHz Hz, quality $quality, agrees with ${golden.producer}`,
  ({ want, ...options }) => {
    expect(relativeError(designIirNotch(options), want)).toBeLessThanOrEqual(golden.tolerance);
  },
);

test(`the response of taps agrees with ${golden.producer}`, () => {
  const { taps, sampleRateHz, n, frequenciesHz, re, im } = fir[0]!;
  const response = firResponse(taps, { sampleRateHz, frequenciesHz: n });
  expect(relativeError(response.frequenciesHz, frequenciesHz)).toBeLessThanOrEqual(golden.tolerance);
  expect(relativeError(response.re, re)).toBeLessThanOrEqual(golden.tolerance);
  expect(relativeError(response.im, im)).toBeLessThanOrEqual(golden.tolerance);
});

describe("gains", () => {
  test("a Butterworth filter is at -3 dB at its edges and has no ripple", () => {
    const sos = designButterworth({ order: 4, lowHz: 8, highHz: 30, sampleRateHz: 250 });
    const { gain } = sosResponse(sos, { sampleRateHz: 250, frequenciesHz: [8, 30, 16] });
    expect(gain[0]! ** 2).toBeCloseTo(0.5, 9);
    expect(gain[1]! ** 2).toBeCloseTo(0.5, 9);
    expect(gain[2]!).toBeCloseTo(1, 4);
  });
  test("a Chebyshev filter is down by its ripple at its edges, and by no more within", () => {
    const sos = designChebyshev1({ order: 5, rippleDb: 0.5, highHz: 30, sampleRateHz: 250 });
    const { gain } = sosResponse(sos, {
      sampleRateHz: 250,
      frequenciesHz: Array.from({ length: 61 }, (_, i) => i / 2),
    });
    const floor = 10 ** (-0.5 / 20);
    expect(gain[60]!).toBeCloseTo(floor, 9);
    expect(Math.min(...gain)).toBeGreaterThan(floor - 1e-9);
    expect(Math.max(...gain)).toBeLessThan(1 + 1e-9);
  });
  test("a notch takes its frequency out and lets the rest pass", () => {
    const sos = designIirNotch({ notchHz: 50, sampleRateHz: 512 });
    const { gain } = sosResponse(sos, { sampleRateHz: 512, frequenciesHz: [0, 50, 200] });
    expect(gain[1]!).toBeLessThan(1e-12);
    expect(gain[0]!).toBeCloseTo(1, 12);
  });
});

describe("refuses", () => {
  const at = { sampleRateHz: 256 };
  test.each([
    ["no edge", {}, /at least one edge/],
    ["a low edge of 0", { lowHz: 0, highHz: 20 }, /between 0 and Nyquist/],
    ["a high edge at Nyquist", { highHz: 128 }, /between 0 and Nyquist/],
    ["an edge that is no number", { lowHz: Number.NaN }, /between 0 and Nyquist/],
    ["edges the wrong way round", { lowHz: 20, highHz: 1 }, /low edge must be below/],
    ["a band-stop with one edge", { lowHz: 20, bandStop: true }, /both edges/],
  ])("%s", (_, band, message) => {
    expect(() => designButterworth({ ...at, ...band, order: 2 })).toThrow(BandError);
    expect(() => designChebyshev1({ ...at, ...band, order: 2, rippleDb: 1 })).toThrow(message);
  });
  test("orders, ripples, qualities and rates that are none", () => {
    for (const order of [0, -1, 1.5, Number.NaN, Infinity, 1e9])
      expect(() => designButterworth({ ...at, order, highHz: 20 })).toThrow(OptionError);
    for (const rippleDb of [0, -1, Number.NaN, Infinity])
      expect(() => designChebyshev1({ ...at, order: 2, rippleDb, highHz: 20 })).toThrow(OptionError);
    for (const sampleRateHz of [0, -1, Number.NaN, Infinity])
      expect(() => designButterworth({ sampleRateHz, order: 2, highHz: 20 })).toThrow(SampleRateError);
    for (const quality of [0, -1, Number.NaN])
      expect(() => designIirNotch({ ...at, notchHz: 50, quality })).toThrow(OptionError);
    for (const notchHz of [0, 128, Number.NaN]) expect(() => designIirNotch({ ...at, notchHz })).toThrow(BandError);
  });
  test("sections that are none", () => {
    for (const sos of [[], [1, 0, 0, 1, 0], [1, 0, 0, 2, 0, 0], [1, 0, 0, 1, Number.NaN, 0]])
      expect(() => sosResponse(Float64Array.from(sos), at)).toThrow(OptionError);
    expect(() => firResponse([], at)).toThrow(OptionError);
    expect(() => firResponse([1], { ...at, frequenciesHz: 0 })).toThrow(OptionError);
    expect(() => firResponse([1], { ...at, frequenciesHz: [Number.NaN] })).toThrow(OptionError);
  });
});
