import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { parquetMetadata, parquetRead } from "hyparquet";
import { compressors as others } from "hyparquet-compressors";
import { describe, expect, test } from "vitest";
import { unlz4 } from "../../src/readers/lz4";
import { decodeColumnInto, type PlainColumn } from "../../src/readers/parquet-columns";
import { type Table, useTable } from "../../src/readers/parquet-table";
import { decodeParquetRecording } from "../../src/readers";
import { goldenFile } from "./golden-file";

// theirs does not know an empty block, which a page of missing values is
const compressors = { ...others, LZ4_RAW: unlz4 };

// pyarrow's files, by tools/golden/dsp_parquet.py
const folder = goldenFile("../parquet");
const names = readdirSync(folder).filter((name) => name.endsWith(".parquet"));
const fileOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${folder}/${name}`));
const { columns: truth } = JSON.parse(readFileSync(`${folder}/values.json`, "utf8")) as {
  columns: Readonly<Record<string, readonly (string | null)[]>>;
};
const columnNames = Object.keys(truth);
const numbers = (values: readonly unknown[]): Float64Array =>
  Float64Array.from(values, (value) => (value === null || value === undefined ? Number.NaN : Number(value)));
const wanted = new Map(columnNames.map((column) => [column, numbers(truth[column]!)]));

function open<T>(bytes: Uint8Array, use: (table: Table) => Promise<T>): Promise<T> {
  const slice = (from: number, to = bytes.length): ArrayBuffer => new Uint8Array(bytes.subarray(from, to)).buffer;
  return useTable("a.parquet", { byteLength: bytes.length, slice }, use);
}

async function readColumns(bytes: Uint8Array, which = columnNames): Promise<Map<string, Float64Array>> {
  return open(bytes, async (table) => {
    const buffers = new Map(which.map((column) => [column, new Float64Array(table.nRows)]));
    await table.readInto(buffers);
    return buffers;
  });
}

/** The column as the fast decoder has it, or undefined when it leaves it to the general one. */
function decodeFast(bytes: Uint8Array, column: string): Float64Array | undefined {
  const metadata = parquetMetadata(bytes.buffer as ArrayBuffer);
  const { repetition_type } = metadata.schema.find(({ name }) => name === column)!;
  const out = new Float64Array(Number(metadata.num_rows));
  let at = 0;
  for (const group of metadata.row_groups) {
    const meta = group.columns.find(({ meta_data }) => meta_data!.path_in_schema[0] === column)!.meta_data!;
    const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const chunk = bytes.subarray(from, from + Number(meta.total_compressed_size));
    const plain = { meta, optional: repetition_type !== "REQUIRED", decompress: compressors[meta.codec] };
    if (!decodeColumnInto(out, at, chunk, plain as PlainColumn)) return undefined;
    at += Number(group.num_rows);
  }
  return out;
}

describe.each(names)("%s", (name) => {
  const bytes = fileOf(name);

  test("holds what pyarrow put into it, bit for bit", async () => {
    expect(await readColumns(bytes)).toEqual(wanted);
  });

  test("reads as hyparquet alone reads it", async () => {
    const general = new Map(columnNames.map((column) => [column, new Float64Array(wanted.get(column)!.length)]));
    await parquetRead({
      file: bytes.buffer as ArrayBuffer,
      columns: columnNames,
      compressors,
      onChunk: ({ columnName, columnData, rowStart }) =>
        general.get(columnName)!.set(numbers(Array.from(columnData)), rowStart),
    });
    expect(await readColumns(bytes)).toEqual(general);
  });

  test("is decoded fast, but for other encodings and columns of nothing", () => {
    const general = (column: string): boolean => name.startsWith("delta") && /int|stim/.test(column);
    for (const column of columnNames.filter((one) => one !== "nulls"))
      expect(decodeFast(bytes, column), column).toEqual(general(column) ? undefined : wanted.get(column));
  });

  test("is a recording", async () => {
    const metadata = { sampling_rate_hz: 100, eeg_channels: ["double", "float", "few"] };
    const recording = await decodeParquetRecording(bytes, { name, metadata });
    expect(recording).toMatchObject({ channelNames: ["double", "float", "few"], sampleRateHz: 100 });
    expect(Float64Array.from(recording.stim)).toEqual(wanted.get("stim"));
    expect(recording.data.subarray(0, recording.nSamples)).toEqual(wanted.get("double"));
  });

  test("with changed bytes is read or refused with a typed error", async () => {
    const place = fc.nat({ max: bytes.length - 1 });
    const edit = fc.record({ at: place, put: fc.uint8Array({ minLength: 1, maxLength: 5 }) });
    const large = fc.record({
      at: place,
      put: fc.constantFrom(Uint8Array.of(255, 255, 255, 127), Uint8Array.of(254, 255, 255, 255, 15)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(edit, large), { minLength: 1, maxLength: 3 }), async (edits) => {
        const changed = bytes.slice();
        for (const { at, put } of edits) changed.set(put.subarray(0, changed.length - at), at);
        const answer = await readColumns(changed).then(
          () => "read",
          (error: { code?: unknown }) => error.code,
        );
        expect(["read", "ERR_DSP_PARQUET", "ERR_DSP_COLUMN"]).toContain(answer);
      }),
      { numRuns: 15 },
    );
  });

  test("cut off anywhere is refused", async () => {
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 40))
      await expect(readColumns(bytes.slice(0, length))).rejects.toMatchObject({ code: "ERR_DSP_PARQUET" });
  });
});

test("a page that claims values without end is refused before room is made for them", async () => {
  const bytes = fileOf("delta_snappy.parquet");
  const { row_groups } = parquetMetadata(bytes.buffer as ArrayBuffer);
  const { meta_data } = row_groups[0]!.columns.find((one) => one.meta_data!.path_in_schema[0] === "int32")!;
  const from = Number(meta_data!.data_page_offset);
  const end = from + Number(meta_data!.total_compressed_size);
  for (let at = from; at < from + 24; at++) {
    const changed = bytes.slice();
    changed.fill(255, at, Math.min(at + 4, end));
    changed[at + 4] = 15;
    const answer = await readColumns(changed, ["int32"]).then(
      () => "read",
      (error: { code?: unknown }) => error.code,
    );
    expect(["read", "ERR_DSP_PARQUET"]).toContain(answer);
  }
});
