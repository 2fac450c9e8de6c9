/** Chunks out of what others send: by its shape alone, no library is needed or named. */
import { type DspError, OptionError, StreamError } from "../errors";
import type { Seconds } from "../units";
import type { Chunk, StreamEvent } from "./chunk";

export interface FramesOptions {
  /** Numbers that belong to one moment: the channels, and the stim channel when it is among them. */
  readonly nChannels: number;
  /** Which of them is the stim channel; it is then not counted among the channels. Default: none. */
  readonly stimChannel?: number | undefined;
  /** What the samples are multiplied by to be microvolts, as 1e6 for volts. Default 1. */
  readonly scale?: number | undefined;
}

/** What pulling a chunk from a Lab Streaming Layer inlet gives, in whichever language: a list of frames, each of them a
 * number a channel, or all frames in one flat list; and a time stamp each. */
export interface LslPull {
  readonly samples: ArrayLike<number> | readonly ArrayLike<number>[];
  readonly timestamps: ArrayLike<Seconds>;
}

/** Makes a chunk of what an LSL inlet gave.
 * @throws {StreamError} when a frame or the time stamps do not fit. */
export function chunkFromLsl(pull: LslPull, options: FramesOptions): Chunk {
  if (typeof pull !== "object" || pull === null)
    throw new StreamError(`${String(pull)} is no chunk: give {samples, timestamps}`);
  const { samples, timestamps } = pull;
  return { ...chunkOfFrames(flatFrames(samples, options.nChannels), options, timestamps), ...stamped(timestamps) };
}

const stamped = (timestamps: ArrayLike<Seconds>) => (timestamps.length === 0 ? {} : { timestamps });

/** One after another, the chunks of what an LSL inlet gives; pulls the next when the last has been used. */
export async function* lslChunks(
  pulls: AsyncIterable<LslPull> | Iterable<LslPull>,
  options: FramesOptions,
): AsyncGenerator<Chunk, void, undefined> {
  for await (const pull of pulls) yield chunkFromLsl(pull, options);
}

export interface MessageOptions extends FramesOptions {
  /** Of binary messages, little-endian. Default "float32". */
  readonly format?: "float32" | "float64" | undefined;
}

/** Makes a chunk of a message: binary, frame after frame of float32 or float64; or JSON, a list of frames, or an object
 * `{"samples": frames, "timestamps"?: seconds, "events"?: [{"code", "sample" or "timestampSeconds"}]}`.
 * @throws {StreamError} when it is neither, or its frames do not fit. */
export function chunkFromMessage(message: unknown, options: MessageOptions): Chunk {
  const { format = "float32" } = options;
  if (format !== "float32" && format !== "float64") throw new OptionError("format", format, `"float32" or "float64"`);
  if (typeof message === "string") return chunkFromJson(message, options);
  const bytes =
    message instanceof ArrayBuffer
      ? new DataView(message)
      : ArrayBuffer.isView(message)
        ? new DataView(message.buffer, message.byteOffset, message.byteLength)
        : null;
  if (!bytes)
    throw new StreamError(`a message is neither text nor bytes but ${typeof message}: send ArrayBuffers or JSON`);
  const size = format === "float32" ? 4 : 8;
  if (bytes.byteLength % size !== 0)
    throw new StreamError(`a message of ${bytes.byteLength} bytes holds no whole number of ${format} samples`);
  const flat = Float64Array.from({ length: bytes.byteLength / size }, (_, i) =>
    size === 4 ? bytes.getFloat32(4 * i, true) : bytes.getFloat64(8 * i, true),
  );
  return chunkOfFrames(flat, options);
}

function chunkFromJson(text: string, options: FramesOptions): Chunk {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new StreamError(`a message is not valid JSON (${(cause as Error).message})`, { cause });
  }
  const object = Array.isArray(json) ? { samples: json as unknown[] } : json;
  if (typeof object !== "object" || object === null || !Array.isArray((object as { samples?: unknown }).samples))
    throw new StreamError("a message holds no samples: send a list of frames, or an object with samples");
  const { samples, timestamps, events } = object as {
    readonly samples: number[][];
    readonly timestamps?: unknown;
    readonly events?: unknown;
  };
  if (timestamps !== undefined && !(Array.isArray(timestamps) && timestamps.every((time) => Number.isFinite(time))))
    throw new StreamError("the timestamps of a message are no list of numbers");
  if (events !== undefined && !Array.isArray(events)) throw new StreamError("the events of a message are no list");
  const flat = flatFrames(samples, options.nChannels);
  return {
    ...chunkOfFrames(flat, options, timestamps as number[] | undefined),
    ...(timestamps ? stamped(timestamps as number[]) : {}),
    ...(events ? { events: events as StreamEvent[] } : {}),
  };
}

