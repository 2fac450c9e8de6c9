import { BandError, FilterLengthError, OptionError, SampleRateError } from "./errors";
import { roundHalfEven } from "./round";
import { checkChoice, checkCount } from "./rows";
import type { Hertz } from "./units";
import { type CosineWindow, makeWindow, type WindowName } from "./window";

export interface FirOptions {
  readonly sampleRateHz: Hertz;
  /** Lower edge of the pass band (of the stop band with `bandStop`); null or absent: none, a low-pass. */
  readonly lowHz?: Hertz | null | undefined;
  /** Upper edge of the pass band (of the stop band with `bandStop`); null or absent: none, a high-pass. */
  readonly highHz?: Hertz | null | undefined;
  /** Let pass what is below `lowHz` and above `highHz`, and stop what is between. Default false. */
  readonly bandStop?: boolean;
  /** Width of the transition at `lowHz`. Default `min(max(0.25 · lowHz, 2), lowHz)`. */
  readonly lowTransitionHz?: Hertz;
  /** Width of the transition at `highHz`. Default `min(max(0.25 · highHz, 2), nyquist - highHz)`. */
  readonly highTransitionHz?: Hertz;
  /** Number of taps, or their duration as "3s" or "500ms"; made odd. Default "auto": what the narrowest transition needs. */
  readonly nTaps?: FirLength;
  /** Default "hamming". */
  readonly window?: CosineWindow;
  /** How the taps will be applied: "zero" (default) once, "zero-double" forwards and backwards, which squares the gain.
   * To the design it matters only where `nTaps` is a duration, which MNE then raises to a power of two. */
  readonly phase?: FirPhase;
}

export type FirLength = number | "auto" | `${number}s` | `${number}ms`;
export type FirPhase = "zero" | "zero-double";

/** Taps times transition width over rate that each window needs, as MNE counts them. */
const LENGTH_FACTORS: Readonly<Record<CosineWindow, number>> = { hamming: 3.3, hann: 3.1, blackman: 5 };

const toOdd = (n: number): number => n + 1 - (n % 2);

/** Designs the taps of a linear-phase FIR filter as MNE's `create_filter(..., method="fir", fir_design="firwin")` does:
 * a sum of windowed-sinc low-passes, one for each transition band and each only as long as its own transition needs.
 * That is another filter than a single `firwin([low, high])`. Agrees with MNE 1.13 to 1e-12 of the largest tap
 * (`test/golden/fir.json`).
 * @returns an odd number of symmetric taps. 1–20 Hz at 512 Hz: 1691.
 * @throws {BandError} when an edge is not above 0 and below Nyquist, or the low edge is not below the high one.
 * @throws {FilterLengthError} when `nTaps` is too few for a transition. */
export function designFir(options: FirOptions): Float64Array {
  const { sampleRateHz, bandStop = false } = options;
  const lowHz = options.lowHz ?? null;
  const highHz = options.highHz ?? null;
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0)) throw new SampleRateError(sampleRateHz);
  const nyquistHz = sampleRateHz / 2;
  checkBand(lowHz, highHz, nyquistHz, bandStop);
  if (lowHz === null && highHz === null) return Float64Array.of(1);

  const belowCap = (edge: Hertz): Hertz => Math.min(Math.max(0.25 * edge, 2), edge);
  const aboveCap = (edge: Hertz): Hertz => Math.min(Math.max(0.25 * edge, 2), nyquistHz - edge);
  const lowTransition = lowHz === null ? Infinity : (options.lowTransitionHz ?? belowCap(lowHz));
  const highTransition = highHz === null ? Infinity : (options.highTransitionHz ?? aboveCap(highHz));
  for (const [option, width] of [
    ["lowTransitionHz", lowTransition],
    ["highTransitionHz", highTransition],
  ] as const)
    if (!(width > 0)) throw new OptionError(option, width, "a width above 0 Hz");

  const points = controlPoints(lowHz, highHz, lowTransition, highTransition, nyquistHz, bandStop);
  return tapsThrough(points, Math.min(lowTransition, highTransition), options);
}

/** Taps whose gain goes through `points`, which begin at 0 Hz and end at Nyquist. */
export function tapsThrough(
  points: readonly ControlPoint[],
  narrowestHz: Hertz,
  { sampleRateHz, window = "hamming", nTaps = "auto", phase = "zero" }: FirOptions,
): Float64Array {
  checkChoice("window", window, Object.keys(LENGTH_FACTORS));
  checkChoice("phase", phase, ["zero", "zero-double"]);
  const factor = LENGTH_FACTORS[window];
  const n = nTaps === "auto" ? Math.ceil((factor / narrowestHz) * sampleRateHz) : countTaps(nTaps, sampleRateHz, phase);
  checkCount("nTaps", n, 1, TAPS_MAX);
  return sumOfLowPasses(points, toOdd(n), factor, window, sampleRateHz);
}

/** Longer than any filter that is meant: 16 million taps are 128 MB. */
const TAPS_MAX = 2 ** 24;

