import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findEvents, NotFiniteError, OptionError, ShapeError, TooShortError } from "../src";
import {
  decimate,
  type DecimateOptions,
  type PolyphasePad,
  resampleFourier,
  resamplePoly,
  resampleRecording,
  resampleStim,
} from "../src/entries/resampling";
import { anyRows, makeRecording } from "./arbitraries";
import { readGolden, relativeError, worstError } from "./golden";

interface Rows {
  readonly name: string;
  readonly nSamples: number;
  readonly data: number[];
  readonly want: number[];
}
interface Golden {
  producer: string;
  tolerance: number;
  fourier: (Rows & { nOut: number })[];
  polyphase: (Rows & { up: number; down: number; pad: PolyphasePad; window?: "hann" })[];
  decimate: (Rows & DecimateOptions & { order: number | null })[];
  recordings: (Rows & {
    sampleRateHz: number;
    rateHz: number;
    method: "fft" | "polyphase";
    stim: number[];
    wantStim: number[];
    wantEvents: [number, number][];
  })[];
}
const { producer, tolerance, ...golden } = readGolden("resample-more") as unknown as Golden;

test.each(golden.fourier)(`$name by Fourier transform agree with ${producer}`, ({ data, nSamples, nOut, want }) => {
  expect(relativeError(resampleFourier(Float64Array.from(data), nSamples, nOut), want)).toBeLessThanOrEqual(tolerance);
});

test.each(golden.polyphase)(`polyphase, $name, agrees with ${producer}`, ({ data, nSamples, want, ...options }) => {
  const got = resamplePoly(Float64Array.from(data), nSamples, options);
  expect(relativeError(got.data, want)).toBeLessThanOrEqual(tolerance);
  expect(got.nSamples * 2).toBe(want.length);
});

test.each(golden.decimate)(`$name agrees with ${producer}`, ({ data, nSamples, want, order, ...options }) => {
  const got = decimate(Float64Array.from(data), nSamples, { ...options, ...(order === null ? {} : { order }) });
  expect(relativeError(got.data, want)).toBeLessThanOrEqual(1e-9);
  expect(got.nSamples * 2).toBe(want.length);
});

test.each(golden.recordings)(
  `$name agrees with ${producer}`,
  ({ data, stim, want, wantStim, wantEvents, ...options }) => {
    const recording = makeRecording({
      ...options,
      nChannels: 2,
      data: Float64Array.from(data),
      stim: Int32Array.from(stim),
    });
    const got = resampleRecording(recording, options);
    expect(relativeError(got.data, want)).toBeLessThanOrEqual(tolerance);
    expect([...got.stim]).toEqual(wantStim);
    const events = findEvents(got);
    expect(Array.from(events.samples, (sample, i) => [sample, events.codes[i]])).toEqual(wantEvents);
    expect(got).toMatchObject({
      sampleRateHz: options.rateHz,
      nSamples: wantStim.length,
      channelNames: recording.channelNames,
    });
  },
);

describe("resamplePoly", () => {
  /** The same by its definition: spread, filter, keep. */
  test("is the filter at the common rate, whatever the factors and the number of rows", () => {
    const anyCase = fc.tuple(
      anyRows({ minSamples: 1, maxSamples: 60, maxRows: 6 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 7 }),
    );
    fc.assert(
      fc.property(anyCase, ([{ data, nSamples, nRows }, up, down]) => {
        const taps = Float64Array.from({ length: 25 }, (_, i) => Math.cos(i));
        fc.pre(up % down !== 0 && [2, 3, 5, 7].every((p) => up % p !== 0 || down % p !== 0));
        const got = resamplePoly(data, nSamples, { up, down, taps });
        for (let row = 0; row < nRows; row++)
          for (let m = 0; m < got.nSamples; m++) {
            let sum = 0;
            for (let k = 0; k < 25; k++) {
              const at = m * down + 12 - k;
              if (at % up === 0 && at >= 0 && at / up < nSamples)
                sum += up * taps[k]! * data[row * nSamples + at / up]!;
            }
            expect(Math.abs(got.data[row * got.nSamples + m]! - sum)).toBeLessThan(1e-8);
          }
      }),
    );
  });
  test("leaves a constant a constant when it is padded with one", () => {
    for (const pad of ["mean", "median", "minimum", "maximum"] as const) {
      const { data } = resamplePoly(new Float64Array(40).fill(7), 40, { up: 3, down: 5, pad });
      expect(worstError(data, new Float64Array(24).fill(7))).toBeLessThan(1e-12);
    }
  });
  test("makes nothing of nothing", () => {
    expect(resamplePoly(new Float64Array(0), 0, { up: 2, down: 3 })).toEqual({
      data: new Float64Array(0),
      nSamples: 0,
    });
    expect(resamplePoly(new Float64Array(0), 5, { up: 3, down: 1 })).toEqual({
      data: new Float64Array(0),
      nSamples: 15,
    });
  });
});

