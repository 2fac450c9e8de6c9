import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ChannelError,
  type DspError,
  type Epochs,
  extractEpochs,
  findEvents,
  OptionError,
  ShapeError,
  TooShortError,
  WindowError,
} from "../src";
import {
  concatenateEpochs,
  cropEpochs,
  dropEpochs,
  equalizeCounts,
  pickChannels,
  selectEpochs,
} from "../src/entries/selection";
import { makeRecording } from "./arbitraries";
import { readGolden } from "./golden";

/** Epochs that hold nothing but their own numbers. */
function makeEpochs(samples: readonly number[], changes: Partial<Epochs> = {}): Epochs {
  const { nChannels = 3, nTimes = 4 } = changes;
  return {
    data: Float64Array.from({ length: samples.length * nChannels * nTimes }, (_, i) => i),
    nEpochs: samples.length,
    nChannels,
    nTimes,
    sampleRateHz: 100,
    tMinSeconds: -0.1,
    channelNames: ["A", "B", "C"].slice(0, nChannels),
    codes: Int32Array.from(samples, (_, i) => 1 + (i % 2)),
    samples: Int32Array.from(samples),
    selection: Int32Array.from(samples, (_, i) => i),
    dropLog: samples.map(() => []),
    ...changes,
  };
}

interface EqualizeCase {
  readonly kind: "equalize";
  readonly name: string;
  readonly method: "mintime" | "truncate" | "random";
  readonly seed: number;
  readonly lists: number[][];
  readonly drops: number[][];
}
interface Part {
  readonly data: number[];
  readonly nTimes: number;
  readonly samples: number[];
  readonly codes: number[];
  readonly selection: number[];
  readonly dropLog: string[][];
}
interface ConcatenateCase {
  readonly kind: "concatenate";
  readonly name: string;
  readonly parts: Part[];
  readonly samples: number[];
  readonly unshifted: number[];
  readonly dropLog: string[][];
  readonly want: number[];
}
const golden = readGolden<EqualizeCase | ConcatenateCase>("select");

test.each(golden.cases.filter((one) => one.kind === "equalize"))(`$name agrees with ${golden.producer}`, (given) => {
  const { lists, method, seed, drops } = given;
  const equal = equalizeCounts(
    lists.map((samples) => makeEpochs(samples)),
    { method, seed },
  );
  for (const [i, { dropLog, nEpochs, samples }] of equal.entries()) {
    const dropped = [...dropLog.keys()].filter((k) => dropLog[k]!.length > 0);
    expect(dropped).toEqual(drops[i]);
    expect(new Set(dropLog.flat())).toEqual(new Set(dropped.length > 0 ? ["EQUALIZED_COUNT"] : []));
    expect(nEpochs).toBe(Math.min(...lists.map((list) => list.length)));
    expect([...samples]).toEqual(lists[i]!.filter((_, k) => !drops[i]!.includes(k)));
  }
});

test.each(golden.cases.filter((one) => one.kind === "concatenate"))(`$name agree with ${golden.producer}`, (given) => {
  const parts = given.parts.map((part) =>
    makeEpochs(part.samples, {
      data: Float64Array.from(part.data),
      codes: Int32Array.from(part.codes),
      selection: Int32Array.from(part.selection),
      dropLog: part.dropLog,
    }),
  );
  const joined = concatenateEpochs(parts);
  expect([...joined.data]).toEqual(given.want);
  expect([...joined.samples]).toEqual(given.samples);
  expect(joined.dropLog).toEqual(given.dropLog);
  expect(joined.nEpochs).toBe(given.samples.length);
  expect([...concatenateEpochs(parts, { shiftSamples: false }).samples]).toEqual(given.unshifted);
  expectConsistent(joined);
});

/** Each kept epoch has an empty entry in the drop log, and nobody else has. */
function expectConsistent({ selection, dropLog, nEpochs }: Epochs) {
  expect([...dropLog.keys()].filter((i) => dropLog[i]!.length === 0)).toEqual([...selection]);
  expect(selection).toHaveLength(nEpochs);
}

const cutAll = () =>
  extractEpochs(makeRecording(), findEvents(makeRecording()), {
    tMinSeconds: -0.1,
    tMaxSeconds: 0.2,
    rejectPeakToPeakMicrovolts: 62,
  });

describe("selectEpochs", () => {
  test("keeps by code, by place, by what a function says, and by all of them at once", () => {
    const epochs = cutAll();
    expect(epochs.nEpochs).toBeGreaterThan(4);
    const targets = selectEpochs(epochs, { codes: [2] });
    expect(new Set(targets.codes)).toEqual(new Set([2]));
    expectConsistent(targets);
    const places = selectEpochs(epochs, { indices: [3, 0, -1] });
    expect([...places.samples]).toEqual([0, 3, epochs.nEpochs - 1].map((i) => epochs.samples[i]));
    const late = selectEpochs(epochs, { codes: [1], where: ({ sample, index }) => sample > 400 && index !== 5 });
    expectConsistent(late);
    expect(late.samples.every((sample) => sample > 400)).toBe(true);
    expect(selectEpochs(epochs, { codes: [] }).nEpochs).toBe(0);
    expect(selectEpochs(epochs, {})).toEqual(epochs);
  });

  test("takes each epoch's own samples along, and logs the others", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(9), { maxLength: 10 }), (indices) => {
        const epochs = makeEpochs(Array.from({ length: 10 }, (_, i) => i * 7));
        const chosen = selectEpochs(epochs, { indices });
        const sorted = indices.toSorted((a, b) => a - b);
        expect([...chosen.selection]).toEqual(sorted);
        expect([...chosen.data]).toEqual(sorted.flatMap((i) => [...epochs.data.subarray(i * 12, i * 12 + 12)]));
        const dropped = dropEpochs(epochs, indices, { reason: "blink" });
        expect(dropped.nEpochs + chosen.nEpochs).toBe(10);
        for (const i of sorted) expect(dropped.dropLog[i]).toEqual(["blink"]);
        expectConsistent(chosen);
        expectConsistent(dropped);
      }),
    );
  });

  test("refuses places that no epoch has", () => {
    for (const index of [10, -11, 0.5, Number.NaN]) {
      expect(() => selectEpochs(makeEpochs([1, 2, 3]), { indices: [index] })).toThrow(OptionError);
      expect(() => dropEpochs(makeEpochs([1, 2, 3]), [index])).toThrow(OptionError);
    }
    expect(() => selectEpochs({ ...makeEpochs([1, 2]), nTimes: 5 }, {})).toThrow(ShapeError);
    expect(() => selectEpochs({ ...makeEpochs([1, 2]), nEpochs: Number.NaN }, {})).toThrow(OptionError);
  });
});

