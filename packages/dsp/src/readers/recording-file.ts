import type { Recording } from "../recording";
import type { Hertz } from "../units";
import type { ChannelType } from "./channel-type";

export type RecordingFormat = "parquet" | "csv" | "edf" | "bdf" | "brainvision" | "eeglab" | "xdf" | "matlab";

/** A channel that is not EEG, or was left out of it. */
export interface OtherChannel {
  readonly name: string;
  readonly type: ChannelType;
  /** "µV" for every voltage, else the file's own word, "" when it has none. */
  readonly unit: string;
  /** May differ from the recording's. */
  readonly sampleRateHz: Hertz;
  readonly data: Float64Array;
}

/** A recording with what else its file holds. */
export interface DecodedFile {
  readonly format: RecordingFormat;
  readonly recording: Recording;
  readonly otherChannels: readonly OtherChannel[];
}

/** What every reader takes; each has a default. */
export interface DecodeOptions {
  /** The file's name or path, for messages and `recording.source`. */
  readonly source?: string | undefined;
  /** For files that do not tell their rate, or tell it wrongly by jittering time stamps. */
  readonly sampleRateHz?: Hertz | undefined;
  /** Which channels are the recording's, in this order. Default: those that their type, unit or name make EEG. */
  readonly eegChannels?: readonly string[] | undefined;
  /** The channel whose steps are the events; null: none, events come from markers alone. Default: the one so typed or named. */
  readonly stimChannel?: string | null | undefined;
  /** Which marker means which event code, e.g. `{ flash: 1, "flash target": 2 }`. Default: whole numbers, BrainVision's
   * `S  1`, and the words Target (2) and NonTarget (1). */
  readonly eventCodes?: Readonly<Record<string, number>> | undefined;
  /** What the codes stand for, as metadata.json's `stim_codes`. */
  readonly stimCodes?: Readonly<Record<string, string>> | undefined;
  /** Where samples are missing within a file: "refuse" (default), or "fill" by a straight line from the last sample to
   * the next, with an annotation `BAD_gap` over it. */
  readonly gaps?: "refuse" | "fill" | undefined;
}
