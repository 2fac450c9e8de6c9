import { ChannelError, OptionError, ShapeError } from "./errors";
import type { Microvolts } from "./units";

/** Why an event gave no epoch: one entry an event, empty for a kept one. A reason is NO_DATA (begins before the
 * recording), TOO_SHORT (ends after it), IGNORED (not a code asked for), DROP DUPLICATE, USER, EQUALIZED_COUNT, the text
 * of an annotation that begins with "bad", or the name of each channel beyond a limit. The words are MNE's. */
export type DropLog = readonly (readonly string[])[];

/** One limit for all channels, or one for each channel that is to be looked at; null: none. */
export type PeakToPeakLimit = Microvolts | Readonly<Record<string, Microvolts>> | null;

export interface RejectLimits {
  /** Drop when the highest less the lowest sample of a channel is above this; null: never. */
  readonly rejectPeakToPeakMicrovolts?: PeakToPeakLimit | undefined;
  /** Drop when the highest less the lowest sample of a channel is below this; null: never. */
  readonly flatPeakToPeakMicrovolts?: PeakToPeakLimit | undefined;
}

/** Checks that limits are numbers, 0 or above, of channels that are there.
 * @throws {OptionError} {ChannelError} when they are not. */
export function checkRejectLimits(limits: RejectLimits, channelNames: readonly string[]): void {
  for (const option of ["rejectPeakToPeakMicrovolts", "flatPeakToPeakMicrovolts"] as const) {
    const limit = limits[option] ?? null;
    if (limit === null) continue;
    const byChannel = typeof limit === "number" ? { [option]: limit } : limit;
    for (const [name, value] of Object.entries(byChannel)) {
      if (!(value >= 0)) throw new OptionError(option, value, "a number of microvolts, 0 or above, or null");
      if (typeof limit !== "number" && !channelNames.includes(name))
        throw new ChannelError(name, `is not there, but ${option} names it: there are ${channelNames.join(", ")}`);
    }
  }
}

const limitOf = (limit: PeakToPeakLimit, channelName: string, none: number): number =>
  limit === null
    ? none
    : typeof limit === "number"
      ? limit
      : Object.hasOwn(limit, channelName)
        ? limit[channelName]!
        : none;

/** Names of the channels for which an epoch is to be dropped: those above the one limit, then those below the other.
 * @param data - holds nChannels × nTimes samples from `start` on.
 * @throws {ShapeError} when it does not.
 * @param window - look only at samples [from, to) of the epoch. Default: all. */
export function offendingChannels(
  data: Float64Array,
  start: number,
  nTimes: number,
  channelNames: readonly string[],
  { rejectPeakToPeakMicrovolts = null, flatPeakToPeakMicrovolts = null }: RejectLimits,
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: nTimes },
): string[] {
  if (rejectPeakToPeakMicrovolts === null && flatPeakToPeakMicrovolts === null) return [];
  if (!(start >= 0 && start + channelNames.length * nTimes <= data.length && from >= 0 && from < to && to <= nTimes))
    throw new ShapeError("data.length", data.length, start + channelNames.length * nTimes);
  const tooLarge: string[] = [];
  const tooFlat: string[] = [];
  for (const [channel, name] of channelNames.entries()) {
    const range = peakToPeak(data, start + channel * nTimes + from, to - from);
    if (range > limitOf(rejectPeakToPeakMicrovolts, name, Infinity)) tooLarge.push(name);
    if (range < limitOf(flatPeakToPeakMicrovolts, name, -Infinity)) tooFlat.push(name);
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
  const counts = new Map<string, number>();
  for (const reasons of dropLog) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries(counts);
}
