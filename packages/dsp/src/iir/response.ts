import { checkCount, checkNumbers, checkRate } from "../rows";
import type { Hertz } from "../units";
import { checkSections, SECTION } from "./sosfilt";

export interface ResponseOptions {
  readonly sampleRateHz: Hertz;
  /** Where to look: a list, or how many frequencies from 0 up to, but without, Nyquist. Default 512. */
  readonly frequenciesHz?: ArrayLike<Hertz> | number;
}

/** What a filter does to sines of each frequency: gain `hypot(re, im)`, phase `atan2(im, re)`. */
export interface FrequencyResponse {
  readonly frequenciesHz: Float64Array;
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** `hypot(re, im)`. */
  readonly gain: Float64Array;
}

/** Response of second-order sections, as SciPy 1.17's `sosfreqz` (`test/golden/iir-design.json`).
 * @throws {OptionError} when `sos` are no sections. */
export function sosResponse(sos: Float64Array, options: ResponseOptions): FrequencyResponse {
  checkSections(sos);
  return respond(options, (w) => {
    let [re, im] = [1, 0];
    for (let at = 0; at < sos.length; at += SECTION) {
      const [bRe, bIm] = evaluate(sos.subarray(at, at + 3), w);
      const [aRe, aIm] = evaluate(sos.subarray(at + 3, at + 6), w);
      const size = aRe * aRe + aIm * aIm;
      const [hRe, hIm] = [(bRe * aRe + bIm * aIm) / size, (bIm * aRe - bRe * aIm) / size];
      [re, im] = [re * hRe - im * hIm, re * hIm + im * hRe];
    }
    return [re, im];
  });
}

/** Response of taps, as SciPy's `freqz(taps)`. Zero-phase application leaves the gain and takes the phase away.
 * @throws {OptionError} when a tap is no number. */
export function firResponse(taps: ArrayLike<number>, options: ResponseOptions): FrequencyResponse {
  checkNumbers("taps", taps, 1);
  return respond(options, (w) => evaluate(taps, w));
}

function respond(
  { sampleRateHz, frequenciesHz = 512 }: ResponseOptions,
  at: (w: number) => readonly [number, number],
): FrequencyResponse {
  checkRate(sampleRateHz);
  if (typeof frequenciesHz === "number") checkCount("frequenciesHz", frequenciesHz, 1, 1e7);
  else checkNumbers("frequenciesHz", frequenciesHz, 0);
  const frequencies =
    typeof frequenciesHz === "number"
      ? Float64Array.from({ length: frequenciesHz }, (_, i) => (i * sampleRateHz) / (2 * frequenciesHz))
      : Float64Array.from(frequenciesHz);
  const values = Array.from(frequencies, (hz) => at((2 * Math.PI * hz) / sampleRateHz));
  return {
    frequenciesHz: frequencies,
    re: Float64Array.from(values, ([re]) => re),
    im: Float64Array.from(values, ([, im]) => im),
    gain: Float64Array.from(values, ([re, im]) => Math.hypot(re, im)),
  };
}

/** `Σ c[k] · exp(-i·w·k)`. */
function evaluate(c: ArrayLike<number>, w: number): readonly [number, number] {
  let [re, im] = [0, 0];
  for (let k = 0; k < c.length; k++) {
    re += c[k]! * Math.cos(w * k);
    im -= c[k]! * Math.sin(w * k);
  }
  return [re, im];
}
