import type { Microvolts } from "./units";

/** Why an event gave no epoch: one entry an event, empty for a kept one. A reason is NO_DATA (begins before the
 * recording), TOO_SHORT (ends after it), IGNORED (not a code asked for), DROP DUPLICATE, or the name of each channel
 * beyond a limit. The words are MNE's. */
export type DropLog = readonly (readonly string[])[];

export interface RejectLimits {
  /** Drop when the highest less the lowest sample of a channel is above this; null: never. */
  readonly rejectPeakToPeakMicrovolts?: Microvolts | null | undefined;
  /** Drop when the highest less the lowest sample of a channel is below this; null: never. */
  readonly flatPeakToPeakMicrovolts?: Microvolts | null | undefined;
}

/** Names of the channels for which an epoch is to be dropped: those above the one limit, then those below the other.
 * @param data - holds nChannels × nTimes samples from `start` on. */
export function offendingChannels(
  data: Float64Array,
  start: number,
  nTimes: number,
  channelNames: readonly string[],
  { rejectPeakToPeakMicrovolts = null, flatPeakToPeakMicrovolts = null }: RejectLimits,
): string[] {
  if (rejectPeakToPeakMicrovolts === null && flatPeakToPeakMicrovolts === null) return [];
  const tooLarge: string[] = [];
  const tooFlat: string[] = [];
  for (const [channel, name] of channelNames.entries()) {
    const range = peakToPeak(data, start + channel * nTimes, nTimes);
    if (rejectPeakToPeakMicrovolts !== null && range > rejectPeakToPeakMicrovolts) tooLarge.push(name);
    if (flatPeakToPeakMicrovolts !== null && range < flatPeakToPeakMicrovolts) tooFlat.push(name);
  }
  return [...tooLarge, ...tooFlat];
}

function peakToPeak(data: Float64Array, start: number, n: number): number {
  let min = data[start]!;
  let max = min;
  for (let i = start + 1; i < start + n; i++) {
    const x = data[i]!;
    if (x < min) min = x;
    else if (x > max) max = x;
  }
  return max - min;
}

/** How many epochs each reason dropped; an epoch with several reasons counts for each. */
export function countDropReasons(dropLog: DropLog): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reasons of dropLog) for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
