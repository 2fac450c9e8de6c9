import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averageEpochs, extractEpochs, type Recording } from "../../src";
import { applyAsr, calibrateAsr, findCleanSamples, streamAsr } from "../../src/entries/cleaning";
import { fitEegDistribution } from "../../src/cleaning/asr/eeg-distribution";
import { spectralWeighting } from "../../src/cleaning/asr/spectral-weighting";
import { multiply, transpose } from "../../src/cleaning/linear-algebra";
import { readGolden, relativeError } from "../golden";
import { type Burst, madeUp } from "./made-up";

interface Weighting {
  readonly name: string;
  readonly sampleRateHz: number;
  /** Beyond 512 Hz the poles crowd at 1, and the last digits of the least squares are anybody's. */
  readonly tolerance: number;
  readonly b: number[];
  readonly a: number[];
}
interface Distribution {
  readonly name: string;
  readonly amplitudes: number[];
  readonly mean: number;
  readonly std: number;
}
interface Asr {
  readonly name: string;
  readonly nChannels: number;
  readonly nSamples: number;
  readonly sampleRateHz: number;
  readonly cutoff: number;
  readonly bursts: Burst[];
  readonly mixing: number[];
  readonly limits: number[];
  readonly every: number;
  readonly want: number[];
}

const weightings = readGolden<Weighting>("cleaning-asr-weighting");
test.each(weightings.cases)(`$name agrees with ${weightings.producer}`, ({ sampleRateHz, tolerance, b, a }) => {
  const got = spectralWeighting(sampleRateHz);
  expect(relativeError(got.a, a)).toBeLessThan(tolerance);
  expect(relativeError(got.b, b)).toBeLessThan(tolerance);
});

const distributions = readGolden<Distribution>("cleaning-asr-distribution");
test.each(distributions.cases)(`$name agree with ${distributions.producer}`, ({ amplitudes, mean, std }) => {
  const got = fitEegDistribution(Float64Array.from(amplitudes));
  expect(relativeError([got.mean, got.std], [mean, std])).toBeLessThan(distributions.tolerance);
});

const golden = readGolden<Asr>("cleaning-asr");
test.each(golden.cases)(`$name agree with ${golden.producer}`, (one) => {
  const { nChannels: n, nSamples, sampleRateHz, cutoff, bursts, every } = one;
  const calibration = calibrateAsr(madeUp(n, nSamples, sampleRateHz), { cutoff, cleanSamples: "all" });
  expect(relativeError(calibration.mixing, one.mixing)).toBeLessThan(golden.tolerance);
  const { thresholds } = calibration;
  expect(relativeError(multiply(transpose(thresholds, n, n), thresholds, n, n, n), one.limits)).toBeLessThan(
    golden.tolerance,
  );
  const cleaned = applyAsr(madeUp(n, nSamples, sampleRateHz, bursts), calibration);
  const got = Array.from({ length: n }, (_, c) =>
    Array.from(cleaned.data.subarray(c * nSamples, (c + 1) * nSamples)).filter((_value, i) => i % every === 0),
  ).flat();
  expect(relativeError(got, one.want)).toBeLessThan(golden.tolerance);
});

const rms = (values: Float64Array): number => Math.hypot(...values) / Math.sqrt(values.length);
const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!);
/** The samples of all channels in [from, to). */
const part = ({ data, nChannels, nSamples }: Recording, from: number, to: number): Float64Array =>
  Float64Array.from(
    Array.from({ length: nChannels }, (_, c) =>
      Array.from(data.subarray(c * nSamples + from, c * nSamples + to)),
    ).flat(),
  );

