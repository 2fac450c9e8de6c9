/** XDF files, as LabRecorder writes them, to streams and to recordings. */
import { checkOptions } from "../check-object";
import { OptionError } from "../errors";
import type { Annotation } from "../recording";
import type { Hertz } from "../units";
import { asBytes, type Bytes, type Refuse, refuseAs } from "./bytes";
import { typeByWord } from "./channel-type";
import { type ChannelHeader, listed, planChannels } from "./channels";
import { codesOf, finish } from "./finish";
import { planGaps, type Segment } from "./gaps";
import { inflate } from "./inflate";
import { byOnset } from "./markers";
import type { DecodedFile, DecodeOptions } from "./recording-file";
import { readXdfChunks, type XdfFormat, type XdfRawStream } from "./xdf-chunks";
import { dejitter, synchronize, withoutRubbish, type XdfTimes } from "./xdf-clock";
import { findXml, textAt } from "./xml";

/** A stream of an XDF file, on the recorder's clock. */
export interface XdfStream extends XdfTimes {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly format: XdfFormat;
  readonly nChannels: number;
  readonly nSamples: number;
  /** 0 for streams of events. */
  readonly nominalHz: Hertz;
  /** What its description says of each channel; shorter than `nChannels`, or empty, when it says less. */
  readonly channels: readonly { readonly label: string; readonly type: string; readonly unit: string }[];
  /** nSamples × nChannels, sample by sample; empty for strings. */
  readonly values: Float64Array;
  /** The same for strings; empty for numbers. */
  readonly strings: readonly string[];
}

/** Reads all streams of an XDF file (also gzipped, .xdfz): clocks synchronised by their measured offsets, clock resets
 * and breaks found, jitter taken out, all as pyxdf 1.17 does by default (`test/golden/files.json`, 1e-9 s). Where pyxdf
 * skips damaged chunks, this refuses the file.
 * @throws {FormatError} when it is damaged or cut off. */
export async function readXdfStreams(
  bytes: Bytes,
  options: { readonly source?: string | undefined } = {},
): Promise<XdfStream[]> {
  checkOptions(options);
  const refuse = refuseAs("XDF", options.source);
  const given = asBytes(bytes);
  const isGzip = given[0] === 0x1f && given[1] === 0x8b;
  const file = isGzip ? await inflate(given, { kind: "gzip", refuse }) : given;
  return readXdfChunks(file, refuse).map(timed);
}

function timed(raw: XdfRawStream): XdfStream {
  const { nSamples, nClocks } = withoutRubbish(raw);
  const { id, name, type, format, nChannels, nominalHz } = raw;
  const onRecordersClock = synchronize(
    raw.timeStamps.subarray(0, nSamples),
    raw.clockTimes.slice(0, nClocks),
    raw.clockValues.slice(0, nClocks),
  );
  const described = findXml(raw.header, "desc", "channels")?.children.filter((child) => child.name === "channel") ?? [];
  return {
    ...dejitter(onRecordersClock, raw),
    id,
    name,
    type,
    format,
    nChannels,
    nSamples,
    nominalHz,
    channels: described.map((channel) => ({
      label: textAt(channel, "label"),
      type: textAt(channel, "type"),
      unit: textAt(channel, "unit"),
    })),
    values: raw.values.subarray(0, nSamples * nChannels),
    strings: raw.strings.slice(0, nSamples * nChannels),
  };
}

export interface DecodeXdfOptions extends DecodeOptions {
  /** Name or number of the stream that is the recording. Default: the only one of type EEG, or the only regular one. */
  readonly eegStream?: string | number | undefined;
  /** Names or numbers of the streams whose samples are markers. Default: all of strings, and all irregular ones of type
   * Markers, Events or Stimulus. */
  readonly markerStreams?: readonly (string | number)[] | undefined;
}

/** Reads the EEG stream of an XDF file, with the markers as annotations. The rate is the nominal one; each marker lies
 * on the sample whose time stamp is nearest, so that a drifting amplifier clock moves no event. Breaks are refused or
 * filled as `gaps` says. */
