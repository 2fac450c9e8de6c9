import { checkList } from "./check-list";
import { ChannelError, OptionError, ShapeError, TooShortError, WindowError } from "./errors";
import { checkEpochs, type Epochs } from "./epochs";
import { randomState } from "./contrast/random-state";
import { roundHalfEven } from "./round";
import type { Hertz, Seconds } from "./units";

/** One epoch's event, for choosing. */
export interface EpochLabel {
  readonly code: number;
  /** Sample of its event in the recording. */
  readonly sample: number;
  /** Its place among the epochs. */
  readonly index: number;
}

export interface SelectEpochsOptions {
  /** Keep the epochs of these codes. */
  readonly codes?: readonly number[] | undefined;
  /** Keep these epochs, by their places, in the order of the recording. */
  readonly indices?: readonly number[] | undefined;
  /** Keep the epochs for which this is true. */
  readonly where?: ((epoch: EpochLabel) => boolean) | undefined;
}

/** Keeps some of the epochs; those that go are logged as IGNORED, as MNE's `epochs[...]` does. Several conditions must all
 * hold. No epoch need be left.
 * @throws {OptionError} when an index is not one of an epoch. */
export function selectEpochs(epochs: Epochs, { codes, indices, where }: SelectEpochsOptions): Epochs {
  checkEpochs(epochs);
  const asked = indices && placesOf(indices, epochs.nEpochs);
  const wanted = codes && new Set(codes);
  return keepEpochs(epochs, "IGNORED", (index) => {
    const code = epochs.codes[index]!;
    if (asked && !asked.has(index)) return false;
    if (wanted && !wanted.has(code)) return false;
    return !where || where({ code, sample: epochs.samples[index]!, index });
  });
}

/** Drops some epochs by their places, and logs why, as MNE's `epochs.drop` does. A negative place counts from the end.
 * @param options.reason - default "USER". @throws {OptionError} when an index is not one of an epoch. */
export function dropEpochs(
  epochs: Epochs,
  indices: readonly number[],
  { reason = "USER" }: { readonly reason?: string | undefined } = {},
): Epochs {
  checkEpochs(epochs);
  const dropped = placesOf(indices, epochs.nEpochs);
  return keepEpochs(epochs, reason, (index) => !dropped.has(index));
}

function placesOf(indices: readonly number[], nEpochs: number): Set<number> {
  return new Set(
    indices.map((index) => {
      if (!(Number.isInteger(index) && index >= -nEpochs && index < nEpochs))
        throw new OptionError("index of an epoch", index, `an integer from 0 to ${nEpochs - 1}`);
      return index < 0 ? index + nEpochs : index;
    }),
  );
}

function keepEpochs(epochs: Epochs, reason: string, keeps: (index: number) => boolean): Epochs {
  const size = epochs.nChannels * epochs.nTimes;
  const kept: number[] = [];
  const dropLog = [...epochs.dropLog];
  for (let index = 0; index < epochs.nEpochs; index++) {
    if (keeps(index)) kept.push(index);
    else dropLog[epochs.selection[index]!] = [reason];
  }
  const data = new Float64Array(kept.length * size);
  for (const [to, index] of kept.entries()) data.set(epochs.data.subarray(index * size, (index + 1) * size), to * size);
  const at = (list: Int32Array): Int32Array => Int32Array.from(kept, (index) => list[index]!);
  return {
    ...epochs,
    data,
    nEpochs: kept.length,
    codes: at(epochs.codes),
    samples: at(epochs.samples),
    selection: at(epochs.selection),
    dropLog,
  };
}

export interface EqualizeOptions {
  /** Which epochs of the longer lists stay: those nearest in time to the shortest list's ("mintime", default), the first
   * ("truncate"), or any ("random"). */
  readonly method?: "mintime" | "truncate" | "random" | undefined;
  /** For "random": the numbers that `numpy.random.RandomState(seed)` draws. Default 0. */
  readonly seed?: number | undefined;
}

/** Makes all lists as long as the shortest one, as MNE 1.13's `equalize_epoch_counts` does (`test/golden/select.json`);
 * what goes is logged as EQUALIZED_COUNT. "random" starts anew for each list, as MNE does with `random_state=seed`. */
export function equalizeCounts(
  lists: readonly Epochs[],
  { method = "mintime", seed = 0 }: EqualizeOptions = {},
): Epochs[] {
  if (!["mintime", "truncate", "random"].includes(method))
    throw new OptionError("method", method, `"mintime", "truncate" or "random"`);
  checkList("lists", lists, "epochs");
  for (const epochs of lists) checkEpochs(epochs);
  const shortest = lists.reduce((least, epochs) => (epochs.nEpochs < least.nEpochs ? epochs : least), lists[0]!);
  return lists.map((epochs) => {
    let kept: Set<number>;
    if (method === "mintime") kept = nearestInTime(shortest.samples, epochs.samples);
    else if (method === "truncate") kept = new Set(Array.from({ length: shortest.nEpochs }, (_, i) => i));
    else kept = new Set(randomState(seed).permutation(epochs.nEpochs).subarray(0, shortest.nEpochs));
    return keepEpochs(epochs, "EQUALIZED_COUNT", (index) => kept.has(index));
  });
}

