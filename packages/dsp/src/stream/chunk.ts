import { NotFiniteError, OptionError, ShapeError } from "../errors";
import type { Seconds } from "../units";

/** A marker that came beside the samples. One of `sample` and `timestampSeconds` says when. */
export interface StreamEvent {
  readonly code: number;
  /** Counted from the stream's first sample. */
  readonly sample?: number | undefined;
  /** By the clock of the chunks' time stamps. */
  readonly timestampSeconds?: Seconds | undefined;
}

/** Some samples of all channels. */
export interface Chunk {
  /** Microvolts, nChannels × nSamples, row-major; with `interleaved` nSamples × nChannels. */
  readonly data: ArrayLike<number>;
  /** Whether the numbers of one moment lie side by side. Default false. */
  readonly interleaved?: boolean | undefined;
  /** nSamples codes of the stim channel; absent: 0 throughout. */
  readonly stim?: ArrayLike<number> | undefined;
  /** Markers of any time not long past, for streams that have them beside the samples. */
  readonly events?: readonly StreamEvent[] | undefined;
  /** When each sample was taken, in seconds by any one clock; or only the first one. Absent: gaps are not looked for. */
  readonly timestamps?: ArrayLike<Seconds> | undefined;
}

/** Checks a chunk before anything of it is taken, so that a stream which refuses one goes on as if it had not come.
 * @returns the samples a channel.
 * @throws {ShapeError} {OptionError} {NotFiniteError} when something does not fit. */
export function checkChunk(chunk: Chunk, channelNames: readonly string[]): number {
  if (typeof chunk !== "object" || chunk === null) throw new OptionError("chunk", chunk, "an object with data");
  const { data, interleaved = false, stim, events = [], timestamps } = chunk;
  const nChannels = channelNames.length;
  if (!isNumbers(data)) throw new OptionError("chunk.data", typeof data, "a typed array, or an array of numbers");
  const n = data.length / nChannels;
  if (!Number.isInteger(n)) throw new ShapeError("chunk.data.length", data.length, Math.ceil(n) * nChannels);
  let at = 0;
  while (at < data.length && Number.isFinite(data[at])) at++;
  if (at < data.length) {
    const [channel, sample] = interleaved ? [at % nChannels, Math.floor(at / nChannels)] : [Math.floor(at / n), at % n];
    const value: unknown = data[at];
    throw new NotFiniteError(channelNames[channel]!, sample, typeof value === "number" ? value : Number.NaN, "chunk");
  }
  if (stim !== undefined) {
    if (!isNumbers(stim)) throw new OptionError("chunk.stim", typeof stim, "an array of codes");
    if (stim.length !== n) throw new ShapeError("chunk.stim.length", stim.length, n);
    for (let i = 0; i < n; i++)
      if (!(Number.isFinite(stim[i]) && Math.abs(stim[i]!) < 2 ** 31))
        throw new OptionError(`chunk.stim[${i}]`, stim[i], "codes of at most 31 bits");
  }
  if (timestamps !== undefined) checkTimestamps(timestamps, n);
  if (!Array.isArray(events)) throw new OptionError("chunk.events", typeof events, "a list of markers");
  for (const [i, event] of events.entries()) checkEvent(event as StreamEvent, `chunk.events[${i}]`);
  return n;
}

function checkTimestamps(timestamps: ArrayLike<number>, n: number): void {
  if (!isNumbers(timestamps)) throw new OptionError("chunk.timestamps", typeof timestamps, "an array of seconds");
  if (timestamps.length !== n && timestamps.length !== 1)
    throw new ShapeError("chunk.timestamps.length", timestamps.length, n);
  for (let i = 0; i < timestamps.length; i++)
    if (!Number.isFinite(timestamps[i])) throw new OptionError(`chunk.timestamps[${i}]`, timestamps[i], "seconds");
}

export function checkEvent(event: StreamEvent, name: string): void {
  const { code, sample, timestampSeconds } = event ?? {};
  if (!(Number.isInteger(code) && Math.abs(code) < 2 ** 31))
    throw new OptionError(`${name}.code`, code, "an integer of 32 bits");
  if (sample === undefined ? !Number.isFinite(timestampSeconds) : !Number.isSafeInteger(sample))
    throw new OptionError(name, sample ?? timestampSeconds, "a sample's number, or timestampSeconds");
}

const isNumbers = (list: unknown): list is ArrayLike<number> =>
  Array.isArray(list) || (ArrayBuffer.isView(list) && !(list instanceof DataView));