describe("a minute with targets and bursts", () => {
  const rate = 128;
  const nSamples = 60 * rate;
  const nChannels = 8;
  const starts = [900, 2500, 4100, 5600];
  const clean = madeUp(nChannels, nSamples, rate);
  const samples = Int32Array.from({ length: 70 }, (_, k) => 64 + k * 105);
  for (const sample of samples)
    for (let c = 0; c < nChannels; c++)
      for (let i = 0; i < 100; i++)
        clean.data[c * nSamples + sample + i]! += (12 - c) * Math.exp(-(((i - 45) / 12) ** 2));
  const amplitude = rms(clean.data);
  const dirty = { ...clean, data: clean.data.slice() };
  for (const start of starts)
    for (let c = 0; c < nChannels; c++)
      for (let i = 0; i < 100; i++)
        dirty.data[c * nSamples + start + i]! += 20 * amplitude * Math.exp(-c / 2) * Math.sin(i * 0.7 + (i * i) / 90);
  const calibration = calibrateAsr(dirty);
  const fixed = applyAsr(dirty, calibration);

  test("bursts of twenty times its amplitude come down to that of clean signal", () => {
    for (const start of starts) {
      const wanted = part(clean, start, start + 100);
      expect(rms(minus(part(dirty, start, start + 100), wanted))).toBeGreaterThan(6 * amplitude);
      expect(rms(minus(part(fixed, start, start + 100), wanted))).toBeLessThan(0.7 * amplitude);
    }
  });

  test("what is half a second away from them stays as it is, bit for bit", () => {
    let from = 0;
    for (const start of [...starts, nSamples + 100]) {
      expect(part(fixed, from, start - 100)).toEqual(part(clean, from, start - 100));
      from = start + 200;
    }
  });

  test("the targets' average is kept within 15 %, which the bursts had spoilt by half", () => {
    const events = { samples, codes: new Int32Array(70).fill(2), previous: new Int32Array(70), nEvents: 70 };
    const erpOf = (recording: Recording): Float64Array =>
      averageEpochs(extractEpochs(recording, events, { tMinSeconds: -0.1, tMaxSeconds: 0.7, baseline: [-0.1, 0] }))
        .data;
    const wanted = erpOf(clean);
    expect(rms(minus(erpOf(dirty), wanted)) / rms(wanted)).toBeGreaterThan(0.5);
    expect(rms(minus(erpOf(fixed), wanted)) / rms(wanted)).toBeLessThan(0.15);
  });

  test("the clean samples are those without a burst, by and large", () => {
    const mask = findCleanSamples(dirty);
    for (const start of starts) expect(mask.subarray(start + 20, start + 80).every((value) => value === 0)).toBe(true);
    expect(mask.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.6 * nSamples);
  });

  test("chunks of any size give the numbers of the whole", () => {
    const short = { ...dirty, data: part(dirty, 700, 1700), nSamples: 1000, stim: new Int32Array(1000) };
    const options = { stepSamples: 20, lookAheadSeconds: 0.2 };
    const whole = applyAsr(short, calibration, options);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const stream = streamAsr(calibration, options);
        const rows: number[][] = Array.from({ length: nChannels }, () => []);
        const take = ({ data, nSamples: n }: { data: Float64Array; nSamples: number }): void =>
          rows.forEach((row, c) => row.push(...data.subarray(c * n, (c + 1) * n)));
        for (let from = 0, k = 0; from < 1000; k++) {
          const to = Math.min(1000, from + (sizes[k] ?? 333));
          take(stream.push(part(short, from, to)));
          from = to;
        }
        take(stream.flush());
        expect(Float64Array.from(rows.flat())).toEqual(whole.data);
      }),
      { numRuns: 25 },
    );
  });

  test("a calibration of other channels, another rate, or damaged, is refused", () => {
    const names = clean.channelNames.map((name) => `${name}x`);
    expect(() => applyAsr({ ...clean, channelNames: names }, calibration)).toThrow(
      /C1x: the calibration is of other channels/,
    );
    expect(() => applyAsr({ ...clean, sampleRateHz: 256 }, calibration)).toThrow(/sampleRateHz is 256/);
    expect(() => applyAsr(clean, { ...calibration, mixing: new Float64Array(3) })).toThrow(/calibration.mixing/);
    expect(() => applyAsr(clean, JSON.parse(JSON.stringify(calibration)))).toThrow(/calibration/);
    expect(() => applyAsr(clean, calibration, { stepSamples: 0 })).toThrow(/stepSamples/);
    expect(() => applyAsr(clean, calibration, { stepSamples: 65 })).toThrow(/stepSamples/);
    expect(() => applyAsr(clean, calibration, { lookAheadSeconds: 0.6 })).toThrow(/lookAheadSeconds/);
    expect(() => applyAsr(clean, calibration, { removedShareMax: Number.NaN })).toThrow(/removedShareMax/);
    const stream = streamAsr(calibration);
    expect(() => stream.push(new Float64Array(9))).toThrow(/chunk.length is 9, but 16/);
    expect(() => stream.push(new Float64Array(8).fill(Number.NaN))).toThrow(/NaN/);
    expect(stream.flush().nSamples).toBe(0);
  });
});

