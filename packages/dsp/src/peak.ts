import { OptionError, WindowError } from "./errors";
import { checkEvoked, type Evoked } from "./evoked";
import { pickChannels } from "./select";
import type { Microvolts, Seconds } from "./units";

export interface PeakOptions {
  /** Look from here on. Default: the first sample. */
  readonly tMinSeconds?: Seconds | undefined;
  /** Look up to here. Default: the last sample. */
  readonly tMaxSeconds?: Seconds | undefined;
  /** Look for the highest, the lowest, or the largest of either sign (default). */
  readonly mode?: "pos" | "neg" | "abs" | undefined;
  /** Look only at these channels. Default: all. */
  readonly channelNames?: readonly string[] | undefined;
}

export interface Peak {
  readonly channelName: string;
  readonly latencySeconds: Seconds;
  readonly amplitudeMicrovolts: Microvolts;
  /** Place of the sample in the response. */
  readonly sample: number;
}

/** The largest deflection within a window, as MNE's `evoked.get_peak` finds it; the first channel, then the first sample,
 * where several are as large.
 * @throws {WindowError} when the window leaves the response or holds no sample.
 * @throws {OptionError} for mode "pos" where nothing is above 0, and "neg" where nothing is below. */
export function peakOf(evoked: Evoked, options: PeakOptions = {}): Peak {
  checkEvoked(evoked);
  const { mode = "abs", channelNames } = options;
  if (!["pos", "neg", "abs"].includes(mode)) throw new OptionError("mode", mode, `"pos", "neg" or "abs"`);
  const { data, nChannels, nTimes, sampleRateHz } = channelNames ? pickChannels(evoked, channelNames) : evoked;
  const timeOf = (i: number): Seconds => evoked.tMinSeconds + i / sampleRateHz;
  const { tMinSeconds = timeOf(0), tMaxSeconds = timeOf(nTimes - 1) } = options;
  const slack = 1e-9; // a time that a sum has put just beside its sample
  const from = Math.ceil((tMinSeconds - evoked.tMinSeconds) * sampleRateHz - slack);
  const to = Math.floor((tMaxSeconds - evoked.tMinSeconds) * sampleRateHz + slack);
  if (!(from >= 0 && to < nTimes && from <= to && nChannels > 0))
    throw new WindowError(
      tMinSeconds,
      tMaxSeconds,
      `it must hold samples of the response, which lies from ${timeOf(0)} to ${timeOf(nTimes - 1)} s`,
    );
  const height = (value: number): number => (mode === "abs" ? Math.abs(value) : mode === "neg" ? -value : value);
  let best = from;
  for (let channel = 0; channel < nChannels; channel++)
    for (let i = channel * nTimes + from; i <= channel * nTimes + to; i++)
      if (height(data[i]!) > height(data[best]!)) best = i;
  if (mode !== "abs" && !(height(data[best]!) > 0))
    throw new OptionError("mode", mode, `"abs": nothing in the window is ${mode === "pos" ? "above" : "below"} 0`);
  const sample = best % nTimes;
  return {
    channelName: (channelNames ?? evoked.channelNames)[(best - sample) / nTimes]!,
    latencySeconds: timeOf(sample),
    amplitudeMicrovolts: data[best]!,
    sample,
  };
}
