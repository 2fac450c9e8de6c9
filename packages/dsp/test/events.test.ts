import fc from "fast-check";
import { expect, test } from "vitest";
import { type DspError, type Events, findEvents, type FindEventsOptions } from "../src";
import { readGolden } from "./golden";

interface Case extends FindEventsOptions {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly stim: number[];
  readonly want: [number, number, number][] | string;
}
const golden = readGolden<Case>("events");

const rowsOf = ({ nEvents, samples, previous, codes }: Events) =>
  Array.from({ length: nEvents }, (_, i) => [samples[i], previous[i], codes[i]]);

/** Rows, or the code of the error. */
const answerTo = (given: Case) => {
  try {
    return rowsOf(findEvents({ ...given, stim: Int32Array.from(given.stim) }, given));
  } catch (error) {
    return (error as DspError).code;
  }
};

test.each(golden.cases)(`$name agrees with ${golden.producer}`, (given) => {
  expect(answerTo(given)).toEqual(given.want);
});

const anyMarkers = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 9 }), code: fc.integer({ min: 1, max: 5 }) }), { maxLength: 30 })
  .map((markers) => {
    const stim = new Int32Array(markers.reduce((n, { gap }) => n + gap + 1, 1));
    const at: { sample: number; code: number }[] = [];
    let sample = 0;
    for (const { gap, code } of markers) {
      sample += gap + 1;
      stim[sample] = code;
      at.push({ sample, code });
    }
    return { stim, at };
  });

test("finds every marker of one sample, in order, with its code", () => {
  fc.assert(
    fc.property(anyMarkers, ({ stim, at }) => {
      const { nEvents, samples, codes } = findEvents({ stim });
      expect(Array.from({ length: nEvents }, (_, i) => ({ sample: samples[i], code: codes[i] }))).toEqual(at);
    }),
  );
});

test("an offset without its onset leaves no event", () => {
  expect(findEvents({ stim: Int32Array.of(2, 2, 0, 0) }, { output: "offset" }).nEvents).toBe(0);
  expect(findEvents({ stim: new Int32Array(0) }).nEvents).toBe(0);
});

test("negative codes count by their magnitude, wherever they stand", () => {
  for (const stim of [Int32Array.of(0, -3, -3, 0, 5, 0), Float64Array.of(0, -3.5, 3, 0, 5, 0)])
    expect(findEvents({ stim })).toMatchObject({ samples: Int32Array.of(1, 4), codes: Int32Array.of(3, 5) });
  const first = findEvents({ stim: Int32Array.of(-2, 2, 0, 1) }, { initialEvent: true });
  expect(first).toMatchObject({ samples: Int32Array.of(0, 3), codes: Int32Array.of(2, 1) });
});
