import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeXdf, readXdfStreams } from "../../src/readers";
import { readGolden, worstError } from "../golden";
import { goldenFile } from "./golden-file";

interface Case {
  readonly file: string;
  readonly id: number;
  readonly name: string;
  readonly effectiveHz: number;
  readonly segments: readonly (readonly [number, number])[];
  readonly timeStamps: readonly number[];
  readonly last: readonly (number | string)[];
  readonly n: number;
}

const golden = readGolden<Case>("xdf");
const read = (name: string): Uint8Array => readFileSync(goldenFile(name));

describe(`streams as read by ${golden.producer}`, () => {
  test.each(golden.cases)("$file: $name", async (want) => {
    const stream = (await readXdfStreams(read(want.file))).find(({ id }) => id === want.id)!;
    expect(stream.name).toBe(want.name);
    expect(worstError(stream.timeStamps, want.timeStamps)).toBeLessThan(golden.tolerance);
    expect(stream.effectiveHz).toBeCloseTo(want.effectiveHz, 7);
    expect(stream.segments.map(({ first, last }) => [first, last])).toEqual(want.segments);
    expect(stream.nSamples).toBe(want.n);
    const cells = stream.format === "string" ? stream.strings : Array.from(stream.values);
    expect(cells.slice(-stream.nChannels)).toEqual(want.last);
  });
});

describe("a recording", () => {
  test("has its markers on the nearest samples, whatever the clock of the amplifier does", async () => {
    const streams = await readXdfStreams(read("drift.xdf"));
    const amp = streams.find(({ name }) => name === "amp")!;
    const keys = streams.find(({ name }) => name === "keys")!;
    const { recording } = await decodeXdf(read("drift.xdf"), { stimChannel: null });
    expect(recording).toMatchObject({ sampleRateHz: 50, channelNames: ["Fz", "P & z"] });
    expect(recording.annotations?.map(({ text }) => text)).toEqual(["Target", "NonTarget", "übrig", "NonTarget"]);
    keys.timeStamps.forEach((time, i) => {
      const distances = amp.timeStamps.map((sample) => Math.abs(sample - time));
      const nearest = distances.indexOf(Math.min(...distances));
      expect(Math.round(recording.annotations![i]!.onsetSeconds * 50)).toBe(nearest);
      expect(recording.stim[nearest]).toBe([2, 1, 0, 1][i]);
    });
  });

  test("with a pause is refused, or filled and marked, its markers where they were", async () => {
    await expect(decodeXdf(read("pause.xdf"), { source: "pause.xdf" })).rejects.toThrow(
      /^pause.xdf: XDF: has a gap of 12.3\d\d s at 3.000 s/,
    );
    const { recording } = await decodeXdf(read("pause.xdf"), { gaps: "fill", stimChannel: null });
    expect(recording.annotations).toContainEqual(expect.objectContaining({ text: "BAD_gap", onsetSeconds: 3 }));
    const onsets = recording
      .annotations!.filter(({ text }) => text !== "BAD_gap")
      .map(({ onsetSeconds }) => onsetSeconds);
    expect(onsets[0]).toBeCloseTo(1, 1);
    expect(onsets[2]).toBeCloseTo(16.5, 1);
  });

  test("comes out of a gzipped file too", async () => {
    const plain = await decodeXdf(read("drift.xdf"));
    expect(await decodeXdf(gzipSync(read("drift.xdf")))).toEqual(plain);
  });

  test("is of the stream that is named", async () => {
    await expect(decodeXdf(read("drift.xdf"), { eegStream: "none" })).rejects.toMatchObject({ code: "ERR_DSP_OPTION" });
    await expect(decodeXdf(read("drift.xdf"), { eegStream: "keys" })).rejects.toThrow(/has strings in stream keys/);
    const { recording } = await decodeXdf(read("drift.xdf"), { eegStream: 7, markerStreams: [] });
    expect(recording.annotations).toBeUndefined();
  });
});
