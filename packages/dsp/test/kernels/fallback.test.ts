import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as quick from "../everything";
import { hasKernels } from "../../src/kernels/wasm";
import { relativeError } from "../golden";

/** The package as it is where there is no WebAssembly. */
let plain: typeof quick;
let plainHasKernels: boolean;

beforeAll(async () => {
  vi.stubGlobal("WebAssembly", undefined);
  vi.resetModules();
  plain = await import("../everything");
  plainHasKernels = (await import("../../src/kernels/wasm")).hasKernels();
});

afterAll(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Noise that is the same for the same seed; a slow drift on it, as recordings have. */
function noise(n: number, seed: number): Float64Array {
  let state = (seed * 2654435761) >>> 0;
  return Float64Array.from({ length: n }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 20 * (state / 2 ** 32 - 0.5) + 10 * Math.sin(i / 50);
  });
}

const anyRows = fc.record({
  nRows: fc.integer({ min: 1, max: 9 }),
  nSamples: fc.integer({ min: 1, max: 700 }),
  seed: fc.nat(1e6),
});

test("one has kernels, the other not", () => {
  expect([hasKernels(), plainHasKernels]).toEqual([true, false]);
});

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, numRuns = 60): void =>
  fc.assert(fc.property(arbitrary, property), { numRuns });

describe("to 1e-14 of the largest value", () => {
  test("planFft, of lengths with small and with large primes", () => {
    check(fc.record({ size: fc.integer({ min: 1, max: 1200 }), seed: fc.nat(1e6) }), ({ size, seed }) => {
      const input = noise(2 * size, seed);
      const [a, b, c, d] = Array.from({ length: 4 }, () => new Float64Array(2 * size));
      quick.planFft(size).forward(input, a!);
      plain.planFft(size).forward(input, b!);
      expect(relativeError(a!, b!)).toBeLessThanOrEqual(1e-14);
      quick.planFft(size).inverse(input, c!);
      plain.planFft(size).inverse(input, d!);
      expect(relativeError(c!, d!)).toBeLessThanOrEqual(1e-14);
    });
  });

  test("filterRows, also with taps that are not symmetric", () => {
    const anyFilter = fc.record({
      rows: anyRows,
      nTaps: fc.integer({ min: 0, max: 150 }).map((half) => 2 * half + 1),
      symmetric: fc.boolean(),
      pad: fc.constantFrom("reflect_limited" as const, "edge" as const, "zero" as const),
    });
    check(anyFilter, ({ rows: { nRows, nSamples, seed }, nTaps, symmetric, pad }) => {
      const data = noise(nRows * nSamples, seed);
      const taps = noise(nTaps, seed + 1);
      if (symmetric) for (let k = 0; 2 * k < nTaps; k++) taps[nTaps - 1 - k] = taps[k]!;
      const want = plain.filterRows(data, nSamples, taps, { pad });
      expect(relativeError(quick.filterRows(data, nSamples, taps, { pad }), want)).toBeLessThanOrEqual(1e-14);
    });
  });

  test("filterRows, with every tap and sample as the definition has it", () => {
    check(
      fc.record({
        nSamples: fc.integer({ min: 1, max: 60 }),
        half: fc.integer({ min: 1, max: 40 }),
        seed: fc.nat(1e6),
      }),
      ({ nSamples, half, seed }) => {
        const data = noise(nSamples, seed);
        const taps = noise(2 * half + 1, seed + 1);
        const got = quick.filterRows(data, nSamples, taps, { pad: "zero" });
        const want = data.map((_, t) => taps.reduce((sum, tap, k) => sum + tap * (data[t + half - k] ?? 0), 0));
        expect(relativeError(got, want)).toBeLessThanOrEqual(1e-13);
      },
    );
  });

  test("resampleRows and resampleFourier", () => {
    const anyRates = fc.record({
      rows: anyRows,
      nOut: fc.integer({ min: 1, max: 900 }),
      fromHz: fc.constantFrom(128, 250, 256, 500, 512, 1000),
      toHz: fc.constantFrom(100, 60, 333, 1024, 128),
    });
    check(anyRates, ({ rows: { nRows, nSamples, seed }, nOut, fromHz, toHz }) => {
      const data = noise(nRows * nSamples, seed);
      const fourier = plain.resampleFourier(data, nSamples, nOut);
      expect(relativeError(quick.resampleFourier(data, nSamples, nOut), fourier)).toBeLessThanOrEqual(1e-14);
      const rows = plain.resampleRows(data, nSamples, fromHz, toHz).data;
      expect(relativeError(quick.resampleRows(data, nSamples, fromHz, toHz).data, rows)).toBeLessThanOrEqual(1e-14);
    });
  });

  test("welch", () => {
    const anyOptions = fc.record({
      rows: anyRows,
      nPerSegment: fc.integer({ min: 1, max: 300 }),
      overlap: fc.double({ min: 0, max: 0.9, noNaN: true }),
      fill: fc.integer({ min: 0, max: 50 }),
      detrend: fc.constantFrom("constant" as const, "none" as const, "linear" as const),
    });
    check(anyOptions, ({ rows: { nRows, nSamples, seed }, nPerSegment, overlap, fill, detrend }) => {
      const n = Math.min(nPerSegment, nSamples);
      const options = { sampleRateHz: 100, nPerSegment: n, nOverlap: Math.floor(overlap * n), nFft: n + fill, detrend };
      const data = noise(nRows * nSamples, seed);
      // a segment of one sample less its mean is rounding noise
      const want = plain.welch(data, nSamples, options).power.map((power) => (power < 1e-25 ? 0 : power));
      const got = quick.welch(data, nSamples, options).power.map((power) => (power < 1e-25 ? 0 : power));
      expect(relativeError(got, want)).toBeLessThanOrEqual(1e-13);
    });
  });

  test("envelope", () => {
    check(anyRows, ({ nRows, nSamples, seed }) => {
      const data = noise(nRows * nSamples, seed);
      const want = plain.envelope(data, nSamples);
      expect(relativeError(quick.envelope(data, nSamples), want)).toBeLessThanOrEqual(1e-14);
    });
  });

  test("a stream through a FIR filter of many taps", () => {
    const run = ({ createStream }: typeof quick): number[] => {
      const stream = createStream({
        sampleRateHz: 128,
        channelNames: ["A", "B", "C", "D", "E"],
        filter: { lowHz: 0.5, highHz: 20 },
        epochs: { tMinSeconds: -0.1, tMaxSeconds: 0.6 },
      });
      const stim = new Int32Array(1500).map((_, i) => (i % 50 === 20 ? 1 : 0));
      const epochs = stream.push({ data: noise(5 * 1500, 1), stim });
      return [...epochs, ...stream.flush()].flatMap(({ features }) => [...features]);
    };
    const want = run(plain);
    expect(want.length).toBeGreaterThan(1000);
    expect(relativeError(run(quick), want)).toBeLessThanOrEqual(1e-14);
  });
});

