import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BandError,
  type Epochs,
  NotFiniteError,
  OptionError,
  SampleRateError,
  ShapeError,
  TooShortError,
} from "../../src";
import {
  envelope,
  makeMorlets,
  morletEpochs,
  type MorletOptions,
  morletPower,
  periodogram,
  spectrogram,
  type SpectrogramOptions,
  welch,
  type WelchOptions,
  welchRecording,
} from "../../src/entries/spectra";
import { anyRow, anyRows, makeRecording, wiggle } from "../arbitraries";
import { readGolden, relativeError, worstError } from "../golden";

interface Rows {
  readonly name: string;
  readonly nSamples: number;
  readonly data: number[];
  readonly want: number[];
}
interface Golden {
  producer: string;
  tolerance: number;
  cases: (Rows & {
    kind: "welch" | "periodogram" | "spectrogram";
    sampleRateHz: number;
    options: Omit<WelchOptions & SpectrogramOptions, "sampleRateHz">;
    frequenciesHz: number[];
    times?: number[];
    imaginary?: number[];
  })[];
  envelopes: Rows[];
  morlets: {
    name: string;
    options: MorletOptions;
    nTimes: number;
    data: number[];
    wavelets: number[][];
    power: number[];
    average: number[];
  }[];
}
const { producer, tolerance, ...golden } = readGolden("spectra") as unknown as Golden;

/** A case's answer under one set of names: `values`, and what only some of the functions give. */
function run({ kind, nSamples, sampleRateHz, options, data }: Golden["cases"][number]) {
  const rows = Float64Array.from(data);
  const all = { ...options, sampleRateHz };
  if (kind === "spectrogram") return spectrogram(rows, nSamples, all);
  const { power, ...rest } = (kind === "welch" ? welch : periodogram)(rows, nSamples, all);
  return { ...rest, values: power, timesSeconds: [], imaginary: [] };
}

test.each(golden.cases)(`$name agrees with ${producer}`, (given) => {
  const { want, frequenciesHz, times = [], imaginary = [] } = given;
  const got = run(given);
  expect(relativeError(got.values, want)).toBeLessThanOrEqual(tolerance);
  expect(relativeError(got.frequenciesHz, frequenciesHz)).toBeLessThanOrEqual(tolerance);
  expect(relativeError(got.timesSeconds, times)).toBeLessThanOrEqual(tolerance);
  expect(relativeError(got.imaginary ?? [], imaginary)).toBeLessThanOrEqual(tolerance);
  expect(got.nFrequencies).toBe(frequenciesHz.length);
});

test.each(golden.envelopes)(`$name agrees with ${producer}`, ({ data, nSamples, want }) => {
  expect(relativeError(envelope(Float64Array.from(data), nSamples), want)).toBeLessThanOrEqual(tolerance);
});

describe.each(golden.morlets)("$name", ({ options, nTimes, data, wavelets, power, average }) => {
  const epochs = {
    data: Float64Array.from(data),
    nEpochs: 2,
    nChannels: 3,
    nTimes,
    sampleRateHz: options.sampleRateHz,
  } as unknown as Epochs;
  test(`are those of ${producer}`, () => {
    for (const [i, wavelet] of makeMorlets(options).entries())
      expect(relativeError(wavelet, wavelets[i]!)).toBeLessThanOrEqual(1e-12);
  });
  test("and so is the power, of each epoch and on average", () => {
    const got = morletPower(epochs.data, nTimes, { ...options, decimation: 3 });
    expect(relativeError(got.power, power)).toBeLessThanOrEqual(tolerance);
    expect(got.nTimes).toBe(34);
    expect([...morletEpochs(epochs, { ...options, decimation: 3 }).power]).toEqual([...got.power]);
    expect(relativeError(morletEpochs(epochs, { ...options, average: true }).power, average)).toBeLessThanOrEqual(
      tolerance,
    );
  });
});

describe("welch", () => {
  test("keeps all power (Parseval), whatever the length", () => {
    fc.assert(
      fc.property(anyRows({ minSamples: 1, maxSamples: 90, maxRows: 3 }), ({ data, nSamples, nRows }) => {
        const { power, nFrequencies } = periodogram(data, nSamples, { sampleRateHz: 50, scaling: "spectrum" });
        for (let row = 0; row < nRows; row++) {
          const x = data.subarray(row * nSamples, (row + 1) * nSamples);
          const mean = x.reduce((a, b) => a + b, 0) / nSamples;
          const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / nSamples;
          const total = power.subarray(row * nFrequencies, (row + 1) * nFrequencies).reduce((a, b) => a + b, 0);
          expect(Math.abs(total - variance)).toBeLessThanOrEqual(1e-9 * (1 + variance));
        }
      }),
    );
  });
  test("gives each row what it gets alone, and a recording what its rows get", () => {
    fc.assert(
      fc.property(anyRow(3 * 70), (data) => {
        const options = { sampleRateHz: 100, nPerSegment: 16 };
        for (const average of ["mean", "median"] as const) {
          const together = welch(data, 70, { ...options, average }).power;
          for (let row = 0; row < 3; row++) {
            const alone = welch(data.slice(70 * row, 70 * (row + 1)), 70, { ...options, average }).power;
            expect(relativeError(together.subarray(9 * row, 9 * row + 9), alone)).toBeLessThanOrEqual(1e-9);
          }
        }
      }),
    );
    const recording = makeRecording();
    expect(welchRecording(recording)).toEqual(welch(recording.data, recording.nSamples, { sampleRateHz: 128 }));
  });
  test("finds a sine where it is, with its power", () => {
    const sine = Float64Array.from({ length: 2048 }, (_, i) => 3 * Math.sin((2 * Math.PI * 16 * i) / 128));
    const { power, frequenciesHz } = welch(sine, 2048, { sampleRateHz: 128, scaling: "spectrum" });
    const peak = power.indexOf(Math.max(...power));
    expect(frequenciesHz[peak]).toBe(16);
    expect(power[peak]!).toBeCloseTo(4.5, 9);
  });
  test("a constant has no power, and takes its own window", () => {
    const flat = new Float64Array(300).fill(1e5);
    expect(Math.max(...welch(flat, 300, { sampleRateHz: 100 }).power)).toBeLessThan(1e-12);
    const window = new Float64Array(64).fill(1);
    const rows = Float64Array.from({ length: 300 }, (_, i) => wiggle(i));
    expect(welch(rows, 300, { sampleRateHz: 100, window })).toEqual(
      welch(rows, 300, { sampleRateHz: 100, window: "boxcar", nPerSegment: 64 }),
    );
  });
});

