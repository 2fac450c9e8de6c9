import { expect, test } from "vitest";
import { concatenateFeatures, flatten, ShapeError } from "../src";

test("lays an epoch out channel by channel", () => {
  const epochs = { data: Float64Array.from({ length: 12 }, (_, i) => i), nEpochs: 2, nChannels: 2, nTimes: 3 };
  const { data, nRows, nFeatures } = flatten(epochs);
  expect([nRows, nFeatures]).toEqual([2, 6]);
  expect(data[1 * 6 + 1 * 3 + 2]).toBe(11);
});

const part = (rows: number[][], labels: number[]) => ({
  features: { data: Float64Array.from(rows.flat()), nRows: rows.length, nFeatures: rows[0]?.length ?? 2 },
  labels: Int32Array.from(labels),
});

test("puts parts one after another", () => {
  const { features, labels } = concatenateFeatures([
    part([[1, 2]], [1]),
    part(
      [
        [3, 4],
        [5, 6],
      ],
      [2, 1],
    ),
  ]);
  expect(features).toEqual({ data: Float64Array.of(1, 2, 3, 4, 5, 6), nRows: 3, nFeatures: 2 });
  expect([...labels]).toEqual([1, 2, 1]);
  expect(concatenateFeatures([]).features.nRows).toBe(0);
});

test("refuses parts that differ in width, or lack labels", () => {
  expect(() => concatenateFeatures([part([[1, 2]], [1]), part([[1, 2, 3]], [1])])).toThrow(ShapeError);
  expect(() => concatenateFeatures([part([[1, 2]], [1, 2])])).toThrow(ShapeError);
});
