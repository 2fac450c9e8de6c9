import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Annotation, findEvents, OptionError, SampleRateError } from "../src";
import { annotationsFromEvents, eventsFromAnnotations, type EventsFromAnnotationsOptions } from "../src/entries/events";
import { eventsFromRows } from "../src/event-edits";
import { readGolden, worstError } from "./golden";

type Row = [number, number, number];
interface FromCase {
  readonly kind: "from";
  readonly name: string;
  readonly annotations: Annotation[];
  readonly sampleRateHz: number;
  readonly options: { pattern?: string | null } & Omit<EventsFromAnnotationsOptions, "pattern" | "sampleRateHz">;
  readonly want: Row[];
  readonly codes: Record<string, number>;
}
interface ToCase {
  readonly kind: "to";
  readonly name: string;
  readonly rows: Row[];
  readonly names: Record<number, string> | null;
  readonly onsets: number[];
  readonly texts: string[];
}
const golden = readGolden<FromCase | ToCase>("annotations");

test.each(golden.cases.filter((one) => one.kind === "from"))(`$name agrees with ${golden.producer}`, (given) => {
  const { pattern, ...options } = given.options;
  const { events, codes } = eventsFromAnnotations(given.annotations, {
    sampleRateHz: given.sampleRateHz,
    ...options,
    ...(pattern === undefined ? {} : { pattern: pattern === null ? null : new RegExp(pattern) }),
  });
  expect(Array.from(events.samples, (sample, i) => [sample, events.previous[i], events.codes[i]])).toEqual(given.want);
  expect(codes).toEqual(given.codes);
});

test.each(golden.cases.filter((one) => one.kind === "to"))(`$name agrees with ${golden.producer}`, (given) => {
  const options = { sampleRateHz: 128, firstSample: 30, names: given.names ?? undefined };
  const annotations = annotationsFromEvents(eventsFromRows(given.rows), options);
  expect(annotations.map(({ text }) => text)).toEqual(given.texts);
  expect(
    worstError(
      annotations.map(({ onsetSeconds }) => onsetSeconds),
      given.onsets,
    ),
  ).toBe(0);
  expect(annotations.every(({ durationSeconds }) => durationSeconds === 0)).toBe(true);
});

test("events to annotations and back are the same events, at any rate", () => {
  const anyEvents = fc
    .uniqueArray(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 20 })
    .map((samples) => eventsFromRows(samples.sort((a, b) => a - b).map((sample, i) => [sample, 0, (i % 3) + 1])));
  fc.assert(
    fc.property(anyEvents, fc.double({ min: 1, max: 5000, noNaN: true }), (events, sampleRateHz) => {
      const annotations = annotationsFromEvents(events, { sampleRateHz, names: (code) => `code ${code}` });
      const codes = { "code 1": 1, "code 2": 2, "code 3": 3 };
      expect(eventsFromAnnotations(annotations, { sampleRateHz, codes }).events).toEqual(events);
    }),
  );
});

describe("names and codes", () => {
  const events = findEvents({ stim: [0, 1, 0, 2, 0, 5, 0] });
  const texts = (names: Parameters<typeof annotationsFromEvents>[1]["names"]) =>
    annotationsFromEvents(events, { sampleRateHz: 10, names }).map(({ text }) => text);
  test("may be a record, a list, a function, or none", () => {
    expect(texts(undefined)).toEqual(["1", "2", "5"]);
    expect(texts({ 2: "Target" })).toEqual(["Target"]);
    expect(texts([5, 1])).toEqual(["1", "5"]);
    expect(texts((code) => (code > 1 ? `>${code}` : null))).toEqual([">2", ">5"]);
    expect(texts({})).toEqual([]);
  });
  test("are not confused by what every object has", () => {
    const annotations = [{ onsetSeconds: 1, durationSeconds: 0, text: "constructor" }];
    expect(eventsFromAnnotations(annotations, { sampleRateHz: 10, codes: {} }).events.nEvents).toBe(0);
    expect(eventsFromAnnotations(annotations, { sampleRateHz: 10 }).codes).toEqual({ constructor: 1 });
    const proto = [{ onsetSeconds: 1, durationSeconds: 0, text: "__proto__" }];
    expect(eventsFromAnnotations(proto, { sampleRateHz: 10 }).events.nEvents).toBe(1);
  });
  test("a pattern with a place of its own is asked afresh each time", () => {
    const two = ["ab", "ac"].map((text) => ({ onsetSeconds: 1, durationSeconds: 0, text }));
    expect(eventsFromAnnotations(two, { sampleRateHz: 10, pattern: /a/g }).events.nEvents).toBe(2);
  });
});

describe("refuses", () => {
  const one = [{ onsetSeconds: 1, durationSeconds: 1, text: "a" }];
  const from =
    (options: object, annotations = one) =>
    () =>
      eventsFromAnnotations(annotations, { sampleRateHz: 100, ...options });
  test("rates, chunks, codes and times that cannot be", () => {
    expect(from({ sampleRateHz: 0 })).toThrow(SampleRateError);
    expect(from({ rounding: "up" })).toThrow(OptionError);
    for (const chunkSeconds of [0, -1, Number.NaN, 1e-9]) expect(from({ chunkSeconds })).toThrow(OptionError);
    expect(from({ codes: { a: 1.5 } })).toThrow(/code of "a"/);
    expect(from({}, [{ ...one[0]!, onsetSeconds: Number.NaN }])).toThrow(/annotations\[0\]/);
    expect(from({}, [{ ...one[0]!, durationSeconds: Infinity }])).toThrow(OptionError);
    const events = findEvents({ stim: [0, 1, 0] });
    expect(() => annotationsFromEvents(events, { sampleRateHz: Number.NaN })).toThrow(SampleRateError);
    expect(() => annotationsFromEvents(events, { sampleRateHz: 1, durationSeconds: -1 })).toThrow(OptionError);
  });
});
