import fc from "fast-check";
import { expect, test } from "vitest";
import {
  detrend,
  detrendEpochs,
  type DetrendOptions,
  detrendRecording,
  type Epochs,
  NotFiniteError,
  OptionError,
  ShapeError,
} from "../src";
import { makeRecording } from "./arbitraries";
import { readGolden, relativeError, worstError } from "./golden";

const golden = readGolden<DetrendOptions & { name: string; nSamples: number; data: number[]; want: number[] }>(
  "detrend",
);

test.each(golden.cases)(`$name agrees with ${golden.producer}`, ({ data, nSamples, want, ...options }) => {
  const rows = Float64Array.from(data);
  // a line through two points, or a mean of one, leaves nothing but rounding errors, which are no reference
  const scale = Math.max(...data.map(Math.abs));
  expect(worstError(detrend(rows, nSamples, options), want)).toBeLessThanOrEqual(golden.tolerance * scale);
  expect([...rows]).toEqual(data);
});

test("a line leaves nothing, and what is left has no line", () => {
  const line = Float64Array.from({ length: 100 }, (_, i) => 3e4 - 0.25 * i);
  expect(Math.max(...detrend(line, 100).map(Math.abs))).toBeLessThan(1e-9);
  const wave = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i * i) + 2 * i);
  const once = detrend(wave, 100);
  expect(relativeError(detrend(once, 100), once)).toBeLessThan(1e-12);
});

test("recordings and epochs keep all else", () => {
  const recording = makeRecording();
  const detrended = detrendRecording(recording, { kind: "constant" });
  expect(detrended).toEqual({ ...recording, data: detrended.data });
  const epochs = { data: Float64Array.of(1, 2, 3, 7, 7, 7), nEpochs: 1, nChannels: 2, nTimes: 3 } as unknown as Epochs;
  expect([...detrendEpochs(epochs, { kind: "constant" }).data]).toEqual([-1, 0, 1, 0, 0, 0]);
});

test("refuses what it cannot take", () => {
  const rows = new Float64Array(10);
  expect(() => detrend(rows, 3)).toThrow(ShapeError);
  expect(() => detrend(rows, 5, { kind: "quadratic" as never })).toThrow(OptionError);
  for (const at of [-1, 6, 1.5, Number.NaN]) expect(() => detrend(rows, 5, { breakpoints: [at] })).toThrow(OptionError);
  rows[9] = Number.NaN;
  expect(() => detrend(rows, 5)).toThrow(NotFiniteError);
  expect(detrend(new Float64Array(0), 0)).toHaveLength(0);
  expect([...detrend(Float64Array.of(5), 1)]).toEqual([0]);
});

test("names the sample that is no number, wherever it is", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 29 }),
      fc.constantFrom(Number.NaN, Infinity, -Infinity),
      fc.constantFrom<DetrendOptions>({ kind: "constant" }, { kind: "linear" }, { breakpoints: [1, 4] }),
      (at, value, options) => {
        const data = new Float64Array(30).fill(2);
        data[at] = value;
        expect(() => detrend(data, 10, options)).toThrow(NotFiniteError);
        expect(() => detrend(data, 10, options)).toThrow(`in row ${Math.floor(at / 10)}`);
      },
    ),
  );
});
