import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DspError,
  extractEpochs,
  filterFir,
  findEvents,
  preprocess,
  type Recording,
  resampleEpochs,
  StreamError,
} from "../../src";
import { filterIir } from "../../src/entries/filters";
import {
  type Chunk,
  createStream,
  type Stream,
  type StreamEpoch,
  streamEpochs,
  type StreamOptions,
} from "../../src/entries/stream";
import { makeRecording } from "../arbitraries";
import { relativeError } from "../golden";

const recording = makeRecording({ nSamples: 2400, nChannels: 5 });
const base: StreamOptions = { sampleRateHz: 128, channelNames: recording.channelNames };
const fir: StreamOptions = { ...base, filter: { lowHz: 2, highHz: 20 } };
/** 845 taps, so many that older samples go through transforms. */
const longFir: StreamOptions = { ...base, filter: { lowHz: 0.5, highHz: 20 } };
const iir: StreamOptions = { ...base, filter: { kind: "iir", lowHz: 1, highHz: 20 } };

/** Samples [from, to) of the recording as a chunk. */
function chunkOf(from: number, to: number, { interleaved = false, of = recording } = {}): Chunk {
  const { data, nChannels, nSamples, stim } = of;
  const n = to - from;
  const part = new Float64Array(nChannels * n);
  for (let channel = 0; channel < nChannels; channel++)
    for (let i = 0; i < n; i++)
      part[interleaved ? i * nChannels + channel : channel * n + i] = data[channel * nSamples + from + i]!;
  return { data: part, interleaved, stim: stim.subarray(from, to) };
}

function* chunksOf(sizes: readonly number[], of = recording): Generator<Chunk> {
  let from = 0;
  for (let i = 0; from < of.nSamples; i++) {
    const to = Math.min(from + sizes[i % sizes.length]!, of.nSamples);
    yield chunkOf(from, to, { interleaved: i % 2 === 1, of });
    from = to;
  }
}

function runAll(options: StreamOptions, chunks: Iterable<Chunk>): StreamEpoch[] {
  const stream = createStream(options);
  const epochs: StreamEpoch[] = [];
  for (const chunk of chunks) epochs.push(...stream.push(chunk));
  return [...epochs, ...stream.flush()];
}

const joined = (epochs: readonly StreamEpoch[]) => epochs.flatMap(({ features }) => [...features]);

