import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Recording } from "../../src";
import { decodeCsv, encodeCsv } from "../../src/readers/csv";
import { anyRecording } from "./arbitraries";

const rows = (n: number, row: (i: number) => string): string => Array.from({ length: n }, (_, i) => row(i)).join("\n");

/** A table has no place for annotations. */
function without(recording: Recording): Recording {
  const { annotations, ...rest } = recording;
  return annotations ? rest : recording;
}

test("what is written comes back, in any delimiter", () => {
  fc.assert(
    fc.property(anyRecording(), fc.constantFrom(",", ";", "\t"), (any, delimiter) => {
      const recording = without(any);
      const text = encodeCsv(recording, { delimiter });
      const { recording: got, otherChannels } = decodeCsv(text);
      expect(Math.abs(got.sampleRateHz / recording.sampleRateHz - 1)).toBeLessThan(1e-9);
      expect({ ...got, sampleRateHz: 0 }).toEqual({ ...recording, sampleRateHz: 0 });
      expect(otherChannels).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

describe("Muse", () => {
  test("as muse-lsl writes it: wobbling epoch times, an auxiliary input, markers", () => {
    const text = `timestamps,TP9,AF7,AF8,TP10,Right AUX,Marker0\n${rows(600, (i) => {
      const wobble = 0.004 * Math.sin(i);
      return `${(1_533_222_110.5 + i / 256 + Math.max(0, wobble)).toFixed(3)},${i},1.5,-2.5,3,99,${i === 100 ? 2 : i === 200 ? 1 : 0}`;
    })}\n`;
    const times = text
      .split("\n")
      .slice(1, -1)
      .map((line) => Number(line.split(",")[0]));
    const sorted = text.split("\n");
    times.sort((a, b) => a - b).forEach((time, i) => (sorted[i + 1] = sorted[i + 1]!.replace(/^[^,]*/, String(time))));
    const { recording, otherChannels } = decodeCsv(sorted.join("\n"));
    expect(recording.sampleRateHz).toBe(256);
    expect(recording.channelNames).toEqual(["TP9", "AF7", "AF8", "TP10"]);
    expect([recording.stim[100], recording.stim[200]]).toEqual([2, 1]);
    expect(recording.data[599]).toBe(599);
    expect(otherChannels).toMatchObject([{ name: "Right AUX", type: "misc" }]);
  });

  test("as Mind Monitor writes it: dates, raw columns among others, events as rows of their own", () => {
    const head =
      "TimeStamp,Delta_TP9,RAW_TP9,RAW_AF7,RAW_AF8,RAW_TP10,AUX_RIGHT,Accelerometer_X,HeadBandOn,Battery,Elements";
    const at = (i: number): string =>
      new Date(Date.UTC(2024, 4, 13, 19, 29, 37) + Math.round((i * 1000) / 256))
        .toISOString()
        .replace("T", " ")
        .replace("Z", "");
    const lines = Array.from({ length: 512 }, (_, i) => `${at(i)},0.5,${800 + i},801,802,803,1,0.1,1,80,`);
    lines.splice(101, 0, `${at(100)},,,,,,,,,,/Marker/2`);
    lines.splice(1, 0, `${at(0)},,,,,,,,,,/muse/elements/blink`);
    const { recording } = decodeCsv(`${head}\r\n${lines.join("\r\n")}\r\n`);
    expect(recording.channelNames).toEqual(["TP9", "AF7", "AF8", "TP10"]);
    expect(recording).toMatchObject({ sampleRateHz: 256, nSamples: 512 });
    expect(recording.annotations).toEqual([
      { onsetSeconds: 1 / 256, durationSeconds: 0, text: "/muse/elements/blink" },
      { onsetSeconds: 101 / 256, durationSeconds: 0, text: "2" },
    ]);
    expect(recording.stim[101]).toBe(2);
  });
});

describe("tables of any origin", () => {
  test("OpenBCI's comments tell the rate", () => {
    const text = `%OpenBCI Raw EEG Data\n%Number of channels = 2\n%Sample Rate = 250 Hz\nSample Index, EXG Channel 0, EXG Channel 1, Accel Channel 0\n${rows(10, (i) => `${i}, ${i}.5, 2, 3`)}\n`;
    const { recording } = decodeCsv(text);
    expect(recording.sampleRateHz).toBe(250);
    expect(recording.channelNames).toContain("EXG Channel 0");
    expect(recording.data[1]).toBe(1.5);
  });

  test("a byte order mark, CRLF, quotes, semicolons and decimal commas", () => {
    const text = `\uFEFF"Zeit ""roh""";"Fz";"Cz; links"\r\n${rows(8, (i) => `"${i}";${i},25;"-1,5"`)}\r\n`;
    const { recording } = decodeCsv(new TextEncoder().encode(text), {
      sampleRateHz: 10,
      eegChannels: ["Fz", "Cz; links"],
    });
    expect(recording.channelNames).toEqual(["Fz", "Cz; links"]);
    expect(Array.from(recording.data.subarray(0, 3))).toEqual([0.25, 1.25, 2.25]);
    expect(recording.data[8]).toBe(-1.5);
  });

  test("the rate out of rounded times, and none out of too few", () => {
    const table = (rate: number, decimals: number, n = 400): string =>
      `time,Fz\n${rows(n, (i) => `${(i / rate).toFixed(decimals)},1`)}\n`;
    expect(decodeCsv(table(512, 3)).recording.sampleRateHz).toBe(512);
    expect(decodeCsv(table(256, 4)).recording.sampleRateHz).toBe(256);
    expect(decodeCsv(table(10.1, 6)).recording.sampleRateHz).toBe(10.1);
    expect(decodeCsv(`time_ms,Fz\n${rows(9, (i) => `${i * 4},1`)}`).recording.sampleRateHz).toBe(250);
    expect(() => decodeCsv("time,Fz\n0,1\n")).toThrow(/no sampling rate/);
    expect(() => decodeCsv("Fz,Cz\n0,1\n1,2\n")).toThrow(/no sampling rate/);
  });

  test("a gap is refused, or filled by a straight line and marked", () => {
    const text = `time,Fz\n${rows(40, (i) => `${(i < 20 ? i : i + 4) / 100},${i < 20 ? 5 : 10}`)}\n`;
    expect(() => decodeCsv(text, { source: "a.csv" })).toThrow(/^a.csv: CSV: has a gap of 0.040 s at 0.200 s/);
    const { recording } = decodeCsv(text, { gaps: "fill" });
    expect(recording.nSamples).toBe(44);
    expect(Array.from(recording.data.subarray(19, 25))).toEqual([5, 6, 7, 8, 9, 10]);
    expect(recording.annotations).toEqual([{ onsetSeconds: 0.2, durationSeconds: 0.04, text: "BAD_gap" }]);
  });

  test("words in a stim column are markers, and an empty cell is NaN", () => {
    const text = `Fz,stim\n${rows(6, (i) => `${i === 2 ? "" : i},${["", "Target", "", "NonTarget", "pause", "0"][i]}`)}\n`;
    const { recording } = decodeCsv(text, { sampleRateHz: 10 });
    expect(Array.from(recording.stim)).toEqual([0, 2, 0, 1, 0, 0]);
    expect(recording.annotations?.map(({ text: word }) => word)).toEqual(["Target", "NonTarget", "pause"]);
    expect(recording.data[2]).toBeNaN();
  });
});

describe("refuses, naming line and column", () => {
  const message = (text: string, options = {}): string => {
    try {
      decodeCsv(text, { sampleRateHz: 100, ...options });
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`;
    }
    return "nothing";
  };
  test.each([
    ["", /is empty/],
    ["Fz,Cz\n", /has a header but no samples/],
    ["Fz,Cz\n1,2\n3\n", /line 3 has 1 cells, the header 2/],
    ["Fz,Cz\n1,2\n3,four\n", /line 3 has "four" in column Cz: it must be a number/],
    ["# note\nFz,Cz\n1,2\n3,0x10\n", /line 4 has "0x10" in column Cz/],
    ['Fz,Cz\n1,"2\n3,4\n', /line 2 opens a quote that nothing closes/],
    ['Fz,Cz\n1,"2"3\n', /line 2 goes on after a closing quote/],
    ["time,Fz\n0,1\n2,1\n1,1\n", /goes back in time at sample 2/],
    ["Fz,stim\n1,0\n2,1.5\n", /(has 1.5 in its stim channel|nothing)/],
    ["EOG,ECG\n1,2\n", /has no EEG channel among EOG, ECG/],
    ["Fz\u0000,Cz\n1,2\n", /is no text/],
  ])("%j", (text, pattern) => {
    expect(message(text)).toMatch(pattern);
  });
  test("options that cannot be", () => {
    expect(message("Fz,Cz\n1,2\n", { sampleRateHz: -1 })).toMatch(/^ERR_DSP_SAMPLE_RATE/);
    expect(message("Fz,Cz\n1,2\n", { eegChannels: ["Oz"] })).toMatch(
      /^ERR_DSP_CHANNEL: channel Oz: is not in the file/,
    );
    expect(message("Fz,Cz\n1,2\n", { delimiter: "|" })).toMatch(/^ERR_DSP_OPTION/);
    expect(message("Fz,stim\n1,a\n2,b\n", { eventCodes: { a: 0.5 } })).toMatch(/^ERR_DSP_OPTION/);
  });
});
