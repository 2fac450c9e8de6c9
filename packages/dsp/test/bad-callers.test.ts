import { describe, expect, test } from "vitest";
import * as plots from "../src/plots";
import * as readers from "../src/readers";
import { makeRecording } from "./arbitraries";

/** What callers without types may hand over instead of a recording, bytes, an average or options. */
const nonsense = [undefined, null, 5, Number.NaN, "text", true, [], {}, Symbol("s"), Object.create(null), 10n];

type AnyFunction = (...args: unknown[]) => unknown;
const functions = Object.entries({ ...readers, ...plots } as Readonly<Record<string, unknown>>).filter(
  (entry): entry is [string, AnyFunction] => typeof entry[1] === "function",
);
// these take any text, and say nothing of what is none
const anyText = new Set(["typeByName", "eventCodeOf"]);

async function callOf(call: AnyFunction, ...args: unknown[]): Promise<void> {
  try {
    await call(...args);
  } catch (error) {
    expect(String((error as { code?: unknown }).code), (error as Error).stack).toMatch(/^ERR_DSP_[A-Z_]+$/);
  }
}

describe.each(functions.filter(([name]) => !anyText.has(name)))("%s", (_, call) => {
  test("answers nonsense with a typed error", async () => {
    for (const first of nonsense) {
      await callOf(call, first);
      for (const second of [null, 3, {}]) await callOf(call, first, second);
    }
  });

  test("and nonsense for options", async () => {
    const evoked = {
      data: new Float64Array(20),
      nChannels: 2,
      nTimes: 10,
      sampleRateHz: 50,
      tMinSeconds: 0,
      channelNames: ["Fz", "Cz"],
    };
    const goods = [
      makeRecording({ nSamples: 40 }),
      evoked,
      { target: evoked, nonTarget: null },
      { ...evoked, nEpochs: 1, codes: Int32Array.of(2) },
      new Uint8Array(300),
      "a.csv",
    ];
    for (const good of goods)
      for (const options of [null, 3, "x", true, Symbol("s")]) {
        await callOf(call, good, options);
        await callOf(call, good, new Uint8Array(40), options);
      }
  });
});
