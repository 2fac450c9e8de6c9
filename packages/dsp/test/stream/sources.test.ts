import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OptionError, StreamError } from "../../src";
import {
  type Chunk,
  chunkFromLsl,
  chunkFromMessage,
  createStream,
  lslChunks,
  type LslPull,
  type SocketLike,
  type SocketOptions,
  webSocketChunks,
} from "../../src/entries/stream";

const frames = [
  [1, 2, 0],
  [3, 4, 7],
];
const withStim = { nChannels: 3, stimChannel: 2 };
const wanted = { data: Float64Array.of(1, 2, 3, 4), interleaved: true, stim: Int32Array.of(0, 7) };

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}

describe("a pull of an LSL inlet", () => {
  const timestamps = [10, 10.1];
  test("is a chunk, whether its frames are lists or one", () => {
    const chunk = { ...wanted, timestamps };
    expect(chunkFromLsl({ samples: frames, timestamps }, withStim)).toEqual(chunk);
    expect(chunkFromLsl({ samples: frames.flat(), timestamps }, withStim)).toEqual(chunk);
    expect(chunkFromLsl({ samples: Float32Array.from(frames.flat()), timestamps }, withStim)).toEqual(chunk);
    expect(chunkFromLsl({ samples: frames.map((frame) => Float32Array.from(frame)), timestamps }, withStim)).toEqual(
      chunk,
    );
  });
  test("may be empty, or in volts, or without a stim channel", () => {
    expect(chunkFromLsl({ samples: [], timestamps: [] }, withStim)).toEqual({
      data: new Float64Array(0),
      interleaved: true,
      stim: new Int32Array(0),
    });
    const volts = chunkFromLsl({ samples: [[1e-6, 2e-6]], timestamps: [1] }, { nChannels: 2, scale: 1e6 });
    expect(volts).toEqual({ data: Float64Array.of(1, 2), interleaved: true, timestamps: [1] });
  });
  test("comes one after another, and goes through a pipeline", async () => {
    const pulls: LslPull[] = Array.from({ length: 30 }, (_, k) => ({
      samples: Array.from({ length: 10 }, (_, i) => [Math.sin(k + i), Math.cos(k), i === 5 && k % 5 === 2 ? 1 : 0]),
      timestamps: Array.from({ length: 10 }, (_, i) => 50 + (10 * k + i) / 100),
    }));
    const stream = createStream({
      sampleRateHz: 100,
      channelNames: ["A", "B"],
      filter: null,
      epochs: { tMinSeconds: 0, tMaxSeconds: 0.1 },
      resampleHz: null,
    });
    const epochs = (await all(lslChunks(pulls, withStim))).flatMap((chunk) => stream.push(chunk));
    expect(epochs.map(({ sample }) => sample)).toEqual([25, 75, 125, 175, 225, 275]);
  });
  test.each<[string, unknown]>([
    ["nothing", null],
    ["no samples", { timestamps: [] }],
    ["a frame too short", { samples: [[1, 2]], timestamps: [1] }],
    ["a frame that is none", { samples: [[1, 2, 3], null], timestamps: [1, 2] }],
    ["a word", { samples: [[1, "2", 3]], timestamps: [1] }],
    ["NaN", { samples: [[1, Number.NaN, 3]], timestamps: [1] }],
    ["no whole frame", { samples: [1, 2, 3, 4], timestamps: [1] }],
    ["time stamps of another number", { samples: frames, timestamps: [1, 2, 3] }],
  ])("of %s is refused", (_, pull) => {
    expect(() => chunkFromLsl(pull as LslPull, withStim)).toThrow(StreamError);
  });
});

describe("a message", () => {
  test("of bytes is frames, float32 or float64, wherever in its buffer they lie", () => {
    const float32 = Float32Array.from(frames.flat());
    expect(chunkFromMessage(float32.buffer, withStim)).toEqual(wanted);
    const shifted = new Uint8Array(float32.byteLength + 3);
    shifted.set(new Uint8Array(float32.buffer), 3);
    expect(chunkFromMessage(shifted.subarray(3), withStim)).toEqual(wanted);
    const float64 = Float64Array.from(frames.flat());
    expect(chunkFromMessage(float64, { ...withStim, format: "float64" })).toEqual(wanted);
  });
  test("of text is JSON, a list or an object", () => {
    expect(chunkFromMessage(JSON.stringify(frames), withStim)).toEqual(wanted);
    expect(chunkFromMessage(JSON.stringify(frames.flat()), withStim)).toEqual(wanted);
    const object = { samples: frames, timestamps: [1, 2], events: [{ code: 2, sample: 7 }] };
    expect(chunkFromMessage(JSON.stringify(object), withStim)).toEqual({
      ...wanted,
      timestamps: [1, 2],
      events: [{ code: 2, sample: 7 }],
    });
  });
  test.each<[string, unknown]>([
    ["half a number", new Uint8Array(7)],
    ["half a frame", new Uint8Array(16)],
    ["NaN", Float32Array.of(1, 2, Number.NaN)],
    ["another type", 7],
    ["nothing", undefined],
    ["broken JSON", "[[1,2"],
    ["null", "null"],
    ["a number", "12"],
    ["an object without samples", "{}"],
    ["samples that are none", `{"samples":"abc"}`],
    ["frames of another width", "[[1,2]]"],
    ["nested frames", "[[1,2,[3]]]"],
    ["null among numbers", "[[1,null,3]]"],
    ["time stamps that are none", `{"samples":[[1,2,3]],"timestamps":["x"]}`],
    ["events that are none", `{"samples":[[1,2,3]],"events":7}`],
  ])("of %s is refused", (_, message) => {
    expect(() => chunkFromMessage(message, withStim)).toThrow(StreamError);
  });
  test("of any text or bytes is a chunk or a StreamError", () => {
    const anyMessage = fc.oneof(fc.json(), fc.string(), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 1, max: 3 }), (message, nChannels) => {
        let code = "ERR_DSP_STREAM";
        try {
          expect(chunkFromMessage(message, { nChannels }).data.length % nChannels).toBe(0);
        } catch (error) {
          code = (error as { code: string }).code;
        }
        expect(code).toBe("ERR_DSP_STREAM");
      }),
      { numRuns: 300 },
    );
  });
  test("needs options that can be", () => {
    const decode = (options: object) => () => chunkFromMessage("[]", { ...withStim, ...options });
    for (const options of [{ nChannels: 0 }, { stimChannel: 3 }, { stimChannel: 0.5 }, { scale: Number.NaN }])
      expect(decode(options)).toThrow(OptionError);
    expect(() => chunkFromMessage(new Uint8Array(4), { nChannels: 1, format: "int8" as "float32" })).toThrow(
      OptionError,
    );
  });
});

