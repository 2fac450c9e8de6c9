import { checkOptions } from "../check-object";
import type { BaselineWindow } from "../baseline";
import { extractEpochs, type Epochs } from "../epochs";
import { DspError, OptionError } from "../errors";
import { findEvents, type Events } from "../events";
import { averageEpochs, type Evoked } from "../evoked";
import { combineEvoked } from "../evoked-combine";
import { filterFir } from "../filter";
import type { SpectrumLike } from "../plots/shapes";
import { labelsByCode, NON_TARGET, type PreprocessOptions, TARGET } from "../preprocess";
import { checkRecording, type Recording } from "../recording";
import type { DropLog } from "../reject";
import { resampleEpochs } from "../resample";
import { welchRecording } from "../spectra/welch";
import type { Hertz, Microvolts, Seconds } from "../units";
import { qualityOf, type ChannelQuality } from "./quality";
import { warningsOf } from "./warnings";

/** Those of `preprocess`, but that the averages keep the recording's rate unless `resampleHz` is given. */
export type AnalyseOptions = PreprocessOptions;

/** Where the responses to the two classes differ most. */
export interface BestResponse {
  readonly channelName: string;
  readonly latencySeconds: Seconds;
  /** Target less non-target. */
  readonly amplitudeMicrovolts: Microvolts;
  /** The same in standard errors. */
  readonly standardErrors: number;
}

/** Everything that a report shows, as numbers. */
export interface RecordingAnalysis {
  readonly recording: Recording;
  readonly options: {
    readonly lowHz: Hertz | null;
    readonly highHz: Hertz | null;
    readonly tMinSeconds: Seconds;
    readonly tMaxSeconds: Seconds;
    readonly baseline: BaselineWindow | null;
    readonly rejectPeakToPeakMicrovolts: Microvolts | null;
    readonly resampleHz: Hertz | null;
  };
  readonly events: Events;
  /** Codes of the stim channel that mean a target, and those that mean a non-target. */
  readonly targetCodes: readonly number[];
  readonly nonTargetCodes: readonly number[];
  /** One entry an event. */
  readonly dropLog: DropLog;
  /** Null when no epoch was kept. */
  readonly epochs: Epochs | null;
  readonly target: Evoked | null;
  readonly nonTarget: Evoked | null;
  /** Target less non-target. */
  readonly difference: Evoked | null;
  /** One a channel at most, the clearest first. */
  readonly best: readonly BestResponse[];
  /** Of the unfiltered channels named in `spectrumChannelNames`. */
  readonly spectrum: SpectrumLike | null;
  readonly spectrumChannelNames: readonly string[];
  readonly channels: readonly ChannelQuality[];
  /** What looks wrong, in sentences. */
  readonly warnings: readonly string[];
}

/** From here on a P300 is looked for; before it lie the early visual responses. */
const RESPONSE_FROM_SECONDS = 0.2;

/** Goes from a recording to what a report shows: filter, epochs, averages, spectra, the state of each channel. Bad data do
 * not throw but are warned of, since to see them is what a report is for: channels with NaN are left out, and a recording
 * without events or without a kept epoch has no averages.
 * @throws {ShapeError} {SampleRateError} when the recording contradicts itself.
 * @throws {BandError} {WindowError} {OptionError} for options that cannot be. */
