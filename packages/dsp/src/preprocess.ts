import type { BaselineWindow } from "./baseline";
import { placeEpochs, planEpochs } from "./epochs";
import { NoEpochsError, NoEventsError, OptionError, ShapeError } from "./errors";
import { findEvents } from "./events";
import { planRowFilter } from "./filter";
import { designFir } from "./fir";
import type { Features } from "./flatten";
import { copyInto } from "./kernels/copy";
import { checkFinite, checkRecording, type Recording } from "./recording";
import { countDropReasons, type DropLog } from "./reject";
import { isSameRate, resampleRows } from "./resample";
import { resampleSizes } from "./resample-matrix";
import { checkPositive } from "./rows";
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
 * The same as `filterFir`, `findEvents`, `extractEpochs`, `resampleEpochs` and `flatten` one after another, to the last
 * digits, but channel by channel, without a filtered copy of the recording or its epochs at full rate.
 * @throws {BandError} {WindowError} {NotFiniteError} as those do.
 * @throws {NoEventsError} when no event is a NonTarget or a Target.
 * @throws {NoEpochsError} when every epoch was dropped. */
export function preprocess(recording: Recording, options: PreprocessOptions = {}): Preprocessed {
  checkRecording(recording);
  const { data, nChannels, nSamples } = recording;
  const work = beginPreprocess(recording, options);
  for (let channel = 0; channel < nChannels; channel++)
    work.addChannel(channel, data.subarray(channel * nSamples, (channel + 1) * nSamples));
  return work.finish();
}

/** `preprocess` of a recording whose channels come one after another, so that never more than one need be in memory. */
export interface PreprocessWork {
  /** Takes channel `channel`, counted from 0, of `nSamples` samples, which it leaves as they are. Each channel once, in
   * order. @throws {NotFiniteError} when it holds NaN or an infinity. */
  addChannel(channel: number, samples: Float64Array): void;
  /** After the last channel. @throws {NoEpochsError} when every epoch was dropped. */
  finish(): Preprocessed;
}

/** Begins to preprocess: finds events and epochs, and designs the filter. Throws as `preprocess` does.
 * @param head - the recording; its samples are not looked at. */
export function beginPreprocess(head: Omit<Recording, "data">, options: PreprocessOptions = {}): PreprocessWork {
  const { tMinSeconds = -0.1, tMaxSeconds = 0.6, baseline = [-0.1, 0], resampleHz = 100 } = options;
  const { lowHz = 1, highHz = 20, rejectPeakToPeakMicrovolts = 100 } = options;
  if (rejectPeakToPeakMicrovolts !== null && !(rejectPeakToPeakMicrovolts > 0))
    throw new OptionError("rejectPeakToPeakMicrovolts", rejectPeakToPeakMicrovolts, "a number above 0, or null");
  checkPositive("resampleHz", resampleHz);
  const { nChannels, nSamples, sampleRateHz, channelNames, source } = head;

  const labelOf = labelsByCode(head.stimCodes);
  const codes = [...labelOf.keys()];
  const events = findEvents(head);
  if (!events.codes.some((code) => labelOf.has(code))) throw new NoEventsError(codes, events.nEvents, source);

  const filterRow = planRowFilter(nSamples, designFir({ lowHz, highHz, sampleRateHz }));
  const cutting = { tMinSeconds, tMaxSeconds, baseline, codes, rejectPeakToPeakMicrovolts };
  const plan = planEpochs(cutting, sampleRateHz, channelNames);
  const { firstSample, nTimes: nCut } = plan;
  const dropLog = placeEpochs(head, events, plan, cutting);
  const placed = Int32Array.from(dropLog.keys()).filter((i) => dropLog[i]!.length === 0);

  const asIs = isSameRate(sampleRateHz, resampleHz);
  const nTimes = asIs ? nCut : resampleSizes(nCut, sampleRateHz, resampleHz).nOut;
  const nFeatures = nChannels * nTimes;
  const features = new Float64Array(placed.length * nFeatures);
  const filtered = new Float64Array(nSamples);
  const kept = new Float64Array(placed.length * nCut);
  const cut = new Float64Array(nCut);
  const planOf = (name: string) => planEpochs(cutting, sampleRateHz, [name]);
  let nAdded = 0;

  const addChannel = (channel: number, samples: Float64Array): void => {
    if (samples.length !== nSamples) throw new ShapeError("samples.length", samples.length, nSamples);
    if (channel !== nAdded) throw new OptionError("channel", channel, `the next channel, ${nAdded}`);
    nAdded++;
    const name = channelNames[channel]!;
    checkFinite({ ...head, data: samples, nChannels: 1, channelNames: [name] });
    filterRow(filtered, samples, 1);
    const { finishInto } = planOf(name);
    // Epochs that are to be dropped give way to the next: only those still wanted are resampled.
    const wanted: number[] = [];
    for (const [row, i] of placed.entries()) {
      copyInto(cut, 0, filtered, events.samples[i]! + firstSample, nCut);
      const reasons = finishInto(kept, wanted.length * nCut, cut);
      if (reasons.length > 0) dropLog[i]!.push(...reasons);
      else if (dropLog[i]!.length === 0) wanted.push(row);
    }
    const rows = kept.subarray(0, wanted.length * nCut);
    const resampled = asIs ? rows : resampleRows(rows, nCut, sampleRateHz, resampleHz).data;
    for (const [from, row] of wanted.entries())
      copyInto(features, row * nFeatures + channel * nTimes, resampled, from * nTimes, nTimes);
  };

  const finish = (): Preprocessed => {
    if (nAdded !== nChannels) throw new ShapeError("number of channels added", nAdded, nChannels);
    let nRows = 0;
    const selection: number[] = [];
    for (const [row, i] of placed.entries()) {
      if (dropLog[i]!.length > 0) continue;
      if (nRows < row) features.copyWithin(nRows * nFeatures, row * nFeatures, (row + 1) * nFeatures);
      nRows++;
      selection.push(i);
    }
    if (nRows === 0)
      throw new NoEpochsError(events.nEvents, countDropReasons(dropLog), rejectPeakToPeakMicrovolts, source);
    return {
      features: { data: features.subarray(0, nRows * nFeatures), nRows, nFeatures },
      labels: Int32Array.from(selection, (i) => labelOf.get(events.codes[i]!)!),
      epochsFound: events.nEvents,
      epochsKept: nRows,
      dropLog,
      selection: Int32Array.from(selection),
      channelNames,
      nTimes,
      sampleRateHz: asIs ? plan.sampleRateHz : resampleHz,
      tMinSeconds: plan.tMinSeconds,
    };
  };
  return { addChannel, finish };
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
