import { describe, expect, test } from "vitest";
import { type Recording } from "../../src";
import { findBadChannels } from "../../src/entries/cleaning";
import { readGolden, relativeError } from "../golden";
import { madeUp } from "./made-up";

interface Case {
  readonly name: string;
  readonly nChannels: number;
  readonly nSamples: number;
  readonly sampleRateHz: number;
  readonly channels: { std: number; deviation: number | null; noise: number | null; low: number | null }[];
}

const golden = readGolden<Case>("cleaning-bad-channels");

/** With a loud, a flat, a strange, an interrupted and a noisy channel, as the script makes them. */
function spoilt({ nChannels, nSamples, sampleRateHz }: Case): Recording {
  const recording = madeUp(nChannels, nSamples, sampleRateHz);
  const { data } = recording;
  for (let t = 0; t < nSamples; t++) {
    data[2 * nSamples + t]! *= 30;
    data[4 * nSamples + t] = 5;
    data[5 * nSamples + t] = (20 * (((t * t * 3 + 11 * t) % 97) - 48)) / 48;
    if (t >= 300 && t < 600) data[7 * nSamples + t] = 0;
    data[8 * nSamples + t]! += t % 2 === 0 ? 40 : -40;
  }
  return recording;
}

describe("findBadChannels", () => {
  test.each(golden.cases)(`$name as ${golden.producer}`, (one) => {
    const { channels, badChannels } = findBadChannels(spoilt(one));
    const numbers = (values: readonly (number | null)[]) => values.map((value) => value ?? -99);
    for (const [mine, theirs] of [
      ["robustStdMicrovolts", "std"],
      ["deviationZ", "deviation"],
      ["highFrequencyZ", "noise"],
      ["lowCorrelationShare", "low"],
    ] as const) {
      const got = numbers(channels.map((channel) => channel[mine]));
      expect(relativeError(got, numbers(one.channels.map((channel) => channel[theirs]))), mine).toBeLessThan(
        golden.tolerance,
      );
    }
    const reasons = channels.map((channel) => channel.reasons);
    expect(reasons[2]).toContain("deviation");
    expect(reasons[4]).toEqual(["flat"]);
    expect(reasons[5]).toContain("correlation");
    expect(reasons[7]).toContain("correlation");
    expect(reasons[8]!.includes("highFrequency")).toBe(one.sampleRateHz > 125);
    expect(reasons[0]).toEqual([]);
    expect(badChannels).toEqual(channels.filter((c) => c.reasons.length > 0).map((c) => c.channelName));
  });

  test("finds by RANSAC the one electrode that its neighbours do not foretell, the same each time", () => {
    const nSamples = 128 * 15;
    const data = new Float64Array(16 * nSamples);
    // Smooth over the head: what each place sees of three sources, and some noise of its own.
    const channelNames = "Fp1 Fp2 F7 F3 Fz F4 F8 C3 Cz C4 P3 Pz P4 O1 Oz O2".split(" ");
    for (let c = 0; c < 16; c++)
      for (let t = 0; t < nSamples; t++)
        data[c * nSamples + t] =
          Math.sin(t / 9) * 20 +
          Math.sin(t / 31) * 3 * (c % 4) +
          (c === 5 ? 60 * Math.sin(t * 0.37 + t * t * 1e-5) : 0);
    const recording = { ...madeUp(16, nSamples, 128), channelNames, data };
    const found = findBadChannels(recording, { ransac: true, deviationZMax: 1e9, lowCorrelationShareMax: 1 });
    expect(found.badChannels).toEqual([channelNames[5]]);
    expect(found.channels[5]!.ransacShare).toBe(1);
    expect(findBadChannels(recording, { ransac: { seed: 0 }, deviationZMax: 1e9, lowCorrelationShareMax: 1 })).toEqual(
      found,
    );
  });

  test("tells of a recording that is flat throughout, and leaves nothing to compare", () => {
    const recording = madeUp(4, 300, 100);
    const { channels } = findBadChannels({ ...recording, data: recording.data.map(() => 7) });
    expect(channels.map(({ reasons }) => reasons)).toEqual([["flat"], ["flat"], ["flat"], ["flat"]]);
    expect(channels[0]).toMatchObject({ deviationZ: null, lowCorrelationShare: null, highFrequencyZ: null });
  });

  test("refuses what cannot be", () => {
    const recording = madeUp(4, 300, 100);
    expect(() => findBadChannels(madeUp(2, 300, 100))).toThrow(/number of channels is 2/);
    expect(() => findBadChannels(madeUp(4, 99, 100))).toThrow(/number of samples is 99/);
    expect(() => findBadChannels(madeUp(4, 0, 100))).toThrow(/number of samples is 0/);
    expect(() => findBadChannels({ ...recording, data: recording.data.map((v, i) => (i === 301 ? NaN : v)) })).toThrow(
      /C2 holds NaN at sample 1/,
    );
    expect(() => findBadChannels(recording, { deviationZMax: Number.NaN })).toThrow(/deviationZMax/);
    expect(() => findBadChannels(recording, { noiseAboveHz: -1 })).toThrow(/noiseAboveHz/);
    expect(() => findBadChannels(recording, { correlationWindowSeconds: Infinity })).toThrow(
      /correlationWindowSeconds/,
    );
    expect(() => findBadChannels(recording, { ransac: true })).toThrow(/not flat is 4/);
    expect(() => findBadChannels(madeUp(16, 900, 100), { ransac: true })).toThrow(/channel C7: is no electrode/);
  });
});