/** Sizes of chunks, zero among them, that do not go on being zero. */
const anySizes = fc
  .array(
    fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 60, max: 3000 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .filter((sizes) => sizes.some((size) => size > 5));

describe("a stream gives what the batch functions give of the whole", () => {
  test("with its defaults, the whole of preprocess", () => {
    const batch = preprocess(recording, { rejectPeakToPeakMicrovolts: 100 });
    const stream = createStream(base);
    expect(stream.delaySamples).toBe(211); // (423 - 1) / 2 taps
    const epochs = runAll(base, chunksOf([50]));
    expect(epochs.map(({ code }) => code)).toEqual([...batch.labels]);
    expect(epochs.map(({ index }) => index)).toEqual([...batch.selection]);
    expect(epochs[0]!.features).toHaveLength(batch.features.nFeatures);
    expect(relativeError(joined(epochs), batch.features.data)).toBeLessThan(1e-12);
    expect(epochs[0]!.epochs).toMatchObject({ nEpochs: 1, nTimes: batch.nTimes, sampleRateHz: 100 });
  });

  const window = { tMinSeconds: -0.1, tMaxSeconds: 0.4, baseline: [-0.1, 0], rejectPeakToPeakMicrovolts: 62 } as const;

  test("by FIR, with a drop log and its words", () => {
    const filtered = filterFir(recording, { lowHz: 2, highHz: 20 });
    const batch = extractEpochs(filtered, findEvents(recording), { ...window, codes: [1] });
    const dropLog: string[][] = batch.dropLog.map(() => []);
    const onDrop = ({ index }: { index: number }, reasons: readonly string[]) => void (dropLog[index] = [...reasons]);
    const epochs = runAll({ ...fir, epochs: { ...window, codes: [1] }, resampleHz: null, onDrop }, chunksOf([7]));
    expect(relativeError(joined(epochs), batch.data)).toBeLessThan(1e-12);
    expect(epochs.map(({ sample }) => sample)).toEqual([...batch.samples]);
    expect(dropLog).toEqual(batch.dropLog);
    expect(new Set(dropLog.flat())).toContain("IGNORED");
    expect(epochs[3]!.epochs.tMinSeconds).toBe(batch.tMinSeconds);
  });

  test("by IIR, bit for bit", () => {
    const filtered = filterIir(recording, { lowHz: 1, highHz: 20, phase: "forward" });
    const batch = extractEpochs(filtered, findEvents(recording), { ...window, detrend: 1, decim: 2 });
    const options = { ...iir, epochs: { ...window, detrend: 1, decim: 2 } as const, resampleHz: null };
    expect(joined(runAll(options, chunksOf([33])))).toEqual([...batch.data]);
    expect(batch.nEpochs).toBeGreaterThan(10);
  });

  test("without a filter, bit for bit; and resampled", () => {
    const batch = extractEpochs(recording, findEvents(recording), window);
    const options = { ...base, filter: null, epochs: window };
    expect(joined(runAll({ ...options, resampleHz: null }, chunksOf([10])))).toEqual([...batch.data]);
    const resampled = resampleEpochs(batch, { rateHz: 50 });
    expect(relativeError(joined(runAll({ ...options, resampleHz: 50 }, chunksOf([10]))), resampled.data)).toBeLessThan(
      1e-12,
    );
  });

  test("by FIR of many taps, whatever the number of channels, also after a reset", () => {
    for (const nChannels of [1, 4, 6]) {
      const some = makeRecording({ nSamples: 2400, nChannels });
      const options = { ...longFir, channelNames: some.channelNames, epochs: { ...window, codes: [1, 2] } };
      const batch = extractEpochs(filterFir(some, { lowHz: 0.5, highHz: 20 }), findEvents(some), options.epochs);
      const stream = createStream({ ...options, resampleHz: null });
      for (const chunk of chunksOf([500], some)) stream.push(chunk);
      stream.reset();
      const epochs = [...chunksOf([33], some)].flatMap((chunk) => stream.push(chunk));
      const all = joined([...epochs, ...stream.flush()]);
      expect(all.length).toBeGreaterThan(1000);
      expect(relativeError(all, batch.data)).toBeLessThan(1e-12);
    }
  });

  test.each([
    ...[1, 2, 105, 106, 107, 210, 211, 212, 213, 300].map((nSamples) => [nSamples, 2] as const),
    ...[1, 2, 421, 422, 423, 424, 845, 1000].map((nSamples) => [nSamples, 0.5] as const),
  ])("however short: %i samples, from %f Hz", (nSamples, lowHz) => {
    const short = makeRecording({ nSamples });
    const whole = { ...short, stim: short.stim.map((_, i) => (i === Math.floor(nSamples / 2) ? 1 : 0)) };
    const options = { lowHz, highHz: 20 };
    const filtered = filterFir(whole, options);
    const oneSample = { tMinSeconds: 0, tMaxSeconds: 1 / 128 };
    const event = findEvents(whole).nEvents;
    const epochs = runAll(
      { ...base, channelNames: whole.channelNames, filter: options, epochs: oneSample, resampleHz: null },
      chunksOf([9], whole),
    );
    const cut = event && nSamples > 2 ? [...extractEpochs(filtered, findEvents(whole), oneSample).data] : [];
    expect(epochs.flatMap(({ features }) => [...features]).length).toBe(cut.length);
    expect(relativeError([...joined(epochs), 1], [...cut, 1])).toBeLessThan(1e-12);
  });
});

describe("whatever the chunks", () => {
  const options = { fir, longFir, iir };
  const whole = (kind: keyof typeof options) => joined(runAll(options[kind], chunksOf([2400])));
  const once = { fir: whole("fir"), longFir: whole("longFir"), iir: whole("iir") };

  test.each(["fir", "longFir", "iir"] as const)("%s: the same bits", (kind) => {
    expect(once[kind].length).toBeGreaterThan(1000);
    fc.assert(
      fc.property(anySizes, (sizes) => {
        expect(joined(runAll(options[kind], chunksOf(sizes)))).toEqual(once[kind]);
      }),
      { numRuns: 12 },
    );
  });

  test("a TransformStream and an async iterator give what push gives", async () => {
    await fc.assert(
      fc.asyncProperty(anySizes, async (sizes) => {
        const source = async function* () {
          for (const chunk of chunksOf(sizes)) yield chunk;
        };
        const iterated: StreamEpoch[] = [];
        for await (const epoch of streamEpochs(source(), fir)) iterated.push(epoch);
        expect(joined(iterated)).toEqual(once.fir);
        const piped: StreamEpoch[] = [];
        const transform = createStream(fir).toTransformStream();
        const reading = (async () => {
          for await (const epoch of transform.readable as unknown as AsyncIterable<StreamEpoch>) piped.push(epoch);
        })();
        const writer = transform.writable.getWriter();
        for (const chunk of chunksOf(sizes)) await writer.write(chunk);
        await writer.close();
        await reading;
        expect(joined(piped)).toEqual(once.fir);
      }),
      { numRuns: 4 },
    );
  });

  test("markers beside the samples give what the stim channel gives, early, late or in time", () => {
    const events = findEvents(recording);
    const markers = Array.from(events.samples, (sample, i) => ({ sample, code: events.codes[i]! }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: -100, max: 120 }), (size, lag) => {
        const chunks = [...chunksOf([size])].map(({ data, interleaved }, k) => {
          const [from, to] = [k * size - lag, (k + 1) * size - lag];
          const last = (k + 1) * size >= 2400;
          return {
            data,
            interleaved,
            events: markers.filter(({ sample }) => (k === 0 || sample >= from) && (last || sample < to)),
          };
        });
        expect(joined(runAll(iir, chunks))).toEqual(once.iir);
      }),
      { numRuns: 12 },
    );
  });
});

