import { BandError, OptionError, ShapeError } from "./errors";
import { filterRows } from "./filter";
import { type ControlPoint, type FirOptions, tapsThrough } from "./fir";
import { checkFinite, checkRecording, type Recording } from "./recording";
import { checkNumbers, checkPositive, checkRate } from "./rows";
import type { Hertz } from "./units";

export interface NotchFirOptions extends Pick<FirOptions, "nTaps" | "window" | "phase"> {
  readonly sampleRateHz: Hertz;
  /** What to take out, as 50, or [50, 100, 150]. */
  readonly notchHz: Hertz | ArrayLike<Hertz>;
  /** Width of each stop band, one for all or one each. Default: a two-hundredth of its frequency. */
  readonly widthHz?: Hertz | ArrayLike<Hertz> | undefined;
  /** Width of both transitions of a stop band together. Default 1. */
  readonly transitionHz?: Hertz;
}

/** Designs one filter that stops narrow bands around some frequencies, as MNE 1.13's `notch_filter` does, to 1e-12 of the
 * largest tap (`test/golden/fir-more.json`). 50 Hz at 512 Hz: 3381 taps.
 * @returns an odd number of symmetric taps, for `filterRows`.
 * @throws {BandError} when a band or its transitions reach beyond 0 Hz or Nyquist, or two bands touch. */
export function designNotchFir(options: NotchFirOptions): Float64Array {
  const { sampleRateHz, transitionHz = 1 } = options;
  checkRate(sampleRateHz);
  checkPositive("transitionHz", transitionHz);
  const centres = toList("notchHz", options.notchHz);
  const widths = options.widthHz === undefined ? centres.map((hz) => hz / 200) : toList("widthHz", options.widthHz);
  if (widths.length !== 1 && widths.length !== centres.length)
    throw new ShapeError("widthHz.length", widths.length, centres.length);
  const half = transitionHz / 2;
  const nyquistHz = sampleRateHz / 2;
  const bands = centres.map((hz, i) => {
    const width = widths[widths.length === 1 ? 0 : i]!;
    if (width < 0) throw new OptionError("widthHz", width, "a width of 0 Hz or more");
    return { low: hz - width / 2 - half, high: hz + width / 2 + half };
  });
  bands.sort((a, b) => a.low - b.low);
  const points: ControlPoint[] = [{ hz: 0, gain: 1 }];
  for (const { low, high } of bands) {
    const fail = (reason: string): never => {
      throw new BandError(low, high, nyquistHz, reason);
    };
    if (!(low > 0)) fail("a notch reaches down to 0 Hz: raise it, or narrow its transitions");
    if (!(high < nyquistHz))
      fail(`a notch reaches up to Nyquist, ${nyquistHz} Hz: lower or leave it out, or narrow it`);
    if (points.at(-1)!.hz >= low) fail("two notches touch: set them farther apart, or narrow their transitions");
    points.push({ hz: low, gain: 1 }, { hz: low + half, gain: 0 }, { hz: high - half, gain: 0 }, { hz: high, gain: 1 });
  }
  points.push({ hz: nyquistHz, gain: 1 });
  return tapsThrough(points, half, options);
}

function toList(option: string, values: number | ArrayLike<number>): number[] {
  const list = typeof values === "number" ? [values] : values;
  checkNumbers(option, list, 1);
  return Array.from(list);
}

/** Takes mains hum out of a recording, as MNE 1.13's `raw.notch_filter(freqs)` does with its defaults: zero phase, stop
 * bands of a two-hundredth of each frequency, a filter of 6.6 s. The stim channel passes untouched.
 * @returns a recording of the same shape, in microvolts.
 * @throws {BandError} when a band does not fit the rate.
 * @throws {NotFiniteError} when a channel holds NaN or an infinity. */
export function notchFir(recording: Recording, options: Omit<NotchFirOptions, "sampleRateHz">): Recording {
  checkRecording(recording);
  const taps = designNotchFir({ ...options, sampleRateHz: recording.sampleRateHz });
  checkFinite(recording);
  const { phase = "zero" } = options;
  return { ...recording, data: filterRows(recording.data, recording.nSamples, taps, { phase }) };
}
