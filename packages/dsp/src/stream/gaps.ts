import { OptionError } from "../errors";
import type { Hertz, Seconds } from "../units";

/** Where time stamps jump. */
export interface Gap {
  /** The first sample after it, within the chunk. */
  readonly at: number;
  readonly message: string;
}

/** Watches the time stamps of samples, and tells by them which sample a marker belongs to. */
export interface GapCheck {
  /** The first jump within n samples that come next, which are not yet taken. */
  find(timestamps: ArrayLike<Seconds>, n: number): Gap | null;
  /** These n samples have come, `nSamples` with them. */
  took(timestamps: ArrayLike<Seconds>, n: number, nSamples: number): void;
  /** Whether any sample had a time so far. */
  readonly known: boolean;
  /** The sample nearest to a time: by the stamps of the samples that come next, else reckoned from the last one, so that a
   * clock that drifts does no harm. */
  sampleAt(seconds: Seconds, timestamps: ArrayLike<Seconds> | undefined, nSamples: number): number;
  reset(): void;
}

export function planGapCheck(sampleRateHz: Hertz, tolerance: Seconds | undefined): GapCheck {
  const period = 1 / sampleRateHz;
  const toleranceSeconds = tolerance ?? Math.max(1.5 * period, 0.02);
  if (!(toleranceSeconds > 0)) throw new OptionError("gapToleranceSeconds", tolerance, "a number of seconds above 0");
  /** How many samples lie between a stamp and a time after it, where the next stamp allows. */
  const nearestWithin = (after: Seconds, timestamps: ArrayLike<Seconds>, at: number): number => {
    if (at + 1 >= timestamps.length) return Math.round(after * sampleRateHz);
    return after <= (timestamps[at + 1]! - timestamps[at]!) / 2 ? 0 : 1;
  };
  let last: Seconds | null = null;
  let lastSample = -1;
  return {
    find(timestamps, n) {
      let before = last;
      for (let i = 0; i < Math.min(timestamps.length, n); i++) {
        const now = timestamps[i]!;
        const jump = before === null ? 0 : now - before - period;
        if (Math.abs(jump) > toleranceSeconds) {
          const where = `the time stamps jump by ${jump.toFixed(4)} s, from ${before} to ${now} s`;
          return {
            at: i,
            message: `${where}: samples are missing or repeated; give onGap "reset" to begin anew there`,
          };
        }
        before = now;
      }
      return null;
    },
    took(timestamps, n, nSamples) {
      if (n === 0) return;
      last = timestamps.length === n ? timestamps[n - 1]! : timestamps[0]! + (n - 1) * period;
      lastSample = nSamples - 1;
    },
    get known() {
      return last !== null;
    },
    sampleAt(seconds, timestamps = [], nSamples) {
      if (timestamps.length === 0 || (last !== null && seconds < timestamps[0]!))
        return lastSample + Math.round((seconds - last!) * sampleRateHz);
      let low = 0;
      let high = timestamps.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (timestamps[middle]! <= seconds) low = middle;
        else high = middle - 1;
      }
      return nSamples + low + nearestWithin(seconds - timestamps[low]!, timestamps, low);
    },
    reset() {
      last = null;
    },
  };
}
