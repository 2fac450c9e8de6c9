import type { Annotation } from "../recording";
import type { Hertz } from "../units";
import { roundHalfEven } from "../round";
import type { Refuse } from "./bytes";

/** A stretch of samples without a pause: where it begins in the file, how many they are, and when it began. */
export interface Segment {
  readonly start: number;
  readonly length: number;
  readonly onsetSeconds: number;
}

export interface GapPlan {
  readonly nSamples: number;
  /** Where each segment goes in the recording. */
  readonly at: readonly number[];
  readonly gaps: readonly Annotation[];
}

/** Where the segments go on one time line.
 * @throws {FormatError} when there is a gap and it must not be filled, when segments overlap, or when the gaps are more
 * than a hundred times as long as what was recorded: a clock that jumped, not a pause. */
export function planGaps(
  segments: readonly Segment[],
  sampleRateHz: Hertz,
  mode: "refuse" | "fill",
  refuse: Refuse,
): GapPlan {
  const origin = segments[0]!.onsetSeconds;
  const at: number[] = [];
  const gaps: Annotation[] = [];
  let end = 0;
  let recorded = 0;
  for (const { length, onsetSeconds } of segments) {
    const start = roundHalfEven((onsetSeconds - origin) * sampleRateHz);
    if (!(start >= end)) refuse(`goes back in time at ${(end / sampleRateHz).toFixed(3)} s: its time stamps are wrong`);
    if (start > end) {
      const seconds = (start - end) / sampleRateHz;
      const where = `${seconds.toFixed(3)} s at ${(end / sampleRateHz).toFixed(3)} s`;
      if (mode !== "fill")
        refuse(`has a gap of ${where}: cut it there, or give gaps "fill" for a straight line across`);
      gaps.push({ onsetSeconds: end / sampleRateHz, durationSeconds: seconds, text: "BAD_gap" });
    }
    at.push(start);
    end = start + length;
    recorded += length;
  }
  if (end > recorded * 100 + 1e6) refuse(`has gaps of ${end - recorded} samples among ${recorded}: its clock jumped`);
  return { nSamples: end, at, gaps };
}

/** Spreads a row of samples over the time line, with straight lines across the gaps; held values for a stim channel. */
export function spreadRow<Row extends Float64Array | Int32Array>(
  row: Row,
  into: Row,
  segments: readonly Segment[],
  plan: GapPlan,
): Row {
  let end = 0;
  segments.forEach(({ start, length }, i) => {
    const at = plan.at[i]!;
    into.set(row.subarray(start, start + length), at);
    if (into instanceof Float64Array && at > end && end > 0 && length > 0) {
      const from = into[end - 1]!;
      const step = (into[at]! - from) / (at - end + 1);
      for (let k = end; k < at; k++) into[k] = from + step * (k - end + 1);
    }
    end = at + length;
  });
  return into;
}
