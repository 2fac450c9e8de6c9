import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Epochs } from "../../src";
import { decodeEpochs, decodeRecording, encodeCsv, encodeEpochs, encodeParquetRecording } from "../../src/readers";
import { makeRecording } from "../arbitraries";
import { goldenFile } from "./golden-file";

/** The same bytes in a larger buffer, at an odd place, between bytes of others. */
function within<View extends Uint8Array>(bytes: Uint8Array, make: (buffer: ArrayBuffer, at: number) => View): View {
  const buffer = new ArrayBuffer(bytes.length + 40);
  new Uint8Array(buffer).fill(0xa5).set(bytes, 13);
  return make(buffer, 13);
}

const wrappings: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | ArrayBuffer>> = {
  "an ArrayBuffer": (bytes) => new Uint8Array(bytes).buffer,
  "a Uint8Array at an odd place": (bytes) => within(bytes, (buffer, at) => new Uint8Array(buffer, at, bytes.length)),
  "a Buffer at an odd place": (bytes) => within(bytes, (buffer, at) => Buffer.from(buffer, at, bytes.length)),
  "a Buffer of its own": (bytes) => Buffer.from(bytes),
};

const small = makeRecording({ nSamples: 60, nChannels: 2 });
const files: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    readdirSync(goldenFile("."))
      .filter((name) => !/\.(eeg|vmrk|fdt)$|^rubbish/.test(name))
      .map((name) => [name, new Uint8Array(readFileSync(goldenFile(name)))]),
  ),
  "run.parquet": (await encodeParquetRecording(small)).bytes,
  "run32.parquet": (await encodeParquetRecording(small, { float32: true })).bytes,
  "run.csv": new TextEncoder().encode(encodeCsv(small)),
};

test.each(Object.keys(files))("%s reads the same from any kind of bytes", async (name) => {
  const plain = Object.fromEntries(
    readdirSync(goldenFile("."))
      .filter((other) => /\.(eeg|vmrk|fdt)$/.test(other))
      .map((other) => [other, new Uint8Array(readFileSync(goldenFile(other)))]),
  );
  const want = await decodeRecording(name, new Uint8Array(files[name]!), { companions: plain, gaps: "fill" });
  for (const [kind, wrap] of Object.entries(wrappings)) {
    const companions = Object.fromEntries(Object.entries(plain).map(([other, bytes]) => [other, wrap(bytes)]));
    const got = await decodeRecording(name, wrap(files[name]!), { companions, gaps: "fill" });
    expect(got, kind).toEqual(want);
  }
});

test("epochs read the same from any kind of bytes", async () => {
  const epochs: Epochs = {
    data: Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)),
    nEpochs: 2,
    nChannels: 2,
    nTimes: 3,
    sampleRateHz: 100,
    tMinSeconds: -0.1,
    channelNames: ["Fz", "Cz"],
    codes: Int32Array.of(1, 2),
    samples: Int32Array.of(10, 30),
    selection: Int32Array.of(0, 2),
    dropLog: [[], ["Fz"], []],
  };
  const bytes = await encodeEpochs(epochs);
  for (const [kind, wrap] of Object.entries(wrappings)) expect(await decodeEpochs(wrap(bytes)), kind).toEqual(epochs);
});

test.each([[undefined], [null], ["text"], [[1, 2]], [{}], [new Uint16Array(4)], [new DataView(new ArrayBuffer(4))]])(
  "%s is no bytes",
  async (bytes) => {
    await expect(decodeRecording("a.csv", bytes as never)).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
  },
);
