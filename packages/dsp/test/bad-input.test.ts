import { describe, expect, test } from "vitest";
import {
  averageEpochs,
  baselineSamples,
  DspError,
  type Epochs,
  type Events,
  type Evoked,
  extractEpochs,
  findEvents,
  flatten,
  globalFieldPower,
  offendingChannels,
} from "../src";
import { combineEvoked, grandAverage, peakOf } from "../src/entries/evoked";
import { adjacencyByDistance, clusterPermutationTest, contrastEpochs } from "../src/entries/contrast";
import {
  annotationsFromEvents,
  eventsFromAnnotations,
  mergeEvents,
  pickEvents,
  stimFromEvents,
} from "../src/entries/events";
import {
  concatenateEpochs,
  cropEpochs,
  dropEpochs,
  equalizeCounts,
  pickChannels,
  selectEpochs,
} from "../src/entries/selection";
import { chunkFromLsl, chunkFromMessage, createStream } from "../src/entries/stream";
import { encodeEpochs } from "../src/epochs-file";
import { makeRecording } from "./arbitraries";

const events = findEvents(makeRecording());
const epochs = extractEpochs(makeRecording(), events, { tMinSeconds: -0.1, tMaxSeconds: 0.2 });
const evoked = averageEpochs(epochs);

/** What a caller without types may hand over instead of epochs. */
const noEpochs: [string, unknown][] = [
  ["undefined", undefined],
  ["null", null],
  ["a number", 7],
  ["an empty object", {}],
  ["epochs without data", { ...epochs, data: undefined }],
  ["epochs of half a channel", { ...epochs, nChannels: 0.5 }],
  ["epochs of NaN samples", { ...epochs, nTimes: Number.NaN }],
  ["epochs of -1", { ...epochs, nEpochs: -1 }],
  ["one epoch too many", { ...epochs, nEpochs: epochs.nEpochs + 1 }],
  ["a name too few", { ...epochs, channelNames: ["C1"] }],
  ["codes too few", { ...epochs, codes: new Int32Array(2) }],
];

describe.each(noEpochs)("%s is refused with a typed error by", (_, given) => {
  const wrong = given as Epochs;
  test.each<[string, () => unknown]>([
    ["selectEpochs", () => selectEpochs(wrong, {})],
    ["dropEpochs", () => dropEpochs(wrong, [])],
    ["equalizeCounts", () => equalizeCounts([wrong])],
    ["concatenateEpochs", () => concatenateEpochs([epochs, wrong])],
    ["averageEpochs", () => averageEpochs(wrong)],
    ["contrastEpochs", () => contrastEpochs(wrong)],
  ])("%s", (_name, run) => {
    expect(run).toThrow(DspError);
  });
  test("encodeEpochs", async () => {
    await expect(encodeEpochs(wrong)).rejects.toThrow(DspError);
  });
});

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["null", null],
  ["a number", 7],
  ["an empty object", {}],
  ["one with too few samples", { ...evoked, data: new Float64Array(3) }],
  ["one with too few names", { ...evoked, channelNames: ["Q"] }],
])("no evoked response, but %s, is refused", (_, given) => {
  const wrong = given as Evoked;
  for (const run of [
    () => globalFieldPower(wrong),
    () => peakOf(wrong),
    () => combineEvoked([wrong], "equal"),
    () => grandAverage([evoked, wrong]),
  ])
    expect(run).toThrow(DspError);
});

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["null", null],
  ["an empty object", {}],
  ["another number of them", { ...events, nEvents: 3 }],
  ["events without samples", { ...events, samples: undefined }],
])("no events, but %s, are refused", (_, given) => {
  const wrong = given as Events;
  for (const run of [
    () => pickEvents(wrong, {}),
    () => mergeEvents(wrong, [1], 2),
    () => stimFromEvents(wrong, { nSamples: 10 }),
    () => annotationsFromEvents(wrong, { sampleRateHz: 10 }),
    () => extractEpochs(makeRecording(), wrong, { tMinSeconds: 0, tMaxSeconds: 0.1 }),
  ])
    expect(run).toThrow(DspError);
});

test.each([undefined, null, {}, { stim: null }])("no stim channel: %o", (given) => {
  expect(() => findEvents(given as { stim: Int32Array })).toThrow(DspError);
});

test("times a thousand times too long are refused at once, whatever else is asked for", () => {
  const cut = (options: object) => () =>
    extractEpochs(makeRecording(), events, { tMinSeconds: 0, tMaxSeconds: 1e9, ...options });
  for (const options of [{}, { baseline: [0, 0.1] }, { rejectWindow: [0, 0.1] }, { tMinSeconds: -1e12 }])
    expect(cut(options)).toThrow(DspError);
  expect(() => baselineSamples([0, 1], 0, Infinity, 100)).toThrow(DspError);
  expect(() => baselineSamples([0, 1], 0, 100, 0)).toThrow(DspError);
});

test("what is no list, or no object, is refused with a typed error", () => {
  for (const given of [undefined, null, 7, {}, [null], [undefined]]) {
    const wrong = given as never;
    for (const run of [
      () => equalizeCounts(wrong),
      () => concatenateEpochs(wrong),
      () => combineEvoked(wrong, "equal"),
      () => grandAverage(wrong),
      () => clusterPermutationTest(wrong),
      () => clusterPermutationTest([epochs, epochs], { adjacency: wrong ?? 7 }),
      () => adjacencyByDistance(wrong, 1),
      () => eventsFromAnnotations(wrong, { sampleRateHz: 100 }),
      () => pickChannels(wrong, ["A"]),
      () => cropEpochs(wrong, {}),
      () => createStream(wrong),
      () => createStream({ sampleRateHz: 100, channelNames: wrong }).push(wrong),
      () => createStream({ sampleRateHz: 100, channelNames: ["A"] }).push({ data: given as number[] }),
      () => createStream({ sampleRateHz: 100, channelNames: ["A"] }).push({ data: [1], stim: wrong ?? 7 }),
      () => chunkFromLsl(wrong, { nChannels: 1 }),
      () => chunkFromMessage(wrong, { nChannels: 1 }),
    ])
      expect(errorOf(run), String(run)).toBeInstanceOf(DspError);
  }
  for (const data of [[1n], new BigInt64Array(2), new BigUint64Array(2), [Symbol("a")], ["1"], [{}]])
    expect(
      errorOf(() => createStream({ sampleRateHz: 100, channelNames: ["A"] }).push({ data: data as number[] })),
    ).toBeInstanceOf(DspError);
});

/** What a call throws, or undefined. */
function errorOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

test("shapes that do not fit are refused where nothing else looks at them", () => {
  expect(() => flatten({ ...epochs, nTimes: 3 })).toThrow(/epochs\.data\.length/);
  expect(() => flatten(undefined as unknown as Epochs)).toThrow(DspError);
  expect(() => offendingChannels(new Float64Array(5), 0, 3, ["A", "B"], { rejectPeakToPeakMicrovolts: 1 })).toThrow(
    DspError,
  );
  expect(() => clusterPermutationTest([undefined as unknown as Epochs])).toThrow(DspError);
});
