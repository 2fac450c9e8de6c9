import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BandError, NotFiniteError, OptionError, ShapeError, TooShortError } from "../../src";
import {
  designButterworth,
  type FiltFiltPad,
  filterIir,
  type FilterIirOptions,
  filtFilt,
  lfilter,
  lfilterState,
  sosFilter,
  sosFilterState,
  sosFiltFilt,
} from "../../src/entries/filters";
import { anyRow, makeRecording } from "../arbitraries";
import { readGolden, relativeError, worstError } from "../golden";

interface Filtered {
  readonly name: string;
  readonly nSamples: number;
  readonly data: number[];
  readonly forward: number[];
  readonly state: number[];
  readonly both: Partial<Record<FiltFiltPad, number[]>>;
}
interface Golden {
  producer: string;
  tolerance: number;
  sections: (Filtered & { sos: number[]; padLength: number; bothPadded: number[] })[];
  polynomials: (Filtered & { a: number[]; b: number[] })[];
  recordings: {
    name: string;
    sampleRateHz: number;
    options: FilterIirOptions;
    nSamples: number;
    data: number[];
    want: number[];
  }[];
}
const golden = readGolden("iir-filter") as unknown as Golden;
const { producer, tolerance } = golden;

describe.each(golden.sections)("$name", ({ sos, nSamples, data, forward, state, both, padLength, bothPadded }) => {
  const [sections, rows] = [Float64Array.from(sos), Float64Array.from(data)];
  test(`filters as ${producer}`, () => {
    expect(relativeError(sosFilter(rows, nSamples, sections).data, forward)).toBeLessThanOrEqual(1e-12);
  });
  test("starts at rest", () => {
    const got = sosFilterState(sections);
    expect(got).toHaveLength(state.length);
    for (let i = 0; i < state.length; i++)
      expect(Math.abs(got[i]! - state[i]!)).toBeLessThanOrEqual(1e-12 + tolerance * Math.abs(state[i]!));
  });
  test("filters both ways, whatever the padding", () => {
    for (const [pad, want] of Object.entries(both))
      expect(
        relativeError(sosFiltFilt(rows, nSamples, sections, { pad: pad as FiltFiltPad }), want),
      ).toBeLessThanOrEqual(tolerance);
    expect(relativeError(sosFiltFilt(rows, nSamples, sections, { padLength }), bothPadded)).toBeLessThanOrEqual(
      tolerance,
    );
  });
});

describe.each(golden.polynomials)("$name", ({ a, b, nSamples, data, forward, state, both }) => {
  const rows = Float64Array.from(data);
  test(`filters as ${producer}`, () => {
    expect(relativeError(lfilter(rows, nSamples, { a, b }).data, forward)).toBeLessThanOrEqual(1e-12);
    expect(worstError(lfilterState({ a, b }), state)).toBeLessThanOrEqual(1e-9);
    for (const [pad, want] of Object.entries(both))
      expect(relativeError(filtFilt(rows, nSamples, { a, b }, { pad: pad as FiltFiltPad }), want)).toBeLessThanOrEqual(
        tolerance,
      );
  });
});

describe("filterIir", () => {
  test.each(golden.recordings)(`$name agrees with ${producer}`, ({ sampleRateHz, options, nSamples, data, want }) => {
    const recording = makeRecording({ nChannels: 1, nSamples, sampleRateHz, data: Float64Array.from(data) });
    const filtered = filterIir(recording, options);
    expect(relativeError(filtered.data, want)).toBeLessThanOrEqual(tolerance);
    expect(filtered).toEqual({ ...recording, data: filtered.data });
    expect([...recording.data]).toEqual(data);
  });
  test("names what it cannot take", () => {
    const recording = makeRecording();
    expect(() => filterIir(recording, { lowHz: 64 })).toThrow(BandError);
    expect(() => filterIir(recording, {})).toThrow(BandError);
    expect(() => filterIir(recording, { lowHz: 1, phase: "linear" as never })).toThrow(OptionError);
    expect(() => filterIir(recording, { lowHz: 1, design: "bessel" as never })).toThrow(OptionError);
    expect(() => filterIir(recording, { lowHz: 1, design: "chebyshev1" })).toThrow(OptionError);
    recording.data[recording.nSamples + 3] = Number.NaN;
    expect(() => filterIir(recording, { lowHz: 1 })).toThrow("channel C2 holds NaN at sample 3");
  });
  test("makes nothing of nothing", () => {
    for (const nSamples of [0, 1])
      for (const phase of ["zero", "forward"] as const)
        expect(filterIir(makeRecording({ nSamples, gap: 1 }), { lowHz: 1, phase }).data).toHaveLength(3 * nSamples);
  });
});

