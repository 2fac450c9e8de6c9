import type { BaselineWindow } from "./baseline";
import { extractEpochs } from "./epochs";
import { NoEpochsError, NoEventsError, OptionError } from "./errors";
import { findEvents } from "./events";
import { filterFir } from "./filter";
import { flatten, type Features } from "./flatten";
import type { Recording } from "./recording";
import { countDropReasons, type DropLog } from "./reject";
import { resampleEpochs } from "./resample";
import type { Hertz, Microvolts, Seconds } from "./units";

/** Labels of the two classes in every features file. */
export const NON_TARGET = 1;
export const TARGET = 2;

/** All optional; the defaults are those of the P300 pipeline. */
export interface PreprocessOptions {
  /** Default 1. */
  readonly lowHz?: Hertz | null | undefined;
  /** Default 20. */
  readonly highHz?: Hertz | null | undefined;
  /** Default -0.1. */
  readonly tMinSeconds?: Seconds | undefined;
  /** Default 0.6. */
  readonly tMaxSeconds?: Seconds | undefined;
  /** Default -0.1 to 0; null: none. */
  readonly baseline?: BaselineWindow | null | undefined;
  /** Default 100; null: nothing is rejected. */
  readonly rejectPeakToPeakMicrovolts?: Microvolts | null | undefined;
  /** Default 100. */
  readonly resampleHz?: Hertz | undefined;
}

export interface Preprocessed {
  readonly features: Features;
  /** One a row of the features: 1 NonTarget, 2 Target. */
  readonly labels: Int32Array;
  readonly epochsFound: number;
  readonly epochsKept: number;
  /** One entry an event, empty for a kept one. */
  readonly dropLog: DropLog;
  /** Which of the events each row is. */
  readonly selection: Int32Array;
  readonly channelNames: readonly string[];
  /** Samples an epoch after resampling: feature `channel · nTimes + time`. */
  readonly nTimes: number;
  readonly sampleRateHz: Hertz;
  readonly tMinSeconds: Seconds;
}

/** A recording to a classifier's rows: band-pass, events, epochs with baseline and rejection, resampling, flattening.
 * The same as `filterFir`, `findEvents`, `extractEpochs`, `resampleEpochs` and `flatten` one after another.
 * @throws {BandError} {WindowError} {NotFiniteError} as those do.
 * @throws {NoEventsError} when no event is a NonTarget or a Target.
 * @throws {NoEpochsError} when every epoch was dropped. */
export function preprocess(recording: Recording, options: PreprocessOptions = {}): Preprocessed {
  const { tMinSeconds = -0.1, tMaxSeconds = 0.6, baseline = [-0.1, 0], resampleHz = 100 } = options;
  const { lowHz = 1, highHz = 20, rejectPeakToPeakMicrovolts = 100 } = options;
  if (rejectPeakToPeakMicrovolts !== null && !(rejectPeakToPeakMicrovolts > 0))
    throw new OptionError("rejectPeakToPeakMicrovolts", rejectPeakToPeakMicrovolts, "a number above 0, or null");

  const labelOf = labelsByCode(recording.stimCodes);
  const codes = [...labelOf.keys()];
  const events = findEvents(recording);
  if (!events.codes.some((code) => labelOf.has(code))) throw new NoEventsError(codes, events.nEvents, recording.source);

  const filtered = filterFir(recording, { lowHz, highHz });
  const cut = { tMinSeconds, tMaxSeconds, baseline, codes, rejectPeakToPeakMicrovolts };
  const epochs = extractEpochs(filtered, events, cut);
  if (epochs.nEpochs === 0) {
    const by = countDropReasons(epochs.dropLog);
    throw new NoEpochsError(events.nEvents, by, rejectPeakToPeakMicrovolts, recording.source);
  }
  const { dropLog, selection, channelNames } = epochs;
  const resampled = resampleEpochs(epochs, { rateHz: resampleHz });
  return {
    features: flatten(resampled),
    labels: epochs.codes.map((code) => labelOf.get(code)!),
    epochsFound: events.nEvents,
    epochsKept: epochs.nEpochs,
    dropLog,
    selection,
    channelNames,
    nTimes: resampled.nTimes,
    sampleRateHz: resampled.sampleRateHz,
    tMinSeconds: resampled.tMinSeconds,
  };
}

/** Which code of the stim channel means which label: 1 and 2 themselves, unless the recording names others. */
export function labelsByCode(stimCodes: Readonly<Record<string, string>> | undefined): Map<number, number> {
  const labels = new Map<number, number>();
  for (const [code, name] of Object.entries(stimCodes ?? {})) {
    const word = name.toLowerCase().replaceAll(/[^a-z]/g, "");
    if (word === "target") labels.set(Number(code), TARGET);
    else if (word === "nontarget") labels.set(Number(code), NON_TARGET);
  }
  return labels.size > 0
    ? labels
    : new Map([
        [NON_TARGET, NON_TARGET],
        [TARGET, TARGET],
      ]);
}