/** Takes from `longer`, one after another, the place whose going leaves both lists, side by side, nearest to each other.
 * MNE compares each list with the other, drawn out to its length by its last value; where they overlap, both comparisons
 * are the same difference, which therefore counts twice. Sums from the left and the right make a round linear. */
function nearestInTime(shorter: Int32Array, longer: Int32Array): Set<number> {
  const nShort = shorter.length;
  const kept = Array.from(longer, (_, i) => i);
  if (nShort < 2) {
    if (nShort === 0) return new Set();
    const distance = (i: number): number => Math.abs(longer[i]! - shorter[0]!);
    return new Set([kept.reduce((best, i) => (distance(i) < distance(best) ? i : best), 0)]);
  }
  const cost = (place: number, i: number): number =>
    (place < nShort ? 2 : 1) * Math.abs(shorter[Math.min(place, nShort - 1)]! - longer[i]!);
  while (kept.length > nShort) {
    let right = 0; // those after the one that goes move up by one place
    for (let k = 1; k < kept.length; k++) right += cost(k - 1, kept[k]!);
    let best = 0;
    let bestCost = right;
    let left = 0;
    for (let k = 1; k < kept.length; k++) {
      left += cost(k - 1, kept[k - 1]!);
      right -= cost(k - 1, kept[k]!);
      if (left + right < bestCost) {
        bestCost = left + right;
        best = k;
      }
    }
    kept.splice(best, 1);
  }
  return new Set(kept);
}

/** Puts epochs one after another, with their drop logs, as MNE's `concatenate_epochs` does; but `selection` counts in the
 * joined log, where MNE leaves it as it was in each part.
 * @param options.shiftSamples - whether the samples of each part are moved behind those of the one before, by MNE's rule:
 * the last one and 10 s and an epoch's end between them. Default true.
 * @throws {TooShortError} when there is no part. @throws {ShapeError} {ChannelError} {OptionError} {WindowError} when the
 * parts do not have the same channels, rate and times. */
export function concatenateEpochs(
  parts: readonly Epochs[],
  { shiftSamples = true }: { readonly shiftSamples?: boolean | undefined } = {},
): Epochs {
  checkList("parts", parts, "epochs");
  const first = parts[0];
  if (!first) throw new TooShortError("the number of epochs to put together", 0, 1, "give at least one part");
  for (const part of parts) checkSameShape(part, first);
  const nEpochs = parts.reduce((n, part) => n + part.nEpochs, 0);
  const data = new Float64Array(nEpochs * first.nChannels * first.nTimes);
  const codes = new Int32Array(nEpochs);
  const selection = new Int32Array(nEpochs);
  const samples = new Float64Array(nEpochs);
  const tMaxSeconds = first.tMinSeconds + (first.nTimes - 1) / first.sampleRateHz;
  const gap = Math.trunc((10 + tMaxSeconds) * first.sampleRateHz);
  let at = 0;
  let offset = 0;
  let nLogged = 0;
  for (const part of parts) {
    data.set(part.data, at * first.nChannels * first.nTimes);
    codes.set(part.codes, at);
    for (let i = 0; i < part.nEpochs; i++) {
      selection[at + i] = part.selection[i]! + nLogged;
      samples[at + i] = part.samples[i]! + offset;
    }
    if (shiftSamples && part.nEpochs > 0) offset += part.samples.reduce((a, b) => Math.max(a, b), 0) + gap;
    nLogged += part.dropLog.length;
    at += part.nEpochs;
  }
  const tooFar = samples.some((sample) => sample >= 2 ** 31); // then MNE numbers them, and so do we
  return {
    ...first,
    data,
    nEpochs,
    codes,
    selection,
    samples: Int32Array.from(samples, (sample, i) => (tooFar ? i + 1 : sample)),
    dropLog: parts.flatMap((part) => part.dropLog),
  };
}

