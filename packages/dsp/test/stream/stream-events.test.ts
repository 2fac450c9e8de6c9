import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findEvents, type Recording, StreamError } from "../../src";
import { type Chunk, createStream, type Stream } from "../../src/entries/stream";
import { recording, base, fir, iir, chunkOf, chunksOf, runAll, joined } from "./runs";

describe("gaps in the time stamps", () => {
  const stamped = (from: number, to: number, offset = 0, list = true): Chunk => ({
    ...chunkOf(from, to),
    timestamps: list
      ? Array.from({ length: to - from }, (_, i) => 100 + (from + i) / 128 + offset)
      : [100 + from / 128 + offset],
  });

  test.each([true, false])(
    "are an error that names them, and leave the stream as it was (a stamp a sample: %s)",
    (list) => {
      const stream = createStream(iir);
      stream.push(stamped(0, 300, 0, list));
      const push = () => stream.push(stamped(300, 600, 0.5, list));
      expect(push).toThrow(StreamError);
      expect(push).toThrow(/jump by 0\.5000 s/);
      const rest = [...stream.push(stamped(300, 2400, 0, list)), ...stream.flush()];
      expect(rest.at(-1)!.features).toEqual(runAll(iir, chunksOf([2400])).at(-1)!.features);
    },
  );

  test("or the begin of another recording, when so asked", () => {
    const [one, two] = [0, 1].map((k): Recording => {
      const [from, to] = k === 0 ? [0, 1000] : [1000, 2400];
      const { data, stim } = chunkOf(from, to);
      return { ...recording, data: data as Float64Array, stim: stim as Int32Array, nSamples: to - from };
    }) as [Recording, Recording];
    const apart = [...runAll(fir, chunksOf([100], one)), ...runAll(fir, chunksOf([100], two))];
    const { data, interleaved, stim, timestamps } = stamped(900, 1100);
    const jumping = { data, interleaved, stim, timestamps: Array.from(timestamps!, (t, i) => (i < 100 ? t : t + 2)) };
    const chunks = [stamped(0, 900), jumping, stamped(1100, 2400, 2)];
    const together = runAll({ ...fir, onGap: "reset" }, chunks);
    expect(joined(together)).toEqual(joined(apart));
    const firsts = apart.filter(({ index }) => index === apart[0]!.index);
    expect(firsts).toHaveLength(1 + Number(firsts.length > 1));
    expect(together.at(-1)!.sample).toBe(apart.at(-1)!.sample + 1000);
  });

  test("that are none: jitter, and a clock of another rate", () => {
    const stream = createStream(iir);
    for (let k = 0; k < 20; k++) {
      const chunk = chunkOf(k * 120, (k + 1) * 120);
      const jitter = 0.005 * Math.sin(17 * k);
      stream.push({ ...chunk, timestamps: [5000 + (k * 120 * 1.0005) / 128 + jitter] });
    }
    expect(stream.nSamples).toBe(2400);
  });

  test("markers with times go to the nearest sample, also when the clock drifts", () => {
    const markersOf = (rate: number) => {
      const events = findEvents(recording);
      return Array.from(events.samples, (sample, i) => ({
        timestampSeconds: 77 + (sample + 0.3) / rate,
        code: events.codes[i]!,
      }));
    };
    const rate = 128.06;
    const markers = markersOf(rate);
    const chunks = Array.from({ length: 24 }, (_, k) => {
      const { data } = chunkOf(k * 100, (k + 1) * 100);
      const [from, to] = [77 + (k * 100 - 30) / rate, 77 + ((k + 1) * 100 - 30) / rate];
      return {
        data,
        timestamps: Array.from({ length: 100 }, (_, i) => 77 + (k * 100 + i) / rate),
        events: markers.filter(({ timestampSeconds: t }) => (k === 0 || t >= from) && (k === 23 || t < to)),
      };
    });
    const epochs = runAll(iir, chunks);
    const batch = runAll(iir, chunksOf([2400]));
    expect(epochs.map(({ sample }) => sample)).toEqual(batch.map(({ sample }) => sample));
  });
});

