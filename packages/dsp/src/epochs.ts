import { baselineInto, baselineSamples, type BaselineWindow } from "./baseline";
import {
  DuplicateEventError,
  NotFiniteError,
  OptionError,
  RecordingTooShortError,
  ShapeError,
  WindowError,
} from "./errors";
import { checkEvents, type Events } from "./events";
import { type Annotation, checkRecording, type Recording } from "./recording";
import { checkRejectLimits, offendingChannels, type DropLog, type RejectLimits } from "./reject";
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

/** What one epoch is made by, whether cut from a whole recording or from a stream. */
export interface EpochShapeOptions extends RejectLimits {
  /** First sample, from the event. */
  readonly tMinSeconds: Seconds;
  /** Last sample, from the event; it belongs to the epoch. */
  readonly tMaxSeconds: Seconds;
  /** Mean over this window is subtracted from each channel; null or absent: not at all. */
  readonly baseline?: BaselineWindow | null | undefined;
  /** Events with another code are dropped as IGNORED. Absent: all codes. */
  readonly codes?: readonly number[] | undefined;
  /** Subtract from each channel its mean (0) or its line of least squares (1) before the baseline. Default null: not. */
  readonly detrend?: 0 | 1 | null | undefined;
  /** Keep every so-manieth sample, that of the event among them, before anything is rejected. Nothing is filtered for it.
   * Default 1. */
  readonly decim?: number | undefined;
  /** Part of the epoch that rejection looks at, [from, to); null is the epoch's own end. Default: all of it. */
  readonly rejectWindow?: readonly [fromSeconds: Seconds | null, toSeconds: Seconds | null] | undefined;
}

export interface EpochOptions extends EpochShapeOptions {
  /** What to do with a second event on one sample. Default "error". */
  readonly onDuplicate?: "error" | "drop" | undefined;
  /** Whether an epoch that touches one of the recording's annotations that begin with "bad" is dropped. Default true. */
  readonly rejectByAnnotation?: boolean | undefined;
}

/** Cuts an epoch around each event, takes away its trend and baseline, thins it out, and drops it when a channel is
 * beyond a limit; in that order, as MNE 1.13's `Epochs` does (`test/golden/epochs.json`, `epochs-options.json`). Both end
 * points belong to an epoch: -0.1 to 0.6 s at 512 Hz is 359 samples.
 * @throws {WindowError} when the window or the baseline cannot be.
 * @throws {RecordingTooShortError} when no epoch fits into the recording.
 * @throws {DuplicateEventError} when two events lie on one sample.
 * @throws {NotFiniteError} when an epoch would hold NaN or an infinity. */
export function extractEpochs(recording: Recording, events: Events, options: EpochOptions): Epochs {
  checkRecording(recording);
  checkEvents(events);
  const { data, nChannels, nSamples, sampleRateHz, channelNames, source } = recording;
  const plan = planEpochs(options, sampleRateHz, channelNames);
  const { firstSample, nTimes } = plan;
  const dropLog = placeEpochs(recording, events, plan, options);
  const cut = new Float64Array(nChannels * nTimes);
  const size = nChannels * plan.nTimesKept;
  const nPlaced = dropLog.filter((reasons) => reasons.length === 0).length;
  const kept = new Float64Array(nPlaced * size);
  const selection: number[] = [];
  for (const [i, reasons] of dropLog.entries()) {
    if (reasons.length > 0) continue;
    const start = events.samples[i]! + firstSample;
    for (let channel = 0; channel < nChannels; channel++) {
      const from = channel * nSamples + start;
      cut.set(data.subarray(from, from + nTimes), channel * nTimes);
    }
    checkCut(cut, nTimes, channelNames, start, source);
    reasons.push(...plan.finishInto(kept, selection.length * size, cut));
    if (reasons.length === 0) selection.push(i);
  }

  const nEpochs = selection.length;
  return {
    data: kept.subarray(0, nEpochs * size),
    nEpochs,
    nChannels,
    nTimes: plan.nTimesKept,
    sampleRateHz: plan.sampleRateHz,
    tMinSeconds: plan.tMinSeconds,
    channelNames,
    codes: Int32Array.from(selection, (i) => events.codes[i]!),
    samples: Int32Array.from(selection, (i) => events.samples[i]!),
    selection: Int32Array.from(selection),
    dropLog,
  };
}

/** Why each event can have no epoch whatever its samples are: an empty list when it can.
 * @throws {RecordingTooShortError} when no epoch fits into the recording.
 * @throws {DuplicateEventError} when two events lie on one sample. */
