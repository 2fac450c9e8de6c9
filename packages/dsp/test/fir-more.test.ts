import { describe, expect, test } from "vitest";
import {
  BandError,
  designFir,
  filterFir,
  filterRows,
  type FirOptions,
  makeWindow,
  NotFiniteError,
  OptionError,
  SampleRateError,
  ShapeError,
  type WindowName,
} from "../src";
import { designNotchFir, firwin, type FirwinOptions, notchFir, type NotchFirOptions } from "../src/entries/filters";
import { makeRecording } from "./arbitraries";
import { readGolden, relativeError, worstError } from "./golden";

interface Golden {
  producer: string;
  tolerance: number;
  firwin: (FirwinOptions & { name: string; nTaps: number; cutoffHz: number[]; want: number[] })[];
  windows: { name: string; window: WindowName; n: number; periodic: boolean; want: number[] }[];
  designs: {
    name: string;
    n: number;
    half: number[];
    design: "band" | "notch";
    options: FirOptions & NotchFirOptions;
  }[];
}
const { producer, tolerance, ...golden } = readGolden("fir-more") as unknown as Golden;
const rowsGolden = readGolden<{
  name: string;
  kind: "band" | "notch";
  options: FirOptions & NotchFirOptions;
  nSamples: number;
  data: number[];
  want: number[];
}>("filter-more");

test.each(golden.windows)(`$name agrees with ${producer}`, ({ window, n, periodic, want }) => {
  expect(worstError(makeWindow(window, n, { periodic }), want)).toBeLessThanOrEqual(1e-14);
});

test.each(golden.firwin)(`$name agrees with ${producer}`, ({ nTaps, cutoffHz, want, ...options }) => {
  expect(relativeError(firwin(nTaps, cutoffHz, options), want)).toBeLessThanOrEqual(tolerance);
});

test.each(golden.designs)(`$name agrees with ${producer}`, ({ n, half, design, options }) => {
  const taps = design === "notch" ? designNotchFir(options) : designFir(options);
  expect(taps).toHaveLength(n);
  expect(relativeError(taps.subarray(0, (n + 1) / 2), half)).toBeLessThanOrEqual(tolerance);
  expect(relativeError(taps.toReversed(), taps)).toBeLessThanOrEqual(tolerance);
});

test.each(rowsGolden.cases)(`$name agrees with ${rowsGolden.producer}`, ({ kind, options, nSamples, data, want }) => {
  const recording = makeRecording({
    nChannels: 3,
    nSamples,
    sampleRateHz: options.sampleRateHz,
    data: Float64Array.from(data),
  });
  const filtered =
    kind === "notch" ? notchFir(recording, options) : filterFir(recording, { ...options, phase: "zero-double" });
  expect(relativeError(filtered.data, want)).toBeLessThanOrEqual(rowsGolden.tolerance);
  expect(filtered).toEqual({ ...recording, data: filtered.data });
});

test("twice is what once and once again gives, away from the ends", () => {
  const taps = designFir({ sampleRateHz: 128, lowHz: 4, highHz: 30 });
  const x = new Float64Array(2000);
  for (let i = 900; i < 1100; i++) x[i] = Math.sin(i * i);
  const twice = filterRows(filterRows(x, 2000, taps), 2000, taps);
  expect(worstError(filterRows(x, 2000, taps, { phase: "zero-double" }), twice)).toBeLessThan(1e-12);
  expect([...filterRows(Float64Array.of(1, 2), 2, Float64Array.of(3), { phase: "zero-double" })]).toEqual([9, 18]);
});

describe("refuses", () => {
  const at = { sampleRateHz: 128 };
  test("lengths that are none", () => {
    for (const nTaps of ["", "3", "s", "-3s", "3 min", 0, -5, 1.5, Number.NaN, Infinity, "1e30s", null])
      expect(() => designFir({ ...at, lowHz: 4, nTaps: nTaps as never })).toThrow(OptionError);
    for (const nTaps of [0, -1, 1.5, Number.NaN, 1e12]) expect(() => firwin(nTaps, 10, at)).toThrow(OptionError);
  });
  test("windows and phases that are none", () => {
    for (const window of [
      "nuttall",
      "toString",
      ["kaiser"],
      ["kaiser", Number.NaN],
      ["tukey", "a"],
      ["sine", 1],
      null,
      7,
    ]) {
      expect(() => makeWindow(window as never, 8)).toThrow(OptionError);
      expect(() => firwin(9, 10, { ...at, window: window as never })).toThrow(OptionError);
      expect(() => designFir({ ...at, lowHz: 4, window: window as never })).toThrow(OptionError);
    }
    for (const size of [-1, 1.5, Number.NaN, Infinity, 1e12])
      expect(() => makeWindow("hann", size)).toThrow(OptionError);
    expect(() => designFir({ ...at, lowHz: 4, phase: "minimum" as never })).toThrow(OptionError);
    expect(() => filterRows(new Float64Array(9), 9, Float64Array.of(1, 1, 1), { phase: "minimum" as never })).toThrow(
      OptionError,
    );
    expect(() => filterRows(new Float64Array(9), 9, Float64Array.of(1, 1, 1), { pad: "wrap" as never })).toThrow(
      OptionError,
    );
  });
  test("edges and bands that firwin cannot have", () => {
    for (const edges of [0, 64, -1, Number.NaN, [10, 10], [20, 10]])
      expect(() => firwin(9, edges, { ...at, pass: Array.isArray(edges) ? "bandPass" : "lowPass" })).toThrow(
        Number.isNaN(edges) ? OptionError : BandError,
      );
    expect(() => firwin(9, [], at)).toThrow(OptionError);
    expect(() => firwin(9, [10, 20], { ...at, pass: "lowPass" })).toThrow(OptionError);
    expect(() => firwin(9, 10, { ...at, pass: "bandPass" })).toThrow(OptionError);
    expect(() => firwin(8, 10, { ...at, pass: "highPass" })).toThrow(OptionError);
    expect(() => firwin(9, 10, { ...at, pass: "all" as never })).toThrow(OptionError);
    expect(() => firwin(9, 10, { sampleRateHz: 0 })).toThrow(SampleRateError);
  });
  test("notches that do not fit", () => {
    for (const notchHz of [0, 0.4, 64, 63.6, [20, 20.5], [20, 20]])
      expect(() => designNotchFir({ ...at, notchHz })).toThrow(BandError);
    for (const notchHz of [Number.NaN, [], [20, Infinity], undefined])
      expect(() => designNotchFir({ ...at, notchHz: notchHz as never })).toThrow(OptionError);
    expect(() => designNotchFir({ ...at, notchHz: [20, 40], widthHz: [1, 1, 1] })).toThrow(ShapeError);
    expect(() => designNotchFir({ ...at, notchHz: 20, widthHz: -1 })).toThrow(OptionError);
    expect(() => designNotchFir({ ...at, notchHz: 20, transitionHz: 0 })).toThrow(OptionError);
    const recording = makeRecording();
    recording.data[4] = Infinity;
    expect(() => notchFir(recording, { notchHz: 50 })).toThrow(NotFiniteError);
  });
});
