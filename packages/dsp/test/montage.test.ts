import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPosition, picks, type Position, positionOf, project2d, standardMontage } from "../src/entries/montage";
import { readGolden } from "./golden";

interface Case {
  readonly name: string;
  readonly channelNames: string[];
  readonly directions: Position[];
}

const golden = readGolden<Case>("montage");
/** Median and largest angle in degrees. A real head is no sphere: its temples lie lower than a sphere's. */
const limits: Readonly<Record<string, readonly [median: number, max: number]>> = {
  colin27_1005: [5.5, 12],
  "easycap-M1": [2.5, 5.5],
  biosemi64: [1.5, 3.5],
};

describe("positions", () => {
  test.each(golden.cases)(`are near those of $name in ${golden.producer}`, ({ name, channelNames, directions }) => {
    const angles = channelNames
      .map((channel, i) => {
        const [a, b] = [positionOf(channel), directions[i]!];
        return (Math.acos(Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])) * 180) / Math.PI;
      })
      .sort((a, b) => a - b);
    expect(angles[angles.length >> 1]).toBeLessThan(limits[name]![0]);
    expect(angles.at(-1)).toBeLessThan(limits[name]![1]);
  });

  const names = golden.cases[0]!.channelNames;
  test("lie on the unit sphere, odd ones left, and mirror each other", () => {
    for (const name of names) {
      const [x, y, z] = positionOf(name);
      expect(Math.hypot(x, y, z)).toBeCloseTo(1, 12);
      const number = /\d+/.exec(name)?.[0];
      expect(Math.sign(Math.round(x * 1e9)) + 0, name).toBe(
        number === undefined ? 0 : Number(number) % 2 === 1 ? -1 : 1,
      );
      const other =
        number && name.replace(number, String(Number(number) % 2 === 1 ? Number(number) + 1 : Number(number) - 1));
      if (other === undefined) continue;
      const mirrored = positionOf(other);
      expect([x, y, z]).toEqual([-mirrored[0], mirrored[1], mirrored[2]]);
    }
    expect(positionOf("Cz")).toEqual([0, 0, 1]);
    expect(positionOf("T8").map((v) => Math.round(v * 1e12) + 0)).toEqual([1e12, 0, 0]);
  });

  test("are found by names old and new, in any case, with prefix and reference", () => {
    for (const [name, same] of [
      ["T3", "T7"],
      ["t4", "T8"],
      ["T5", "P7"],
      ["T6", "P8"],
      ["EEG Fp1-REF", "Fp1"],
      ["EEG T3-LE", "T7"],
      ["eeg cz", "Cz"],
      ["FC5.", "FC5"],
      ["Fpz..", "Fpz"],
      ["  Oz ", "Oz"],
      ["C3-A2", "C3"],
      ["RAW_TP9", "TP9"],
      ["EEG:Pz", "Pz"],
      ["A1-M2", "A1"],
    ] as const)
      // prettier-ignore
      expect(findPosition(name), name).toEqual(positionOf(same));
    for (const name of ["TP9", "AF7", "AF8", "TP10", "A1", "A2", "M1", "M2", "AFF5h", "CPP3h", "Nz", "Iz"])
      expect(findPosition(name), name).toBeDefined();
  });

  test("are not made up for what is no electrode", () => {
    for (const name of [
      "",
      "EEG",
      "STIM",
      "HEOG",
      "Fp1-F7",
      "C7",
      "T5h",
      "FC11",
      "C0",
      "Z",
      "ECG1",
      "constructor",
      "__proto__",
      "C-3",
    ])
      expect(findPosition(name), name).toBeUndefined();
    expect(() => positionOf("HEOG")).toThrow(/channel HEOG: is no electrode/);
    expect(() => standardMontage(["Cz", "nowhere"])).toThrow(/nowhere/);
    fc.assert(fc.property(fc.string(), (name) => [undefined, 3].includes(findPosition(name)?.length)));
  });

  test("standardMontage keeps names and order", () => {
    expect(standardMontage(["Pz", "cz"])).toEqual({
      channelNames: ["Pz", "cz"],
      positions: [positionOf("Pz"), positionOf("Cz")],
    });
  });
});

describe("project2d", () => {
  test("keeps distance and direction from the vertex", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (down, around) => {
          const place: Position = [
            Math.sin(down) * Math.sin(around),
            Math.sin(down) * Math.cos(around),
            Math.cos(down),
          ];
          const [[x, y]] = project2d([place]) as [readonly [number, number]];
          expect(Math.hypot(x, y)).toBeCloseTo(down / (Math.PI / 2), 9);
          expect(Math.atan2(x, y)).toBeCloseTo(around, 9);
        },
      ),
    );
  });

  test("has the ears at 1 to the sides, the nose up, and takes positions in any unit", () => {
    const [t8, fpz, cz] = project2d([
      positionOf("T8"),
      positionOf("Fpz").map((v) => v * 95) as never,
      positionOf("Cz"),
    ]);
    expect(t8![0]).toBeCloseTo(1, 12);
    expect(fpz![1]).toBeCloseTo(1, 12);
    expect(cz).toEqual([0, 0]);
    expect(() => project2d([[0, 0, 0]])).toThrow(/positions\[0\]/);
    expect(() => project2d([[0, Number.NaN, 1]])).toThrow(/positions\[0\]/);
    expect(() => project2d([[0, 1] as never])).toThrow(/positions\[0\]/);
  });
});

describe("picks", () => {
  test("finds channels by name, or by what the name means", () => {
    expect(picks(["EEG T3-REF", "Cz", "cz"], ["cz", "CZ", "T7"])).toEqual([2, 1, 0]);
    expect(picks(["Cz"], [])).toEqual([]);
    expect(() => picks(["Cz"], ["Pz"])).toThrow(/channel Pz: is not among Cz/);
  });
});
