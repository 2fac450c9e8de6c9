import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkRecording } from "../../src";
import { decodeRecording, encodeCsv, encodeParquetRecording } from "../../src/readers";
import { makeRecording } from "../arbitraries";
import { goldenFile } from "./golden-file";

const companions = Object.fromEntries(
  readdirSync(goldenFile("."))
    .filter((name) => /\.(eeg|vmrk|fdt)$/.test(name))
    .map((name) => [name, new Uint8Array(readFileSync(goldenFile(name)))]),
);
const small = makeRecording({ nSamples: 40, nChannels: 2 });
const fixtures: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    [
      "plus.edf",
      "gap.edf",
      "biosemi.bdf",
      "bv_int16.vhdr",
      "one.set",
      "two.set",
      "old.set",
      "bi2014a.mat",
      "plain.mat",
      "hdf5.set",
      "bi2014a_v73.mat",
      "pause.xdf",
    ].map((name) => [name, new Uint8Array(readFileSync(goldenFile(name)))]),
  ),
  "run.parquet": (await encodeParquetRecording(small)).bytes,
  "run.csv": new TextEncoder().encode(encodeCsv(small, { decimals: 2 })),
};

/** A recording whose shape is right, or an error of this package's; anything else fails the test. */
async function survives(name: string, bytes: Uint8Array): Promise<"read" | "refused"> {
  try {
    checkRecording(await decodeRecording(name, bytes, { companions, gaps: "fill" }));
    return "read";
  } catch (error) {
    if (/^ERR_DSP_[A-Z_]+$/.test(String((error as { code?: unknown }).code)) && (error as Error).message.length < 600)
      return "refused";
    throw error;
  }
}

describe.each(Object.keys(fixtures))("%s", (name) => {
  const whole = fixtures[name]!;

  test("is read whole, and refused or read when cut off, wherever that is", async () => {
    expect(await survives(name, whole)).toBe("read");
    const step = Math.ceil(whole.length / 150);
    let refused = 0;
    let cuts = 0;
    for (let length = 0; length < whole.length; length += length < 150 ? 1 : step, cuts++)
      if ((await survives(name, whole.subarray(0, length))) === "refused") refused++;
    // text ends anywhere, and XDF between any two chunks; nothing else may pass for whole
    expect(refused).toBeGreaterThan(cuts * (/csv|vhdr|xdf/.test(name) ? 0.05 : 0.99));
  });

  test("survives bytes that are changed, put in or taken out", async () => {
    const place = fc.nat({ max: whole.length - 1 });
    const anyEdit = fc.oneof(
      fc.record({ at: place, put: fc.uint8Array({ minLength: 1, maxLength: 8 }), cut: fc.nat({ max: 8 }) }),
      // counts and lengths of the largest and the most negative kind
      fc.record({
        at: place,
        put: fc.constantFrom([255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128]),
        cut: fc.constant(4),
      }),
      // the same in text
      fc.record({
        at: place,
        put: fc.constantFrom("-1", "NaN", "1e999", "99999999", "2147483648", "\n", '"'),
        cut: fc.nat({ max: 8 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyEdit, { minLength: 1, maxLength: 3 }), async (edits) => {
        let bytes = whole;
        for (const { at, put, cut } of edits) {
          const content = typeof put === "string" ? new TextEncoder().encode(put) : put;
          bytes = Uint8Array.from([...bytes.subarray(0, at), ...content, ...bytes.subarray(at + cut)]);
        }
        expect(await survives(name, bytes)).toMatch(/^(read|refused)$/);
      }),
      { numRuns: 60 },
    );
  });
});

test.each(["a.edf", "a.bdf", "a.vhdr", "a.set", "a.mat", "a.xdf", "a.xdfz", "a.csv", "a.parquet", "a.bin", "a"])(
  "noise named %s is refused",
  async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (bytes) => {
        expect(await survives(name, bytes)).toBe("refused");
      }),
      { numRuns: 60 },
    );
  },
);
