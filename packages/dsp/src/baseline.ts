import { WindowError } from "./errors";
import type { Hertz, Seconds } from "./units";

/** From and to, both included; null is the epoch's own end. */
export type BaselineWindow = readonly [fromSeconds: Seconds | null, toSeconds: Seconds | null];

/** Subtracts from each of `nRows` rows, starting at `start`, its mean over samples [from, to), in place. */
export function baselineInto(
  data: Float64Array,
  start: number,
  nRows: number,
  nTimes: number,
  from: number,
  to: number,
): void {
  for (let row = start; row < start + nRows * nTimes; row += nTimes) {
    let sum = 0;
    for (let i = row + from; i < row + to; i++) sum += data[i]!;
    const mean = sum / (to - from);
    for (let i = row; i < row + nTimes; i++) data[i]! -= mean;
  }
}

/** Which samples of an epoch a baseline covers: from the first at or after `fromSeconds`, to the last at or before
 * `toSeconds`. The epoch's first sample may lie up to one sample after `fromSeconds`, as in MNE.
 * @param firstSample - the epoch's first sample, counted from the event.
 * @returns sample indices [from, to) within the epoch.
 * @throws {WindowError} when the baseline leaves the epoch or holds no sample. */
export function baselineSamples(
  [fromSeconds, toSeconds]: BaselineWindow,
  firstSample: number,
  nTimes: number,
  sampleRateHz: Hertz,
): { from: number; to: number } {
  if (!(Number.isInteger(nTimes) && nTimes >= 1 && Number.isFinite(firstSample / sampleRateHz)))
    throw new WindowError(firstSample / sampleRateHz, Number.NaN, `an epoch of ${nTimes} samples has no baseline`);
  const first = firstSample / sampleRateHz;
  const last = (firstSample + nTimes - 1) / sampleRateHz;
  const a = fromSeconds ?? first;
  const b = toSeconds ?? last;
  const slack = 1 / sampleRateHz;
  if (!(a <= b)) throw new WindowError(a, b, "a baseline must not end before it begins");
  if (a < first - slack || b > last + slack)
    throw new WindowError(
      a,
      b,
      `the baseline leaves the epoch, ${first} to ${last} s: widen the epoch or move the baseline`,
    );
  let from = 0;
  while (from < nTimes && (firstSample + from) / sampleRateHz < a) from++;
  let to = nTimes;
  while (to > 0 && (firstSample + to - 1) / sampleRateHz > b) to--;
  if (from >= to) throw new WindowError(a, b, "the baseline holds no sample: widen it");
  return { from, to };
}
