import { BandError, OptionError } from "./errors";
import { checkChoice, checkCount, checkNumbers, checkRate } from "./rows";
import type { Hertz } from "./units";
import { makeWindow, type WindowName } from "./window";

export interface FirwinOptions {
  readonly sampleRateHz: Hertz;
  /** Default "hamming". */
  readonly window?: WindowName;
  /** Which bands pass. With several edges, "bandPass" passes every second band from the first edge on, "bandStop" all the
   * others. Default: whatever passes 0 Hz, "lowPass" or "bandStop". */
  readonly pass?: "lowPass" | "highPass" | "bandPass" | "bandStop";
  /** Make the gain 1 at the middle of the first band that passes. Default true. */
  readonly scale?: boolean;
}

/** Designs taps by the window method, as SciPy 1.17's `firwin(nTaps, cutoff, window=…, pass_zero=…, fs=…)`, to 1e-12 of the
 * largest tap (`test/golden/fir-more.json`). Every transition is as wide as `nTaps` makes it: for MNE's filters see
 * `designFir`.
 * @returns `nTaps` symmetric taps; the gain is 1/2 at each of `cutoffHz`.
 * @throws {BandError} when the edges do not rise from above 0 to below Nyquist.
 * @throws {OptionError} when an even number of taps should pass Nyquist, which it cannot. */
export function firwin(nTaps: number, cutoffHz: Hertz | ArrayLike<Hertz>, options: FirwinOptions): Float64Array {
  const { sampleRateHz, window = "hamming", scale = true } = options;
  checkCount("nTaps", nTaps, 1, 2 ** 24);
  checkRate(sampleRateHz);
  const edges = typeof cutoffHz === "number" ? [cutoffHz] : Array.from(cutoffHz ?? []);
  checkNumbers("cutoffHz", edges, 1);
  const { pass = edges.length === 1 ? "lowPass" : "bandStop" } = options;
  checkChoice("pass", pass, ["lowPass", "highPass", "bandPass", "bandStop"]);
  if (pass.startsWith("band") !== edges.length > 1)
    throw new OptionError(
      "cutoffHz.length",
      edges.length,
      `${pass.startsWith("band") ? "two or more edges" : "one edge"} for ${pass}`,
    );
  const nyquistHz = sampleRateHz / 2;
  for (const [i, edge] of edges.entries())
    if (!(edge > (edges[i - 1] ?? 0) && edge < nyquistHz))
      throw new BandError(
        edges[0]!,
        edges.at(-1)!,
        nyquistHz,
        `edges must rise from above 0 to below Nyquist, ${nyquistHz} Hz`,
      );

  const passesZero = pass === "lowPass" || pass === "bandStop";
  const passesNyquist = (edges.length % 2 === 0) === passesZero;
  if (passesNyquist && nTaps % 2 === 0)
    throw new OptionError("nTaps", nTaps, "an odd number: an even one stops at Nyquist");
  // in units of Nyquist, two edges a band that passes
  const bands = [...(passesZero ? [0] : []), ...edges.map((edge) => edge / nyquistHz), ...(passesNyquist ? [1] : [])];
  const taps = makeWindow(window, nTaps);
  const middle = (nTaps - 1) / 2;
  for (let k = 0; k <= middle; k++) {
    let ideal = 0;
    for (let i = 0; i < bands.length; i += 2) ideal += sinc(bands[i + 1]!, k - middle) - sinc(bands[i]!, k - middle);
    taps[k]! *= ideal;
    taps[nTaps - 1 - k] = taps[k]!;
  }
  if (!scale) return taps;
  const [left, right] = [bands[0]!, bands[1]!];
  const centre = left === 0 ? 0 : right === 1 ? 1 : (left + right) / 2;
  let gain = 0;
  for (let k = 0; k < nTaps; k++) gain += taps[k]! * (centre === 0 ? 1 : Math.cos(Math.PI * (k - middle) * centre));
  for (let k = 0; k < nTaps; k++) taps[k]! /= gain;
  return taps;
}

/** Tap m of an endless low-pass. */
function sinc(cutoff: number, m: number): number {
  if (cutoff === 0) return 0;
  const x = Math.PI * cutoff * m;
  return x === 0 ? cutoff : (cutoff * Math.sin(x)) / x;
}