describe("events", () => {
  const quick = { ...base, channelNames: ["A"], filter: null, resampleHz: null };
  const epochs = { tMinSeconds: -2 / 128, tMaxSeconds: 3 / 128 };
  const drops = (log: string[]) => (event: { sample: number }, reasons: readonly string[]) =>
    void log.push(`${event.sample} ${reasons.join()}`);

  test("are those of findEvents, in each of its modes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 6 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom("increasing" as const, true, false),
        fc.option(fc.integer({ min: 1, max: 7 })),
        fc.constantFrom("and" as const, "not_and" as const),
        fc.boolean(),
        (codes, consecutive, mask, maskType, uintCast) => {
          const stim = Int32Array.from(codes);
          const events = { consecutive, mask, maskType, uintCast };
          const found: number[][] = [];
          const stream = createStream({
            ...quick,
            events,
            epochs: { ...epochs, codes: [] },
            onDrop: ({ sample, code }) => void found.push([sample, code]),
          });
          stream.push({ data: new Float64Array(stim.length), stim });
          const batch = findEvents({ stim }, events);
          expect(found).toEqual(Array.from(batch.samples, (sample, i) => [sample, batch.codes[i]]));
        },
      ),
    );
  });

  test("that give no epoch are told of, and why", () => {
    const log: string[] = [];
    const stream = createStream({
      ...quick,
      epochs: { ...epochs, codes: [1] },
      eventLagSeconds: 10 / 128,
      onDrop: drops(log),
    });
    stream.push({ data: new Float64Array(300), events: [{ sample: 1, code: 1 }] });
    stream.push({
      data: [],
      events: [
        { sample: 298, code: 1 },
        { sample: 298, code: 1 },
        { sample: 290, code: 5 },
      ],
    });
    stream.push({
      data: [],
      events: [
        { sample: 100, code: 1 },
        { sample: 295, code: 1 },
        { sample: 295, code: 1 },
      ],
    });
    stream.flush();
    expect(log).toEqual([
      "1 NO_DATA",
      "298 DROP DUPLICATE",
      "290 IGNORED",
      "100 TOO_LATE",
      "295 DROP DUPLICATE",
      "298 TOO_SHORT",
    ]);
    expect([stream.nEvents, stream.nEpochs]).toEqual([7, 1]);
  });

  test("may not wait without end", () => {
    const stream = createStream({ ...quick, epochs });
    const far = Array.from({ length: 4097 }, (_, i) => ({ sample: 1e6 + i, code: 1 }));
    expect(() => stream.push({ data: [], events: far.slice(0, 100) })).not.toThrow();
    expect(() => stream.push({ data: [], events: far })).toThrow(StreamError);
    expect(() => stream.push({ data: [] })).toThrow(/reset/);
  });
});

