import { type Command, InvalidArgumentError, Option } from "commander";
import type { OpenOptions } from "../files";
import { parsePositive } from "./values";

/** What a user may have to say about a file that does not say it itself. */
export interface ReadingFlags {
  readonly sampleRateHz?: number;
  readonly eegChannels?: readonly string[];
  readonly stimChannel?: string;
  readonly eventCodes?: Readonly<Record<string, number>>;
  readonly gaps?: "refuse" | "fill";
}

export const READABLE = "Parquet, CSV, EDF, BDF, BrainVision .vhdr, EEGLAB .set, XDF or MATLAB .mat";

/** Adds the options of every command that reads a recording; for Parquet, metadata.json says these things. */
export function addReadingOptions(command: Command): Command {
  return command
    .option("--sample-rate-hz <hz>", "rate of a file that does not tell it", parsePositive)
    .option("--eeg-channels <names>", "the EEG channels, comma-separated, as in Fz,Cz,Pz", parseNames)
    .option("--stim-channel <name>", "the channel with the event codes, or none")
    .option("--event-codes <text=code,...>", "which marker means which code, as in flash=1,target=2", parseCodes)
    .addOption(new Option("--gaps <what>", "what to do where samples are missing").choices(["refuse", "fill"]));
}

/** Any of these options was given. */
export function tellsMore({ sampleRateHz, eegChannels, stimChannel, eventCodes, gaps }: ReadingFlags): boolean {
  return [sampleRateHz, eegChannels, stimChannel, eventCodes, gaps].some((flag) => flag !== undefined);
}

/** The flags as the readers' options. */
export function readingOptions(flags: ReadingFlags): OpenOptions {
  const { sampleRateHz, eegChannels, stimChannel, eventCodes, gaps } = flags;
  return {
    sampleRateHz,
    eegChannels,
    eventCodes,
    gaps,
    stimChannel: stimChannel === "none" ? null : stimChannel,
  };
}

function parseNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It must be names with commas between, as in Fz,Cz,Pz.");
  return names;
}

function parseCodes(text: string): Readonly<Record<string, number>> {
  const codes: [string, number][] = text.split(",").map((pair) => {
    const at = pair.lastIndexOf("=");
    const code = Number(pair.slice(at + 1));
    if (at < 1 || pair.slice(at + 1).trim() === "" || !Number.isInteger(code) || code === 0)
      throw new InvalidArgumentError("It must be markers and whole numbers, as in flash=1,target=2.");
    return [pair.slice(0, at).trim(), code];
  });
  return Object.fromEntries(codes);
}
