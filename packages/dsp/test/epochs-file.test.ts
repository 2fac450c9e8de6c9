import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { ChannelError, type DspError, type Epochs, FileError, NotFiniteError, ParquetError, ShapeError } from "../src";
import { crc32 } from "../src/crc32";
import { decodeEpochs, encodeEpochs } from "../src/epochs-file";
import { readEpochs, writeEpochs } from "../src/epochs-store";
import { temporaryFolder } from "./temporary";

const anyEpochs: fc.Arbitrary<Epochs> = fc
  .record({
    nEpochs: fc.nat(4),
    nTimes: fc.integer({ min: 1, max: 6 }),
    channelNames: fc.uniqueArray(fc.string({ unit: "grapheme" }), { maxLength: 4 }),
    sampleRateHz: fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
    tMinSeconds: fc.double({ min: -10, max: 10, noNaN: true }).map((x) => x + 0),
    dropLog: fc.array(fc.array(fc.string(), { maxLength: 2 }), { maxLength: 6 }),
  })
  .chain((shape) => {
    const list = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
      minLength: shape.nEpochs,
      maxLength: shape.nEpochs,
    });
    const size = shape.nEpochs * shape.channelNames.length * shape.nTimes;
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: size, maxLength: size });
    return fc.tuple(numbers, list, list, list).map(([data, codes, samples, selection]) => ({
      ...shape,
      data: Float64Array.from(data),
      nChannels: shape.channelNames.length,
      codes: Int32Array.from(codes),
      samples: Int32Array.from(samples),
      selection: Int32Array.from(selection),
    }));
  });

const small: Epochs = {
  data: Float64Array.from({ length: 2 * 2 * 3 }, (_, i) => i / 7),
  nEpochs: 2,
  nChannels: 2,
  nTimes: 3,
  sampleRateHz: 512,
  tMinSeconds: -51 / 512,
  channelNames: ["Fp1", "Cz"],
  codes: Int32Array.of(2, 1),
  samples: Int32Array.of(700, 900),
  selection: Int32Array.of(0, 2),
  dropLog: [[], ["Cz", "Fp1"], []],
};

test("what was written is what is read, to the last bit", async () => {
  await fc.assert(
    fc.asyncProperty(anyEpochs, async (epochs) => {
      expect(await decodeEpochs(await encodeEpochs(epochs))).toEqual(epochs);
    }),
    { numRuns: 60 },
  );
});

test("a file is a table that others can read", async () => {
  const path = join(temporaryFolder(), "deep", "epochs.parquet");
  await writeEpochs(path, small);
  expect(await readEpochs(path)).toEqual(small);
  expect(await readdir(join(path, ".."))).toEqual(["epochs.parquet"]);
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  expect(rows).toHaveLength(6);
  expect(rows[4]).toEqual({ epoch: 1, time: -50 / 512, code: 1, eeg_Fp1: 7 / 7, eeg_Cz: 10 / 7 });
});

describe("a damaged file is refused", () => {
  const refusal = (bytes: Uint8Array) =>
    decodeEpochs(bytes).then(
      () => undefined,
      (error: unknown) => error as DspError,
    );

  test("wherever it is cut off", async () => {
    const bytes = await encodeEpochs(small);
    for (let length = 0; length < bytes.length; length++)
      expect((await refusal(bytes.subarray(0, length)))?.code).toBe("ERR_DSP_PARQUET");
  });

  test("whichever number in it was changed", async () => {
    const bytes = await encodeEpochs(small);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const value of small.data.subarray(1)) {
      let at = 0;
      while (view.getFloat64(at, true) !== value) at++;
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ 1;
      const error = await refusal(changed);
      expect(error).toBeInstanceOf(ParquetError);
      expect(error?.message).toMatch(/checksum/);
    }
  });

  test("whichever byte was changed: refused, or a byte that says nothing about the epochs", async () => {
    const bytes = await encodeEpochs(small);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = bytes.slice();
        changed[at] = changed[at]! ^ flip;
        const error = await refusal(changed);
        expect(error === undefined ? await decodeEpochs(changed) : error.code.slice(0, 8)).toEqual(
          error === undefined ? small : "ERR_DSP_",
        );
      }),
      { numRuns: 300 },
    );
  });

  test("and so is a file of something else, a folder, or none", async () => {
    const folder = temporaryFolder();
    await mkdir(join(folder, "d"));
    await writeFile(join(folder, "text.parquet"), "PAR1 but not really PAR1");
    await expect(readEpochs(join(folder, "none.parquet"))).rejects.toThrow(FileError);
    await expect(readEpochs(join(folder, "d"))).rejects.toThrow(FileError);
    await expect(readEpochs(join(folder, "text.parquet"))).rejects.toThrow(ParquetError);
  });

  test("a newer version says so", async () => {
    const text = Buffer.from(await encodeEpochs(small)).toString("latin1");
    const newer = Buffer.from(text.replace('"version":1', '"version":2'), "latin1");
    await expect(decodeEpochs(newer)).rejects.toThrow(/version 2/);
  });
});

describe("nothing is written of epochs that", () => {
  test.each<[string, Partial<Epochs>, new (...args: never[]) => DspError]>([
    ["do not fit their shape", { nTimes: 4 }, ShapeError],
    ["name a channel twice", { channelNames: ["Cz", "Cz"] }, ChannelError],
    ["have half a character for a name", { channelNames: ["Cz", "\ud83d"] }, ChannelError],
    ["hold NaN", { data: small.data.map((x, i) => (i === 3 ? Number.NaN : x)) }, NotFiniteError],
  ])("%s", async (_, changes, error) => {
    const path = join(temporaryFolder(), "epochs.parquet");
    await expect(writeEpochs(path, { ...small, ...changes })).rejects.toThrow(error);
    await expect(readFile(path)).rejects.toThrow(/ENOENT/);
  });
});

test("the checksum is zlib's, in one go or in parts", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) ^ (i >> 3));
  for (const n of [0, 1, 7, 8, 9, 500, 1000])
    for (const split of [0, 3, 500])
      expect(crc32(bytes.subarray(Math.min(split, n), n), crc32(bytes.subarray(0, Math.min(split, n))))).toBe(
        zlibCrc32(bytes.subarray(0, n)),
      );
});