export function analyseRecording(recording: Recording, options: AnalyseOptions = {}): RecordingAnalysis {
  checkRecording(recording);
  checkOptions(options);
  const { tMinSeconds = -0.1, tMaxSeconds = 0.6, baseline = [-0.1, 0], resampleHz = null } = options;
  const { lowHz = 1, highHz = 20, rejectPeakToPeakMicrovolts = 100 } = options;
  if (rejectPeakToPeakMicrovolts !== null && !(rejectPeakToPeakMicrovolts > 0))
    throw new OptionError("rejectPeakToPeakMicrovolts", rejectPeakToPeakMicrovolts, "a number above 0, or null");
  const used = { lowHz, highHz, tMinSeconds, tMaxSeconds, baseline, rejectPeakToPeakMicrovolts, resampleHz };

  const labelOf = labelsByCode(recording.stimCodes);
  const codesOf = (label: number): number[] => [...labelOf].filter(([, is]) => is === label).map(([code]) => code);
  const targetCodes = codesOf(TARGET);
  const nonTargetCodes = codesOf(NON_TARGET);
  const events = findEvents(recording);
  const finite = onlyFinite(recording);
  const filtered = finite && filterFir(finite, { lowHz, highHz });
  const cut = filtered && epochsOf(filtered, events, { ...used, codes: [...labelOf.keys()] });
  const kept = cut && cut.nEpochs > 0 ? cut : null;
  const epochs = kept && resampleHz !== null ? resampleEpochs(kept, { rateHz: resampleHz }) : kept;
  const averageOf = (codes: readonly number[], comment: string): Evoked | null =>
    epochs?.codes.some((code) => codes.includes(code)) ? averageEpochs(epochs, { codes, comment }) : null;
  const target = averageOf(targetCodes, "Target");
  const nonTarget = averageOf(nonTargetCodes, "NonTarget");
  const difference = target && nonTarget && combineEvoked([target, nonTarget], [1, -1]);
  const dropLog = cut?.dropLog ?? Array.from({ length: events.nEvents }, () => ["TOO_SHORT"]);
  const spectrum = finite && welchRecording(finite, { nPerSegment: segmentOf(finite) });
  const parts = {
    recording,
    options: used,
    events,
    targetCodes,
    nonTargetCodes,
    dropLog,
    epochs,
    target,
    nonTarget,
    difference,
    best: difference ? bestOf(difference) : [],
    spectrum,
    spectrumChannelNames: finite?.channelNames ?? [],
    channels: qualityOf({ recording, filtered, spectrum, dropLog }),
  };
  return { ...parts, warnings: warningsOf(parts) };
}

/** Two seconds, or all there is: half a hertz tells mains hum from what lies beside it. */
const segmentOf = ({ nSamples, sampleRateHz }: Recording): number =>
  Math.max(1, Math.min(nSamples, Math.round(2 * sampleRateHz)));

/** The channels that hold numbers only; null when none does. */
function onlyFinite(recording: Recording): Recording | null {
  const { data, nSamples, channelNames } = recording;
  const rowOf = (channel: number): Float64Array => data.subarray(channel * nSamples, (channel + 1) * nSamples);
  const good = channelNames.map((_, channel) => channel).filter((channel) => rowOf(channel).every(Number.isFinite));
  if (good.length === channelNames.length) return good.length > 0 && nSamples > 0 ? recording : null;
  if (good.length === 0) return null;
  const picked = new Float64Array(good.length * nSamples);
  for (const [i, channel] of good.entries()) picked.set(rowOf(channel), i * nSamples);
  return { ...recording, data: picked, nChannels: good.length, channelNames: good.map((i) => channelNames[i]!) };
}

function epochsOf(filtered: Recording, events: Events, options: Parameters<typeof extractEpochs>[2]): Epochs | null {
  try {
    return extractEpochs(filtered, events, options);
  } catch (error) {
    if (error instanceof DspError && error.code === "ERR_DSP_RECORDING_TOO_SHORT") return null;
    throw error;
  }
}

/** The largest difference of each channel in standard errors, once the early responses are over. */
function bestOf(difference: Evoked): BestResponse[] {
  const { data, standardError, nTimes, channelNames, sampleRateHz, tMinSeconds } = difference;
  const best = channelNames.map((channelName, channel): BestResponse | null => {
    let found: BestResponse | null = null;
    const times = Array.from({ length: nTimes }, (_, t) => tMinSeconds + t / sampleRateHz);
    const isLate = times.some((seconds) => seconds >= RESPONSE_FROM_SECONDS);
    for (const [t, seconds] of times.entries()) {
      if (isLate && seconds < RESPONSE_FROM_SECONDS - 1e-9) continue;
      const at = channel * nTimes + t;
      const error = standardError?.[at] ?? 0;
      const score = error > 0 ? Math.abs(data[at]!) / error : 0;
      if (found === null || score > found.standardErrors)
        found = { channelName, latencySeconds: seconds, amplitudeMicrovolts: data[at]!, standardErrors: score };
    }
    return found;
  });
  return best.filter((one) => one !== null).sort((a, b) => b.standardErrors - a.standardErrors);
}
