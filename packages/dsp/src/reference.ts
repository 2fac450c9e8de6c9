import type { Epochs } from "./epochs";
import { ChannelError, OptionError, ShapeError, TooShortError } from "./errors";
import { type Position, positionOf } from "./montage";
import { checkRecording, type Recording } from "./recording";
import { type LeadField, restLeadField, type RestOptions, restWeights } from "./rest";
import { checkCount, checkRows } from "./rows";

export interface ReferenceOptions {
  /** "average" of all good channels; the mean of the named channels; or "rest", a point at infinity. */
  readonly to: "average" | "rest" | readonly string[];
  /** Channels to leave out of the average and untouched. */
  readonly badChannels?: readonly string[];
  /** For "rest": where the electrodes are, one a channel. Default: where their names say. */
  readonly positions?: readonly Position[];
  /** For "rest": the lead field of all channels, instead of that of a three-shell sphere. */
  readonly leadField?: LeadField;
  /** For "rest": the sphere and its dipoles. */
  readonly head?: RestOptions;
}

/** Refers a recording's channels to another potential, as MNE 1.13's `raw.set_eeg_reference` does
 * (`test/golden/reference.json`). Bad channels and the stim channel pass untouched.
 *
 * "rest" estimates from the average-referenced channels the sources that explain them, and from those what a reference
 * at infinity would have measured. Given a lead field it is MNE's `set_eeg_reference("REST", forward)`; without one it
 * takes three concentric shells with a layer of radial dipoles, as the method's author did. It wants electrodes all over
 * the head: from a few on one side it only makes the average reference worse.
 * @throws {ChannelError} when a channel is named that is not there, is a reference and bad, or has no known place.
 * @throws {TooShortError} when no good channel is left, or fewer than two for "average" and "rest".
 * @see D. Yao, Physiol. Meas. 22(4), 2001, doi:10.1088/0967-3334/22/4/305 */
export function reference(recording: Recording, options: ReferenceOptions): Recording {
  checkRecording(recording);
  return { ...recording, data: rereference(recording, recording.nSamples, options) };
}

/** Refers each channel of each epoch to another potential. @see reference */
export function referenceEpochs(epochs: Epochs, options: ReferenceOptions): Epochs {
  return { ...epochs, data: rereference(epochs, epochs.nTimes, options) };
}

interface Channels {
  readonly data: Float64Array;
  readonly nChannels: number;
  readonly channelNames: readonly string[];
}

function rereference(channels: Channels, nTimes: number, options: ReferenceOptions): Float64Array {
  const { data, nChannels, channelNames } = channels;
  const nRows = checkRows(data, nTimes);
  checkCount("nChannels", nChannels, 1);
  if (nRows % nChannels !== 0)
    throw new ShapeError("data.length", data.length, Math.ceil(nRows / nChannels) * nChannels * nTimes);
  if (!Array.isArray(channelNames) || channelNames.length !== nChannels)
    throw new ShapeError("channelNames.length", channelNames?.length ?? 0, nChannels);
  if (!Array.isArray(options.badChannels ?? []))
    throw new OptionError("badChannels", options.badChannels, "a list of channel names");
  const good = goodChannels(channelNames, options.badChannels ?? []);
  const { subtracted, added } = weightsOf(channelNames, good, options);
  const out = data.slice();
  const size = nChannels * nTimes;
  const shift = new Float64Array(nTimes);
  for (let start = 0; start < data.length; start += size) {
    shift.fill(0);
    for (const [i, channel] of subtracted.channels.entries())
      addInto(shift, data, start + channel * nTimes, subtracted.weights[i]! - (added?.[i] ?? 0));
    for (const channel of good)
      for (let t = 0, at = start + channel * nTimes; t < nTimes; t++, at++) out[at]! -= shift[t]!;
  }
  return out;
}

function addInto(sum: Float64Array, data: Float64Array, from: number, weight: number): void {
  for (let t = 0; t < sum.length; t++) sum[t]! += weight * data[from + t]!;
}

function goodChannels(channelNames: readonly string[], badChannels: readonly string[]): number[] {
  for (const name of badChannels) indexOf(channelNames, name);
  const bad = new Set(badChannels);
  return Array.from(channelNames.keys()).filter((i) => !bad.has(channelNames[i]!));
}

function indexOf(channelNames: readonly string[], name: string): number {
  const index = channelNames.indexOf(name);
  if (index < 0) throw new ChannelError(String(name), `is not among ${channelNames.join(", ")}`);
  return index;
}

/** The reference as a weighted sum of channels; the REST correction as weights to take off those. */
function weightsOf(
  channelNames: readonly string[],
  good: readonly number[],
  { to, positions, leadField, head }: ReferenceOptions,
): { subtracted: { channels: readonly number[]; weights: Float64Array }; added?: Float64Array } {
  if (to !== "average" && to !== "rest") {
    if (!Array.isArray(to) || to.length === 0)
      throw new OptionError("to", String(to), '"average", "rest" or a list of channel names');
    const channels = [...new Set(to as readonly string[])].map((name) => indexOf(channelNames, name));
    for (const channel of channels)
      if (!good.includes(channel))
        throw new ChannelError(channelNames[channel]!, "is bad, and cannot be the reference");
    return { subtracted: { channels, weights: new Float64Array(channels.length).fill(1 / channels.length) } };
  }
  if (good.length < 2)
    throw new TooShortError("the number of good channels", good.length, 2, "there is nothing to average");
  const weights = new Float64Array(good.length).fill(1 / good.length);
  const subtracted = { channels: good, weights };
  if (to === "average") return { subtracted };
  const field = leadField
    ? pickChannels(leadField, channelNames.length, good)
    : restLeadField(placesOf(channelNames, good, positions), head);
  const rest = restWeights(field, good.length);
  // the correction acts on average-referenced channels: Σ w·(x - mean) = Σ (w - mean w)·x
  const mean = rest.reduce((sum, weight) => sum + weight, 0) / good.length;
  return { subtracted, added: rest.map((weight) => weight - mean) };
}

function placesOf(
  channelNames: readonly string[],
  good: readonly number[],
  positions: readonly Position[] | undefined,
): Position[] {
  if (!positions) return good.map((i) => positionOf(channelNames[i]!));
  return good.map((i) => {
    const position = positions[i];
    if (!position || position.length !== 3 || !(Math.hypot(...position) > 0 && Math.hypot(...position) < Infinity))
      throw new ChannelError(channelNames[i]!, "has no position: give three finite numbers, not all 0");
    return position;
  });
}

function pickChannels({ data, nSources }: LeadField, nChannels: number, good: readonly number[]): LeadField {
  checkRows(data, nSources);
  if (data.length !== nChannels * nSources)
    throw new ShapeError("leadField.data.length", data.length, nChannels * nSources);
  const picked = new Float64Array(good.length * nSources);
  for (const [to, from] of good.entries())
    picked.set(data.subarray(from * nSources, (from + 1) * nSources), to * nSources);
  return { data: picked, nSources };
}
