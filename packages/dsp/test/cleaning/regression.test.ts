import { describe, expect, test } from "vitest";
import { fitEog, regressEog } from "../../src/entries/cleaning";
import { readGolden, relativeError } from "../golden";

interface Case {
  readonly name: string;
  readonly channelNames: string[];
  readonly eog: string[];
  readonly nEpochs: number | null;
  readonly nTimes: number;
  readonly codes: number[] | null;
  readonly data: number[];
  readonly weights: number[];
  readonly want: number[];
}

const golden = readGolden<Case>("cleaning-regression");
const signalsOf = ({ channelNames, nEpochs, nTimes, codes, data }: Case) => ({
  data: Float64Array.from(data),
  nChannels: channelNames.length,
  channelNames,
  ...(nEpochs === null ? { nSamples: nTimes } : { nTimes, nEpochs }),
  ...(codes === null ? {} : { codes: Int32Array.from(codes) }),
});

describe("regressEog", () => {
  test.each(golden.cases)(`$name as ${golden.producer}`, (one) => {
    const signals = signalsOf(one);
    const fitted = fitEog(signals, { eog: one.eog });
    expect(relativeError(fitted.weights, one.weights)).toBeLessThan(golden.tolerance);
    const got = regressEog(signals, { eog: one.eog });
    expect(relativeError(got.data, one.want)).toBeLessThan(golden.tolerance);
    expect(regressEog(signals, { eog: one.eog, weights: fitted }).data).toEqual(got.data);
    expect(signals.data).toEqual(Float64Array.from(one.data));
  });

  test("takes away all that is a share of the eyes, and nothing of what they don't see", () => {
    const nSamples = 64;
    const eye = Float64Array.from({ length: nSamples }, (_, t) => Math.cos((2 * Math.PI * t) / nSamples));
    const brain = Float64Array.from({ length: nSamples }, (_, t) => Math.cos((6 * Math.PI * t) / nSamples));
    const data = Float64Array.of(...eye.map((x) => 100 * x + 9), ...eye.map((x, t) => 30 * x + brain[t]!), ...brain);
    const signals = { data, nChannels: 3, nSamples, channelNames: ["EOG", "Fz", "Pz"] };
    const got = regressEog(signals, { eog: ["EOG"] });
    expect(relativeError(got.data.subarray(64, 128), brain)).toBeLessThan(1e-12);
    expect(relativeError(got.data.subarray(128), brain)).toBeLessThan(1e-12);
    expect(got.data.subarray(0, 64)).toEqual(data.subarray(0, 64));
  });

  test("refuses what cannot be", () => {
    const [one] = golden.cases;
    const signals = signalsOf(one!);
    const constant = signals.data.slice().fill(0.1, one!.nTimes, 2 * one!.nTimes);
    const copied = signals.data.slice();
    copied.copyWithin(one!.nTimes, 2 * one!.nTimes, 3 * one!.nTimes);
    expect(() => regressEog(signals, { eog: ["Nose"] })).toThrow(/Nose/);
    expect(() => regressEog(signals, { eog: [] })).toThrow(/eog is empty/);
    expect(() => regressEog(signals, { eog: one!.channelNames })).toThrow(/besides eog/);
    expect(() => regressEog({ ...signals, data: constant }, { eog: one!.eog })).toThrow(/channels that move/);
    expect(() => regressEog({ ...signals, data: copied }, { eog: one!.eog })).toThrow(/not copies/);
    expect(() => regressEog({ ...signals, codes: [1, 2] }, { eog: one!.eog })).toThrow(/codes.length/);
    const weights = { channelNames: ["Fz"], eogNames: ["EOG1"], weights: Float64Array.of(Number.NaN) };
    expect(() => regressEog(signals, { eog: one!.eog, weights })).toThrow(/weights/);
  });
});
