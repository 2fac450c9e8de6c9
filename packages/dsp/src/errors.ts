import type { Hertz, Microvolts, Seconds } from "./units";

/** What went wrong, as a stable word to switch on: two copies of the package break `instanceof`, not this. */
export type DspErrorCode =
  | "ERR_DSP_SHAPE"
  | "ERR_DSP_OPTION"
  | "ERR_DSP_SAMPLE_RATE"
  | "ERR_DSP_BAND"
  | "ERR_DSP_FILTER_LENGTH"
  | "ERR_DSP_WINDOW"
  | "ERR_DSP_NOT_FINITE"
  | "ERR_DSP_NO_EVENTS"
  | "ERR_DSP_EVENTS_TOO_CLOSE"
  | "ERR_DSP_DUPLICATE_EVENT"
  | "ERR_DSP_RECORDING_TOO_SHORT"
  | "ERR_DSP_NO_EPOCHS"
  | "ERR_DSP_FILE"
  | "ERR_DSP_PARQUET"
  | "ERR_DSP_COLUMN"
  | "ERR_DSP_METADATA"
  | "ERR_DSP_FORMAT"
  | "ERR_DSP_CHANNEL"
  | "ERR_DSP_TOO_SHORT"
  | "ERR_DSP_DOWNLOAD"
  | "ERR_DSP_STREAM";

/** Base of every error that this package throws on purpose. `message` says what was wrong, where, and what to do. */
export abstract class DspError extends Error {
  abstract readonly code: DspErrorCode;
}

const at = (source: string | undefined): string => (source === undefined ? "" : `${source}: `);

/** A buffer's length does not fit the shape that it is said to have. */
export class ShapeError extends DspError {
  override readonly name = "ShapeError";
  readonly code = "ERR_DSP_SHAPE";
  constructor(
    readonly what: string,
    readonly got: number,
    readonly wanted: number,
    options?: ErrorOptions,
  ) {
    super(`${what} is ${got}, but ${wanted} was wanted: give a buffer that fits its shape`, options);
  }
}

/** What has no text of its own, as an object without a prototype, has its kind. */
function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** An option is outside of what it may be. */
export class OptionError extends DspError {
  override readonly name = "OptionError";
  readonly code = "ERR_DSP_OPTION";
  constructor(
    readonly option: string,
    readonly got: unknown,
    readonly wanted: string,
    options?: ErrorOptions,
  ) {
    super(`${option} is ${shown(got)}: give ${wanted}`, options);
  }
}

/** A sampling rate is missing, zero, negative or no number. */
export class SampleRateError extends DspError {
  override readonly name = "SampleRateError";
  readonly code = "ERR_DSP_SAMPLE_RATE";
  constructor(
    readonly sampleRateHz: unknown,
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    super(
      sampleRateHz === undefined
        ? `${at(source)}no sampling rate: put "sampling_rate_hz" into a metadata.json beside the file, or into the file's key-value metadata`
        : `${at(source)}sampling rate ${shown(sampleRateHz)} is not a number of hertz above 0: correct "sampling_rate_hz"`,
      options,
    );
  }
}

/** Band edges that no filter can have. */
export class BandError extends DspError {
  override readonly name = "BandError";
  readonly code = "ERR_DSP_BAND";
  constructor(
    readonly lowHz: Hertz | null,
    readonly highHz: Hertz | null,
    readonly nyquistHz: Hertz,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`band ${lowHz ?? 0} to ${highHz ?? nyquistHz} Hz: ${reason}`, options);
  }
}

/** A filter was asked for that is too short for its transition band. */
export class FilterLengthError extends DspError {
  override readonly name = "FilterLengthError";
  readonly code = "ERR_DSP_FILTER_LENGTH";
  constructor(
    readonly nTaps: number,
    readonly nTapsWanted: number,
    readonly transitionHz: Hertz,
    options?: ErrorOptions,
  ) {
    super(
      `a filter of ${nTaps} taps is too short for a transition of ${transitionHz} Hz: give at least ${nTapsWanted} taps, or a wider transition`,
      options,
    );
  }
}

/** An epoch or baseline window that cannot be. */
export class WindowError extends DspError {
  override readonly name = "WindowError";
  readonly code = "ERR_DSP_WINDOW";
  constructor(
    readonly fromSeconds: Seconds,
    readonly toSeconds: Seconds,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`window ${fromSeconds} to ${toSeconds} s: ${reason}`, options);
  }
}

/** A channel holds NaN, an infinity, or a missing value. */
export class NotFiniteError extends DspError {
  override readonly name = "NotFiniteError";
  readonly code = "ERR_DSP_NOT_FINITE";
  constructor(
    readonly channelName: string,
    readonly sample: number,
    readonly value: number,
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    super(
      `${at(source)}channel ${channelName} holds ${value} at sample ${sample}: mend or cut out that stretch, or leave the channel out of eeg_channels`,
      options,
    );
  }
}

/** The stim channel holds no event. */
export class NoEventsError extends DspError {
  override readonly name = "NoEventsError";
  readonly code = "ERR_DSP_NO_EVENTS";
  constructor(
    readonly codes: readonly number[],
    readonly nOtherEvents: number,
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    super(
      nOtherEvents === 0
        ? `${at(source)}no events in the stim channel: it should step from 0 to ${codes.join(" or ")} at each flash`
        : `${at(source)}none of the ${nOtherEvents} events in the stim channel has code ${codes.join(" or ")}: see "stim_codes" in metadata.json`,
      options,
    );
  }
}