test("the envelope of a sine is its amplitude", () => {
  const sine = Float64Array.from({ length: 128 }, (_, i) => 5 * Math.sin((2 * Math.PI * 8 * i) / 128 + 0.3));
  expect(worstError(envelope(sine, 128), new Float64Array(128).fill(5))).toBeLessThan(1e-12);
});

test("a wavelet has norm √2 and sees no offset", () => {
  for (const wavelet of makeMorlets({ sampleRateHz: 256, frequenciesHz: [5, 11, 40], nCycles: 4 })) {
    expect(Math.hypot(...wavelet)).toBeCloseTo(Math.SQRT2, 12);
    expect(Math.abs(wavelet.reduce((sum, x, i) => sum + (i % 2 === 0 ? x : 0), 0))).toBeLessThan(1e-4);
  }
});

describe("bad input", () => {
  const rows = new Float64Array(100).map((_, i) => wiggle(i));
  const at = { sampleRateHz: 100 };
  test("shapes, rates and samples that are none", () => {
    for (const run of [welch, periodogram, spectrogram]) {
      expect(() => run(rows, 33, at)).toThrow(ShapeError);
      expect(() => run(new Float64Array(0), 0, at)).toThrow(TooShortError);
      for (const sampleRateHz of [0, -1, Number.NaN, Infinity])
        expect(() => run(rows, 50, { sampleRateHz })).toThrow(SampleRateError);
      const bad = rows.slice();
      bad[60] = Number.NaN;
      expect(() => run(bad, 50, at)).toThrow(NotFiniteError);
      expect(run(Float64Array.of(4), 1, at)).toBeDefined();
    }
    expect(() => envelope(rows, 33)).toThrow(ShapeError);
    expect(envelope(new Float64Array(0), 0)).toHaveLength(0);
    expect([...envelope(Float64Array.of(-4), 1)]).toEqual([4]);
  });
  test("segments that do not fit", () => {
    for (const n of [0, -1, 1.5, Number.NaN])
      expect(() => welch(rows, 100, { ...at, nPerSegment: n })).toThrow(OptionError);
    for (const n of [-1, 20, 1.5])
      expect(() => welch(rows, 100, { ...at, nPerSegment: 20, nOverlap: n })).toThrow(OptionError);
    for (const n of [19, 1.5, 1e12])
      expect(() => welch(rows, 100, { ...at, nPerSegment: 20, nFft: n })).toThrow(OptionError);
    expect(() => welch(rows, 100, { ...at, window: new Float64Array(8), nPerSegment: 20 })).toThrow(OptionError);
    expect(() => welch(rows, 100, { ...at, window: new Float64Array(20) })).toThrow(OptionError);
    expect(() => welch(rows, 100, { ...at, window: "sine" as never })).toThrow(OptionError);
    expect(() => welch(rows, 100, { ...at, detrend: "cubic" as never })).toThrow(OptionError);
    expect(() => welch(rows, 100, { ...at, scaling: "linear" as never })).toThrow(OptionError);
    expect(() => welch(rows, 100, { ...at, average: "mode" as never })).toThrow(OptionError);
    expect(() => spectrogram(rows, 100, { ...at, mode: "phase" as never })).toThrow(OptionError);
  });
  test("wavelets that do not fit", () => {
    const run = (options: object) => () => morletPower(rows, 100, { ...at, frequenciesHz: [20], ...options });
    for (const hz of [0, -1, 51]) expect(run({ frequenciesHz: [hz] })).toThrow(BandError);
    for (const frequenciesHz of [[], [Number.NaN], undefined]) expect(run({ frequenciesHz })).toThrow(OptionError);
    for (const nCycles of [0, -1, Number.NaN, Infinity]) expect(run({ nCycles })).toThrow(OptionError);
    expect(run({ nCycles: [3, 4] })).toThrow(ShapeError);
    expect(run({ frequenciesHz: [2] })).toThrow(TooShortError);
    expect(run({ decimation: 0 })).toThrow(OptionError);
    expect(run({ sampleRateHz: 0 })).toThrow(SampleRateError);
    expect(run({ nCycles: 1e300 })).toThrow(OptionError);
    expect(() =>
      morletEpochs(
        { data: new Float64Array(0), nEpochs: 0, nChannels: 1, nTimes: 100, sampleRateHz: 100 } as unknown as Epochs,
        { frequenciesHz: [20], average: true },
      ),
    ).toThrow(OptionError);
  });
});
