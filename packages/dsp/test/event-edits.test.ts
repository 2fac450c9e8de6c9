import { describe, expect, test } from "vitest";
import { type Events, findEvents, type FindEventsOptions, OptionError, SampleRateError } from "../src";
import { mergeEvents, pickEvents, stimFromEvents } from "../src/entries/events";
import { eventsFromRows } from "../src/event-edits";
import { readGolden } from "./golden";

type Row = [number, number, number];
const rowsOf = ({ nEvents, samples, previous, codes }: Events) =>
  Array.from({ length: nEvents }, (_, i) => [samples[i], previous[i], codes[i]]);

interface MaskCase extends FindEventsOptions {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly stim: number[];
  readonly want: Row[];
}
const masks = readGolden<MaskCase>("event-masks");

test.each(masks.cases)(`masks and casts: $name agrees with ${masks.producer}`, (given) => {
  expect(rowsOf(findEvents(given, given))).toEqual(given.want);
});

interface EditCase {
  readonly name: string;
  readonly rows: Row[];
  readonly codes: number[];
  readonly step: boolean;
  readonly replaced: Row[];
  readonly kept: Row[];
  readonly included: Row[];
  readonly excluded: Row[];
}
const edits = readGolden<EditCase>("event-edits");

test.each(edits.cases)(`merging and picking: $name agrees with ${edits.producer}`, (given) => {
  const { codes, step } = given;
  const events = eventsFromRows(given.rows);
  expect(rowsOf(mergeEvents(events, codes, 9))).toEqual(given.replaced);
  expect(rowsOf(mergeEvents(events, codes, 9, { keep: true }))).toEqual(given.kept);
  expect(rowsOf(pickEvents(events, { include: codes, step }))).toEqual(given.included);
  expect(rowsOf(pickEvents(events, { exclude: codes, step }))).toEqual(given.excluded);
});

describe("a stim channel of events", () => {
  const stim = Int32Array.of(0, 0, 1, 0, 0, 2, 0, 1, 0);
  test("is the one that they were found in", () => {
    expect(stimFromEvents(findEvents({ stim }), { nSamples: stim.length })).toEqual(stim);
    const later = findEvents({ stim }, { firstSample: 100 });
    expect(stimFromEvents(later, { nSamples: stim.length, firstSample: 100 })).toEqual(stim);
  });
  test("holds one code a sample, and no event outside of itself", () => {
    const at = (...rows: Row[]) => eventsFromRows(rows);
    expect(() => stimFromEvents(at([3, 0, 1], [3, 0, 2]), { nSamples: 9 })).toThrow(OptionError);
    expect(() => stimFromEvents(at([9, 0, 1]), { nSamples: 9 })).toThrow(OptionError);
    expect(() => stimFromEvents(at([-1, 0, 1]), { nSamples: 9 })).toThrow(OptionError);
    expect(() => stimFromEvents(at(), { nSamples: -1 })).toThrow(OptionError);
    expect(stimFromEvents(at(), { nSamples: 0 })).toHaveLength(0);
  });
});

describe("findEvents refuses", () => {
  const stim = Int32Array.of(0, 1, 0);
  test.each<[string, object]>([
    ["output", { output: "peak" }],
    ["consecutive", { consecutive: "falling" }],
    ["minDurationSeconds", { minDurationSeconds: Number.NaN }],
    ["minDurationSeconds", { minDurationSeconds: -1 }],
    ["shortestEventSamples", { shortestEventSamples: 1.5 }],
    ["mask", { mask: 2 ** 40 }],
    ["maskType", { maskType: "or" }],
    ["firstSample", { firstSample: 0.5 }],
  ])("%s %o", (option, options) => {
    expect(() => findEvents({ stim, sampleRateHz: 100 }, options)).toThrow(OptionError);
    expect(() => findEvents({ stim, sampleRateHz: 100 }, options)).toThrow(option);
  });
  test("a duration without a rate, and codes that are no numbers or too large", () => {
    expect(() => findEvents({ stim }, { minDurationSeconds: 0.1 })).toThrow(SampleRateError);
    expect(() => findEvents({ stim: [0, Number.NaN, 0] })).toThrow(OptionError);
    expect(() => findEvents({ stim: Int32Array.of(0, -(2 ** 31), 0) })).toThrow(/stim\[1\]/);
  });
});

test("finds a hundred thousand offsets without comparing each with each", () => {
  const many = Int32Array.from({ length: 400_000 }, (_, i) => (i % 4 === 1 ? 1 : 0));
  expect(findEvents({ stim: many }, { output: "offset" }).nEvents).toBe(100_000);
});

test("events whose lists differ in length are refused", () => {
  const wrong = { ...eventsFromRows([[1, 0, 1]]), codes: new Int32Array(2) };
  expect(() => pickEvents(wrong, {})).toThrow(/events\.codes\.length is 2/);
  expect(() => mergeEvents(wrong, [1], 2)).toThrow(OptionError);
  expect(() => mergeEvents(eventsFromRows([]), [1], 0.5)).toThrow(OptionError);
});