describe("equalizeCounts", () => {
  test("takes thousands of epochs", () => {
    const many = makeEpochs(Array.from({ length: 5000 }, (_, i) => 3 * i + (i % 5)));
    const few = makeEpochs(Array.from({ length: 900 }, (_, i) => 16 * i));
    expect(equalizeCounts([many, few]).map(({ nEpochs }) => nEpochs)).toEqual([900, 900]);
  });
  test("of nothing is nothing; a method must be known", () => {
    expect(equalizeCounts([])).toEqual([]);
    expect(() => equalizeCounts([makeEpochs([1])], { method: "best" as "random" })).toThrow(OptionError);
    expect(() => equalizeCounts([makeEpochs([1])], { method: "random", seed: -1 })).toThrow(OptionError);
  });
});

describe("concatenateEpochs", () => {
  const first = makeEpochs([10, 20]);
  test.each<[string, Partial<Epochs>, DspError["code"]]>([
    ["other channels", { channelNames: ["A", "B", "D"] }, "ERR_DSP_CHANNEL"],
    ["fewer channels", { nChannels: 2 }, "ERR_DSP_SHAPE"],
    ["another rate", { sampleRateHz: 50 }, "ERR_DSP_OPTION"],
    ["other times", { tMinSeconds: -0.2 }, "ERR_DSP_OPTION"],
    ["another length", { nTimes: 5 }, "ERR_DSP_SHAPE"],
  ])("refuses a part with %s", (_, changes, code) => {
    expect(() => concatenateEpochs([first, makeEpochs([5], changes)])).toThrow(expect.objectContaining({ code }));
  });
  test("refuses no part at all, takes one, and empty ones", () => {
    expect(() => concatenateEpochs([])).toThrow(TooShortError);
    expect(concatenateEpochs([first])).toEqual(first);
    expect([...concatenateEpochs([makeEpochs([]), first]).samples]).toEqual([10, 20]);
  });
  test("numbers the epochs when their samples no longer fit 32 bits", () => {
    const far = makeEpochs([2 ** 31 - 2]);
    expect([...concatenateEpochs([far, far]).samples]).toEqual([1, 2]);
  });
});

describe("pickChannels", () => {
  test("of epochs, recordings and evoked responses, in the order asked for", () => {
    const recording = makeRecording();
    const picked = pickChannels(recording, ["C3", "C1"]);
    expect(picked.channelNames).toEqual(["C3", "C1"]);
    expect(picked.data.subarray(0, 1200)).toEqual(recording.data.subarray(2400));
    expect(picked.nSamples).toBe(1200);
    const window = { tMinSeconds: 0, tMaxSeconds: 0.1 };
    const events = findEvents(recording);
    const cutFirst = extractEpochs(picked, events, window);
    expect(pickChannels(extractEpochs(recording, events, window), ["C3", "C1"])).toEqual(cutFirst);
    expect(pickChannels(recording, []).data).toHaveLength(0);
  });
  test("refuses channels that are not there, or named twice", () => {
    expect(() => pickChannels(makeRecording(), ["Cz"])).toThrow(ChannelError);
    expect(() => pickChannels(makeRecording(), ["C1", "C1"])).toThrow(/twice/);
  });
});

describe("cropEpochs", () => {
  test("is the same as to cut them shorter", () => {
    const recording = makeRecording();
    const events = findEvents(recording);
    const long = extractEpochs(recording, events, { tMinSeconds: -0.1, tMaxSeconds: 0.4 });
    const short = extractEpochs(recording, events, { tMinSeconds: 0, tMaxSeconds: 0.25 });
    const cropped = cropEpochs(long, { tMinSeconds: 0, tMaxSeconds: 0.25 });
    expect(cropped.data).toEqual(short.data);
    expect(cropped.tMinSeconds).toBeCloseTo(short.tMinSeconds, 12);
    expect(cropEpochs(long, {})).toEqual(long);
  });
  test("refuses a window outside of them, or the wrong way round", () => {
    const crop = (tMinSeconds: number, tMaxSeconds: number) => () => cropEpochs(cutAll(), { tMinSeconds, tMaxSeconds });
    for (const window of [crop(-0.3, 0), crop(0, 0.5), crop(0.1, 0), crop(Number.NaN, 0.1)])
      expect(window).toThrow(WindowError);
  });
});