describe("refuses, with a typed error", () => {
  test.each<[string, object, string]>([
    ["no rate", { sampleRateHz: Number.NaN }, "ERR_DSP_SAMPLE_RATE"],
    ["no channels", { channelNames: [] }, "ERR_DSP_OPTION"],
    ["a channel twice", { channelNames: ["A", "A"] }, "ERR_DSP_CHANNEL"],
    ["a band beyond Nyquist", { filter: { highHz: 64 } }, "ERR_DSP_BAND"],
    ["a filter of another kind", { filter: { kind: "wavelet" } }, "ERR_DSP_OPTION"],
    ["an even number of taps", { filter: { taps: new Float64Array(4) } }, "ERR_DSP_OPTION"],
    ["taps that are not symmetric", { filter: { taps: Float64Array.of(1, 0, 0) } }, "ERR_DSP_OPTION"],
    ["an IIR design that is none", { filter: { kind: "iir", design: "elliptic", highHz: 9 } }, "ERR_DSP_OPTION"],
    ["half a section", { filter: { kind: "iir", sos: Float64Array.of(1, 0, 0) } }, "ERR_DSP_OPTION"],
    ["a window that cannot be", { epochs: { tMinSeconds: 1, tMaxSeconds: 0 } }, "ERR_DSP_WINDOW"],
    ["a rate of 0 to resample to", { resampleHz: 0 }, "ERR_DSP_OPTION"],
    ["a lag without end", { eventLagSeconds: Infinity }, "ERR_DSP_OPTION"],
    ["another way with gaps", { onGap: "ignore" }, "ERR_DSP_OPTION"],
    ["no tolerance at all", { gapToleranceSeconds: 0 }, "ERR_DSP_OPTION"],
    ["another way to read codes", { events: { consecutive: "falling" } }, "ERR_DSP_OPTION"],
    ["a mask with a fraction", { events: { mask: 0.5 } }, "ERR_DSP_OPTION"],
    ["a mask of another type", { events: { mask: 1, maskType: "or" } }, "ERR_DSP_OPTION"],
  ])("%s", (_, options, code) => {
    expect(() => createStream({ ...base, ...options })).toThrow(expect.objectContaining({ code }));
  });

  test.each<[string, unknown, string]>([
    ["nothing", null, "ERR_DSP_OPTION"],
    ["no data", {}, "ERR_DSP_OPTION"],
    ["numbers of no whole sample", { data: new Float64Array(7) }, "ERR_DSP_SHAPE"],
    ["NaN", { data: [1, 2, 3, Number.NaN, 5] }, "ERR_DSP_NOT_FINITE"],
    ["a word among numbers", { data: [1, 2, "x", 4, 5] }, "ERR_DSP_NOT_FINITE"],
    ["a stim channel of another length", { data: new Float64Array(5), stim: [1, 2] }, "ERR_DSP_SHAPE"],
    ["a code of NaN", { data: new Float64Array(5), stim: [Number.NaN] }, "ERR_DSP_OPTION"],
    ["time stamps of another length", { data: new Float64Array(15), timestamps: [1, 2] }, "ERR_DSP_SHAPE"],
    ["a time stamp of NaN", { data: new Float64Array(5), timestamps: [Number.NaN] }, "ERR_DSP_OPTION"],
    ["events that are no list", { data: [], events: { code: 1 } }, "ERR_DSP_OPTION"],
    ["an event without a code", { data: [], events: [{ sample: 1 }] }, "ERR_DSP_OPTION"],
    ["an event of no time", { data: [], events: [{ code: 1 }] }, "ERR_DSP_OPTION"],
    ["an event that is none", { data: [], events: [null] }, "ERR_DSP_OPTION"],
    ["a time without a clock", { data: [], events: [{ code: 1, timestampSeconds: 3 }] }, "ERR_DSP_STREAM"],
  ])("a chunk of %s, and goes on as if it had not come", (_, chunk, code) => {
    const stream: Stream = createStream(iir);
    const first = stream.push(chunkOf(0, 700));
    expect(() => stream.push(chunk as Chunk)).toThrow(expect.objectContaining({ code }));
    const rest = [...first, ...stream.push(chunkOf(700, 2400)), ...stream.flush()];
    expect(joined(rest)).toEqual(joined(runAll(iir, chunksOf([2400]))));
  });

  test("samples after the end, until it is reset", () => {
    const stream = createStream(fir);
    const first = [...stream.push(chunkOf(0, 2400)), ...stream.flush()];
    expect(() => stream.push(chunkOf(0, 1))).toThrow(/has ended/);
    expect(() => stream.flush()).toThrow(StreamError);
    stream.reset();
    expect([stream.nSamples, stream.nEvents, stream.nEpochs]).toEqual([0, 0, 0]);
    expect([...stream.push(chunkOf(0, 2400)), ...stream.flush()]).toEqual(first);
  });

  test("nothing at all ends in nothing", () => {
    expect(createStream(fir).flush()).toEqual([]);
    expect(createStream(iir).flush()).toEqual([]);
  });
});
