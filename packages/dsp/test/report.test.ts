import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { preprocess, type Recording } from "../src";
import { readRecording } from "../src/parquet";
import { analyseRecording, renderReport } from "../src/plots";
import { synthesize } from "../src/synth";
import { makeRecording } from "./arbitraries";

const throwing = (code: string) => expect.objectContaining({ code });
const warningsOf = (recording: Recording, options = {}): string =>
  analyseRecording(recording, options).warnings.join("\n");

/** A recording of restless rows, long enough for epochs, with what a test puts into it. */
function recordingWith(
  change: (data: Float64Array, nSamples: number) => void,
  more: Partial<Recording> = {},
): Recording {
  const recording = makeRecording({ nSamples: 6000, gap: 60, ...more });
  change(recording.data, recording.nSamples);
  return recording;
}

/** What MNE 1.13.2 finds on the same recordings: a 1 to 20 Hz filter, epochs of -0.1 to 0.6 s, 100 µV, average() and
 * standard_error() of either class; the largest difference in standard errors from 0.2 s on. */
const MNE = [
  {
    run: "subject_01_session_2/run_03",
    kept: [31, 159],
    dropped: { TP9: 2, TP10: 2 },
    best: ["TP10", 0.328125, -3.19096915292599, 2.491199622334758],
    second: ["TP9", 0.5546875, 1.9650849689169239, 2.114006465226813],
  },
  {
    run: "auditory_subject_01_session_1/run_01",
    kept: [52, 143],
    dropped: { TP9: 1, TP10: 1 },
    best: ["AF7", 0.39453125, 2.598706756509929, 3.727634923253674],
    second: ["TP10", 0.38671875, 3.3071076063428646, 3.2863620384815686],
  },
] as const;

describe.each(MNE)("analyseRecording, $run", ({ run, kept, dropped, best, second }) => {
  const path = fileURLToPath(new URL(`../../../tools/recordings/muse-p300/${run}_eeg_stim.parquet`, import.meta.url));

  test("keeps MNE's epochs, and finds its peaks", async () => {
    expect(existsSync(path)).toBe(true);
    const analysis = analyseRecording(await readRecording(path));
    expect([analysis.target?.nAve, analysis.nonTarget?.nAve]).toEqual(kept);
    expect(
      Object.fromEntries(analysis.channels.filter((one) => one.nDropped > 0).map((one) => [one.name, one.nDropped])),
    ).toEqual(dropped);
    for (const [i, [channelName, latency, microvolts, errors]] of [best, second].entries())
      expect(analysis.best[i]).toEqual({
        channelName,
        latencySeconds: latency,
        amplitudeMicrovolts: expect.closeTo(microvolts, 11),
        standardErrors: expect.closeTo(errors, 11),
      });
  });
});