export async function decodeXdf(bytes: Bytes, options: DecodeXdfOptions = {}): Promise<DecodedFile> {
  checkOptions(options);
  const refuse = refuseAs("XDF", options.source);
  const streams = await readXdfStreams(bytes, options);
  const eeg = chooseEeg(streams, options, refuse);
  const sampleRateHz = options.sampleRateHz ?? eeg.nominalHz;
  const { nSamples, nChannels, values, effectiveHz } = eeg;
  if (nSamples === 0) return refuse(`has no samples in stream ${eeg.name}`);
  if (options.sampleRateHz === undefined && nSamples > 100 && Math.abs(effectiveHz / sampleRateHz - 1) > 0.05)
    refuse(
      `has ${effectiveHz.toFixed(2)} samples a second in stream ${eeg.name}, which says ${sampleRateHz}: give sampleRateHz`,
    );
  const headers = Array.from({ length: nChannels }, (_, c): ChannelHeader => {
    const { label = "", type = "", unit = "" } = eeg.channels.length === nChannels ? eeg.channels[c]! : {};
    return { name: label || `ch${c + 1}`, unit, type: typeByWord(type), sampleRateHz };
  });
  const plan = planChannels(headers, options, refuse);
  const origin = eeg.timeStamps[0]!;
  const segments = eeg.segments.map(({ first, last }): Segment => ({
    start: first,
    length: last - first + 1,
    onsetSeconds: eeg.timeStamps[first]! - origin,
  }));
  const at = segments.length > 1 ? planGaps(segments, sampleRateHz, options.gaps ?? "refuse", refuse).at : [0];
  const annotations = markersIn(streams, eeg, options, refuse)
    .map(({ seconds, text }): Annotation => ({
      onsetSeconds: sampleAt(seconds, eeg, at) / sampleRateHz,
      durationSeconds: 0,
      text,
    }))
    .sort(byOnset);
  const fill = (index: number, into: Float64Array): void => {
    for (let i = 0; i < into.length; i++) into[i] = values[i * nChannels + index]!;
  };
  return finish(
    {
      format: "xdf",
      headers,
      plan,
      nSamples,
      annotations,
      segments,
      fill,
      stim: (index) => {
        const row = new Float64Array(nSamples);
        fill(index, row);
        return codesOf(row, plan.names[index]!, refuse);
      },
    },
    options,
    refuse,
  );
}

function findStream(streams: readonly XdfStream[], which: string | number, option: string): XdfStream {
  const found = streams.filter(({ name, id }) => (typeof which === "number" ? id === which : name === which));
  const all = listed(streams.map(({ id, name, type }) => `${id} ${name} (${type})`));
  if (found.length === 0) throw new OptionError(option, which, `one of the streams: ${all}`);
  if (found.length > 1) throw new OptionError(option, which, `the number of one of the streams: ${all}`);
  return found[0]!;
}

function chooseEeg(streams: readonly XdfStream[], options: DecodeXdfOptions, refuse: Refuse): XdfStream {
  if (options.eegStream !== undefined) {
    const chosen = findStream(streams, options.eegStream, "eegStream");
    return chosen.format === "string" ? refuse(`has strings in stream ${chosen.name}, not samples`) : chosen;
  }
  const regular = streams.filter(({ format, nominalHz }) => format !== "string" && nominalHz > 0);
  const typed = regular.filter(({ type }) => type.toLowerCase() === "eeg");
  const candidates = typed.length > 0 ? typed : regular;
  const all = listed(streams.map(({ id, name, type }) => `${id} ${name} (${type})`));
  if (candidates.length === 0) return refuse(`has no stream of samples among its streams: ${all}`);
  if (candidates.length > 1) return refuse(`has several streams that may be the EEG: name one in eegStream: ${all}`);
  return candidates[0]!;
}

function markersIn(streams: readonly XdfStream[], eeg: XdfStream, options: DecodeXdfOptions, refuse: Refuse) {
  const chosen =
    options.markerStreams?.map((which) => findStream(streams, which, "markerStreams")) ??
    streams.filter(
      ({ format, nominalHz, type }) =>
        format === "string" || (nominalHz === 0 && /^(markers?|events?|stim(ulus|uli)?|triggers?)$/i.test(type)),
    );
  return chosen
    .filter((stream) => stream !== eeg)
    .flatMap(({ nSamples, nChannels, strings, values, timeStamps, format, name }) => {
      if (options.markerStreams && format !== "string" && nSamples > 1e6)
        refuse(`has too many samples in ${name} for markers`);
      return Array.from({ length: nSamples }, (_, i) => {
        const cells =
          format === "string"
            ? strings.slice(i * nChannels, (i + 1) * nChannels)
            : Array.from(values.subarray(i * nChannels, (i + 1) * nChannels), String);
        return { seconds: timeStamps[i]!, text: cells.filter((cell) => cell !== "").join(" ") };
      });
    });
}

/** Where a moment lies among the recording's samples, fractions included. */
function sampleAt(
  seconds: number,
  { timeStamps, segments, nominalHz, effectiveHz }: XdfStream,
  at: readonly number[],
): number {
  const rate = effectiveHz > 0 ? effectiveHz : nominalHz;
  let s = segments.length - 1;
  while (s > 0 && seconds < timeStamps[segments[s]!.first]!) s--;
  const { first, last } = segments[s]!;
  const duration = timeStamps[last]! - timeStamps[first]!;
  const own = last > first && duration > 0 ? (last - first) / duration : rate;
  const inside = (seconds - timeStamps[first]!) * own;
  // in a pause the samples are the filled ones, at the nominal rate
  const next = at[s + 1];
  return next === undefined ? at[s]! + inside : Math.min(at[s]! + inside, next - 0.5);
}
