/** Real recordings, held to what MNE made of them: tools/recordings/README.md. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { preprocess } from "../src";
import { readRecording } from "../src/parquet";

interface Reference {
  readonly events: number;
  readonly kept: number;
  readonly kept_target: number;
  readonly kept_event_indices: number[];
  readonly dropped_out_of_range: number;
  readonly shape: [number, number];
  readonly first_time: number;
  readonly sum_abs: number;
  readonly l2: number;
  readonly max_abs: number;
  readonly first5: number[];
  readonly last5: number[];
}
type Results = Record<string, { recordings: Record<string, Record<string, Reference>> }>;

const root = fileURLToPath(new URL("../../../", import.meta.url));
// More of the same recordings may lie beside the repository; the committed ones suffice.
const folders = [join(root, "tools/recordings/muse-p300"), join(root, "../shared/data/muse-p300")];
const results = JSON.parse(readFileSync(join(root, "tools/recordings/muse-p300-results.json"), "utf8")) as Results;

const modes = [
  { mode: "reject_100uV", rejectPeakToPeakMicrovolts: 100 },
  { mode: "no_rejection", rejectPeakToPeakMicrovolts: null },
];
const found = modes.flatMap(({ mode, rejectPeakToPeakMicrovolts }) =>
  Object.entries(results[mode]!.recordings).flatMap(([session, runs]) =>
    Object.entries(runs).flatMap(([run, reference]) => {
      const path = folders.map((folder) => join(folder, session, `${run}_eeg_stim.parquet`)).find(existsSync);
      return path === undefined ? [] : [{ mode, session, run, path, reference, rejectPeakToPeakMicrovolts }];
    }),
  ),
);

test("recordings of both kinds are there to be read", () => {
  expect(new Set(found.map(({ session }) => session)).size).toBeGreaterThanOrEqual(2);
  expect(new Set(found.map(({ mode }) => mode)).size).toBe(2);
});

describe.each(found)("$session $run, $mode", ({ path, reference, rejectPeakToPeakMicrovolts }) => {
  test("keeps the epochs that MNE keeps, and gives its features", async () => {
    const recording = await readRecording(path);
    expect(recording.channelNames).toEqual(["TP9", "AF7", "AF8", "TP10"]);
    const result = preprocess(recording, { rejectPeakToPeakMicrovolts });
    const { data, nRows, nFeatures } = result.features;
    expect(result.epochsFound).toBe(reference.events);
    expect([...result.selection]).toEqual(reference.kept_event_indices);
    expect([nRows, nFeatures]).toEqual(reference.shape);
    expect(result.labels.filter((label) => label === 2)).toHaveLength(reference.kept_target);
    const outOfRange = result.dropLog.filter(([reason]) => reason === "NO_DATA" || reason === "TOO_SHORT");
    expect(outOfRange).toHaveLength(reference.dropped_out_of_range);
    expect(result.tMinSeconds).toBeCloseTo(reference.first_time, 12);

    const volts = data.map((microvolts) => microvolts * 1e-6);
    const sumOf = (of: (x: number) => number): number => volts.reduce((sum, x) => sum + of(x), 0);
    expect(sumOf(Math.abs) / reference.sum_abs).toBeCloseTo(1, 11);
    expect(Math.sqrt(sumOf((x) => x * x)) / reference.l2).toBeCloseTo(1, 11);
    const furthest = (got: Float64Array, want: number[]): number =>
      Math.max(...want.map((x, i) => Math.abs(x - got[i]!))) / reference.max_abs;
    expect(furthest(volts.subarray(0, 5), reference.first5)).toBeLessThan(1e-12);
    expect(furthest(volts.subarray(-5), reference.last5)).toBeLessThan(1e-12);
  });
});
