import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChannelError, type Epochs, NotFiniteError, OptionError, ShapeError, TooShortError } from "../src";
import { type Position, positionOf } from "../src/entries/montage";
import {
  reference,
  referenceEpochs,
  type ReferenceOptions,
  restLeadField,
  restWeights,
  sphericalLeadField,
} from "../src/entries/reference";
import { anyRow, makeRecording, wiggle } from "./arbitraries";
import { readGolden, relativeError, worstError } from "./golden";

interface Golden {
  producer: string;
  tolerance: number;
  cases: { name: string; to: ReferenceOptions["to"]; want: number[] }[];
  setting: {
    channelNames: string[];
    badChannels: string[];
    nSamples: number;
    data: number[];
    positions: Position[];
    leadField: number[];
    nSources: number;
    radii: number[];
    conductivities: number[];
    dipoles: Position[];
    sphere: number[];
  }[];
}
const { producer, tolerance, cases, setting } = readGolden("reference") as unknown as Golden;
const { channelNames, badChannels, nSamples, positions, nSources, ...given } = setting[0]!;
const nChannels = channelNames.length;
const data = Float64Array.from(given.data);
const leadField = { data: Float64Array.from(given.leadField), nSources };
const recording = makeRecording({ nChannels, nSamples, sampleRateHz: 100, channelNames, data, gap: 7 });

test.each(cases)(`$name agrees with ${producer}`, ({ to, want }) => {
  const referred = reference(recording, { to, badChannels, leadField });
  expect(relativeError(referred.data, want)).toBeLessThanOrEqual(tolerance);
  expect(referred).toEqual({ ...recording, data: referred.data });
});