describe("resampleRecording", () => {
  test("does nothing at the same rate", () => {
    const recording = makeRecording();
    expect(resampleRecording(recording, { rateHz: 128.00001 })).toBe(recording);
  });
  test("says so when events would fall together, and loses them only when told to", () => {
    const recording = makeRecording({ gap: 3 });
    expect(() => resampleRecording(recording, { rateHz: 20 })).toThrow(OptionError);
    expect(() => resampleRecording(recording, { rateHz: 20 })).toThrow(/at which none of \d+ events falls together/);
    expect(resampleRecording(recording, { rateHz: 20, onLostEvents: "allow" }).nSamples).toBe(188);
  });
  test("keeps every event, with its code and its time to within two samples, or refuses", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 299 }), fc.integer({ min: 1, max: 4 })), { maxLength: 12 }),
        fc.integer({ min: 20, max: 300 }),
        (marks, rateHz) => {
          const stim = new Int32Array(300);
          for (const [at, code] of marks) stim[at] = code;
          const recording = makeRecording({ nSamples: 300, nChannels: 1, sampleRateHz: 128, stim });
          const before = findEvents(recording);
          let after: ReturnType<typeof findEvents>;
          try {
            after = findEvents(resampleRecording(recording, { rateHz, method: "polyphase" }));
          } catch (error) {
            if (error instanceof OptionError) return;
            throw error;
          }
          expect(after.codes).toEqual(before.codes);
          for (let i = 0; i < before.nEvents; i++)
            expect(Math.abs(after.samples[i]! / rateHz - before.samples[i]! / 128)).toBeLessThanOrEqual(
              2 / Math.min(rateHz, 128),
            );
        },
      ),
    );
  });
  test("moves a marker of the first window to the second sample, where it can be found", () => {
    expect([...resampleStim(Int32Array.of(0, 0, 3, 0, 0, 0, 0, 0), 2)]).toEqual([0, 3]);
    expect([...resampleStim(Int32Array.of(3, 3, 3, 0, 0, 0, 0, 0), 2)]).toEqual([3, 0]);
    expect([...resampleStim(new Int32Array(0), 0)]).toEqual([]);
  });
});

describe("bad input", () => {
  const rows = new Float64Array(60);
  test("rows that do not fill the buffer, samples that are none", () => {
    expect(() => resampleFourier(rows, 7, 5)).toThrow(ShapeError);
    expect(() => resamplePoly(rows, 7, { up: 1, down: 2 })).toThrow(ShapeError);
    expect(() => decimate(rows, 7, { factor: 2 })).toThrow(ShapeError);
    const bad = rows.slice();
    bad[3] = Number.NaN;
    for (const run of [
      () => resampleFourier(bad, 60, 5),
      () => resamplePoly(bad, 60, { up: 1, down: 2 }),
      () => decimate(bad, 60, { factor: 2 }),
    ])
      expect(run).toThrow(NotFiniteError);
    const recording = makeRecording();
    recording.data[5] = Infinity;
    expect(() => resampleRecording(recording, { rateHz: 64 })).toThrow(NotFiniteError);
  });
  test("counts and rates that are none", () => {
    for (const n of [0, -1, 1.5, Number.NaN, Infinity, 1e12]) {
      expect(() => resampleFourier(rows, 60, n)).toThrow(OptionError);
      expect(() => resamplePoly(rows, 60, { up: n, down: 1 })).toThrow(OptionError);
      expect(() => resamplePoly(rows, 60, { up: 1, down: n })).toThrow(OptionError);
      expect(() => decimate(rows, 60, { factor: n })).toThrow(OptionError);
      expect(() => decimate(rows, 60, { factor: 2, order: n })).toThrow(OptionError);
      expect(() => decimate(rows, 60, { factor: 2, order: n, filter: "fir" })).toThrow(OptionError);
    }
    for (const nOut of [-1, 1.5, Number.NaN, 1e9])
      expect(() => resampleStim(new Int32Array(9), nOut)).toThrow(OptionError);
    expect(() => resampleStim([1] as never, 1)).toThrow(OptionError);
    expect(() => resampleStim(new Int32Array(0), 3)).toThrow(TooShortError);
    for (const rateHz of [0, -1, Number.NaN, Infinity, 1e9, 1e12])
      expect(() => resampleRecording(makeRecording(), { rateHz })).toThrow(OptionError);
    expect(() => resampleRecording(makeRecording(), { rateHz: 64, method: "linear" as never })).toThrow(OptionError);
    expect(() => resamplePoly(rows, 60, { up: 1, down: 2, pad: "wrap" as never })).toThrow(OptionError);
    expect(() => resamplePoly(rows, 60, { up: 1, down: 2, taps: new Float64Array(0) })).toThrow(OptionError);
    expect(() => decimate(rows, 60, { factor: 2, filter: "boxcar" as never })).toThrow(OptionError);
    expect(() => decimate(rows, 20, { factor: 2 })).toThrow(TooShortError);
  });
});

test("resampleFourier names the sample that is no number, wherever it is", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5 * 60 - 1 }),
      fc.constantFrom(Number.NaN, Infinity, -Infinity),
      fc.integer({ min: 1, max: 130 }),
      (at, value, nOut) => {
        const data = new Float64Array(5 * 60).fill(2);
        data[at] = value;
        expect(() => resampleFourier(data, 60, nOut)).toThrow(NotFiniteError);
        expect(() => resampleFourier(data, 60, nOut)).toThrow(`in row ${Math.floor(at / 60)}`);
      },
    ),
  );
  expect(resampleFourier(new Float64Array(60).fill(1e308), 60, 30).some(Number.isFinite)).toBe(false); // an overflow
});
