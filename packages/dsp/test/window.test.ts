import { expect, test } from "vitest";
import { makeWindow, type WindowName } from "../src";
import { readGolden, relativeError } from "./golden";

const golden = readGolden<{ name: string; window: WindowName; n: number; periodic: boolean; want: number[] }>("window");

test.each(golden.cases)(`$name agrees with ${golden.producer}`, ({ window, n, periodic, want }) => {
  expect(relativeError(makeWindow(window, n, { periodic }), want)).toBeLessThanOrEqual(golden.tolerance);
});

test("no points are no window", () => {
  expect(makeWindow("hann", 0)).toHaveLength(0);
});