export function placeEpochs(
  { nSamples, annotations, source }: Pick<Recording, "nSamples" | "annotations" | "source">,
  events: Events,
  { firstSample, nTimes, touched }: EpochPlan,
  { codes, onDuplicate = "error", rejectByAnnotation = true }: EpochOptions,
): string[][] {
  if (nSamples < nTimes) throw new RecordingTooShortError(nSamples, nTimes, source);
  const bad = rejectByAnnotation ? badAnnotations(annotations) : [];
  const wanted = codes && new Set(codes);
  const taken = new Set<number>();
  const dropLog: string[][] = [];
  for (let i = 0; i < events.nEvents; i++) {
    const sample = events.samples[i]!;
    const start = sample + firstSample;
    const reasons: string[] = [];
    const ignored = wanted !== undefined && !wanted.has(events.codes[i]!);
    if (ignored) reasons.push("IGNORED");
    else if (taken.has(sample)) {
      if (onDuplicate === "error") throw new DuplicateEventError(sample);
      reasons.push("DROP DUPLICATE");
    } else if (start < 0) reasons.push("NO_DATA");
    else {
      const annotation = bad.length > 0 ? touched(bad, sample) : undefined;
      if (annotation) reasons.push(annotation.text);
      else if (start + nTimes > nSamples) reasons.push("TOO_SHORT");
    }
    if (!ignored) taken.add(sample);
    dropLog.push(reasons);
  }
  return dropLog;
}

/** How epochs of one shape are made, worked out once. */
export interface EpochPlan {
  /** First sample of an epoch, counted from its event. */
  readonly firstSample: number;
  /** Samples an epoch has while it is cut. */
  readonly nTimes: number;
  /** Samples it has at the end; fewer after `decim`. */
  readonly nTimesKept: number;
  readonly sampleRateHz: Hertz;
  readonly tMinSeconds: Seconds;
  /** The first of the annotations that the part of an epoch around `sample` that rejection looks at touches. */
  touched(annotations: readonly Annotation[], sample: number): Annotation | undefined;
  /** Detrends, baselines and thins out `cut`, nChannels × nTimes, which it changes, writes the epoch into `out` from `to`
   * on, and tells for which channels it is to be dropped. */
  finishInto(out: Float64Array, to: number, cut: Float64Array): string[];
}

/** A gigabyte. Longer epochs are a mistake in the unit of time. */
const EPOCH_SIZE_MAX = 2 ** 27;

/** @throws {WindowError} {OptionError} {ChannelError} when an option cannot be. */
export function planEpochs(
  options: EpochShapeOptions,
  sampleRateHz: Hertz,
  channelNames: readonly string[],
): EpochPlan {
  const { tMinSeconds, tMaxSeconds, baseline = null, detrend = null, decim = 1, rejectWindow = [null, null] } = options;
  if (!(Number.isFinite(tMinSeconds) && Number.isFinite(tMaxSeconds) && tMinSeconds < tMaxSeconds))
    throw new WindowError(tMinSeconds, tMaxSeconds, "an epoch must begin before it ends");
  if (detrend !== null && detrend !== 0 && detrend !== 1) throw new OptionError("detrend", detrend, "0, 1 or null");
  if (!(Number.isInteger(decim) && decim >= 1)) throw new OptionError("decim", decim, "an integer, 1 or above");
  checkRejectLimits(options, channelNames);
  const firstSample = roundHalfEven(tMinSeconds * sampleRateHz) + 0; // no negative zero
  const nTimes = roundHalfEven(tMaxSeconds * sampleRateHz) - firstSample + 1;
  if (nTimes * channelNames.length > EPOCH_SIZE_MAX)
    throw new WindowError(
      tMinSeconds,
      tMaxSeconds,
      `an epoch of ${nTimes} samples does not fit into memory: shorten it`,
    );
  const baselineRange = baseline && baselineSamples(baseline, firstSample, nTimes, sampleRateHz);
  const nChannels = channelNames.length;

  const firstKept = ((-firstSample % decim) + decim) % decim;
  const nTimesKept = Math.max(Math.ceil((nTimes - firstKept) / decim), 0);
  if (nTimesKept === 0) throw new OptionError("decim", decim, `fewer than the ${nTimes} samples of an epoch`);
  const timeOf = (kept: number): Seconds => (firstSample + firstKept + kept * decim) / sampleRateHz;
  const first = firstSample / sampleRateHz;
  const last = (firstSample + nTimes - 1) / sampleRateHz;
  const looked = lookedAt(rejectWindow, first, last, nTimesKept, timeOf);

  const finishInto = (out: Float64Array, to: number, cut: Float64Array): string[] => {
    if (detrend !== null) detrendInto(cut, nChannels, nTimes, detrend);
    if (baselineRange) baselineInto(cut, 0, nChannels, nTimes, baselineRange.from, baselineRange.to);
    if (decim === 1) out.set(cut, to);
    else
      for (let channel = 0; channel < nChannels; channel++)
        for (let i = 0; i < nTimesKept; i++)
          out[to + channel * nTimesKept + i] = cut[channel * nTimes + firstKept + i * decim]!;
    return offendingChannels(out, to, nTimesKept, channelNames, options, looked);
  };
  const touched = (annotations: readonly Annotation[], sample: number): Annotation | undefined => {
    const from = roundHalfEven(sample + looked.fromSeconds * sampleRateHz) / sampleRateHz;
    const cutOff = roundHalfEven((last - looked.toSeconds) * sampleRateHz);
    const until = (sample + firstSample + nTimes - cutOff) / sampleRateHz;
    return annotations.find((one) => one.onsetSeconds < until && one.onsetSeconds + one.durationSeconds > from);
  };
  return {
    firstSample,
    nTimes,
    nTimesKept,
    sampleRateHz: sampleRateHz / decim,
    tMinSeconds: timeOf(0),
    touched,
    finishInto,
  };
}

