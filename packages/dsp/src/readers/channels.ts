import { ChannelError } from "../errors";
import type { Hertz } from "../units";
import type { Refuse } from "./bytes";
import { type ChannelType, microvoltsPer, typeByName } from "./channel-type";
import type { DecodeOptions } from "./recording-file";

/** A channel as a file's header describes it. */
export interface ChannelHeader {
  readonly name: string;
  /** The file's word; "" when it has none, and then an EEG channel is taken to be in microvolts. */
  readonly unit: string;
  /** When the file tells it. */
  readonly type?: ChannelType | undefined;
  readonly sampleRateHz: Hertz;
}

/** Which of a file's channels go where. */
export interface ChannelPlan {
  /** A name a channel, each different: a second "Cz" is "Cz-1". */
  readonly names: readonly string[];
  readonly types: readonly ChannelType[];
  /** Indices of the recording's channels, in its order. */
  readonly eeg: readonly number[];
  readonly stim: number | undefined;
  readonly other: readonly number[];
  readonly sampleRateHz: Hertz;
}

/** Sorts a file's channels into EEG, stim and others.
 * @throws {ChannelError} when an option names a channel that is not there.
 * @throws {FormatError} when there is no EEG channel, or they have different rates. */
export function planChannels(headers: readonly ChannelHeader[], options: DecodeOptions, refuse: Refuse): ChannelPlan {
  const names = uniqueNames(headers.map(({ name }, i) => name.trim() || `channel ${i + 1}`));
  const types = headers.map(({ name, unit, type }): ChannelType => {
    if (type !== undefined) return type;
    const guess = typeByName(name);
    return guess === "eeg" && unit.trim() !== "" && microvoltsPer(unit) === undefined ? "misc" : guess;
  });
  const indexOf = (name: string): number => {
    const index = names.indexOf(name);
    if (index < 0) throw new ChannelError(name, `is not in the file, which has ${listed(names)}`);
    return index;
  };
  const { eegChannels, stimChannel } = options;
  const firstStim = types.indexOf("stim");
  const stim =
    stimChannel === null || (stimChannel === undefined && firstStim < 0)
      ? undefined
      : stimChannel === undefined
        ? firstStim
        : indexOf(stimChannel);
  const indices = headers.map((_, i) => i);
  const eeg = eegChannels?.map(indexOf) ?? indices.filter((i) => types[i] === "eeg" && i !== stim);
  if (eeg.length === 0) return refuse(`has no EEG channel among ${listed(names)}: name them in eegChannels`);
  if (new Set(eeg).size !== eeg.length) throw new ChannelError(names[eeg[0]!]!, "is named twice in eegChannels");
  const sampleRateHz = headers[eeg[0]!]!.sampleRateHz;
  const odd = eeg.find((i) => headers[i]!.sampleRateHz !== sampleRateHz);
  if (odd !== undefined)
    refuse(
      `has ${names[eeg[0]!]} at ${sampleRateHz} Hz and ${names[odd]} at ${headers[odd]!.sampleRateHz} Hz: name channels of one rate in eegChannels`,
    );
  const used = new Set([...eeg, stim]);
  return { names, types, eeg, stim, other: indices.filter((i) => !used.has(i)), sampleRateHz };
}

function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 1; taken.has(unique); n++) unique = `${name}-${n}`;
    taken.add(unique);
    return unique;
  });
}

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return names.length === 0 ? "none" : `${shown.join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;
}

/** Microvolts a unit, and 1 for what is no voltage or has no unit. */
export const microvoltsOr1 = (unit: string): number => microvoltsPer(unit) ?? 1;

/** "µV" for every voltage, else the file's own word. */
export const voltageUnit = (unit: string): string => (microvoltsPer(unit) === undefined ? unit.trim() : "µV");
