import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Epochs,
  OptionError,
  resampleEpochs,
  resampleMatrix,
  resampleRows,
  resampleRowsFft,
  resampleSizes,
  ShapeError,
} from "../src";
import { anyRow, wiggle } from "./arbitraries";
import { readGolden, relativeError, worstError } from "./golden";

interface Case {
  name: string;
  nIn: number;
  fromHz: number;
  toHz: number;
  nOut: number;
  data: number[];
  want: number[];
}
const golden = readGolden<Case>("resample");

const byMatrix = (data: Float64Array, matrix: Float64Array, nIn: number, nOut: number): Float64Array =>
  Float64Array.from({ length: (data.length / nIn) * nOut }, (_, index) => {
    const [row, out] = [Math.floor(index / nOut), index % nOut];
    let sum = 0;
    for (let i = 0; i < nIn; i++) sum += matrix[out * nIn + i]! * data[row * nIn + i]!;
    return sum;
  });

describe.each(golden.cases)("$name", ({ nIn, fromHz, toHz, nOut, data, want }) => {
  const sizes = resampleSizes(nIn, fromHz, toHz);
  const rows = Float64Array.from(data);
  test(`agrees with ${golden.producer}`, () => {
    expect(sizes.nOut).toBe(nOut);
    expect(relativeError(resampleRowsFft(rows, sizes), want)).toBeLessThanOrEqual(golden.tolerance);
  });
  test("is its matrix", () =>
    expect(relativeError(byMatrix(rows, resampleMatrix(sizes), nIn, nOut), want)).toBeLessThanOrEqual(
      golden.tolerance,
    ));
});

const anySizes = fc.record({
  nIn: fc.integer({ min: 1, max: 90 }),
  fromHz: fc.integer({ min: 10, max: 600 }),
  toHz: fc.integer({ min: 10, max: 600 }),
});

test("the matrix and the transforms give the same, whatever the lengths and rates", () => {
  fc.assert(
    fc.property(
      anySizes
        .filter(({ fromHz, toHz }) => toHz / fromHz < 8)
        .chain((given) => anyRow(3 * given.nIn).map((data) => ({ ...given, data }))),
      ({ nIn, fromHz, toHz, data }) => {
        const sizes = resampleSizes(nIn, fromHz, toHz);
        expect(
          worstError(byMatrix(data, resampleMatrix(sizes), nIn, sizes.nOut), resampleRowsFft(data, sizes)),
        ).toBeLessThanOrEqual(1e-9);
      },
    ),
  );
});

test("many rows take the blocked product, and get what few rows get", () => {
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 70 }), anySizes, (nRows, { nIn, fromHz, toHz }) => {
      const data = Float64Array.from({ length: nRows * nIn }, (_, i) => wiggle(i));
      const { data: got, sizes } = resampleRows(data, nIn, fromHz, toHz);
      expect(relativeError(got, resampleRowsFft(data, sizes))).toBeLessThanOrEqual(1e-11);
    }),
  );
});

test("sizes of the P300 pipeline", () => {
  expect(resampleSizes(359, 512, 100)).toEqual({
    nIn: 359,
    padLeft: 76,
    nPadded: 512,
    nResampled: 100,
    cut: 15,
    nOut: 70,
  });
  expect(resampleSizes(181, 256, 100)).toMatchObject({ nPadded: 256, nResampled: 100, nOut: 71 });
});

test("a constant stays what it is", () => {
  const { data } = resampleRows(new Float64Array(359 * 40).fill(7), 359, 512, 100);
  expect(Math.max(...data.map((x) => Math.abs(x - 7)))).toBeLessThan(1e-12);
});

describe("resampleEpochs", () => {
  const epochs: Epochs = {
    data: Float64Array.from({ length: 2 * 3 * 52 }, (_, i) => wiggle(i)),
    nEpochs: 2,
    nChannels: 3,
    nTimes: 52,
    sampleRateHz: 128,
    tMinSeconds: -13 / 128,
    channelNames: ["A", "B", "C"],
    codes: Int32Array.of(1, 2),
    samples: Int32Array.of(100, 200),
    selection: Int32Array.of(0, 1),
    dropLog: [[], []],
  };
  test("keeps the time of the first sample and all else", () => {
    const resampled = resampleEpochs(epochs, { rateHz: 50 });
    expect(resampled).toEqual({ ...epochs, data: resampled.data, nTimes: 20, sampleRateHz: 50 });
    expect(resampled.data).toHaveLength(2 * 3 * 20);
  });
  test("does nothing at the same rate", () => {
    expect(resampleEpochs(epochs, { rateHz: 128.00001 })).toBe(epochs);
  });
  test("refuses a rate that is none", () => {
    for (const rateHz of [0, -1, Number.NaN]) expect(() => resampleEpochs(epochs, { rateHz })).toThrow(OptionError);
  });
});

test("refuses rows that do not fill the buffer", () => {
  expect(() => resampleRows(new Float64Array(10), 4, 100, 50)).toThrow(ShapeError);
});

test("a rate beyond all memory is refused before any is asked for", () => {
  expect(() => resampleSizes(359, 512, 1e9)).toThrow(expect.objectContaining({ code: "ERR_DSP_OPTION" }));
});
