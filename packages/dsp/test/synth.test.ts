import { describe, expect, test } from "vitest";
import { filterFir, findEvents, preprocess } from "../src";
import { REFERENCE_SUBJECTS, synthesize } from "../src/synth";
import { subjectParameters } from "../src/synth/subject";

const RATE = 512;
const subjects = Array.from({ length: 10 }, (_, i) => i + 1);
const cohort = subjects.map((subject) => preprocess(synthesize({ subject })));

describe("the reference cohort, seed 0, through the pipeline", () => {
  test("keeps 84 to 98 % of each subject's epochs and 89 to 94 % of all", () => {
    const shares = cohort.map(({ epochsKept, epochsFound }) => epochsKept / epochsFound);
    expect(Math.min(...shares)).toBeGreaterThan(0.84);
    expect(Math.max(...shares)).toBeLessThan(0.98);
    const all = shares.reduce((a, b) => a + b, 0) / shares.length;
    expect(all).toBeGreaterThan(0.89);
    expect(all).toBeLessThan(0.94);
  });

  test("gives features of 9 µV, 16 channels of 70 samples", () => {
    for (const { features } of cohort) expect(features.nFeatures).toBe(1120);
    const squares = cohort.map(({ features }) => features.data.reduce((sum, x) => sum + x * x, 0));
    const n = cohort.reduce((sum, { features }) => sum + features.data.length, 0);
    expect(Math.sqrt(squares.reduce((a, b) => a + b, 0) / n)).toBeCloseTo(9.1, 0);
  });

  test("evokes more at Cz and Pz a third of a second after a target than after another flash", () => {
    const difference = (channel: number, seconds: number): number => {
      const at = channel * 70 + Math.round((seconds + 0.1) * 100);
      const means = cohort.map(({ features: { data, nRows }, labels }) => {
        const mean = (label: number): number => {
          const rows = Array.from({ length: nRows }, (_, row) => row).filter((row) => labels[row] === label);
          return rows.reduce((sum, row) => sum + data[row * 1120 + at]!, 0) / rows.length;
        };
        return mean(2) - mean(1);
      });
      return means.reduce((a, b) => a + b, 0) / means.length;
    };
    const [cz, pz, p7] = [6, 10, 8];
    expect(difference(cz, 0.35)).toBeGreaterThan(3);
    expect(difference(pz, 0.35)).toBeGreaterThan(2);
    expect(difference(p7, 0.22)).toBeLessThan(-0.5);
  });
});

describe("a recording", () => {
  const recording = synthesize({ subject: 3 });

  test("is shaped like bi2014a", () => {
    expect([recording.nChannels, recording.nSamples, recording.sampleRateHz]).toEqual([16, 300 * RATE, RATE]);
    expect(recording.channelNames.join(" ")).toBe("Fp1 Fp2 F5 AFz F6 T7 Cz T8 P7 P3 Pz P4 P8 O1 Oz O2");
    expect(recording.data.every(Number.isFinite)).toBe(true);
  });

  test("flashes twelve a repetition, two of them targets that are no neighbours, 0.2 to 0.3 s apart", () => {
    const { nEvents, samples, codes } = findEvents(recording);
    expect(nEvents).toBe(576);
    for (let first = 0; first < nEvents; first += 12) {
      const targets = Array.from({ length: 12 }, (_, i) => i).filter((i) => codes[first + i] === 2);
      expect(targets).toHaveLength(2);
      expect(targets[1]! - targets[0]!).toBeGreaterThan(1);
      for (let i = first + 1; i < first + 12; i++) {
        const gap = (samples[i]! - samples[i - 1]!) / RATE;
        expect(gap).toBeGreaterThan(0.197);
        expect(gap).toBeLessThan(0.303);
      }
    }
  });

  test("is alike in neighbouring electrodes and hardly in distant ones", () => {
    const { data, nSamples } = filterFir(recording, { lowHz: 1, highHz: 20 });
    const row = (channel: number) => data.subarray(channel * nSamples, (channel + 1) * nSamples);
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    const correlation = (i: number, j: number): number =>
      dot(row(i), row(j)) / Math.sqrt(dot(row(i), row(i)) * dot(row(j), row(j)));
    expect(correlation(13, 14)).toBeGreaterThan(0.35); // O1, Oz
    expect(Math.abs(correlation(5, 12))).toBeLessThan(0.25); // T7, P8
    const deviations = Array.from({ length: 16 }, (_, i) => Math.sqrt(dot(row(i), row(i)) / nSamples));
    const mean = deviations.reduce((a, b) => a + b, 0) / 16;
    expect(mean).toBeGreaterThan(7);
    expect(mean).toBeLessThan(17);
  });
});

describe("seeds and subjects", () => {
  const start = (subject: number, seed?: number): number[] => [...synthesize({ subject, seed }).data.subarray(0, 4)];

  test("the same give the same, others give others", () => {
    expect(start(1)).toEqual(start(1, 0));
    expect(start(1, 1)).not.toEqual(start(1));
    expect(start(2)).not.toEqual(start(1));
  });

  test("the reference cohort is the same for every seed, later subjects are drawn from it", () => {
    expect(subjectParameters(REFERENCE_SUBJECTS, 0)).toBe(subjectParameters(REFERENCE_SUBJECTS, 9));
    const drawn = subjectParameters(16, 0);
    expect(drawn).toEqual(subjectParameters(16, 0));
    expect(drawn).not.toEqual(subjectParameters(16, 1));
    expect(drawn).toMatchObject({ subject: 16 });
    expect(drawn.own).toHaveLength(3);
    expect(drawn.p3_latency_s).toBeGreaterThanOrEqual(0.28);
    expect(drawn.p3_latency_s).toBeLessThanOrEqual(0.52);
    expect(Math.hypot(...drawn.p3_centre)).toBeCloseTo(1, 12);
    expect(synthesize({ subject: 40 }).data.every(Number.isFinite)).toBe(true);
  });

  test.each([0, -1, 1.5, Number.NaN])("subject %s is refused", (subject) => {
    expect(() => synthesize({ subject })).toThrow(/subject is .*: give a whole number above 0/);
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN])("seed %s is refused", (seed) => {
    expect(() => synthesize({ subject: 1, seed })).toThrow(/seed is/);
  });
});
