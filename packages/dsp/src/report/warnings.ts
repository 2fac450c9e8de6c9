import type { DropLog } from "../reject";
import type { Microvolts } from "../units";
import type { Recording } from "../recording";
import type { Events } from "../events";
import { median, type ChannelQuality } from "./quality";

interface Found {
  readonly recording: Recording;
  readonly events: Events;
  readonly dropLog: DropLog;
  readonly targetCodes: readonly number[];
  readonly nonTargetCodes: readonly number[];
  readonly channels: readonly ChannelQuality[];
  readonly options: { readonly rejectPeakToPeakMicrovolts: Microvolts | null };
}

const MANY_DROPPED = 0.3;
const FEW_TARGETS = 20;

/** What a reader should know before trusting the pictures, the gravest first. */
export function warningsOf(found: Found): string[] {
  return [...eventWarnings(found), ...dropWarnings(found), ...channelWarnings(found)];
}

function eventWarnings({ events, targetCodes, nonTargetCodes }: Found): string[] {
  const count = (codes: readonly number[]): number =>
    events.codes.reduce((n, code) => n + (codes.includes(code) ? 1 : 0), 0);
  const nTarget = count(targetCodes);
  const nNonTarget = count(nonTargetCodes);
  if (events.nEvents === 0)
    return [
      "The stim channel holds no event: there is no response to average. It should step from 0 to a code at each flash.",
    ];
  if (nTarget + nNonTarget === 0)
    return [
      `None of the ${events.nEvents} events has code ${[...nonTargetCodes, ...targetCodes].join(" or ")}: tell what the codes mean with stim_codes.`,
    ];
  if (nTarget === 0) return [`All ${nNonTarget} events are non-targets: there is no response to a target.`];
  if (nNonTarget === 0) return [`All ${nTarget} events are targets: there is nothing to compare them with.`];
  if (nTarget > nNonTarget)
    return [
      `There are more targets (${nTarget}) than non-targets (${nNonTarget}): in an oddball it is the other way round. Are the codes exchanged?`,
    ];
  return [];
}

function dropWarnings({ events, dropLog, channels, options, targetCodes, nonTargetCodes }: Found): string[] {
  const wanted = [...events.codes.keys()].filter(
    (i) => targetCodes.includes(events.codes[i]!) || nonTargetCodes.includes(events.codes[i]!),
  );
  if (wanted.length === 0) return [];
  const kept = wanted.filter((i) => dropLog[i]!.length === 0);
  const warnings: string[] = [];
  const limit = options.rejectPeakToPeakMicrovolts;
  const share = 1 - kept.length / wanted.length;
  const worst = channels
    .filter(({ nDropped }) => nDropped > 0)
    .sort((a, b) => b.nDropped - a.nDropped)
    .slice(0, 3)
    .map(({ name, nDropped }) => `${name} ${nDropped}`)
    .join(", ");
  const why = worst && limit !== null ? ` Beyond ${limit} µV peak to peak: ${worst}.` : "";
  if (kept.length === 0)
    warnings.push(
      `All ${wanted.length} epochs were dropped: there is nothing to average.${why} Raise the limit, reject nothing (--reject-uv none), or mend the channels.`,
    );
  else if (share > MANY_DROPPED)
    warnings.push(`${Math.round(share * 100)} % of the epochs were dropped, which is much.${why}`);
  const nTarget = kept.filter((i) => targetCodes.includes(events.codes[i]!)).length;
  const nTargetFound = wanted.filter((i) => targetCodes.includes(events.codes[i]!)).length;
  if (kept.length > 0 && nTargetFound > 0 && nTarget < FEW_TARGETS)
    warnings.push(
      nTarget === 0
        ? "No epoch of a target was kept."
        : `Only ${nTarget} epochs of targets were kept: an average over so few is mostly noise.`,
    );
  return warnings;
}

function channelWarnings({ channels, recording }: Found): string[] {
  const warnings: string[] = [];
  const say = (which: readonly ChannelQuality[], text: (names: string, many: boolean) => string): void => {
    if (which.length === 0) return;
    const names = which.slice(0, 8).map(({ name }) => name);
    const more = which.length > 8 ? ` and ${which.length - 8} more` : "";
    warnings.push(text(`${which.length === 1 ? "Channel" : "Channels"} ${names.join(", ")}${more}`, which.length > 1));
  };
  say(
    channels.filter(({ nNotFinite }) => nNotFinite > 0),
    (names, many) =>
      `${names} ${many ? "hold" : "holds"} samples that are not numbers, and ${many ? "are" : "is"} left out.`,
  );
  say(
    channels.filter(({ flatShare }) => flatShare !== null && flatShare > 0.05),
    (names, many) => `${names} ${many ? "are" : "is"} flat for some or all of the time: is the electrode connected?`,
  );
  say(
    channels.filter(({ remarks }) => remarks.some((remark) => remark.startsWith("clipped"))),
    (names, many) => `${names} ${many ? "run" : "runs"} into the end of the amplifier's range.`,
  );
  const humming = channels.filter(({ remarks }) => remarks.some((remark) => remark.startsWith("mains")));
  say(humming, (names, many) => {
    const { hz, decibel } = humming.reduce(
      (most, { mains }) => (mains!.decibel > most.decibel ? mains! : most),
      humming[0]!.mains!,
    );
    return `${names} ${many ? "carry" : "carries"} mains hum at ${hz} Hz, up to ${decibel.toFixed(0)} dB above what lies beside it. A low-pass below takes it out of the epochs.`;
  });
  say(
    channels.filter(({ remarks }) => remarks.some((remark) => remark.includes("usual amplitude"))),
    (names, many) => `${names} ${many ? "are" : "is"} much noisier than the others.`,
  );
  const usual = median(channels.map(({ sdMicrovolts }) => sdMicrovolts ?? Number.NaN));
  if (usual > 0 && usual < 0.05)
    warnings.push(
      `The usual amplitude is ${usual.toPrecision(2)} µV, far less than an EEG's: is the recording in volts or millivolts?`,
    );
  if (usual > 1000)
    warnings.push(
      `The usual amplitude is ${usual.toPrecision(3)} µV, far more than an EEG's: is the recording in units of the converter?`,
    );
  if (recording.nSamples / recording.sampleRateHz < 10) warnings.push("The recording is shorter than ten seconds.");
  return warnings;
}
