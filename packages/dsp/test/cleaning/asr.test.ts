import { describe, expect, test } from "vitest";
import { applyAsr, calibrateAsr, streamAsr } from "../../src";
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