function checkSameShape(part: Epochs, first: Epochs): void {
  checkEpochs(part);
  if (part.nChannels !== first.nChannels) throw new ShapeError("nChannels of a part", part.nChannels, first.nChannels);
  const other = part.channelNames.findIndex((name, i) => name !== first.channelNames[i]);
  if (other >= 0)
    throw new ChannelError(part.channelNames[other]!, `stands where the first part has ${first.channelNames[other]}`);
  if (part.sampleRateHz !== first.sampleRateHz)
    throw new OptionError("sampleRateHz of a part", part.sampleRateHz, `${first.sampleRateHz}, as the first has`);
  if (part.nTimes !== first.nTimes) throw new ShapeError("nTimes of a part", part.nTimes, first.nTimes);
  if (!(Math.abs(part.tMinSeconds - first.tMinSeconds) <= 1e-8))
    throw new OptionError("tMinSeconds of a part", part.tMinSeconds, `${first.tMinSeconds}, as the first has`);
}

/** What has its channels as rows of equally many samples: a recording, epochs, an evoked response. */
export interface WithChannels {
  readonly data: Float64Array;
  readonly nChannels: number;
  readonly channelNames: readonly string[];
  readonly nEpochs?: number;
}

/** Keeps the channels named, in the order in which they are named; of a recording, epochs or an evoked response.
 * @throws {ChannelError} when one is not there, or is named twice. */
export function pickChannels<T extends WithChannels>(from: T, names: readonly string[]): T {
  const { data, nChannels, channelNames, nEpochs = 1 } = from ?? {};
  checkList("names", names, "channel names");
  checkList("channelNames", channelNames, "channel names");
  const places = names.map((name, i) => {
    const place = channelNames.indexOf(name);
    if (place < 0) throw new ChannelError(name, `is not there: there are ${channelNames.join(", ")}`);
    if (names.indexOf(name) !== i) throw new ChannelError(name, "is named twice: name it once");
    return place;
  });
  const n = nEpochs * nChannels === 0 ? 0 : data.length / (nEpochs * nChannels);
  if (!Number.isInteger(n)) throw new ShapeError("data.length", data.length, Math.ceil(n) * nEpochs * nChannels);
  const pick = (rows: Float64Array): Float64Array => {
    const out = new Float64Array(nEpochs * places.length * n);
    for (let epoch = 0, to = 0; epoch < nEpochs; epoch++)
      for (const place of places) {
        const start = (epoch * nChannels + place) * n;
        out.set(rows.subarray(start, start + n), to);
        to += n;
      }
    return out;
  };
  const { standardError } = from as { readonly standardError?: Float64Array | undefined };
  return {
    ...from,
    data: pick(data),
    ...(standardError ? { standardError: pick(standardError) } : {}),
    nChannels: places.length,
    channelNames: [...names],
  };
}

/** What lies on a time axis of its own around an event. */
interface WithTimes extends WithChannels {
  readonly nTimes: number;
  readonly sampleRateHz: Hertz;
  readonly tMinSeconds: Seconds;
}

/** Shortens epochs, or an evoked response, to a window, whose ends go to the nearest samples and belong to it.
 * @throws {WindowError} when the window leaves the epoch by more than half a sample, or holds none. */
export function cropEpochs<T extends WithTimes>(
  from: T,
  window: { readonly tMinSeconds?: Seconds | undefined; readonly tMaxSeconds?: Seconds | undefined },
): T {
  const { data, nTimes, sampleRateHz, tMinSeconds } = from ?? {};
  if (!(nTimes >= 1 && Number.isInteger(data?.length / nTimes) && sampleRateHz > 0))
    throw new ShapeError("data.length", data?.length ?? Number.NaN, nTimes ?? Number.NaN);
  const firstSample = roundHalfEven(tMinSeconds * sampleRateHz);
  const placeOf = (seconds: Seconds): number => roundHalfEven(seconds * sampleRateHz) - firstSample;
  const begin = window.tMinSeconds === undefined ? 0 : placeOf(window.tMinSeconds);
  const end = window.tMaxSeconds === undefined ? nTimes : placeOf(window.tMaxSeconds) + 1;
  if (!(begin >= 0 && end <= nTimes && begin < end))
    throw new WindowError(
      window.tMinSeconds ?? tMinSeconds,
      window.tMaxSeconds ?? tMinSeconds + (nTimes - 1) / sampleRateHz,
      `it must lie within the epoch, ${tMinSeconds} to ${tMinSeconds + (nTimes - 1) / sampleRateHz} s`,
    );
  const nRows = data.length / nTimes;
  const crop = (rows: Float64Array): Float64Array => {
    const out = new Float64Array(nRows * (end - begin));
    for (let row = 0; row < nRows; row++)
      out.set(rows.subarray(row * nTimes + begin, row * nTimes + end), row * (end - begin));
    return out;
  };
  const { standardError } = from as { readonly standardError?: Float64Array | undefined };
  return {
    ...from,
    data: crop(data),
    ...(standardError ? { standardError: crop(standardError) } : {}),
    nTimes: end - begin,
    tMinSeconds: tMinSeconds + begin / sampleRateHz,
  };
}
