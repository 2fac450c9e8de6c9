import type { Hertz, Seconds } from "../units";
import type { Refuse } from "./bytes";
import type { Segment } from "./gaps";

export interface Timing {
  /** Undefined when nothing tells it. */
  readonly sampleRateHz: Hertz | undefined;
  readonly segments: readonly Segment[];
}

/** What a column of times tells of the rate, and where samples are missing.
 * - With a given rate, times are only searched for pauses of more than a second.
 * - Even times give their rate: rounded to whole hertz when every time then lies within half a sample of its place.
 * - Uneven ones (radio packets) are accepted for a device whose nominal rate is known, if they agree with it to 2 %.
 * @throws {FormatError} when the times go backwards, or are uneven for no known device. */
export function rateOfTimes(
  seconds: Float64Array | undefined,
  options: {
    readonly givenHz: Hertz | undefined;
    readonly nominalHz: Hertz | undefined;
    readonly nSamples: number;
    readonly refuse: Refuse;
  },
): Timing {
  const { givenHz, nominalHz, nSamples, refuse } = options;
  const whole = [{ start: 0, length: nSamples, onsetSeconds: 0 }];
  if (seconds === undefined || nSamples < 2) return { sampleRateHz: givenHz, segments: whole };
  for (let i = 1; i < nSamples; i++)
    if (!(seconds[i]! >= seconds[i - 1]!))
      refuse(`goes back in time at sample ${i}: sort it, or give sampleRateHz and leave the times out`);
  const steps = seconds.slice(1).map((time, i) => time - seconds[i]!);
  const median = steps.slice().sort()[steps.length >> 1]!;

  if (givenHz !== undefined) return { sampleRateHz: givenHz, segments: split(seconds, 1) };
  if (median > 0) {
    // a sample is missing where a step is one and a half as long as usual, unless the times merely come in packets
    const grain = grainOf(seconds);
    const segments = split(seconds, 1.5 * median + grain);
    const longest = segments.reduce((a, b) => (b.length > a.length ? b : a));
    const rate = evenRate(seconds.subarray(longest.start, longest.start + longest.length), grain);
    if (rate !== undefined && segments.every((one) => isEven(seconds, one, rate, grain)))
      return { sampleRateHz: rate, segments: closeGaps(segments, rate) };
  }
  const duration = seconds[nSamples - 1]! - seconds[0]!;
  if (nominalHz !== undefined) {
    const segments = split(seconds, 1);
    const lasting = segments.reduce(
      (sum, { start, length }) => sum + seconds[start + length - 1]! - seconds[start]!,
      0,
    );
    const measured = (nSamples - segments.length) / lasting;
    if (Math.abs(measured / nominalHz - 1) < 0.02) return { sampleRateHz: nominalHz, segments };
    refuse(`has ${measured.toFixed(2)} samples a second by its times, where ${nominalHz} are usual: give sampleRateHz`);
  }
  return refuse(
    `has uneven times (${nSamples} samples in ${duration.toFixed(3)} s, steps of about ${median} s): give sampleRateHz if the samples are even`,
  );
}

function split(seconds: Float64Array, longestStep: Seconds): Segment[] {
  const starts = [0];
  for (let i = 1; i < seconds.length; i++) if (seconds[i]! - seconds[i - 1]! > longestStep) starts.push(i);
  return starts.map((start, k) => ({
    start,
    length: (starts[k + 1] ?? seconds.length) - start,
    onsetSeconds: seconds[start]! - seconds[0]!,
  }));
}

/** What the times were rounded to: a thousandth when all have three decimals, else what a double resolves at their size. */
function grainOf(seconds: Float64Array): Seconds {
  const size = Math.max(Math.abs(seconds[0]!), Math.abs(seconds[seconds.length - 1]!));
  const resolution = size * 2 ** -50;
  for (let decimals = 0; decimals <= 9; decimals++) {
    const unit = 10 ** decimals;
    if (seconds.every((time) => Math.abs(time * unit - Math.round(time * unit)) <= resolution * unit))
      return Math.max(resolution, 1 / unit);
  }
  return resolution;
}

/** The rate of evenly spaced times, as round as their grain allows; undefined when they are not even. */
function evenRate(seconds: Float64Array, grain: Seconds): Hertz | undefined {
  const n = seconds.length;
  if (n < 2) return undefined;
  const duration = seconds[n - 1]! - seconds[0]!;
  const measured = (n - 1) / duration;
  if (!Number.isFinite(measured)) return undefined;
  // times that lie on their line exactly were not rounded, or rounding did nothing to them
  const step = duration / (n - 1);
  const exact = seconds.every(
    (time, i) => Math.abs(time - seconds[0]! - i * step) < Math.max(grain * 1e-3, seconds[n - 1]! * 2 ** -49),
  );
  const doubt = measured * Math.max(exact ? 0 : grain / duration, 1e-10);
  const candidates = [Math.round(measured), Math.round(measured * 10) / 10, Number(measured.toPrecision(10)), measured];
  const rate = candidates.find((one) => one > 0 && Math.abs(one - measured) <= doubt) ?? measured;
  return isEven(seconds, { start: 0, length: n, onsetSeconds: 0 }, rate, grain) ? rate : undefined;
}

function isEven(seconds: Float64Array, { start, length }: Segment, rate: Hertz, grain: Seconds): boolean {
  const tolerance = 0.5 + grain * rate;
  for (let i = 0; i < length; i++)
    if (Math.abs((seconds[start + i]! - seconds[start]!) * rate - i) > tolerance) return false;
  return true;
}

/** Joins segments whose pause rounds to no missing sample. */
function closeGaps(segments: readonly Segment[], rate: Hertz): Segment[] {
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    const missing = last ? Math.round((segment.onsetSeconds - last.onsetSeconds) * rate) - last.length : 1;
    if (last && missing <= 0) joined[joined.length - 1] = { ...last, length: last.length + segment.length };
    else joined.push(segment);
  }
  return joined;
}
