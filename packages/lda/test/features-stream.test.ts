import { mkdtempSync, readdirSync, rmSync, writeFileSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFeatures, readUnlabelledFeatures } from "../src/features";
import { splitFooter } from "../src/parquet-footer";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "p300-stream-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** features.parquet of `groups` row groups of so many rows each: value row * 10 + column, the last column integers. */
function write(name: string, groups: readonly number[], nFeatures = 3): string {
  const dir = join(folder, name);
  mkdirSync(dir, { recursive: true });
  const writer = new ByteWriter();
  const columns = Array.from({ length: nFeatures }, (_, c) => ({
    name: `feature_${c}`,
    type: (c === nFeatures - 1 ? "INT32" : "DOUBLE") as "INT32" | "DOUBLE",
    repetition_type: "REQUIRED" as const,
  }));
  const file = new ParquetWriter({
    writer,
    schema: [{ name: "root", num_children: nFeatures }, ...columns],
    codec: "SNAPPY",
    statistics: true,
  });
  let row = 0;
  for (const nRows of groups) {
    const start = row;
    file.write({
      columnData: columns.map(({ name: column, type }, c) => {
        const values = Array.from({ length: nRows }, (_, i) => (start + i) * 10 + c);
        return { name: column, type, data: type === "INT32" ? Int32Array.from(values) : Float64Array.from(values) };
      }),
      rowGroupSize: nRows,
    });
    row += nRows;
  }
  file.finish();
  writeFileSync(join(dir, "features.parquet"), writer.getBytes());
  return dir;
}

async function collect(dir: string, rowsPerBlock?: number) {
  const stream = await openFeatures(dir, rowsPerBlock === undefined ? {} : { rowsPerBlock });
  const sizes: number[] = [];
  const data: number[] = [];
  try {
    for await (const { features, firstRow } of stream.blocks()) {
      expect(firstRow).toBe(data.length / stream.nFeatures);
      sizes.push(features.nRows);
      data.push(...features.data);
    }
  } finally {
    await stream.close();
  }
  return { stream, sizes, data };
}

test.each<[string, number[], number | undefined, number[]]>([
  ["a row group a block", [5, 5, 2], undefined, [5, 5, 2]],
  ["a row group that is just a block", [4, 4], 4, [4, 4]],
  ["row groups larger than a block, by way of a scratch file", [7, 3, 8], 3, [3, 3, 1, 3, 3, 3, 2]],
  ["one row a block", [3], 1, [1, 1, 1]],
])("%s", async (name, groups, rowsPerBlock, sizes) => {
  const dir = write(name, groups);
  const { features, featureNames } = await readUnlabelledFeatures(dir);
  const got = await collect(dir, rowsPerBlock);
  expect(got.sizes).toEqual(sizes);
  expect(got.data).toEqual([...features.data]);
  expect(got.stream).toMatchObject({ nRows: features.nRows, nFeatures: 3, featureNames });
});

test("the rows can be read again, and reading may stop early without leaving a file behind", async () => {
  const dir = write("again", [9]);
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith("p300-features-"));
  const stream = await openFeatures(dir, { rowsPerBlock: 2 });
  for (let i = 0; i < 2; i++) for await (const { firstRow } of stream.blocks()) if (firstRow >= 4) break;
  await stream.close();
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("p300-features-"))).toEqual(before);
});

test("many columns and row groups", async () => {
  const dir = write("wide", [2, 2, 2], 40);
  expect((await collect(dir)).data).toEqual([...(await readUnlabelledFeatures(dir)).features.data]);
});

test("a damaged file is refused by name, wherever it is cut or a byte is changed in its footer", async () => {
  const dir = write("damaged", [3, 2]);
  const file = join(dir, "features.parquet");
  const bytes = readFileSync(file);
  const codes = new Set<string>();
  for (let length = 0; length < bytes.length; length += 7) {
    writeFileSync(file, bytes.subarray(0, length));
    await expect(collect(dir)).rejects.toMatchObject({ code: "ERR_LDA_FEATURES_FILE" });
  }
  for (let at = bytes.length - 200; at < bytes.length; at++) {
    writeFileSync(
      file,
      bytes.map((byte, i) => (i === at ? byte ^ 0xff : byte)),
    );
    codes.add(
      await collect(dir).then(
        () => "read",
        (error: { code?: string }) => error.code ?? String(error),
      ),
    );
  }
  codes.delete("read"); // a byte of a statistic, say, is nobody's loss
  codes.delete("ERR_LDA_NON_FINITE");
  expect([...codes]).toEqual(["ERR_LDA_FEATURES_FILE"]);
});

test("a folder without the file, and a file without rows, are refused", async () => {
  await expect(openFeatures(join(folder, "none"))).rejects.toMatchObject({ code: "ERR_LDA_FEATURES_FILE" });
  await expect(openFeatures(write("empty", [0]))).rejects.toMatchObject({ code: "ERR_LDA_FEATURES_FILE" });
});

test.each([
  ["nothing", []],
  ["a stop at once", [0]],
  ["a string beyond the end", [0x18, 0xff, 0xff, 0xff, 0x7f]],
  ["a list of a billion", [0x49, 0xfc, 0x80, 0x94, 0xeb, 0xdc, 0x03]],
  ["a number without end", [0x15, ...Array.from({ length: 20 }, () => 0xff)]],
])("a footer of %s is refused", (_, bytes) => {
  expect(() => splitFooter(Uint8Array.from(bytes))).toThrow(/footer/);
});