function flatFrames(frames: LslPull["samples"], nChannels: number): ArrayLike<number> {
  if (ArrayBuffer.isView(frames)) return frames as ArrayLike<number>;
  if (!Array.isArray(frames)) throw new StreamError("samples are no list of frames");
  if (frames.length === 0 || typeof frames[0] === "number") return frames as number[];
  const flat = new Float64Array(frames.length * nChannels);
  for (const [i, frame] of (frames as unknown as ArrayLike<number>[]).entries()) {
    if (typeof frame !== "object" || frame === null || frame.length !== nChannels)
      throw new StreamError(`frame ${i} holds ${frame?.length ?? "no"} numbers, but ${nChannels} were wanted`);
    for (let channel = 0; channel < nChannels; channel++) {
      const value: unknown = frame[channel];
      flat[i * nChannels + channel] = typeof value === "number" ? value : Number.NaN;
    }
  }
  return flat;
}

function chunkOfFrames(flat: ArrayLike<number>, options: FramesOptions, timestamps?: ArrayLike<Seconds>): Chunk {
  const { nChannels, stimChannel, scale = 1 } = options;
  if (!(Number.isInteger(nChannels) && nChannels >= 1))
    throw new OptionError("nChannels", nChannels, "an integer above 0");
  if (stimChannel !== undefined && !(Number.isInteger(stimChannel) && stimChannel >= 0 && stimChannel < nChannels))
    throw new OptionError("stimChannel", stimChannel, `an integer from 0 to ${nChannels - 1}`);
  if (!Number.isFinite(scale)) throw new OptionError("scale", scale, "a number");
  const n = flat.length / nChannels;
  if (!Number.isInteger(n))
    throw new StreamError(`${flat.length} numbers are no whole number of frames of ${nChannels}`);
  if (timestamps && timestamps.length !== n && timestamps.length > 1)
    throw new StreamError(`${timestamps.length} timestamps came with ${n} frames`);
  const nKept = stimChannel === undefined ? nChannels : nChannels - 1;
  const data = new Float64Array(n * nKept);
  const stim = stimChannel === undefined ? undefined : new Int32Array(n);
  for (let i = 0, to = 0; i < n; i++)
    for (let channel = 0; channel < nChannels; channel++) {
      const value = flat[i * nChannels + channel]!;
      if (!Number.isFinite(value))
        throw new StreamError(`frame ${i} holds ${String(value)} in channel ${channel}: send numbers`);
      if (channel === stimChannel) stim![i] = value;
      else data[to++] = value * scale;
    }
  return { data, interleaved: true, ...(stim ? { stim } : {}) };
}

/** Of a message its data, of a closing its code. */
export interface SocketEvent {
  readonly data?: unknown;
  readonly code?: number;
}

/** As much of a WebSocket as is used: the browser's, Node's, or that of the package ws. */
export interface SocketLike {
  addEventListener(type: string, listener: (event: SocketEvent) => void): void;
  removeEventListener(type: string, listener: (event: SocketEvent) => void): void;
  binaryType?: string;
  close?(): void;
  /** Some can be held back. */
  pause?(): void;
  resume?(): void;
}

export interface SocketOptions extends MessageOptions {
  /** How many messages may wait. A socket that can be paused is held back at that; of another, one more is an error.
   * Default 256. */
  readonly nWaitingMax?: number | undefined;
}

/** The chunks of a socket's messages until it closes. Stopping early closes it.
 * @throws {StreamError} when a message is none, the connection fails, or messages come faster than they are used. */
export async function* webSocketChunks(
  socket: SocketLike,
  { nWaitingMax = 256, ...options }: SocketOptions,
): AsyncGenerator<Chunk, void, undefined> {
  if (!(Number.isInteger(nWaitingMax) && nWaitingMax >= 1))
    throw new OptionError("nWaitingMax", nWaitingMax, "an integer above 0");
  const waiting: unknown[] = [];
  let end: DspError | "closed" | null = null;
  let paused = false;
  let wake = (): void => {};
  const finish = (how: DspError | "closed"): void => {
    end ??= how;
    wake();
  };
  const listeners = {
    message: ({ data }: SocketEvent): void => {
      if (waiting.length >= nWaitingMax && !socket.pause)
        return finish(new StreamError(`more than ${nWaitingMax} messages wait: use them faster, or send larger ones`));
      waiting.push(data);
      if (waiting.length >= nWaitingMax && !paused) {
        paused = true;
        socket.pause?.();
      }
      wake();
    },
    close: ({ code = 1000 }: SocketEvent): void =>
      finish(
        code === 1000 || code === 1001 || code === 1005 ? "closed" : new StreamError(`the socket closed with ${code}`),
      ),
    error: (): void => finish(new StreamError("the socket's connection failed")),
  };
  socket.binaryType = "arraybuffer";
  for (const [type, listener] of Object.entries(listeners)) socket.addEventListener(type, listener);
  try {
    for (;;) {
      if (waiting.length > 0) {
        const message = waiting.shift();
        if (paused && waiting.length <= nWaitingMax / 2) {
          paused = false;
          socket.resume?.();
        }
        yield chunkFromMessage(message, options);
      } else if (end === "closed") return;
      else if (end) throw end;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    for (const [type, listener] of Object.entries(listeners)) socket.removeEventListener(type, listener);
    if (end === null) socket.close?.();
  }
}
