import { roundHalfEven } from "../../round";

/** Where windows of `windowSamples` begin that overlap by a share, the last before the one that would reach the end, as in
 * the ASR reference. */
export function windowStarts(nSamples: number, windowSamples: number, step: number): number[] {
  const starts: number[] = [];
  for (let i = 0; i * step < nSamples - windowSamples; i++) starts.push(roundHalfEven(i * step));
  return starts;
}

/** Root mean square of each window of a row. */
export function windowRms(row: Float64Array, starts: readonly number[], windowSamples: number): Float64Array {
  return Float64Array.from(starts, (start) => {
    let sum = 0;
    for (let i = start; i < start + windowSamples; i++) sum += row[i]! * row[i]!;
    return Math.sqrt(sum / windowSamples);
  });
}
