/** Time stamps of an XDF stream brought onto the recorder's clock, and the jitter taken out of them, as pyxdf 1.17 does
 * by default. */
import type { Hertz } from "../units";
import type { XdfRawStream } from "./xdf-chunks";
import { textAt } from "./xml";

const WINSOR_SECONDS = 1e-4;
const EPSILON = 2 ** -52;

/** First and last sample of a stretch, both included. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

export interface XdfTimes {
  readonly timeStamps: Float64Array;
  /** Stretches without a break; for irregular streams one. */
  readonly segments: readonly Stretch[];
  /** Measured; 0 for irregular streams. */
  readonly effectiveHz: Hertz;
}

/** How many samples and clock offsets count: an outlet that vanished while it was read leaves a last sample and a last
 * offset of rubbish, and both are dropped when both are there (pylsl issue 67). */
export function withoutRubbish(stream: XdfRawStream): { nSamples: number; nClocks: number } {
  const { nSamples, footerCount, clockTimes, clockValues } = stream;
  const whole = { nSamples, nClocks: clockTimes.length };
  if (footerCount === undefined || nSamples <= footerCount || clockTimes.length < 3) return whole;
  const intervals = differences(clockTimes);
  const usual = median(intervals.slice(0, -1));
  const lastInterval = Math.abs(intervals.at(-1)!);
  const ratio = usual > 0 ? lastInterval / usual : lastInterval > 0 ? Infinity : 1;
  const earlier = clockValues.slice(0, -1);
  const middle = median(earlier);
  const spread = median(earlier.map((value) => Math.abs(value - middle)));
  const score = spread > EPSILON ? Math.abs(clockValues.at(-1)! - middle) / (1.4826 * spread) : 0;
  return ratio > 10 || score > 10 ? { nSamples: footerCount, nClocks: clockTimes.length - 1 } : whole;
}

/** Adds to each time stamp the clock offset that a robust line through the measured ones gives, a line for each stretch
 * between resets of the clock. */
export function synchronize(
  timeStamps: Float64Array,
  times: readonly number[],
  values: readonly number[],
): Float64Array {
  const out = timeStamps.slice();
  if (out.length === 0 || times.length === 0) return out;
  const ranges = times.length > 1 ? clockRanges(times, values) : [{ first: 0, last: 0 }];
  let from = 0;
  ranges.forEach(({ first, last }, r) => {
    const [offset, slope] =
      first === last ? [values[first]!, 0] : robustLine(times.slice(first, last + 1), values.slice(first, last + 1));
    let to = out.length;
    if (r < ranges.length - 1) {
      // the first sample that is nearer to the next range's clock than to this one's
      const end = times[last]!;
      const next = times[last + 1]!;
      to = from;
      while (to < out.length && Math.abs(timeStamps[to]! - end) < Math.abs(timeStamps[to]! - next)) to++;
    }
    for (let i = from; i < to; i++) out[i]! += offset + slope * timeStamps[i]!;
    from = to;
  });
  return out;
}

function clockRanges(times: readonly number[], values: readonly number[]): Stretch[] {
  const timeSteps = differences(times);
  const late = outliers(timeSteps, 5, 5);
  const jumped = outliers(differences(values), 10, 1);
  return stretchesOf(
    timeSteps.map((step, i) => step < 0 || (late[i]! && jumped[i]!)),
    times.length,
  );
}

/** Which steps stray from the median by more than both limits. */
function outliers(steps: readonly number[], deviations: number, seconds: number): boolean[] {
  const middle = median(steps);
  const spread = median(steps.map((step) => Math.abs(step - middle))) + EPSILON;
  return steps.map((step) => Math.abs((step - middle) / spread) > deviations && Math.abs(step - middle) > seconds);
}

/** Offset and slope by Huber regression, through 1000 steps of ADMM.
 * @see S. Boyd et al., Foundations and Trends in Machine Learning 3(1), 2011, section 6.1.1 */
