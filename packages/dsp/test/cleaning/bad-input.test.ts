import { describe, expect, test } from "vitest";
import * as dsp from "../everything";
import { madeUp } from "./made-up";

const names = "Fp1 Fp2 F3 F4 C3 Cz C4 P3".split(" ");
const recording = { ...madeUp(8, 2600, 64), channelNames: names };
const epochs: dsp.Epochs = {
  data: recording.data.slice(0, 20 * 8 * 16),
  nEpochs: 20,
  nChannels: 8,
  nTimes: 16,
  sampleRateHz: 64,
  tMinSeconds: 0,
  channelNames: names,
  codes: new Int32Array(20).fill(1),
  samples: Int32Array.from({ length: 20 }, (_, i) => 20 * i),
  selection: Int32Array.from({ length: 20 }, (_, i) => i),
  dropLog: Array.from({ length: 20 }, () => []),
};
const calibration = dsp.calibrateAsr(recording, { cleanSamples: "all" });
const wrong: readonly unknown[] = [
  null,
  Number.NaN,
  -1,
  0,
  0.5,
  1e-12,
  1 - 1e-12,
  1e12,
  Infinity,
  "x",
  "",
  true,
  [],
  [null],
  [Number.NaN],
  {},
];

/** Of each function: a call with one thing wrong, and the options that there are. */
const calls: Readonly<
  Record<string, readonly [call: (options: never, signals: never) => unknown, signals: object, options: object]>
> = {
  findBadChannels: [
    (options, signals) => dsp.findBadChannels(signals, options),
    recording,
    {
      flatStdMicrovolts: 1,
      deviationZMax: 1,
      highFrequencyZMax: 1,
      noiseAboveHz: 10,
      correlationWindowSeconds: 1,
      correlationMin: 0.4,
      lowCorrelationShareMax: 0.1,
      ransac: false,
    },
  ],
  interpolateBadChannels: [
    (options, signals) => dsp.interpolateBadChannels(signals, options),
    recording,
    { badChannels: ["Cz"], excludeChannels: [], positions: {}, origin: [0, 0, 0] },
  ],
  surfaceLaplacian: [
    (options, signals) => dsp.surfaceLaplacian(signals, options),
    recording,
    { radiusMeters: 0.1, regularization: 1e-5, excludeChannels: [], positions: {}, origin: [0, 0, 0] },
  ],
  regressEog: [
    (options, signals) => dsp.regressEog(signals, options),
    recording,
    { eog: ["Fp1"], subtractEvoked: true, weights: undefined },
  ],
  calibrateAsr: [
    (options, signals) => dsp.calibrateAsr(signals, options),
    recording,
    {
      cutoff: 20,
      cleanSamples: "all",
      blockSamples: 100,
      windowSeconds: 0.5,
      overlap: 0.66,
      cleanShareMin: 0.25,
      dropoutShareMax: 0.1,
    },
  ],
  findCleanSamples: [
    (options, signals) => dsp.findCleanSamples(signals, options),
    recording,
    {
      windowSeconds: 0.5,
      overlap: 0.66,
      badChannelShareMax: 0.1,
      zLimits: [-3, 5],
      cleanShareMin: 0.25,
      dropoutShareMax: 0.1,
    },
  ],
  applyAsr: [
    (options, signals) => dsp.applyAsr(signals, calibration, options),
    recording,
    { lookAheadSeconds: 0.25, stepSamples: 32, removedShareMax: 0.66 },
  ],
  searchRejectThreshold: [
    (options, signals) => dsp.searchRejectThreshold(signals, options),
    epochs,
    { nFolds: 5, folds: undefined, candidatesMicrovolts: undefined },
  ],
  autoReject: [
    (options, signals) => dsp.autoReject(signals, options),
    epochs,
    {
      nFolds: 5,
      folds: undefined,
      nInterpolate: [1],
      consensus: [0.5],
      thresholdsMicrovolts: undefined,
      positions: {},
      origin: [0, 0, 0],
    },
  ],
};

describe.each(Object.entries(calls))("%s", (_name, [call, signals, options]) => {
  const outcome = (change: object, changed: object): unknown => {
    try {
      call({ ...options, ...change } as never, { ...signals, ...changed } as never);
      return "an answer";
    } catch (error) {
      return error instanceof dsp.DspError ? "an answer" : error;
    }
  };

  test("gives an answer or a typed error, whatever an option is", () => {
    for (const option of Object.keys(options))
      for (const value of wrong)
        expect(outcome({ [option]: value }, {}), `${option} ${String(value)}`).toBe("an answer");
  });

  test("gives an answer or a typed error, whatever the signals are", () => {
    for (const field of Object.keys(signals).filter(
      (key) => !["stim", "dropLog", "codes", "samples", "selection"].includes(key),
    ))
      for (const value of wrong) expect(outcome({}, { [field]: value }), `${field} ${String(value)}`).toBe("an answer");
    for (const value of [0, 5])
      expect(outcome({}, { data: recording.data.map(() => value), ...signals, nEpochs: 0 })).toBe("an answer");
  });
});

test("the montage gives an answer or a typed error, whatever it is asked", () => {
  for (const value of wrong)
    for (const call of [
      dsp.positionOf,
      dsp.standardMontage,
      dsp.project2d,
      (names: never) => dsp.picks(names, ["Cz"]),
      (names: never) => dsp.picks(["Cz"], names),
    ]) {
      let error: unknown;
      try {
        call(value as never);
      } catch (thrown) {
        error = thrown;
      }
      expect(error === undefined || error instanceof dsp.DspError, `${String(value)}: ${String(error)}`).toBe(true);
    }
});
