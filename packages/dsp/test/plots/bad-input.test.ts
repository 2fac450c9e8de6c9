import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  plotButterfly,
  plotContrast,
  plotDrops,
  plotEpochsImage,
  plotEvents,
  plotSpectrum,
  plotTopomap,
} from "../../src/plots";
import { makeEpochs, makeEvoked, numbersOf } from "./shapes";

const throwing = (code: string) => expect.objectContaining({ code });
const events = { nEvents: 2, samples: Int32Array.of(1, 5), codes: Int32Array.of(1, 2) };
const spectrum = { frequenciesHz: Float64Array.of(0, 1, 2), power: new Float64Array(6).fill(1) };

describe("what does not fit its shape is refused", () => {
  test.each<[string, string, () => string]>([
    ["a short buffer", "ERR_DSP_SHAPE", () => plotButterfly(makeEvoked({ data: new Float64Array(7) }))],
    ["names for other channels", "ERR_DSP_SHAPE", () => plotButterfly({ ...makeEvoked(), channelNames: ["Cz"] })],
    [
      "errors of another shape",
      "ERR_DSP_SHAPE",
      () => plotButterfly(makeEvoked({ standardError: new Float64Array(3) })),
    ],
    ["no sample", "ERR_DSP_TOO_SHORT", () => plotButterfly({ ...makeEvoked(), nTimes: 0, data: new Float64Array(0) })],
    ["no channel", "ERR_DSP_TOO_SHORT", () => plotTopomap(makeEvoked({ channelNames: [] }))],
    ["half a channel", "ERR_DSP_TOO_SHORT", () => plotButterfly({ ...makeEvoked(), nChannels: 1.5 })],
    ["a rate of 0", "ERR_DSP_SAMPLE_RATE", () => plotButterfly(makeEvoked({ sampleRateHz: 0 }))],
    ["a rate of NaN", "ERR_DSP_SAMPLE_RATE", () => plotTopomap(makeEvoked({ sampleRateHz: Number.NaN }))],
    ["an endless beginning", "ERR_DSP_OPTION", () => plotButterfly(makeEvoked({ tMinSeconds: -Infinity }))],
    ["neither class", "ERR_DSP_OPTION", () => plotContrast({ target: null, nonTarget: null })],
    ["two grids", "ERR_DSP_SHAPE", () => plotContrast({ target: makeEvoked(), nonTarget: makeEvoked({ nTimes: 70 }) })],
    [
      "two rates",
      "ERR_DSP_SHAPE",
      () => plotContrast({ target: makeEvoked(), nonTarget: makeEvoked({ sampleRateHz: 99 }) }),
    ],
    [
      "an unknown channel",
      "ERR_DSP_CHANNEL",
      () => plotContrast({ target: makeEvoked(), nonTarget: null }, { channel: "X" }),
    ],
    ["a channel beyond", "ERR_DSP_CHANNEL", () => plotEpochsImage(makeEpochs(3), { channel: 4 })],
    [
      "a negative band",
      "ERR_DSP_OPTION",
      () => plotContrast({ target: makeEvoked(), nonTarget: null }, { standardErrors: -1 }),
    ],
    ["a time outside", "ERR_DSP_OPTION", () => plotTopomap(makeEvoked(), { timesSeconds: [2] })],
    ["a time of NaN", "ERR_DSP_OPTION", () => plotTopomap(makeEvoked(), { timesSeconds: [Number.NaN] })],
    ["no time", "ERR_DSP_OPTION", () => plotTopomap(makeEvoked(), { timesSeconds: [] })],
    ["a limit of 0", "ERR_DSP_OPTION", () => plotTopomap(makeEvoked(), { limitMicrovolts: 0 })],
    ["too few positions", "ERR_DSP_SHAPE", () => plotTopomap(makeEvoked(), { positions: [[0, 0, 1]] })],
    ["codes of other epochs", "ERR_DSP_SHAPE", () => plotEpochsImage({ ...makeEpochs(3), codes: new Int32Array(2) })],
    ["minus one epoch", "ERR_DSP_OPTION", () => plotEpochsImage({ ...makeEpochs(3), nEpochs: -1 })],
    ["an epoch that is not there", "ERR_DSP_OPTION", () => plotEpochsImage(makeEpochs(3), { order: [3] })],
    ["half a row of smoothing", "ERR_DSP_OPTION", () => plotEpochsImage(makeEpochs(3), { smoothEpochs: 0.5 })],
    ["power of other channels", "ERR_DSP_SHAPE", () => plotSpectrum(spectrum, { channelNames: ["Cz"] })],
    [
      "no frequency",
      "ERR_DSP_TOO_SHORT",
      () => plotSpectrum({ frequenciesHz: new Float64Array(0), power: new Float64Array(0) }, { channelNames: ["Cz"] }),
    ],
    ["an end of 0 Hz", "ERR_DSP_OPTION", () => plotSpectrum(spectrum, { channelNames: ["Cz", "Pz"], highHz: 0 })],
    [
      "a drop log of others",
      "ERR_DSP_SHAPE",
      () => plotEvents(events, { sampleRateHz: 10, nSamples: 10, dropLog: [[]] }),
    ],
    [
      "events without samples",
      "ERR_DSP_SHAPE",
      () => plotEvents({ ...events, samples: new Int32Array(0) }, { sampleRateHz: 10, nSamples: 10 }),
    ],
    ["no rate", "ERR_DSP_OPTION", () => plotEvents(events, { sampleRateHz: Number.NaN, nSamples: 10 })],
    ["no length", "ERR_DSP_OPTION", () => plotEvents(events, { sampleRateHz: 10, nSamples: 0 })],
    ["a width of NaN", "ERR_DSP_OPTION", () => plotDrops([], { width: Number.NaN })],
    ["a height of a million", "ERR_DSP_OPTION", () => plotDrops([], { height: 1e6 })],
  ])("%s: %s", (_, code, draw) => {
    expect(draw).toThrow(throwing(code));
  });
});