function robustLine(times: readonly number[], values: readonly number[]): [offset: number, slope: number] {
  const n = times.length;
  const scaled = times.map((time) => time / WINSOR_SECONDS);
  const shift = Math.min(...scaled);
  const x = Float64Array.from(scaled, (time) => time - shift);
  const y = Float64Array.from(values, (value) => value / WINSOR_SECONDS);
  let sumX = 0;
  let sumXX = 0;
  let sumY = 0;
  let sumXY = 0;
  for (let i = 0; i < n; i++) {
    sumX += x[i]!;
    sumXX += x[i]! * x[i]!;
    sumY += y[i]!;
    sumXY += x[i]! * y[i]!;
  }
  // Cholesky factor of the 2 × 2 Gram matrix
  const l11 = Math.sqrt(n);
  const l21 = sumX / l11;
  const pivot = sumXX - l21 * l21;
  if (!(pivot > 0)) return [0, 0];
  const l22 = Math.sqrt(pivot);
  const z = new Float64Array(n);
  const u = new Float64Array(n);
  let [offset, slope] = [0, 0];
  for (let step = 0; step < 1000; step++) {
    let a = sumY;
    let b = sumXY;
    for (let i = 0; i < n; i++) {
      const d = z[i]! - u[i]!;
      a += d;
      b += x[i]! * d;
    }
    const first = a / l11;
    slope = (b - l21 * first) / l22 / l22;
    offset = (first - l21 * slope) / l11;
    for (let i = 0; i < n; i++) {
      const d = offset + slope * x[i]! - y[i]! + u[i]!;
      const shrunk = d === 0 ? 1 : Math.max(0, 1 - 2 * Math.abs(1 / d));
      z[i] = 0.5 * d + 0.5 * shrunk * d;
      u[i] = d - z[i]!;
    }
  }
  return [(offset - slope * shift) * WINSOR_SECONDS, slope];
}

/** Puts the time stamps of each stretch without a break on the straight line that fits them best. A break is a step of
 * more than a second and of more than 500 samples. */
export function dejitter(timeStamps: Float64Array, stream: XdfRawStream): XdfTimes {
  const n = timeStamps.length;
  const { nominalHz } = stream;
  const whole = [{ first: 0, last: n - 1 }];
  if (n === 0) return { timeStamps, segments: [], effectiveHz: 0 };
  if (nominalHz === 0) return { timeStamps, segments: whole, effectiveHz: 0 };
  if (textAt(stream.header, "desc", "synchronization", "can_drop_samples").toLowerCase() === "true") {
    const duration = timeStamps[n - 1]! - timeStamps[0]!;
    return { timeStamps, segments: whole, effectiveHz: duration > 0 ? (n - 1) / duration : 0 };
  }
  const longest = Math.max(1, 500 / nominalHz);
  const breaks = Array.from({ length: n - 1 }, (_, i) => Math.abs(timeStamps[i + 1]! - timeStamps[i]!) > longest);
  const segments = stretchesOf(breaks, n);
  const out = timeStamps.slice();
  let steps = 0;
  let duration = 0;
  for (const { first, last } of segments) {
    fitLineInto(out, first, last);
    steps += last - first;
    duration += out[last]! - out[first]!;
  }
  return { timeStamps: out, segments, effectiveHz: steps > 0 && duration > 0 ? steps / duration : 0 };
}

function fitLineInto(times: Float64Array, first: number, last: number): void {
  const n = last - first + 1;
  if (n < 2) return;
  // both means are taken off before the sums, which would lose half of the digits
  const middle = (n - 1) / 2;
  const start = times[first]!;
  let mean = 0;
  for (let i = first; i <= last; i++) mean += times[i]! - start;
  mean /= n;
  let products = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    products += (i - middle) * (times[first + i]! - start - mean);
    squares += (i - middle) * (i - middle);
  }
  const slope = products / squares;
  for (let i = 0; i < n; i++) times[first + i] = start + mean + slope * (i - middle);
}

function stretchesOf(breaks: readonly boolean[], n: number): Stretch[] {
  const starts = [0, ...breaks.flatMap((isBreak, i) => (isBreak ? [i + 1] : []))];
  return starts.map((first, i) => ({ first, last: (starts[i + 1] ?? n) - 1 }));
}

const differences = (values: readonly number[]): number[] => values.slice(1).map((value, i) => value - values[i]!);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
