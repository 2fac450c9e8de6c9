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

/** What it throws that is no error of this package's. */
async function rawErrorOf(call: AnyFunction, ...args: unknown[]): Promise<string | undefined> {
  try {
    await call(...args);
    return undefined;
  } catch (error) {
    const { code, stack } = error as { code?: unknown; stack?: string };
    return /^ERR_DSP_[A-Z_]+$/.test(String(code)) ? undefined : stack;
  }
}

describe.each(functions.filter(([name]) => !anyText.has(name)))("%s", (_, call) => {
  test("answers nonsense with a typed error", async () => {
    for (const first of nonsense) {
      expect(await rawErrorOf(call, first)).toBeUndefined();
      for (const second of [null, 3, {}]) expect(await rawErrorOf(call, first, second)).toBeUndefined();
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
        expect(await rawErrorOf(call, good, options)).toBeUndefined();
        expect(await rawErrorOf(call, good, new Uint8Array(40), options)).toBeUndefined();
      }
  });
});
