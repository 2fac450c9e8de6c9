import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parquetWriteFile } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { preprocess } from "../src";
import {
  readFeatures,
  readRecording,
  readRecordingFile,
  readRecordingHeader,
  writeFeatures,
  writeRecording,
} from "../src/parquet";
import { makeRecording } from "./arbitraries";
import { temporaryFolder } from "./temporary";

interface TestColumn {
  name: string;
  data: ArrayLike<unknown>;
  type?: "DOUBLE" | "FLOAT" | "INT32" | "INT64" | "STRING";
}

/** Writes a recording as another program might. */
function writeTable(path: string, columns: TestColumn[], options: { codec?: "SNAPPY"; metadata?: object } = {}): void {
  const { codec, metadata = { sampling_rate_hz: 128 } } = options;
  parquetWriteFile({
    filename: path,
    columnData: columns.map((column) => ({ ...column, data: column.data as Float64Array })),
    codec: codec ?? "UNCOMPRESSED",
    rowGroupSize: 30,
  });
  writeFileSync(join(path, "../metadata.json"), JSON.stringify(metadata));
}

const column = (name: string, n = 100): TestColumn => ({
  name,
  type: "DOUBLE",
  data: Float64Array.from({ length: n }, (_, i) => i + 0.5),
});
const stim = (n = 100): TestColumn => ({
  name: "stim",
  type: "INT32",
  data: Int32Array.from({ length: n }, (_, i) => (i % 25 === 3 ? 1 : 0)),
});

describe("a recording", () => {
  test("comes back as it was written, with its metadata beside and within", async () => {
    const path = join(temporaryFolder(), "deep", "run.parquet");
    const recording = makeRecording({ stimCodes: { 1: "NonTarget", 2: "Target" } });
    await writeRecording(path, recording);
    const want = { ...recording, source: path };
    expect(await readRecording(path)).toEqual(want);
    rmSync(join(path, "../metadata.json"));
    expect(await readRecording(path)).toEqual(want);
  });

  test("tells its channels, rate and length without its samples", async () => {
    const path = join(temporaryFolder(), "run.parquet");
    await writeRecording(path, makeRecording());
    expect(await readRecordingHeader(path)).toEqual({
      channelNames: ["C1", "C2", "C3"],
      sampleRateHz: 128,
      nSamples: 1200,
    });
    await expect(readRecordingHeader(`${path}.none`)).rejects.toMatchObject({ code: "ERR_DSP_FILE" });
  });

  test("in four bytes a sample keeps 24 bits", async () => {
    const path = join(temporaryFolder(), "run.parquet");
    const recording = makeRecording();
    await writeRecording(path, recording, { float32: true, metadata: { subject: 3 } });
    expect((await readRecording(path)).data).toEqual(recording.data.map(Math.fround));
    expect(JSON.parse(readFileSync(join(path, "../metadata.json"), "utf8"))).toMatchObject({
      subject: 3,
      sampling_rate_hz: 128,
    });
  });

  test("may be compressed, in several row groups, of any number type, with other columns", async () => {
    const path = join(temporaryFolder(), "run.parquet");
    const metadata = { sampling_rate_hz: 100, channels: ["A", "AUX", "B"], eeg_channels: ["B", "A"] };
    const floats = Float32Array.from({ length: 100 }, (_, i) => i / 4);
    const longs = BigInt64Array.from({ length: 100 }, (_, i) => (i === 7 ? 2n : 0n));
    writeTable(
      path,
      [
        column("timestamps"),
        column("eeg_A"),
        column("AUX"),
        { name: "B", type: "FLOAT", data: floats },
        { name: "stim", type: "INT64", data: longs },
      ],
      { codec: "SNAPPY", metadata },
    );
    const { recording, otherColumns } = await readRecordingFile(path);
    expect(recording.channelNames).toEqual(["B", "A"]);
    expect(recording.data.subarray(0, 100)).toEqual(Float64Array.from(floats));
    expect(recording.data.subarray(100)).toEqual(column("eeg_A").data);
    expect(recording.stim.indexOf(2)).toBe(7);
    expect(otherColumns).toEqual(["timestamps", "AUX"]);
  });

  test("with a missing value holds NaN there, which preprocessing names", async () => {
    const path = join(temporaryFolder(), "run.parquet");
    const values = Array.from({ length: 100 }, (_, i) => (i === 42 ? null : i));
    writeTable(path, [{ name: "eeg_A", type: "DOUBLE", data: values }, stim()]);
    const recording = await readRecording(path);
    expect(recording.data[42]).toBeNaN();
    expect(recording.data[43]).toBe(43);
    expect(() => preprocess(recording)).toThrow(`${path}: channel A holds NaN at sample 42`);
  });
});