describe("what is no number leaves a gap, and what is odd still gives a picture", () => {
  const anyValue = fc.oneof(
    fc.double({ min: -200, max: 200 }),
    fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1e300, -1e300, 5e-324),
  );

  test("any values, any few samples", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 9 })
          .chain((nTimes) => fc.array(anyValue, { minLength: 3 * nTimes, maxLength: 3 * nTimes })),
        (values) => {
          const channelNames = ["Fz", "Cz", "Pz"];
          const nTimes = values.length / 3;
          const evoked = makeEvoked({ data: Float64Array.from(values), channelNames, nTimes });
          const epochs = makeEpochs(1, { data: evoked.data, channelNames, nTimes });
          const positions = [[0, 1, 1] as const, [0, 0, 1] as const, undefined];
          const isFiniteSomewhere = [0, 1].some((channel) => Number.isFinite(values[channel * nTimes]!));
          for (const svg of [
            plotButterfly(evoked),
            plotContrast({ target: evoked, nonTarget: evoked }),
            plotEpochsImage(epochs),
            ...(isFiniteSomewhere ? [plotTopomap(evoked, { timesSeconds: [-0.1], positions })] : []),
          ])
            expect(numbersOf(svg).filter((value) => !Number.isFinite(value))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a spectrum of zeros and NaN, one frequency, one channel", () => {
    for (const power of [0, Number.NaN, 3])
      for (const n of [1, 2, 300]) {
        const frequenciesHz = Float64Array.from({ length: n }, (_, k) => k);
        const svg = plotSpectrum({ frequenciesHz, power: new Float64Array(n).fill(power) }, { channelNames: ["Cz"] });
        expect(numbersOf(svg).every(Number.isFinite)).toBe(true);
      }
  });
});