/** The samples that rejection looks at. As in MNE the last sample up to the end of a window is not among them, unless
 * the window has no end of its own. */
function lookedAt(
  [fromSeconds, toSeconds]: readonly [Seconds | null, Seconds | null],
  first: Seconds,
  last: Seconds,
  nTimes: number,
  timeOf: (i: number) => Seconds,
): { from: number; to: number; fromSeconds: Seconds; toSeconds: Seconds } {
  const near = (a: Seconds, b: Seconds): boolean => Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b);
  const a = fromSeconds === null || near(fromSeconds, first) ? first : fromSeconds;
  const b = toSeconds === null || near(toSeconds, last) ? last : toSeconds;
  if (!(a >= first && b <= last && a < b))
    throw new WindowError(a, b, `the window for rejection must lie within the epoch, ${first} to ${last} s`);
  let from = 0;
  if (fromSeconds !== null) while (from < nTimes && timeOf(from) < a) from++;
  let to = nTimes;
  if (toSeconds !== null) {
    while (to > 0 && timeOf(to - 1) > b) to--;
    to--;
  }
  if (from >= to) throw new WindowError(a, b, "the window for rejection holds no sample: widen it");
  return { from, to, fromSeconds: a, toSeconds: b };
}

function badAnnotations(annotations: readonly Annotation[] | undefined): Annotation[] {
  return (annotations ?? [])
    .filter(({ text }) => text.toLowerCase().startsWith("bad"))
    .sort((a, b) => a.onsetSeconds - b.onsetSeconds);
}

/** Takes from each row its mean, or the straight line that lies nearest to it. */
function detrendInto(data: Float64Array, nRows: number, nTimes: number, order: 0 | 1): void {
  const middle = (nTimes - 1) / 2;
  const spread = (nTimes * (nTimes * nTimes - 1)) / 12;
  for (let row = 0; row < nRows * nTimes; row += nTimes) {
    let mean = 0;
    for (let i = 0; i < nTimes; i++) mean += data[row + i]!;
    mean /= nTimes;
    let slope = 0;
    if (order === 1 && nTimes > 1) {
      for (let i = 0; i < nTimes; i++) slope += (i - middle) * (data[row + i]! - mean);
      slope /= spread;
    }
    for (let i = 0; i < nTimes; i++) data[row + i]! -= mean + slope * (i - middle);
  }
}

function checkCut(
  cut: Float64Array,
  nTimes: number,
  channelNames: readonly string[],
  start: number,
  source: string | undefined,
): void {
  let sum = 0; // x - x is NaN for whatever is not finite
  for (let i = 0; i < cut.length; i++) sum += cut[i]! - cut[i]!;
  if (sum === 0) return;
  const at = cut.findIndex((value) => !Number.isFinite(value));
  throw new NotFiniteError(channelNames[Math.floor(at / nTimes)]!, start + (at % nTimes), cut[at]!, source);
}

/** Checks that the buffers of epochs fit their shape.
 * @throws {ShapeError} naming the first that does not. */
export function checkEpochs(epochs: Epochs): void {
  const { nEpochs, nChannels, nTimes } = epochs ?? {};
  for (const [name, n] of [
    ["nEpochs", nEpochs],
    ["nChannels", nChannels],
    ["nTimes", nTimes],
  ] as const)
    if (!(Number.isInteger(n) && n >= 0)) throw new OptionError(`epochs.${name}`, n, "an integer, 0 or above");
  for (const [name, wanted] of [
    ["data", nEpochs * nChannels * nTimes],
    ["channelNames", nChannels],
    ["codes", nEpochs],
    ["samples", nEpochs],
    ["selection", nEpochs],
  ] as const) {
    const got = epochs[name]?.length ?? Number.NaN;
    if (got !== wanted) throw new ShapeError(`epochs.${name}.length`, got, wanted);
  }
}
