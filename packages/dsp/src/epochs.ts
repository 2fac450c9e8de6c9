import { baselineInto, baselineSamples, type BaselineWindow } from "./baseline";
import { DuplicateEventError, RecordingTooShortError, WindowError } from "./errors";
import type { Events } from "./events";
import { checkRecording, type Recording } from "./recording";
import { offendingChannels, type DropLog, type RejectLimits } from "./reject";
import { roundHalfEven } from "./round";
import type { Hertz, Seconds } from "./units";

/** Stretches of a recording around its events. */
export interface Epochs {
  /** nEpochs × nChannels × nTimes, row-major, microvolts. */
  readonly data: Float64Array;
  readonly nEpochs: number;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly sampleRateHz: Hertz;
  /** Time of the first sample from the event; sample k lies at `tMinSeconds + k / sampleRateHz`. */
  readonly tMinSeconds: Seconds;
  readonly channelNames: readonly string[];
  /** Code of each epoch's event. */
  readonly codes: Int32Array;
  /** Sample of each epoch's event in the recording. */
  readonly samples: Int32Array;
  /** Which of the events each epoch is, as an index into them. */
  readonly selection: Int32Array;
  /** One entry an event. */
  readonly dropLog: DropLog;
}

export interface EpochOptions extends RejectLimits {
  /** First sample, from the event. */
  readonly tMinSeconds: Seconds;
  /** Last sample, from the event; it belongs to the epoch. */
  readonly tMaxSeconds: Seconds;
  /** Mean over this window is subtracted from each channel; null or absent: not at all. */
  readonly baseline?: BaselineWindow | null | undefined;
  /** Events with another code are dropped as IGNORED. Absent: all codes. */
  readonly codes?: readonly number[] | undefined;
  /** What to do with a second event on one sample. Default "error". */
  readonly onDuplicate?: "error" | "drop";
}

/** Cuts an epoch around each event, subtracts its baseline, and drops it when a channel is beyond a limit; in that
 * order, as MNE 1.13's `Epochs` does (`test/golden/epochs.json`). Both end points belong to an epoch: -0.1 to 0.6 s at
 * 512 Hz is 359 samples.
 * @throws {WindowError} when the window or the baseline cannot be.
 * @throws {RecordingTooShortError} when no epoch fits into the recording.
 * @throws {DuplicateEventError} when two events lie on one sample. */
export function extractEpochs(recording: Recording, events: Events, options: EpochOptions): Epochs {
  checkRecording(recording);
  const { data, nChannels, nSamples, sampleRateHz, channelNames } = recording;
  const { tMinSeconds, tMaxSeconds, baseline = null, codes, onDuplicate = "error" } = options;
  if (!(Number.isFinite(tMinSeconds) && Number.isFinite(tMaxSeconds) && tMinSeconds < tMaxSeconds))
    throw new WindowError(tMinSeconds, tMaxSeconds, "an epoch must begin before it ends");
  const firstSample = roundHalfEven(tMinSeconds * sampleRateHz);
  const nTimes = roundHalfEven(tMaxSeconds * sampleRateHz) - firstSample + 1;
  const baselineRange = baseline && baselineSamples(baseline, firstSample, nTimes, sampleRateHz);
  if (nSamples < nTimes) throw new RecordingTooShortError(nSamples, nTimes, recording.source);

  const size = nChannels * nTimes;
  const kept = new Float64Array(events.nEvents * size);
  const selection: number[] = [];
  const dropLog: string[][] = [];
  const taken = new Set<number>();
  for (let i = 0; i < events.nEvents; i++) {
    const sample = events.samples[i]!;
    const reasons = dropReasons(sample, firstSample, nTimes, nSamples, codes, events.codes[i]!);
    if (taken.has(sample)) {
      if (onDuplicate === "error") throw new DuplicateEventError(sample);
      reasons.splice(0, reasons.length, "DROP DUPLICATE");
    }
    taken.add(sample);
    if (reasons.length === 0) {
      const start = selection.length * size;
      copyEpochInto(kept, start, data, nChannels, nSamples, sample + firstSample, nTimes);
      if (baselineRange) baselineInto(kept, start, nChannels, nTimes, baselineRange.from, baselineRange.to);
      reasons.push(...offendingChannels(kept, start, nTimes, channelNames, options));
      if (reasons.length === 0) selection.push(i);
    }
    dropLog.push(reasons);
  }

  const nEpochs = selection.length;
  return {
    data: kept.subarray(0, nEpochs * size),
    nEpochs,
    nChannels,
    nTimes,
    sampleRateHz,
    tMinSeconds: firstSample / sampleRateHz,
    channelNames,
    codes: Int32Array.from(selection, (i) => events.codes[i]!),
    samples: Int32Array.from(selection, (i) => events.samples[i]!),
    selection: Int32Array.from(selection),
    dropLog,
  };
}

function dropReasons(
  sample: number,
  firstSample: number,
  nTimes: number,
  nSamples: number,
  codes: readonly number[] | undefined,
  code: number,
): string[] {
  if (codes && !codes.includes(code)) return ["IGNORED"];
  const start = sample + firstSample;
  if (start < 0) return ["NO_DATA"];
  if (start + nTimes > nSamples) return ["TOO_SHORT"];
  return [];
}

function copyEpochInto(
  out: Float64Array,
  to: number,
  data: Float64Array,
  nChannels: number,
  nSamples: number,
  from: number,
  nTimes: number,
): void {
  for (let channel = 0; channel < nChannels; channel++) {
    const start = channel * nSamples + from;
    out.set(data.subarray(start, start + nTimes), to + channel * nTimes);
  }
}