test(`the lead field of three spheres is near that of ${producer}, which approximates the series by three dipoles`, () => {
  const axes: Position[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const dipoles = given.dipoles.flatMap((at) => axes.map((moment) => ({ at, moment })));
  const { radii, conductivities } = given;
  const got = sphericalLeadField(positions, dipoles, { radii, conductivities });
  expect(relativeError(got.data, given.sphere)).toBeLessThan(0.01);
});

test("a single sphere has its closed form", () => {
  // Brody, Terry, Ideker 1973, of a dipole at the centre: 3 · (moment · electrode) / (4π·σ·R²)
  const electrode: Position = [0.6, 0, 0.8];
  const got = sphericalLeadField([electrode], [{ at: [0, 0, 0], moment: [1, 2, 3] }], {
    radii: [0.1],
    conductivities: [0.3],
  });
  expect(got.data[0]!).toBeCloseTo((3 * (0.6 + 2.4)) / (4 * Math.PI * 0.3 * 0.01), 9);
  // and of a radial one beneath the electrode: ((2 / (1 - b)² + (1 / b) · (1 / (1 - b) - 1) · … closed along the axis
  const b = 0.5;
  const above = sphericalLeadField([[0, 0, 1]], [{ at: [0, 0, b], moment: [0, 0, 1] }], {
    radii: [1],
    conductivities: [1],
  });
  const closed = (2 / (1 - b) ** 2 + 1 / (1 - b)) / (4 * Math.PI);
  expect(above.data[0]!).toBeCloseTo(closed, 9);
});

describe("REST", () => {
  test("gives back what a reference at infinity would have seen, of sources that the lead field explains", () => {
    const names = channelNames;
    const sites = names.map(positionOf);
    const spots: Position[] = [
      [0.1, 0.3, 0.5],
      [-0.4, -0.2, 0.3],
      [0.3, -0.5, 0.1],
    ];
    const brain = sphericalLeadField(
      sites,
      spots.map((at, i) => ({ at, moment: [i === 0 ? 1 : 0, i === 1 ? 1 : 0.5, 1] as const })),
    );
    const truth = Float64Array.from({ length: nChannels * 50 }, (_, i) => {
      const [channel, t] = [Math.floor(i / 50), i % 50];
      return spots.reduce((sum, __, s) => sum + brain.data[channel * 3 + s]! * wiggle(t + 100 * s), 0);
    });
    // measured against Cz, and then against infinity again
    const cz = names.indexOf("Cz");
    const measured = truth.map((x, i) => x - truth[cz * 50 + (i % 50)]!);
    const recorded = makeRecording({ nChannels, nSamples: 50, channelNames: names, data: measured, gap: 9 });
    const rest = reference(recorded, { to: "rest", head: { nDipoles: 600 } }).data;
    const average = reference(recorded, { to: "average" }).data;
    expect(relativeError(rest, truth)).toBeLessThan(0.06);
    expect(worstError(rest, truth)).toBeLessThan(worstError(average, truth) / 2);
  });
  test("does not depend on the reference of the recording, nor on the unit of the lead field", () => {
    const shifted = { ...recording, data: data.map((x, i) => x + wiggle(i % nSamples)) };
    const options = { to: "rest", head: { nDipoles: 300 } } as const;
    const once = reference(recording, options).data;
    expect(relativeError(reference(shifted, options).data, once)).toBeLessThan(1e-10);
    const inMillivolts = { ...leadField, data: leadField.data.map((x) => 1e3 * x) };
    const [a, b] = [leadField, inMillivolts].map((field) => restWeights(field, nChannels));
    expect(worstError(a!, b!)).toBeLessThan(1e-9);
  });
});

describe("average and names", () => {
  test("good channels add up to 0, bad ones and the argument stay", () => {
    fc.assert(
      fc.property(anyRow(5 * 20), (values) => {
        const small = makeRecording({ nChannels: 5, nSamples: 20, data: values, gap: 5 });
        const before = values.slice();
        const { data: out } = reference(small, { to: "average", badChannels: ["C2"] });
        expect(small.data).toEqual(before);
        for (let t = 0; t < 20; t++) {
          expect(out[20 + t]).toBe(before[20 + t]);
          expect(Math.abs(out[t]! + out[40 + t]! + out[60 + t]! + out[80 + t]!)).toBeLessThan(1e-9);
        }
        expect(
          worstError(reference({ ...small, data: out }, { to: "average", badChannels: ["C2"] }).data, out),
        ).toBeLessThan(1e-9);
      }),
      { numRuns: 30 },
    );
  });
  test("a reference channel becomes 0; epochs are referred like a recording", () => {
    const { data: out } = reference(recording, { to: ["Cz"] });
    const cz = channelNames.indexOf("Cz") * nSamples;
    expect([...out.subarray(cz, cz + nSamples)]).toEqual(Array.from({ length: nSamples }, () => 0));
    const epochs = {
      data: Float64Array.from([...data, ...data]),
      nEpochs: 2,
      nChannels,
      nTimes: nSamples,
      sampleRateHz: 100,
      tMinSeconds: 0,
      channelNames,
    } as unknown as Epochs;
    expect([...referenceEpochs(epochs, { to: ["Cz"] }).data]).toEqual([...out, ...out]);
  });
});

describe("refuses", () => {
  test("channels that are not there, are bad, or nowhere", () => {
    expect(() => reference(recording, { to: ["Nose"] })).toThrow(ChannelError);
    expect(() => reference(recording, { to: ["T8"], badChannels })).toThrow(ChannelError);
    expect(() => reference(recording, { to: "average", badChannels: ["Nose"] })).toThrow(ChannelError);
    expect(() => reference(makeRecording({ channelNames: ["Q1", "Q2", "Q3"] }), { to: "rest" })).toThrow(ChannelError);
    for (const position of [undefined, [0, 0, 0], [0, Number.NaN, 1], [1, 2]])
      expect(() => reference(recording, { to: "rest", positions: [position as never, ...positions.slice(1)] })).toThrow(
        ChannelError,
      );
  });
  test("references that are none, and nothing to average", () => {
    for (const to of ["mean", [], undefined, 7])
      expect(() => reference(recording, { to: to as never })).toThrow(OptionError);
    expect(() => reference(recording, { to: "average", badChannels: channelNames })).toThrow(TooShortError);
    expect(() => reference(recording, { to: "rest", badChannels: channelNames.slice(1) })).toThrow(TooShortError);
    const epochs = { data: new Float64Array(60), nEpochs: 1, nChannels: 3, nTimes: 20, channelNames: ["A", "B", "C"] };
    const referEpochs = (changes: object) => () =>
      referenceEpochs({ ...epochs, ...changes } as unknown as Epochs, { to: "average" });
    for (const nChannels of [0, null, Number.NaN]) expect(referEpochs({ nChannels })).toThrow(OptionError);
    expect(referEpochs({ nChannels: 2, channelNames: ["A", "B"] })).toThrow(ShapeError);
    expect(referEpochs({ channelNames: ["A"] })).toThrow(ShapeError);
    const bad = { ...recording, data: data.slice() };
    bad.data[0] = Number.NaN;
    expect(() => reference(bad, { to: "average" })).toThrow(NotFiniteError);
  });
  test("lead fields and heads that are none", () => {
    expect(() => reference(recording, { to: "rest", leadField: { data: new Float64Array(9), nSources: 3 } })).toThrow(
      ShapeError,
    );
    expect(() => restWeights({ data: new Float64Array(6), nSources: 4 }, 2)).toThrow(ShapeError);
    expect(() => restWeights({ data: new Float64Array(0), nSources: 0 }, 2)).toThrow(OptionError);
    const dipole = { at: [0, 0, 0.5], moment: [0, 0, 1] } as const;
    const field = (options: object) => () => sphericalLeadField([[0, 0, 1]], [dipole], options);
    expect(() => sphericalLeadField([[0, Number.NaN, 1]], [dipole])).toThrow(OptionError);
    expect(() => sphericalLeadField(7 as never, [dipole])).toThrow(OptionError);
    expect(() => sphericalLeadField([[0, 0, 1]], undefined as never)).toThrow(OptionError);
    expect(field({ radii: [1, 0.9, 1] })).toThrow(OptionError);
    expect(field({ radii: [0.9, 1] })).toThrow(ShapeError);
    expect(field({ conductivities: [1, 0, 1] })).toThrow(OptionError);
    expect(field({ radii: [0.4], conductivities: [1] })).toThrow(OptionError);
    for (const nDipoles of [0, -1, 1.5, 1e9]) expect(() => restLeadField(positions, { nDipoles })).toThrow(OptionError);
    expect([...restWeights({ data: new Float64Array(6), nSources: 3 }, 2)]).toEqual([0, 0]);
  });
});