const band = designButterworth({ order: 4, lowHz: 4, highHz: 30, sampleRateHz: 128 });
const long = designButterworth({ order: 7, highHz: 30, sampleRateHz: 128 });

describe("state", () => {
  /** Feeds `data`, two rows of 240, in pieces. */
  function inPieces(
    data: Float64Array,
    sizes: readonly number[],
    filter: (piece: Float64Array, n: number, state: Float64Array | undefined) => ReturnType<typeof sosFilter>,
  ): ReturnType<typeof sosFilter> {
    const out = new Float64Array(480);
    let state: Float64Array | undefined;
    for (let start = 0, i = 0; start < 240; i++) {
      const n = Math.min(sizes[i] ?? 240, 240 - start);
      const piece = Float64Array.from([0, 240].flatMap((row) => [...data.subarray(row + start, row + start + n)]));
      const got = filter(piece, n, state);
      out.set(got.data.subarray(0, n), start);
      out.set(got.data.subarray(n), 240 + start);
      if (n > 0) state = got.state;
      start += n;
    }
    return { data: out, state: state! };
  }
  const filters = [band, long, band.slice(0, 6), band.slice(0, 18)].map(
    (sos) => (x: Float64Array, n: number, state?: Float64Array) => sosFilter(x, n, sos, { state }),
  );
  filters.push((x, n, state) => lfilter(x, n, { b: [0.2, 0.3, 0.1], a: [1, -0.5, 0.2, 0.05] }, { state }));

  test("pieces of any sizes give what the whole gives, bit for bit", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }), anyRow(2 * 240), (sizes, data) => {
        for (const filter of filters) expect(inPieces(data, sizes, filter)).toEqual(filter(data, 240));
      }),
      { numRuns: 30 },
    );
  });

  test("a constant stays what it is when the filter starts at rest", () => {
    const low = designButterworth({ order: 5, highHz: 20, sampleRateHz: 128 });
    const state = sosFilterState(low).map((value) => 7 * value);
    const { data } = sosFilter(new Float64Array(50).fill(7), 50, low, { state });
    expect(Math.max(...data.map((x) => Math.abs(x - 7)))).toBeLessThan(1e-9);
  });

  test("a piece of no samples hands the state on", () => {
    const state = Float64Array.from({ length: 16 }, (_, i) => i);
    expect(sosFilter(new Float64Array(0), 0, band, { state }).state).toEqual(state);
  });
});

describe("sosFiltFilt", () => {
  const reverse = (x: Float64Array): Float64Array => x.toReversed();
  test("is linear, and commutes with reversing time up to what the ends leave", () => {
    fc.assert(
      fc.property(anyRow(200), anyRow(200), fc.double({ min: -3, max: 3, noNaN: true }), (x, y, factor) => {
        const sum = sosFiltFilt(
          x.map((value, i) => value + factor * y[i]!),
          200,
          band,
        );
        const [fx, fy] = [sosFiltFilt(x, 200, band), sosFiltFilt(y, 200, band)];
        expect(Math.max(...sum.map((value, i) => Math.abs(value - fx[i]! - factor * fy[i]!)))).toBeLessThan(1e-8);
      }),
    );
    // away from the ends, where the two ways' transients have died
    const x = new Float64Array(3000);
    for (let i = 1400; i < 1600; i++) x[i] = Math.sin(i * i);
    const [there, back] = [sosFiltFilt(x, 3000, band), reverse(sosFiltFilt(reverse(x), 3000, band))];
    expect(worstError(there, back)).toBeLessThan(1e-12);
  });
  test("stops a constant and passes a sine in the band without shifting it", () => {
    expect(Math.max(...sosFiltFilt(new Float64Array(1000).fill(1e4), 1000, band).map(Math.abs))).toBeLessThan(1e-6);
    const sine = Float64Array.from({ length: 1000 }, (_, i) => Math.sin((2 * Math.PI * 11 * i) / 128));
    const passed = sosFiltFilt(sine, 1000, band);
    for (let i = 300; i < 700; i++) expect(Math.abs(passed[i]! - sine[i]!)).toBeLessThan(1e-3);
  });
});

