import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeStatistics, encodeStatistics, LdaStatistics, loadStatistics, saveStatistics } from "../../src/index";
import { sha256 } from "../../src/sha256";
import { mixture } from "../golden";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "p300-statistics-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { x, y } = mixture({ seed: 1, nRows: 30, nFeatures: 5, classes: [-3, 1, 2] });

test.each([true, false])("bytes and back are the same to the bit (auto %s)", (auto) => {
  const statistics = LdaStatistics.of(x, y, { auto });
  const bytes = encodeStatistics(statistics);
  const back = decodeStatistics(bytes);
  expect(back.classes).toEqual([-3, 1, 2]);
  expect(back.auto).toBe(auto);
  for (const label of back.classes) expect(back.ofClass(label)).toEqual(statistics.ofClass(label));
  expect(encodeStatistics(back)).toEqual(bytes);
  // an odd place in memory is no matter
  expect(decodeStatistics(new Uint8Array([0, 0, 0, ...bytes]).subarray(3)).counts).toEqual(back.counts);
});

test("any change of any byte, and any cut, is refused", () => {
  const bytes = encodeStatistics(
    LdaStatistics.of({ data: Float64Array.of(1, 2, 4, 3), nRows: 4, nFeatures: 1 }, [1, 1, 2, 2]),
  );
  const refusal = expect.objectContaining({ code: "ERR_LDA_MODEL_FILE" });
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeStatistics(bytes.subarray(0, length))).toThrow(refusal);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const altered = bytes.map((byte, i) => (i === at ? byte ^ by : byte));
      expect(() => decodeStatistics(altered)).toThrow(refusal);
    }),
    { numRuns: 300 },
  );
});

/** A file with a header of one's own, rightly signed. */
function forged(header: unknown, nNumbers: number): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(12 + text.length + 8 * nNumbers);
  bytes.set(new TextEncoder().encode("P300STAT"));
  new DataView(bytes.buffer).setUint32(8, text.length, true);
  bytes.set(text, 12);
  return Uint8Array.from([
    ...bytes,
    ...sha256(bytes)
      .match(/../g)!
      .map((byte) => Number.parseInt(byte, 16)),
  ]);
}

test.each<[string, unknown, string]>([
  ["a newer format", { format_version: 2 }, "ERR_LDA_MODEL_FORMAT"],
  ["null", null, "ERR_LDA_MODEL_FILE"],
  [
    "a count of -1",
    { format_version: 1, n_features: 1, auto: false, classes: [{ label: 1, count: -1 }] },
    "ERR_LDA_MODEL_FILE",
  ],
  ["features without number", { format_version: 1, n_features: 1e9, auto: true, classes: [] }, "ERR_LDA_MODEL_FILE"],
  [
    "a class twice",
    {
      format_version: 1,
      n_features: 1,
      auto: false,
      classes: [
        { label: 1, count: 1 },
        { label: 1, count: 1 },
      ],
    },
    "ERR_LDA_MODEL_FILE",
  ],
  [
    "too few numbers",
    { format_version: 1, n_features: 2, auto: false, classes: [{ label: 1, count: 1 }] },
    "ERR_LDA_MODEL_FILE",
  ],
])("a well-signed file with %s is refused", (_, header, code) => {
  expect(() => decodeStatistics(forged(header, 2))).toThrow(expect.objectContaining({ code }));
});

test("a file is whole or not there", async () => {
  const file = join(folder, "subject_01.stat");
  await saveStatistics(LdaStatistics.of(x, y), file);
  expect((await loadStatistics(file)).merge(LdaStatistics.of(x, y)).counts).toEqual(
    LdaStatistics.of(x, y).counts.map((n) => 2 * n),
  );
  const loaded = await loadStatistics(file);
  for (const label of loaded.classes) expect(loaded.ofClass(label)).toEqual(LdaStatistics.of(x, y).ofClass(label));
  expect(readdirSync(folder)).toEqual(["subject_01.stat"]);
  await expect(loadStatistics(join(folder, "none"))).rejects.toMatchObject({ code: "ERR_LDA_MODEL_FILE" });
  await expect(saveStatistics(LdaStatistics.of(x, y), folder)).rejects.toMatchObject({ code: "ERR_LDA_OUTPUT" });
  await expect(saveStatistics(LdaStatistics.of(x, y), join(file, "x"))).rejects.toMatchObject({
    code: "ERR_LDA_OUTPUT",
  });
});