function countTaps(nTaps: Exclude<FirLength, "auto">, sampleRateHz: Hertz, phase: FirPhase): number {
  if (typeof nTaps === "number") return nTaps;
  const [, digits, unit] = /^([0-9.]+(?:e[-+]?[0-9]+)?)(m?s)$/i.exec(String(nTaps)) ?? [];
  const seconds = Number(digits) * (unit?.toLowerCase() === "ms" ? 1e-3 : 1);
  if (!Number.isFinite(seconds))
    throw new OptionError("nTaps", nTaps, 'a number of taps, or a duration as "3s" or "500ms"');
  const n = toOdd(Math.max(Math.ceil(seconds * sampleRateHz), 1));
  return phase === "zero-double" ? 2 ** Math.ceil(Math.log2(n)) : n;
}

/** Where the gain of a filter is fixed; between two points that differ lies a transition. */
export interface ControlPoint {
  readonly hz: Hertz;
  readonly gain: 0 | 1;
}

function checkBand(lowHz: Hertz | null, highHz: Hertz | null, nyquistHz: Hertz, bandStop: boolean): void {
  const fail = (reason: string): never => {
    throw new BandError(lowHz, highHz, nyquistHz, reason);
  };
  if (lowHz !== null && !(lowHz > 0)) fail(`the low edge must be above 0 Hz: raise it, or leave it out`);
  if (highHz !== null && !(highHz > 0)) fail(`the high edge must be above 0 Hz: raise it, or leave it out`);
  for (const edge of [lowHz, highHz])
    if (edge !== null && !(edge < nyquistHz))
      fail(`${edge} Hz is not below Nyquist, ${nyquistHz} Hz: lower it, or give the true sampling rate`);
  if (lowHz !== null && highHz !== null && !(lowHz < highHz)) fail("the low edge must be below the high edge");
  if (bandStop && (lowHz === null || highHz === null)) fail("a band-stop needs both edges");
}

function controlPoints(
  lowHz: Hertz | null,
  highHz: Hertz | null,
  lowTransition: Hertz,
  highTransition: Hertz,
  nyquistHz: Hertz,
  bandStop: boolean,
): ControlPoint[] {
  const points: ControlPoint[] = [];
  const fail = (reason: string): never => {
    throw new BandError(lowHz, highHz, nyquistHz, reason);
  };
  if (bandStop) {
    const stopFrom = lowHz! + lowTransition;
    const stopTo = highHz! - highTransition;
    if (stopTo < stopFrom) fail("the two transitions overlap: widen the band, or narrow the transitions");
    points.push({ hz: lowHz!, gain: 1 }, { hz: stopFrom, gain: 0 }, { hz: stopTo, gain: 0 }, { hz: highHz!, gain: 1 });
  } else {
    if (lowHz !== null) {
      const stop = lowHz - lowTransition;
      if (stop < 0) fail(`the low transition of ${lowTransition} Hz reaches below 0 Hz: narrow it`);
      points.push({ hz: stop, gain: 0 }, { hz: lowHz, gain: 1 });
    }
    if (highHz !== null) {
      const stop = highHz + highTransition;
      if (stop > nyquistHz) fail(`the high transition of ${highTransition} Hz reaches above Nyquist: narrow it`);
      points.push({ hz: highHz, gain: 1 }, { hz: stop, gain: 0 });
    }
  }
  const first = points[0]!;
  if (first.hz !== 0) points.unshift({ hz: 0, gain: first.gain });
  const last = points.at(-1)!;
  if (last.hz !== nyquistHz) points.push({ hz: nyquistHz, gain: last.gain });
  return points;
}

function sumOfLowPasses(
  points: readonly ControlPoint[],
  nTaps: number,
  lengthFactor: number,
  window: CosineWindow,
  sampleRateHz: Hertz,
): Float64Array {
  const nyquistHz = sampleRateHz / 2;
  const taps = new Float64Array(nTaps);
  if (points.at(-1)!.gain === 1) taps[(nTaps - 1) / 2] = 1;
  for (let i = points.length - 1; i > 0; i--) {
    const upper = points[i]!;
    const lower = points[i - 1]!;
    if (upper.gain === lower.gain) continue;
    const transition = (upper.hz / nyquistHz - lower.hz / nyquistHz) / 2;
    const length = toOdd(roundHalfEven(lengthFactor / transition));
    if (length > nTaps) throw new FilterLengthError(nTaps, length, upper.hz - lower.hz);
    const lowPass = lowPassTaps(length, (upper.hz / nyquistHz + lower.hz / nyquistHz) / 2, window);
    const offset = (nTaps - length) / 2;
    const sign = lower.gain === 1 ? 1 : -1;
    for (let k = 0; k < length; k++) taps[offset + k]! += sign * lowPass[k]!;
  }
  return taps;
}

/** Windowed-sinc low-pass of unit gain at 0 Hz, as `scipy.signal.firwin(n, cutoff)`; `cutoff` in units of Nyquist. */
export function lowPassTaps(n: number, cutoff: number, window: WindowName = "hamming"): Float64Array {
  const taps = makeWindow(window, n);
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const x = Math.PI * cutoff * (k - (n - 1) / 2);
    taps[k]! *= x === 0 ? cutoff : (cutoff * Math.sin(x)) / x;
    sum += taps[k]!;
  }
  for (let k = 0; k < n; k++) taps[k]! /= sum;
  return taps;
}