describe("bad input", () => {
  const rows = new Float64Array(100);
  test("rows that do not fill the buffer, or no rows at all", () => {
    expect(() => sosFilter(rows, 33, band)).toThrow(ShapeError);
    expect(() => sosFiltFilt(rows, 33, band)).toThrow(ShapeError);
    expect(() => filtFilt(rows, 33, { b: [1], a: [1] })).toThrow(ShapeError);
    expect(() => sosFilter(rows, 0, band)).toThrow(ShapeError);
    for (const n of [-1, 1.5, Number.NaN]) expect(() => lfilter(rows, n, { b: [1], a: [1] })).toThrow(OptionError);
    expect(() => sosFilter([1, 2] as never, 2, band)).toThrow(OptionError);
    expect(() => sosFilter(undefined as never, 2, band)).toThrow(OptionError);
    for (const f of [sosFilter, (x: Float64Array, n: number, sos: Float64Array) => ({ data: sosFiltFilt(x, n, sos) })])
      expect(f(new Float64Array(0), 0, band).data).toHaveLength(0);
  });
  test("samples that are no numbers", () => {
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      const bad = rows.slice();
      bad[57] = value;
      expect(() => sosFilter(bad, 50, band)).toThrow(NotFiniteError);
      expect(() => sosFilter(bad, 50, band)).toThrow(`row 1 holds ${value} at sample 7`);
      expect(() => filtFilt(bad, 50, { b: [1], a: [1] })).toThrow(NotFiniteError);
    }
  });
  test("states and filters that are none", () => {
    expect(() => sosFilter(rows, 50, band, { state: new Float64Array(8) })).toThrow(ShapeError);
    expect(() => sosFilter(rows, 100, band, { state: new Float64Array(8).fill(Number.NaN) })).toThrow(OptionError);
    expect(() => lfilter(rows, 50, { b: [1, 2], a: [1] }, { state: new Float64Array(5) })).toThrow(ShapeError);
    expect(() => lfilter(rows, 50, { b: [], a: [1] })).toThrow(OptionError);
    expect(() => lfilter(rows, 50, { b: [1], a: [0, 1] })).toThrow(OptionError);
    expect(() => lfilter(rows, 50, { b: [Number.NaN], a: [1] })).toThrow(OptionError);
    expect(() => lfilterState({ b: [1], a: [1, -1] })).toThrow(OptionError);
    expect(() => sosFilterState(Float64Array.of(1, 0, 0, 1, -1, 0))).toThrow(OptionError);
    expect(() => sosFilter(rows, 50, new Float64Array(0))).toThrow(OptionError);
    expect(() => sosFilter(rows, 50, Float64Array.of(1, 0, 0, 2, 0, 0))).toThrow(OptionError);
  });
  test("rows no longer than their padding", () => {
    expect(() => sosFiltFilt(new Float64Array(27), 27, band)).toThrow(TooShortError);
    expect(sosFiltFilt(new Float64Array(28), 28, band)).toHaveLength(28);
    expect(() => filtFilt(new Float64Array(6), 6, { b: [1, 1], a: [1] })).toThrow(TooShortError);
    expect(() => sosFiltFilt(rows, 100, band, { padLength: 100 })).toThrow(TooShortError);
    expect(() => sosFiltFilt(rows, 100, band, { padLength: -1 })).toThrow(OptionError);
    expect(() => sosFiltFilt(rows, 100, band, { pad: "wrap" as never })).toThrow(OptionError);
    expect(sosFiltFilt(Float64Array.of(3), 1, band, { pad: "none" })).toHaveLength(1);
  });
});
