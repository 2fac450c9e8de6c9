import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BandError,
  designFir,
  filterFir,
  filterRows,
  NotFiniteError,
  OptionError,
  SampleRateError,
  ShapeError,
} from "../src";
import { anyRow, anyRows, makeRecording } from "./arbitraries";
import { readGolden, relativeError, worstError } from "./golden";

interface Case {
  name: string;
  sampleRateHz: number;
  lowHz: number | null;
  highHz: number | null;
  pad: "reflect_limited" | "edge" | "zero";
  nSamples: number;
  data: number[];
  want: number[];
}
const golden = readGolden<Case>("filter");

test.each(golden.cases)(`$name agrees with ${golden.producer}`, ({ data, want, nSamples, pad, ...design }) => {
  expect(
    relativeError(filterRows(Float64Array.from(data), nSamples, designFir(design), { pad }), want),
  ).toBeLessThanOrEqual(golden.tolerance);
});

/** The same by its definition: pad, then sum. */
function convolveNaively(data: Float64Array, nSamples: number, taps: Float64Array): Float64Array {
  const half = (taps.length - 1) / 2;
  const reach = Math.min(taps.length, nSamples) - 1;
  const at = (row: number, i: number): number => {
    const sample = (k: number): number => data[row * nSamples + k]!;
    if (i >= 0 && i < nSamples) return sample(i);
    const beyond = i < 0 ? -i : i - nSamples + 1;
    if (beyond > reach) return 0;
    return i < 0 ? 2 * sample(0) - sample(beyond) : 2 * sample(nSamples - 1) - sample(nSamples - 1 - beyond);
  };
  return data.map((_, index) => {
    const row = Math.floor(index / nSamples);
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += taps[k]! * at(row, (index % nSamples) + half - k);
    return sum;
  });
}

const taps = designFir({ sampleRateHz: 40, lowHz: 2, highHz: 12 });

describe("filterRows", () => {
  test("is the convolution with the taps, whatever the lengths", () => {
    fc.assert(
      fc.property(anyRows({ minSamples: 1, maxSamples: 200, maxRows: 3 }), ({ data, nSamples }) => {
        expect(worstError(filterRows(data, nSamples, taps), convolveNaively(data, nSamples, taps))).toBeLessThanOrEqual(
          1e-9,
        );
      }),
    );
  });

  test("is linear", () => {
    fc.assert(
      fc.property(anyRow(120), anyRow(120), fc.double({ min: -3, max: 3, noNaN: true }), (x, y, factor) => {
        const sum = filterRows(
          x.map((value, i) => value + factor * y[i]!),
          120,
          taps,
        );
        const [fx, fy] = [filterRows(x, 120, taps), filterRows(y, 120, taps)];
        expect(Math.max(...sum.map((value, i) => Math.abs(value - fx[i]! - factor * fy[i]!)))).toBeLessThan(1e-9);
      }),
    );
  });

  test("commutes with reversing time, as zero phase must", () => {
    fc.assert(
      fc.property(anyRow(150), (x) => {
        const reversed = filterRows(x.toReversed(), 150, taps).reverse();
        expect(Math.max(...filterRows(x, 150, taps).map((value, i) => Math.abs(value - reversed[i]!)))).toBeLessThan(
          1e-9,
        );
      }),
    );
  });

  test("gives each row what it gets alone", () => {
    fc.assert(
      fc.property(anyRows({ minSamples: 30, maxSamples: 60, maxRows: 5 }), ({ data, nSamples, nRows }) => {
        const together = filterRows(data, nSamples, taps);
        for (let row = 0; row < nRows; row++) {
          const range = [row * nSamples, (row + 1) * nSamples] as const;
          const alone = filterRows(data.slice(...range), nSamples, taps);
          expect(Math.max(...alone.map((x, i) => Math.abs(x - together[range[0] + i]!)))).toBeLessThan(1e-9);
        }
      }),
    );
  });

  test("stops a constant and passes a sine in the band unchanged", () => {
    const band = designFir({ sampleRateHz: 128, lowHz: 2, highHz: 20 });
    const constant = filterRows(new Float64Array(2000).fill(1e4), 2000, band);
    expect(Math.max(...constant.map(Math.abs))).toBeLessThan(1e-8);
    const sine = Float64Array.from({ length: 2000 }, (_, i) => Math.sin((2 * Math.PI * 8 * i) / 128));
    const passed = filterRows(sine, 2000, band).subarray(500, 1500);
    expect(Math.max(...passed.map((x, i) => Math.abs(x - sine[500 + i]!)))).toBeLessThan(0.01);
  });

  test("multiplies by a single tap, and makes nothing of nothing", () => {
    expect([...filterRows(Float64Array.of(1, 2, 3), 3, Float64Array.of(2))]).toEqual([2, 4, 6]);
    expect(filterRows(new Float64Array(0), 0, taps)).toHaveLength(0);
  });

  test("refuses rows that do not fill the buffer, and an even number of taps", () => {
    expect(() => filterRows(new Float64Array(10), 4, taps)).toThrow(ShapeError);
    expect(() => filterRows(new Float64Array(10), 5, Float64Array.of(1, 1))).toThrow(OptionError);
  });
});

describe("filterFir", () => {
  test("leaves the stim channel, the names and its argument alone", () => {
    const recording = makeRecording();
    const before = recording.data.slice();
    const filtered = filterFir(recording, { lowHz: 1, highHz: 20 });
    expect(filtered).toEqual({ ...recording, data: filtered.data });
    expect(recording.data).toEqual(before);
    expect(filtered.data).toHaveLength(before.length);
  });

  test("names the channel and the sample that is no number", () => {
    for (const value of [Number.NaN, Infinity]) {
      const recording = makeRecording({ source: "run.parquet" });
      recording.data[recording.nSamples + 17] = value;
      expect(() => filterFir(recording, { lowHz: 1, highHz: 20 })).toThrow(NotFiniteError);
      expect(() => filterFir(recording, { lowHz: 1, highHz: 20 })).toThrow(
        `run.parquet: channel C2 holds ${value} at sample 17: `,
      );
    }
  });

  test("refuses a band beyond Nyquist, a rate that is none, and shapes that do not fit", () => {
    expect(() => filterFir(makeRecording(), { lowHz: 1, highHz: 64 })).toThrow(BandError);
    for (const sampleRateHz of [0, -512, Number.NaN, Infinity])
      expect(() => filterFir(makeRecording({ sampleRateHz }), { lowHz: 1 })).toThrow(SampleRateError);
    expect(() => filterFir(makeRecording({ data: new Float64Array(5) }), { lowHz: 1 })).toThrow(ShapeError);
    expect(() => filterFir(makeRecording({ stim: new Int32Array(5) }), { lowHz: 1 })).toThrow(ShapeError);
    expect(() => filterFir(makeRecording({ channelNames: ["A"] }), { lowHz: 1 })).toThrow(ShapeError);
  });
});