describe("renderReport", () => {
  const recording = synthesize({ subject: 4 });
  const analysis = analyseRecording(recording);
  const page = renderReport(analysis, { generator: "p300-dsp 1" });

  test("has the numbers that preprocess has", () => {
    const { epochsFound, epochsKept, labels } = preprocess(recording);
    const nTarget = labels.filter((label) => label === 2).length;
    expect(page).toContain(`<dt>Events found</dt><dd>${epochsFound}</dd>`);
    expect(page).toContain(`<dt>Epochs kept</dt><dd>${epochsKept}</dd>`);
    expect(page).toContain(`Target n=${nTarget}`);
    expect(page).toContain(`Dropped epochs: ${epochsFound - epochsKept} of ${epochsFound}`);
    expect(page).toContain("1 to 20 Hz, FIR");
    expect(page).toContain("above 100 µV peak to peak");
  });

  test("asks for nothing from anywhere, and stays small", () => {
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'; img-src data:`);
    expect(page).not.toMatch(/<(script|link|iframe|object|embed|base)\b/i);
    expect(page).not.toMatch(/@import|url\((?!#)/);
    for (const [, href] of page.matchAll(/(?:href|src)="([^"]*)"/g)) expect(href).toMatch(/^data:image\/png;base64,/);
    expect(page.length).toBeLessThan(1_500_000);
    expect(page).toContain('name="viewport"');
    expect(page).toContain("prefers-color-scheme:dark");
  });

  test("is the same page every time, and from the recording itself", () => {
    expect(renderReport(recording, { generator: "p300-dsp 1" })).toBe(page);
  });

  test("has ids that meet only when their figures are the same", () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("escapes every name", () => {
    const hostile = `<img src=x onerror="alert(1)">&'`;
    const small = makeRecording({
      nSamples: 4000,
      channelNames: [hostile, "</style><script>", "constructor"],
      source: `/data/${hostile}.parquet`,
      stimCodes: { "1": "NonTarget", "2": "Target", "3": hostile },
      annotations: [{ onsetSeconds: 1, durationSeconds: 2, text: hostile }],
    });
    for (const options of [{}, { rejectPeakToPeakMicrovolts: 20 }, { title: hostile, generator: hostile }]) {
      const html = renderReport(small, options);
      expect(html).not.toContain("<img");
      expect(html).not.toContain("<script");
      expect(html.match(/<\/style>/g)).toHaveLength(1);
      expect(html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;");
    }
  });
});

describe("a report of a recording that is not as it should be says so", () => {
  const flat = (channel: number) => (data: Float64Array, n: number) =>
    void data.fill(7, channel * n, (channel + 1) * n);

  test.each<[string, Recording, string]>([
    ["no event", makeRecording({ stim: new Int32Array(1200) }), "The stim channel holds no event"],
    [
      "other codes",
      makeRecording({ stim: makeRecording().stim.map((code) => code * 5) }),
      "None of the 27 events has code",
    ],
    [
      "one class",
      makeRecording({ stim: makeRecording().stim.map((code) => code && 1) }),
      "All 27 events are non-targets",
    ],
    [
      "the other class",
      makeRecording({ stim: makeRecording().stim.map((code) => code && 2) }),
      "All 27 events are targets",
    ],
    ["codes exchanged", makeRecording({ stimCodes: { 1: "Target", 2: "NonTarget" } }), "Are the codes exchanged?"],
    ["few targets", makeRecording(), "epochs of targets were kept"],
    ["NaN", recordingWith((data) => void (data[10] = Number.NaN)), "Channel C1 holds samples that are not numbers"],
    ["flat", recordingWith(flat(1)), "Channel C2 is flat"],
    [
      "clipped",
      recordingWith((data) => void data.forEach((x, i) => (data[i] = i < 6000 ? Math.max(-15, Math.min(15, x)) : x))),
      "Channel C1 runs into the end",
    ],
    ["volts", recordingWith((data) => void data.forEach((x, i) => (data[i] = x * 1e-6))), "in volts or millivolts"],
    ["counts", recordingWith((data) => void data.forEach((x, i) => (data[i] = x * 1e4))), "units of the converter"],
    ["short", makeRecording(), "shorter than ten seconds"],
    [
      "hum",
      recordingWith(
        (data, n) =>
          void data.forEach((x, i) => (data[i] = x / 50 + 30 * Math.sin((2 * Math.PI * 60 * (i % n)) / 256))),
        { sampleRateHz: 256 },
      ),
      "hum at 60 Hz",
    ],
    [
      "noisy",
      recordingWith((data, n) => {
        for (let i = n; i < 2 * n; i++) data[i]! *= 20;
      }),
      "Channel C2 is much noisier",
    ],
  ])("%s", (_, recording, words) => {
    expect(warningsOf(recording)).toContain(words);
    expect(renderReport(recording)).toContain("What looks wrong");
  });

  test("most or all epochs dropped", () => {
    const recording = recordingWith((data, n) => {
      for (let i = 0; i < n / 2; i++) data[i]! *= 20;
    });
    expect(warningsOf(recording)).toMatch(
      /\d\d % of the epochs were dropped, which is much\. Beyond 100 µV peak to peak: C1 \d+/,
    );
    expect(warningsOf(recording, { rejectPeakToPeakMicrovolts: 0.1 })).toContain("All 98 epochs were dropped");
    const page = renderReport(recording, { rejectPeakToPeakMicrovolts: 0.1 });
    expect(page).not.toContain("Target against non-target</h2>");
    expect(page).toContain("Dropped epochs: 98 of 98");
  });

  test("a clean one has nothing to say", () => {
    expect(warningsOf(makeRecording({ nSamples: 12_000, gap: 40 }))).toBe("");
    expect(renderReport(makeRecording({ nSamples: 12_000, gap: 40 }))).not.toContain("What looks wrong");
  });

  test.each<[string, Recording]>([
    ["only NaN", makeRecording({ data: new Float64Array(3600).fill(Number.NaN) })],
    ["one sample", makeRecording({ nSamples: 1 })],
    ["no sample", makeRecording({ nSamples: 0 })],
    ["no channel", makeRecording({ nChannels: 0, channelNames: [], data: new Float64Array(0) })],
    ["shorter than an epoch", makeRecording({ nSamples: 60 })],
    ["one channel", makeRecording({ nChannels: 1 })],
    ["all zero", makeRecording({ data: new Float64Array(3600) })],
  ])("%s: still a page", (_, recording) => {
    expect(renderReport(recording)).toContain("</html>");
  });
});

test("a recording that contradicts itself, and options that cannot be, are refused", () => {
  expect(() => renderReport(makeRecording({ data: new Float64Array(5) }))).toThrow(throwing("ERR_DSP_SHAPE"));
  expect(() => renderReport({ ...makeRecording(), sampleRateHz: 0 })).toThrow(throwing("ERR_DSP_SAMPLE_RATE"));
  expect(() => renderReport(makeRecording(), { highHz: 90 })).toThrow(throwing("ERR_DSP_BAND"));
  expect(() => renderReport(makeRecording(), { tMinSeconds: 1 })).toThrow(throwing("ERR_DSP_WINDOW"));
  expect(() => renderReport(makeRecording(), { rejectPeakToPeakMicrovolts: -1 })).toThrow(throwing("ERR_DSP_OPTION"));
  expect(() => renderReport(makeRecording(), { resampleHz: Number.NaN })).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^ERR_DSP_/) }),
  );
});
