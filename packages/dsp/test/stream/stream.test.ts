import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DspError, extractEpochs, filterFir, findEvents, preprocess, resampleEpochs } from "../../src";
import { filterIir } from "../../src/entries/filters";
import { createStream, type StreamEpoch, streamEpochs } from "../../src/entries/stream";
import { makeRecording } from "../arbitraries";
import { relativeError } from "../golden";
import { recording, base, fir, longFir, iir, chunksOf, runAll, joined, anySizes } from "./runs";

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