/** A socket whose messages a test sends. */
class FakeSocket extends EventTarget {
  binaryType = "blob";
  closed = false;
  close = () => void (this.closed = true);
  message = (data: unknown) => this.dispatchEvent(Object.assign(new Event("message"), { data }));
  end = (code = 1000) => this.dispatchEvent(Object.assign(new Event("close"), { code }));
  fail = () => this.dispatchEvent(new Event("error"));
}
class PausingSocket extends FakeSocket {
  paused = 0;
  resumed = 0;
  pause = () => void this.paused++;
  resume = () => void this.resumed++;
}
const open = (socket: FakeSocket, options: Partial<SocketOptions> = {}) =>
  webSocketChunks(socket as unknown as SocketLike, { nChannels: 3, stimChannel: 2, ...options });
const started = (chunks: AsyncGenerator<Chunk>) => {
  const first = chunks.next();
  first.catch(() => {});
  return first;
};
const text = JSON.stringify(frames);

describe("a WebSocket", () => {
  test("gives a chunk a message, until it closes", async () => {
    const socket = new FakeSocket();
    const chunks = open(socket);
    const first = started(chunks);
    expect(socket.binaryType).toBe("arraybuffer");
    for (let i = 0; i < 3; i++) socket.message(text);
    socket.message(Float32Array.from(frames.flat()).buffer);
    socket.end();
    expect((await first).value).toEqual(wanted);
    expect(await all(chunks)).toEqual([wanted, wanted, wanted]);
    expect(socket.closed).toBe(false);
  });
  test("waits for messages to come", async () => {
    const socket = new FakeSocket();
    const chunks = open(socket);
    const first = started(chunks);
    socket.message(text);
    expect((await first).value).toEqual(wanted);
    const second = started(chunks);
    await Promise.resolve();
    socket.message(text);
    expect((await second).value).toEqual(wanted);
  });
  test("is closed when nobody wants more", async () => {
    const socket = new FakeSocket();
    const chunks = open(socket);
    const first = started(chunks);
    socket.message(text);
    await first;
    await chunks.return();
    expect(socket.closed).toBe(true);
  });
  test.each<[string, (socket: FakeSocket) => void, RegExp]>([
    ["that fails", (socket) => socket.fail(), /connection failed/],
    ["that breaks off", (socket) => socket.end(1006), /closed with 1006/],
    ["whose message is none", (socket) => socket.message("{"), /not valid JSON/],
  ])("%s is an error", async (_, act, message) => {
    const socket = new FakeSocket();
    const first = started(open(socket));
    act(socket);
    await expect(first).rejects.toThrow(StreamError);
    await expect(first).rejects.toThrow(message);
  });
  test("that cannot be held back and overruns its reader is an error, after what had come", async () => {
    const socket = new FakeSocket();
    const chunks = open(socket, { nWaitingMax: 2 });
    const first = started(chunks);
    for (let i = 0; i < 4; i++) socket.message(text);
    await first;
    await chunks.next();
    await expect(chunks.next()).rejects.toThrow(/more than 2 messages wait/);
  });
  test("that can be is held back, and let go again", async () => {
    const socket = new PausingSocket();
    const chunks = open(socket, { nWaitingMax: 4 });
    const first = started(chunks);
    for (let i = 0; i < 6; i++) socket.message(text);
    expect([socket.paused, socket.resumed]).toEqual([1, 0]);
    await first;
    for (let i = 0; i < 5; i++) await chunks.next();
    expect([socket.paused, socket.resumed]).toEqual([1, 1]);
    await expect(open(socket, { nWaitingMax: 0 }).next()).rejects.toThrow(OptionError);
  });
});
