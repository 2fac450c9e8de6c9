import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpolateBadChannels, surfaceLaplacian } from "../../src/entries/cleaning";
import { type Position, positionOf } from "../../src/entries/montage";
import { readGolden, relativeError } from "../golden";

interface Case {
  readonly name: string;
  readonly channelNames: string[];
  readonly positions: Position[];
  readonly origin: Position;
  readonly nEpochs: number | null;
  readonly nTimes: number;
  readonly badChannels: string[];
  readonly data: number[];
  readonly want: number[];
  readonly laplacian: number[];
}

const golden = readGolden<Case>("cleaning-interpolate");
const signalsOf = ({ channelNames, nEpochs, nTimes, data }: Case) => ({
  data: Float64Array.from(data),
  nChannels: channelNames.length,
  channelNames,
  ...(nEpochs === null ? { nSamples: nTimes } : { nTimes, nEpochs }),
});

describe("interpolateBadChannels", () => {
  test.each(golden.cases)(`$name as ${golden.producer}`, (one) => {
    const { positions, origin, badChannels, channelNames } = one;
    const signals = signalsOf(one);
    const got = interpolateBadChannels(signals, { badChannels, positions, origin });
    expect(relativeError(got.data, one.want)).toBeLessThan(golden.tolerance);
    const byName = Object.fromEntries(channelNames.map((name, i) => [name, positions[i]!]));
    expect(interpolateBadChannels(signals, { badChannels, positions: byName, origin }).data).toEqual(got.data);
    expect(signals.data).toEqual(Float64Array.from(one.data));
  });

  const names = ["Fp1", "Fp2", "C3", "Cz", "C4", "Pz", "O1", "O2", "HEOG"];
  const make = (valueOf: (place: Position) => number) => ({
    data: Float64Array.from(names, (name) => (name === "HEOG" ? 1e6 : valueOf(positionOf(name)))),
    nChannels: names.length,
    channelNames: names,
    nTimes: 1,
    comment: "kept",
  });

  test("gives back what is the same everywhere, and nearly what changes gently", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.constantFrom(...names.slice(0, 8)),
        (level, bad) => {
          const options = { badChannels: [bad], excludeChannels: ["HEOG"] };
          const at = names.indexOf(bad);
          expect(
            interpolateBadChannels(
              make(() => level),
              options,
            ).data[at],
          ).toBeCloseTo(level, 9);
        },
      ),
    );
    const gentle = interpolateBadChannels(
      make(([x, y, z]) => 3 * x - 2 * y + z),
      { badChannels: ["Cz"], excludeChannels: ["HEOG"] },
    );
    expect(Math.abs(gentle.data[3]! - 1)).toBeLessThan(0.4);
    expect(gentle.comment).toBe("kept");
    expect(gentle.data[8]).toBe(1e6);
  });

  test("is linear, and indifferent to the unit of the positions", () => {
    const [one] = golden.cases;
    const { positions, badChannels } = one!;
    const signals = signalsOf(one!);
    const got = interpolateBadChannels(signals, { badChannels, positions });
    const doubled = { ...signals, data: signals.data.map((value) => 2 * value) };
    expect(
      relativeError(
        interpolateBadChannels(doubled, { badChannels, positions }).data,
        got.data.map((v) => 2 * v),
      ),
    ).toBeLessThan(1e-14);
    const larger = positions.map(([x, y, z]): Position => [1000 * x, 1000 * y, 1000 * z]);
    expect(
      relativeError(interpolateBadChannels(signals, { badChannels, positions: larger }).data, got.data),
    ).toBeLessThan(1e-9);
    expect(interpolateBadChannels(signals, { badChannels: [] }).data).toEqual(signals.data);
  });

  test("refuses what cannot be", () => {
    const signals = make(() => 1);
    const codeOf = (change: object, options: object) => {
      try {
        interpolateBadChannels({ ...signals, ...change }, { badChannels: ["Cz"], ...options });
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return "none";
    };
    expect(codeOf({}, {})).toBe("ERR_DSP_CHANNEL"); // no place is known of HEOG
    expect(codeOf({}, { badChannels: ["Nowhere"] })).toBe("ERR_DSP_CHANNEL");
    expect(codeOf({}, { badChannels: "Cz" })).toBe("ERR_DSP_OPTION");
    expect(codeOf({}, { badChannels: undefined })).toBe("ERR_DSP_OPTION");
    expect(codeOf({}, { badChannels: names.slice(0, 8), excludeChannels: ["HEOG"] })).toBe("ERR_DSP_TOO_SHORT");
    expect(codeOf({}, { positions: [[0, 0, 1]] })).toBe("ERR_DSP_SHAPE");
    expect(codeOf({}, { positions: names.map(() => [0, 0, 0]) })).toBe("ERR_DSP_CHANNEL");
    expect(codeOf({}, { positions: { HEOG: [1, Number.NaN, 0] } })).toBe("ERR_DSP_CHANNEL");
    expect(codeOf({}, { positions: { HEOG: [1, 1] } })).toBe("ERR_DSP_CHANNEL");
    expect(codeOf({}, { positions: { HEOG: null } })).toBe("ERR_DSP_CHANNEL");
    expect(codeOf({}, { origin: [0, 0] })).toBe("ERR_DSP_OPTION");
    expect(codeOf({ data: new Float64Array(3) }, {})).toBe("ERR_DSP_SHAPE");
    expect(codeOf({ data: [1] }, {})).toBe("ERR_DSP_OPTION");
    expect(codeOf({ nTimes: 1.5 }, {})).toBe("ERR_DSP_OPTION");
    expect(codeOf({ nTimes: undefined }, {})).toBe("ERR_DSP_OPTION");
    expect(codeOf({ channelNames: names.map(() => "Cz") }, {})).toBe("ERR_DSP_CHANNEL");
    expect(codeOf({ channelNames: ["Cz"] }, {})).toBe("ERR_DSP_SHAPE");
    expect(codeOf({ data: new Float64Array(9).fill(Number.NaN) }, {})).toBe("ERR_DSP_NOT_FINITE");
  });
});

describe("surfaceLaplacian", () => {
  test.each(golden.cases)(`$name as ${golden.producer}`, (one) => {
    const { positions, origin } = one;
    const got = surfaceLaplacian(signalsOf(one), { positions, origin, radiusMeters: 0.09, regularization: 1e-4 });
    expect(relativeError(got.data, one.laplacian)).toBeLessThan(golden.tolerance);
  });

  test("is nothing where the potential is the same everywhere, whatever the reference", () => {
    const channelNames = ["C3", "Cz", "C4", "Pz"];
    const data = Float64Array.of(5, 5, 5, 5);
    const signals = { data, nChannels: 4, nTimes: 1, channelNames };
    expect(Math.max(...surfaceLaplacian(signals).data.map(Math.abs))).toBeLessThan(1e-6);
    expect(() => surfaceLaplacian(signals, { radiusMeters: 0 })).toThrow(/radiusMeters/);
    expect(() => surfaceLaplacian(signals, { regularization: -1 })).toThrow(/regularization/);
    expect(() => surfaceLaplacian(signals, { excludeChannels: channelNames })).toThrow(/number of channels/);
  });
});