/** Two events follow each other faster than allowed. */
export class EventsTooCloseError extends DspError {
  override readonly name = "EventsTooCloseError";
  readonly code = "ERR_DSP_EVENTS_TOO_CLOSE";
  constructor(
    readonly nTooClose: number,
    readonly shortestEventSamples: number,
    options?: ErrorOptions,
  ) {
    super(
      `${nTooClose} events come less than ${shortestEventSamples} samples after the one before: raise minDurationSeconds, or lower shortestEventSamples`,
      options,
    );
  }
}

/** Two events lie on one sample. */
export class DuplicateEventError extends DspError {
  override readonly name = "DuplicateEventError";
  readonly code = "ERR_DSP_DUPLICATE_EVENT";
  constructor(
    readonly sample: number,
    options?: ErrorOptions,
  ) {
    super(`two events lie on sample ${sample}: remove one, or give onDuplicate "drop"`, options);
  }
}

/** A recording does not even hold one epoch. */
export class RecordingTooShortError extends DspError {
  override readonly name = "RecordingTooShortError";
  readonly code = "ERR_DSP_RECORDING_TOO_SHORT";
  constructor(
    readonly nSamples: number,
    readonly nSamplesWanted: number,
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    super(
      `${at(source)}the recording has ${nSamples} samples, an epoch needs ${nSamplesWanted}: give a longer recording or a shorter epoch`,
      options,
    );
  }
}

/** Every epoch was dropped. */
export class NoEpochsError extends DspError {
  override readonly name = "NoEpochsError";
  readonly code = "ERR_DSP_NO_EPOCHS";
  constructor(
    readonly nEvents: number,
    /** How many epochs were dropped by each reason: a channel's name, TOO_SHORT, NO_DATA or IGNORED. */
    readonly droppedBy: Readonly<Record<string, number>>,
    readonly rejectPeakToPeakMicrovolts: Microvolts | null,
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    const by = Object.entries(droppedBy)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, n]) => `${reason} ${n}`);
    const more = by.length > 6 ? `, and ${by.length - 6} more` : "";
    const todo =
      rejectPeakToPeakMicrovolts === null
        ? "check the epoch window"
        : `reject above more than ${rejectPeakToPeakMicrovolts} µV, or not at all (--reject-uv none)`;
    super(`${at(source)}all ${nEvents} epochs were dropped (${by.slice(0, 6).join(", ")}${more}): ${todo}`, options);
  }
}

/** A file or folder cannot be read or written. */
export class FileError extends DspError {
  override readonly name = "FileError";
  readonly code = "ERR_DSP_FILE";
  constructor(
    readonly path: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${reason}`, options);
  }
}

/** A file is no Parquet file, or a damaged one. */
export class ParquetError extends DspError {
  override readonly name = "ParquetError";
  readonly code = "ERR_DSP_PARQUET";
  constructor(
    readonly path: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${reason}`, options);
  }
}

/** A column is missing, or holds what it should not. */
export class ColumnError extends DspError {
  override readonly name = "ColumnError";
  readonly code = "ERR_DSP_COLUMN";
  constructor(
    readonly path: string,
    readonly column: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: column ${column} ${reason}`, options);
  }
}

/** metadata.json, or the file's key-value metadata, is not what it should be. */
export class MetadataError extends DspError {
  override readonly name = "MetadataError";
  readonly code = "ERR_DSP_METADATA";
  constructor(
    readonly path: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${reason}`, options);
  }
}

/** A file of some format is damaged, or holds what that format forbids or this reader does not read. */
export class FormatError extends DspError {
  override readonly name = "FormatError";
  readonly code = "ERR_DSP_FORMAT";
  constructor(
    /** The format's name, as "EDF". */
    readonly format: string,
    readonly source: string | undefined,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${at(source)}${format}: ${reason}`, options);
  }
}

/** Something could not be downloaded, or is not what its record says. */
export class DownloadError extends DspError {
  override readonly name = "DownloadError";
  readonly code = "ERR_DSP_DOWNLOAD";
  constructor(
    readonly url: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${url}: ${reason}`, options);
  }
}

/** A channel is named that is not there, or whose place on the head is not known. */
export class ChannelError extends DspError {
  override readonly name = "ChannelError";
  readonly code = "ERR_DSP_CHANNEL";
  constructor(
    readonly channelName: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`channel ${channelName}: ${reason}`, options);
  }
}

/** A signal has fewer samples, epochs or channels than the method needs. */
export class TooShortError extends DspError {
  override readonly name = "TooShortError";
  readonly code = "ERR_DSP_TOO_SHORT";
  constructor(
    readonly what: string,
    readonly got: number,
    readonly wanted: number,
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(`${what} is ${got}, but at least ${wanted} is wanted: ${why}`, options);
  }
}

/** A stream of samples cannot go on as it is: a gap in it, a message that is none, or a call after its end. */
export class StreamError extends DspError {
  override readonly name = "StreamError";
  readonly code = "ERR_DSP_STREAM";
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`stream: ${reason}`, options);
  }
}
