import { ChannelError, NotFiniteError, OptionError, ShapeError } from "../errors";

/** What a recording, epochs and an evoked response have in common: rows of samples, a name for each channel. */
export interface Signals {
  /** nChannels × nSamples, or nEpochs × nChannels × nTimes, row-major, microvolts. */
  readonly data: Float64Array;
  readonly nChannels: number;
  readonly channelNames: readonly string[];
  readonly nSamples?: number | undefined;
  readonly nTimes?: number | undefined;
  /** Absent in a recording and an evoked response. */
  readonly nEpochs?: number | undefined;
  readonly source?: string | undefined;
}

export interface SignalShape {
  /** Epochs; 1 for a recording and an evoked response. */
  readonly nBlocks: number;
  readonly nChannels: number;
  /** Samples a block. */
  readonly nTimes: number;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Checks that the buffer fits its shape, that every channel has a name of its own, and that all samples are numbers.
 * @throws {ShapeError} {OptionError} {ChannelError} {NotFiniteError} when not. */
export function checkSignals(signals: Signals): SignalShape {
  if (signals === null || typeof signals !== "object")
    throw new OptionError("signals", signals, "a recording, epochs or an evoked response");
  const { data, nChannels, channelNames, nSamples, nTimes = nSamples, nEpochs: nBlocks = 1 } = signals;
  if (!(data instanceof Float64Array)) throw new OptionError("data", typeof data, "a Float64Array, row after row");
  for (const [option, value] of Object.entries({
    nEpochs: nBlocks,
    nChannels,
    [nSamples === undefined ? "nTimes" : "nSamples"]: nTimes,
  }))
    if (!isCount(value)) throw new OptionError(option, value, "a whole number, 0 or above");
  const shape = { nBlocks, nChannels, nTimes: nTimes! };
  if (data.length !== nBlocks * nChannels * nTimes!)
    throw new ShapeError("data.length", data.length, nBlocks * nChannels * nTimes!);
  if (!Array.isArray(channelNames)) throw new OptionError("channelNames", channelNames, "an array of names");
  if (channelNames.length !== nChannels) throw new ShapeError("channelNames.length", channelNames.length, nChannels);
  const twice = channelNames.find((name, index) => channelNames.indexOf(name) !== index);
  if (twice !== undefined) throw new ChannelError(twice, "there are two channels of this name: rename one");
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!; // 0, but for what is not finite
  if (sum !== 0) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    const row = Math.floor(bad / nTimes!);
    throw new NotFiniteError(channelNames[row % nChannels]!, bad % nTimes!, data[bad]!, signals.source);
  }
  return shape;
}

/** The indices of channels given by their exact names, each once.
 * @throws {OptionError} when `names` is no array of names.
 * @throws {ChannelError} when one is not there. */
export function channelIndices(channelNames: readonly string[], names: readonly string[], option: string): number[] {
  if (!Array.isArray(names)) throw new OptionError(option, names, "an array of channel names");
  const indices = names.map((name) => {
    const index = channelNames.indexOf(name);
    if (index < 0)
      throw new ChannelError(
        String(name),
        `is not there, but ${option} names it: there are ${channelNames.join(", ")}`,
      );
    return index;
  });
  return [...new Set(indices)].sort((a, b) => a - b);
}
