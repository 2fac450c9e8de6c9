import { expect, test } from "vitest";
import { positionOf } from "../../src/entries/montage";
import { contourPath } from "../../src/plots/contours";
import { planSpline } from "../../src/plots/spline";

const electrodes = ["Fp1", "Fp2", "C3", "Cz", "C4", "Pz", "O1", "O2"].map(positionOf);

test("goes through the electrodes' values, and is constant for a constant", () => {
  const values = [1, -2, 3, 5, -4, 2, 0, 7];
  const spread = planSpline(electrodes);
  const at = spread(values);
  for (const [i, place] of electrodes.entries()) expect(at(place)).toBeCloseTo(values[i]!, 1);
  expect(spread(Float64Array.from(electrodes, () => 3))(positionOf("Fz"))).toBeCloseTo(3, 6);
  expect(() => spread([1])).toThrow(expect.objectContaining({ code: "ERR_DSP_SHAPE" }));
});

test("is linear in the values, and as symmetric as they are", () => {
  const spread = planSpline(electrodes);
  const a = [1, -2, 3, 5, -4, 2, 0, 7];
  const b = [2, 0, -1, 4, 4, -3, 1, 1];
  const place = positionOf("F7");
  expect(spread(a.map((x, i) => 2 * x - b[i]!))(place)).toBeCloseTo(2 * spread(a)(place) - spread(b)(place), 9);
  const odd = spread([1, -1, 2, 0, -2, 0, 3, -3]);
  expect(odd(positionOf("F3"))).toBeCloseTo(-odd(positionOf("F4")), 9);
  expect(odd(positionOf("Fz"))).toBeCloseTo(0, 9);
});

test("contours of a plane are straight lines at their level", () => {
  const field = Float64Array.from({ length: 25 }, (_, i) => i % 5); // the column's number
  const path = contourPath(field, 5, 5, 2.5, (column, row) => [column, row]);
  const xs = [...path.matchAll(/[ML]([\d.]+) /g)].map(([, x]) => Number(x));
  expect(xs).toHaveLength(8);
  expect(new Set(xs)).toEqual(new Set([2.5]));
  expect(contourPath(field, 5, 5, 9, (column, row) => [column, row])).toBe("");
  expect(contourPath(new Float64Array(25).fill(Number.NaN), 5, 5, 0, (column, row) => [column, row])).toBe("");
});