describe("calibrateAsr", () => {
  const recording = madeUp(4, 3000, 100);

  test("leaves out what an average reference leaves empty", () => {
    const { data, nSamples } = recording;
    const referenced = data.map((value, i) => {
      const t = i % nSamples;
      return value - (data[t]! + data[nSamples + t]! + data[2 * nSamples + t]! + data[3 * nSamples + t]!) / 4;
    });
    for (let i = 1500; i < 1560; i++) {
      for (let c = 0; c < 4; c++) referenced[c * nSamples + i]! += (c - 1.5) * 300;
    }
    const rereferenced = { ...recording, data: referenced };
    const fixed = applyAsr(rereferenced, calibrateAsr(rereferenced));
    expect(Math.max(...fixed.data.map(Math.abs))).toBeLessThan(300);
    expect(fixed.data.subarray(0, 1400)).toEqual(referenced.subarray(0, 1400));
  });

  test("refuses what cannot be", () => {
    expect(() => calibrateAsr(madeUp(4, 500, 100))).toThrow(/number of windows/);
    expect(() => calibrateAsr(madeUp(4, 1, 100))).toThrow(/number of windows/);
    expect(() => calibrateAsr(madeUp(1, 3000, 100))).toThrow(/number of channels is 1/);
    expect(() => calibrateAsr({ ...recording, data: recording.data.map(() => 3) })).toThrow(/values that differ/);
    expect(() => calibrateAsr({ ...recording, data: recording.data.map(() => 0) }, { cleanSamples: "all" })).toThrow(
      /channels that move/,
    );
    expect(() => calibrateAsr({ ...recording, data: recording.data.map(() => Infinity) })).toThrow(/Infinity/);
    expect(() => calibrateAsr({ ...recording, sampleRateHz: 1e6 }, { cleanSamples: "all" })).toThrow(
      /sampleRateHz is 1000000/,
    );
    expect(() => spectralWeighting(1)).toThrow(/sampleRateHz/);
    expect(() => calibrateAsr(recording, { cutoff: -1 })).toThrow(/cutoff/);
    expect(() => calibrateAsr(recording, { overlap: 1 })).toThrow(/overlap/);
    expect(() => calibrateAsr(recording, { blockSamples: 0.5 })).toThrow(/blockSamples/);
    expect(() => calibrateAsr(recording, { windowSeconds: 0 })).toThrow(/windowSeconds/);
    expect(() => calibrateAsr(recording, { cleanSamples: new Uint8Array(3) })).toThrow(/cleanSamples.length/);
    expect(() => calibrateAsr(recording, { cleanSamples: new Uint8Array(3000) })).toThrow(
      /number of clean samples is 0/,
    );
    expect(() => calibrateAsr(recording, { cleanSamples: { zLimits: [1, 2] } })).toThrow(/zLimits/);
    expect(() => calibrateAsr(recording, { cleanSamples: { badChannelShareMax: 2 } })).toThrow(/badChannelShareMax/);
    expect(() => calibrateAsr(recording, { cleanShareMin: 0 })).toThrow(/cleanShareMin/);
    expect(() => calibrateAsr(recording, { dropoutShareMax: 1 })).toThrow(/dropoutShareMax/);
  });
});
