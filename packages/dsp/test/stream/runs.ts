import fc from "fast-check";
import { type Chunk, createStream, type StreamEpoch, type StreamOptions } from "../../src/entries/stream";
import { makeRecording } from "../arbitraries";

export const recording = makeRecording({ nSamples: 2400, nChannels: 5 });
export const base: StreamOptions = { sampleRateHz: 128, channelNames: recording.channelNames };
export const fir: StreamOptions = { ...base, filter: { lowHz: 2, highHz: 20 } };
/** 845 taps, so many that older samples go through transforms. */
export const longFir: StreamOptions = { ...base, filter: { lowHz: 0.5, highHz: 20 } };
export const iir: StreamOptions = { ...base, filter: { kind: "iir", lowHz: 1, highHz: 20 } };

/** Samples [from, to) of the recording as a chunk. */
export function chunkOf(from: number, to: number, { interleaved = false, of = recording } = {}): Chunk {
  const { data, nChannels, nSamples, stim } = of;
  const n = to - from;
  const part = new Float64Array(nChannels * n);
  for (let channel = 0; channel < nChannels; channel++)
    for (let i = 0; i < n; i++)
      part[interleaved ? i * nChannels + channel : channel * n + i] = data[channel * nSamples + from + i]!;
  return { data: part, interleaved, stim: stim.subarray(from, to) };
}

export function* chunksOf(sizes: readonly number[], of = recording): Generator<Chunk> {
  let from = 0;
  for (let i = 0; from < of.nSamples; i++) {
    const to = Math.min(from + sizes[i % sizes.length]!, of.nSamples);
    yield chunkOf(from, to, { interleaved: i % 2 === 1, of });
    from = to;
  }
}

export function runAll(options: StreamOptions, chunks: Iterable<Chunk>): StreamEpoch[] {
  const stream = createStream(options);
  const epochs: StreamEpoch[] = [];
  for (const chunk of chunks) epochs.push(...stream.push(chunk));
  return [...epochs, ...stream.flush()];
}

export const joined = (epochs: readonly StreamEpoch[]) => epochs.flatMap(({ features }) => [...features]);

/** Sizes of chunks, zero among them, that do not go on being zero. */
export const anySizes = fc
  .array(
    fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 60, max: 3000 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .filter((sizes) => sizes.some((size) => size > 5));