describe("refuses, naming the file", () => {
  const refusal = async (prepare: (path: string) => void): Promise<string> => {
    const path = join(temporaryFolder(), "run.parquet");
    prepare(path);
    const error = await readRecording(path).then(
      () => undefined,
      (reason: Error & { code: string }) => reason,
    );
    expect(error?.message.startsWith(path) || error?.message.startsWith(join(path, ".."))).toBe(true);
    return `${error!.code}: ${error!.message.slice(join(path, "..").length + 1)}`;
  };

  test("a file that is not there, a folder, an empty file", async () => {
    expect(await refusal(() => {})).toBe("ERR_DSP_FILE: run.parquet: no such file or folder: check the path");
    expect(await refusal((path) => mkdirSync(path))).toBe("ERR_DSP_FILE: run.parquet: is a folder: name a file in it");
    expect(await refusal((path) => writeFileSync(path, ""))).toMatch(
      /^ERR_DSP_PARQUET: run.parquet: the file is empty/,
    );
  });

  test("what is not Parquet", async () => {
    expect(await refusal((path) => writeFileSync(path, "a,b,c\n1,2,3\n4,5,6\n"))).toMatch(/does not begin with PAR1/);
    expect(await refusal((path) => writeFileSync(path, "PAR1"))).toMatch(/^ERR_DSP_PARQUET/);
    expect(await refusal((path) => writeFileSync(path, "PAR1xxxxyyyyPAR1"))).toMatch(/^ERR_DSP_PARQUET: .*damaged/);
  });

  test("a truncated file, wherever it was cut", async () => {
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const message = await refusal((path) => {
        writeTable(path, [column("eeg_A"), stim()]);
        truncateSync(path, Math.floor(readFileSync(path).length * share));
      });
      expect(message).toMatch(/^ERR_DSP_PARQUET: run.parquet: is a truncated Parquet file/);
    }
  });

  test("a file whose middle is lost", async () => {
    const message = await refusal((path) => {
      writeTable(path, [column("eeg_A"), stim()], { codec: "SNAPPY" });
      const bytes = readFileSync(path);
      writeFileSync(path, Buffer.concat([bytes.subarray(0, 4), bytes.subarray(300)]));
    });
    expect(message).toMatch(/^ERR_DSP_PARQUET: run.parquet: is a damaged Parquet file/);
  });

  test("columns that are missing or of the wrong type", async () => {
    expect(await refusal((path) => writeTable(path, [column("eeg_A")]))).toMatch(
      /^ERR_DSP_COLUMN: .*column stim is missing/,
    );
    const words = { name: "eeg_A", type: "STRING" as const, data: Array.from({ length: 100 }, () => "x") };
    expect(await refusal((path) => writeTable(path, [words, stim()]))).toMatch(
      /column eeg_A holds UTF8: it must hold numbers/,
    );
    expect(await refusal((path) => writeTable(path, [column("eeg_A"), { ...words, name: "stim" }]))).toMatch(
      /column stim holds UTF8/,
    );
    expect(await refusal((path) => writeTable(path, [column("eeg_A"), column("stim")]))).toMatch(
      /^ERR_DSP_COLUMN: .*column stim holds 0.5 at row 0: it must hold integers/,
    );
  });

  test("no rows", async () => {
    expect(await refusal((path) => writeTable(path, [column("eeg_A", 0), stim(0)]))).toMatch(/no rows/);
  });

  test("metadata that is missing, broken or wrong", async () => {
    const withMetadata = (metadata: object) =>
      refusal((path) => writeTable(path, [column("eeg_A"), stim()], { metadata }));
    expect(await withMetadata({})).toMatch(
      /^ERR_DSP_SAMPLE_RATE: run.parquet: no sampling rate: put "sampling_rate_hz"/,
    );
    expect(await withMetadata({ sampling_rate_hz: 0 })).toMatch(/^ERR_DSP_SAMPLE_RATE: metadata.json: sampling rate 0/);
    expect(await withMetadata({ sampling_rate_hz: 128, eeg_channels: ["Q"] })).toMatch(/^ERR_DSP_METADATA: /);
    const broken = await refusal((path) => {
      writeTable(path, [column("eeg_A"), stim()]);
      writeFileSync(join(path, "../metadata.json"), "{");
    });
    expect(broken).toMatch(/^ERR_DSP_METADATA: metadata.json: is not valid JSON/);
    const none = await refusal((path) => {
      writeTable(path, [column("eeg_A"), stim()]);
      rmSync(join(path, "../metadata.json"));
    });
    expect(none).toMatch(/^ERR_DSP_SAMPLE_RATE: run.parquet/);
  });
});