describe("bit for bit", () => {
  const anySections = fc.record({ rows: anyRows, order: fc.integer({ min: 1, max: 5 }), band: fc.boolean() });
  const design = (order: number, band: boolean): Float64Array =>
    quick.designButterworth({ order, lowHz: 3, ...(band ? { highHz: 20 } : {}), sampleRateHz: 128 });

  test("sosFilter, and the state that it leaves", () => {
    check(anySections, ({ rows: { nRows, nSamples, seed }, order, band }) => {
      const sos = design(order, band);
      const data = noise(nRows * nSamples, seed);
      const state = noise(nRows * (sos.length / 6) * 2, seed + 1);
      expect(quick.sosFilter(data, nSamples, sos, { state })).toEqual(plain.sosFilter(data, nSamples, sos, { state }));
    });
  });

  test("sosFilter over more samples than it takes at once", () => {
    const data = noise(3 * 10_001, 5);
    const sos = design(3, true);
    expect(quick.sosFilter(data, 10_001, sos)).toEqual(plain.sosFilter(data, 10_001, sos));
  });

  test("sosFiltFilt", () => {
    check(anySections, ({ rows: { nRows, nSamples, seed }, order, band }) => {
      const sos = design(order, band);
      const n = nSamples + 40;
      const data = noise(nRows * n, seed);
      expect(quick.sosFiltFilt(data, n, sos)).toEqual(plain.sosFiltFilt(data, n, sos));
    });
  });

  test("resamplePoly", () => {
    const anyFactors = fc.record({
      rows: anyRows,
      up: fc.integer({ min: 1, max: 30 }),
      down: fc.integer({ min: 1, max: 30 }),
    });
    check(anyFactors, ({ rows: { nRows, nSamples, seed }, up, down }) => {
      const data = noise(nRows * nSamples, seed);
      expect(quick.resamplePoly(data, nSamples, { up, down })).toEqual(
        plain.resamplePoly(data, nSamples, { up, down }),
      );
    });
  });
});

test("plans that are used in turn do not disturb each other", () => {
  const [a, b] = [quick.planFft(64), quick.planFft(120)];
  const [x, y] = [noise(128, 1), noise(240, 2)];
  const [first, second, again] = [new Float64Array(128), new Float64Array(240), new Float64Array(128)];
  a.forward(x, first);
  b.forward(y, second);
  a.forward(x, again);
  expect(again).toEqual(first);
});