describe("back-pressure", () => {
  test("a transform takes no chunk before its epochs are taken", async () => {
    const { readable, writable } = createStream({ ...iir, filter: null }).toTransformStream();
    const writer = writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (const chunk of chunksOf([200])) {
        await writer.ready;
        await writer.write(chunk);
        written++;
      }
      await writer.close();
    })();
    for (let i = 0; i < 50; i++) await Promise.resolve();
    expect(written).toBeLessThan(3);
    const reader = readable.getReader();
    while (!(await reader.read()).done);
    await writing;
    expect(written).toBe(12);
  });

  test("an iterator pulls as it is pulled, and lets go of its source", async () => {
    let pulled = 0;
    let closed = false;
    const source = (function* () {
      try {
        for (const chunk of chunksOf([100])) {
          pulled++;
          yield chunk;
        }
      } finally {
        closed = true;
      }
    })();
    for await (const { index } of streamEpochs(source, { ...iir, filter: null })) if (index >= 2) break;
    expect(pulled).toBeLessThan(6);
    expect(closed).toBe(true);
  });

  test("an error in the middle ends the stream with it", async () => {
    const bad = { data: new Float64Array(7) };
    const run = async () => {
      for await (const epoch of streamEpochs([...chunksOf([500]), bad], iir)) void epoch;
    };
    await expect(run()).rejects.toThrow(expect.objectContaining({ code: "ERR_DSP_SHAPE" }));
    const { readable, writable } = createStream(iir).toTransformStream();
    const writer = writable.getWriter();
    const wrote = writer.write(bad).catch((error: DspError) => error.code);
    await expect(readable.getReader().read()).rejects.toThrow(expect.objectContaining({ code: "ERR_DSP_SHAPE" }));
    expect(await wrote).toBe("ERR_DSP_SHAPE");
    await writer.closed.catch(() => {});
  });
});

describe("memory", () => {
  test("twenty minutes change nothing, however the samples come", () => {
    const stream = createStream({ ...iir, channelNames: ["A", "B"], epochs: { tMinSeconds: 0, tMaxSeconds: 0.2 } });
    const firStream = createStream({ ...fir, channelNames: ["A", "B"], filter: { lowHz: 4, highHz: 20 } });
    const bytes = [stream.bufferBytes, firStream.bufferBytes];
    const sizes = [1, 16, 128, 777, 10_000];
    const data = Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i));
    let n = 0;
    for (let i = 0; n < 128 * 1200; n += sizes[i % 5]!, i++) {
      const size = sizes[i % 5]!;
      const stim = Int32Array.from({ length: size }, (_, k) => ((n + k) % 25 === 3 ? 1 : 0));
      stream.push({ data: data.subarray(0, 2 * size), stim });
      firStream.push({ data: data.subarray(0, 2 * size), stim });
      expect([stream.bufferBytes, firStream.bufferBytes]).toEqual(bytes);
    }
    expect(stream.nSamples).toBe(n);
    expect(stream.nEpochs).toBeGreaterThan(6000);
    expect(bytes.every((size) => size < 200_000)).toBe(true);
  });
});

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