describe("features", () => {
  test("come back as they were written", async () => {
    const folder = temporaryFolder();
    const anyTable = fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 15 }))
      .chain(([nRows, nFeatures]) =>
        fc.record({
          nRows: fc.constant(nRows),
          nFeatures: fc.constant(nFeatures),
          data: fc.float64Array({ minLength: nRows * nFeatures, maxLength: nRows * nFeatures, noNaN: true }),
          labels: fc.int32Array({ min: 1, max: 2, minLength: nRows, maxLength: nRows }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(anyTable, async ({ labels, ...features }) => {
        await writeFeatures(folder, features, labels);
        expect(await readFeatures(folder)).toEqual({ features, labels });
        expect(readdirSync(folder).sort()).toEqual(["features.parquet", "labels.parquet"]);
      }),
      { numRuns: 25 },
    );
  });

  test("are refused when a column or a label is missing, or the shapes do not fit", async () => {
    const folder = temporaryFolder();
    const features = { data: new Float64Array(6), nRows: 3, nFeatures: 2 };
    await expect(writeFeatures(folder, features, new Int32Array(2))).rejects.toThrow(/labels.length is 2, but 3/);
    await expect(writeFeatures(folder, { ...features, nRows: 4 }, new Int32Array(4))).rejects.toThrow(
      /features.data.length/,
    );
    expect(readdirSync(folder)).toEqual([]);
    await expect(readFeatures(folder)).rejects.toThrow(`${join(folder, "features.parquet")}: no such file`);
    writeTable(join(folder, "features.parquet"), [column("feature_0"), column("feature_2")]);
    await expect(readFeatures(folder)).rejects.toThrow(/column feature_1 is missing/);
    writeTable(join(folder, "features.parquet"), [column("feature_0")]);
    writeTable(join(folder, "labels.parquet"), [column("other")]);
    await expect(readFeatures(folder)).rejects.toThrow(/column label is missing/);
    writeTable(join(folder, "labels.parquet"), [{ ...stim(40), name: "label" }]);
    await expect(readFeatures(folder)).rejects.toThrow(/rows of .*labels.parquet is 40, but 100/);
  });
});

test("what cannot be written is refused by name and leaves nothing", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  await expect(writeRecording(join(folder, "file", "run.parquet"), makeRecording())).rejects.toMatchObject({
    code: "ERR_DSP_FILE",
  });
  mkdirSync(join(folder, "run.parquet"));
  await expect(writeRecording(join(folder, "run.parquet"), makeRecording())).rejects.toMatchObject({
    code: "ERR_DSP_FILE",
  });
  expect(readdirSync(folder).sort()).toEqual(["file", "run.parquet"]);
});
