/** BrainVision recordings (.vhdr, .vmrk and .eeg) in and out. */
import { checkObject, checkOptions } from "../check-object";
import { FormatError, OptionError } from "../errors";
import { type Annotation, checkRecording, type Recording } from "../recording";
import { roundHalfEven } from "../round";
import { asBytes, type Bytes, type Refuse, refuseAs, viewOf } from "./bytes";
import {
  type BrainVisionHeader,
  brainVisionKind,
  decodeBrainVisionText,
  readBrainVisionHeader,
  readBrainVisionMarkers,
} from "./brainvision-header";
import { planChannels } from "./channels";
import { codesOf, finish } from "./finish";
import { byOnset, markersOfStim } from "./markers";
import type { DecodedFile, DecodeOptions } from "./recording-file";

export { brainVisionKind };

const NAME = "BrainVision";
const BYTES = { INT_16: 2, INT_32: 4, IEEE_FLOAT_32: 4 } as const;

/** The files that a header names: its data, and its markers when it has any. */
export function brainVisionCompanions(
  header: Bytes,
  fileName: string,
): { readonly dataFile: string; readonly markerFile: string | undefined } {
  if (typeof fileName !== "string") throw new OptionError("fileName", fileName, "the .vhdr file's name");
  const refuse = refuseAs(NAME, fileName);
  const { dataFile, markerFile } = readBrainVisionHeader(
    decodeBrainVisionText(asBytes(header)),
    baseOf(fileName),
    refuse,
  );
  return { dataFile, markerFile };
}

export interface BrainVisionFiles {
  /** The .vhdr file. */
  readonly header: Bytes;
  /** The .eeg file. */
  readonly data: Bytes;
  /** The .vmrk file. */
  readonly markers?: Bytes | undefined;
}

/** Reads a BrainVision recording: INT_16, INT_32 or IEEE_FLOAT_32, multiplexed or vectorised, UTF-8 or latin-1. Markers
 * are kept as annotations named as MNE names them (`Stimulus/S  1`), whose S numbers are the events; a "New Segment"
 * after the first sample is a pause of unknown length, and stays an annotation.
 * Agrees with MNE's reading to 1e-9 of the largest value (`test/golden/files.json`).
 * @throws {FormatError} when a file is damaged or not of this format.
 * @see https://www.brainproducts.com/download/specification-of-brainvision-core-data-format-1-0/ */
export function decodeBrainVision(files: BrainVisionFiles, options: DecodeOptions = {}): DecodedFile {
  checkObject("files", files, "the .vhdr and .eeg files as { header, data, markers }");
  checkOptions(options);
  const refuse = refuseAs(NAME, options.source);
  const header = readBrainVisionHeader(
    decodeBrainVisionText(asBytes(files.header, "header")),
    baseOf(options.source ?? ""),
    refuse,
  );
  const data = asBytes(files.data, "data");
  const nSamples = samplesIn(data, header, refuse);
  const { sampleRateHz, channels } = header;
  const markers = files.markers === undefined ? "" : decodeBrainVisionText(asBytes(files.markers, "markers"));
  const annotations = markers === "" ? [] : readBrainVisionMarkers(markers, sampleRateHz, refuse);
  const plan = planChannels(channels, options, refuse);
  const fill = (index: number, into: Float64Array): void => copyChannelInto(into, data, header, index);
  return finish(
    {
      format: "brainvision",
      headers: channels,
      plan,
      nSamples,
      annotations,
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

const baseOf = (path: string): string => path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");

function samplesIn(data: Uint8Array, header: BrainVisionHeader, refuse: Refuse): number {
  const bytes = BYTES[header.sample] * header.channels.length;
  const nSamples = data.length / bytes;
  if (!Number.isInteger(nSamples))
    refuse(
      `has ${data.length} bytes of data, which ${header.channels.length} channels of ${header.sample} do not fill evenly: it is cut off`,
    );
  if (header.nSamples !== undefined && header.nSamples !== nSamples)
    refuse(`says it has ${header.nSamples} samples, but its data file holds ${nSamples}`);
  return nSamples;
}

function copyChannelInto(into: Float64Array, data: Uint8Array, header: BrainVisionHeader, index: number): void {
  const { sample, vectorized, channels, resolutions } = header;
  const view = viewOf(data);
  const size = BYTES[sample];
  const step = vectorized ? size : size * channels.length;
  const resolution = resolutions[index]!;
  let at = vectorized ? index * into.length * size : index * size;
  if (sample === "INT_16")
    for (let i = 0; i < into.length; i++, at += step) into[i] = view.getInt16(at, true) * resolution;
  else if (sample === "INT_32")
    for (let i = 0; i < into.length; i++, at += step) into[i] = view.getInt32(at, true) * resolution;
  else for (let i = 0; i < into.length; i++, at += step) into[i] = view.getFloat32(at, true) * resolution;
}

export interface EncodeBrainVisionOptions {
  /** The three files' common name, without ending: the header names the others. */
  readonly name: string;
  /** "IEEE_FLOAT_32" (default) keeps 24 bits of every sample; "INT_16" fits each channel to its range, half the size. */
  readonly sample?: "IEEE_FLOAT_32" | "INT_16" | undefined;
}

/** Writes a recording as the three files of BrainVision Core Data Format 1.0: multiplexed, UTF-8, in microvolts. Events
 * become Stimulus markers (`S  1`) on their first sample; annotations Comment markers, or what their text says
 * (`Response/R  1`). A recording read from BrainVision gives the same markers again.
 * @returns the content of `<name>.vhdr`, `<name>.vmrk` and `<name>.eeg`.
 * @throws {FormatError} when a channel name or code does not fit. */
export function encodeBrainVision(
  recording: Recording,
  options: EncodeBrainVisionOptions,
): { readonly header: string; readonly markers: string; readonly data: Uint8Array } {
  checkObject("options", options, "{ name }, the files' name without its ending");
  const { name, sample = "IEEE_FLOAT_32" } = options;
  if (sample !== "IEEE_FLOAT_32" && sample !== "INT_16")
    throw new OptionError("sample", sample, '"IEEE_FLOAT_32" or "INT_16"');
  if (typeof name !== "string" || !/^[^\r\n/\\]+$/.test(name))
    throw new OptionError("name", name, "a file's name without folder or ending");
  checkRecording(recording);
  const { data, nChannels, nSamples, channelNames, sampleRateHz } = recording;
  const refuse = (reason: string): never => {
    throw new FormatError(NAME, recording.source, reason);
  };
  const bad = channelNames.find((channel) => channel.trim() === "" || /[\r\n]/.test(channel));
  if (bad !== undefined) refuse(`channel name ${JSON.stringify(bad)} cannot be written: rename it`);
  const out = new DataView(new ArrayBuffer(nSamples * nChannels * BYTES[sample]));
  const resolutions = channelNames.map((channel, c) => {
    const row = data.subarray(c * nSamples, (c + 1) * nSamples);
    let largest = 0;
    for (const value of row) {
      if (!Number.isFinite(value) && sample === "INT_16")
        refuse(`channel ${channel} holds ${value}, which INT_16 cannot`);
      largest = Math.max(largest, Math.abs(value));
    }
    const resolution = sample === "INT_16" && largest > 0 ? Number((largest / 32_766).toPrecision(7)) : 1;
    for (let i = 0; i < nSamples; i++) {
      if (sample === "INT_16") out.setInt16((i * nChannels + c) * 2, Math.round(row[i]! / resolution), true);
      else out.setFloat32((i * nChannels + c) * 4, row[i]!, true);
    }
    return resolution;
  });
  const field = (text: string): string => text.replaceAll(",", "\\1");
  const header = [
    "BrainVision Data Exchange Header File Version 1.0",
    "; Written by @p300/dsp",
    "",
    "[Common Infos]",
    "Codepage=UTF-8",
    `DataFile=${name}.eeg`,
    `MarkerFile=${name}.vmrk`,
    "DataFormat=BINARY",
    "DataOrientation=MULTIPLEXED",
    `NumberOfChannels=${nChannels}`,
    `SamplingInterval=${plainNumber(1e6 / sampleRateHz)}`,
    "",
    "[Binary Infos]",
    `BinaryFormat=${sample}`,
    "",
    "[Channel Infos]",
    ...channelNames.map((channel, c) => `Ch${c + 1}=${field(channel)},,${plainNumber(resolutions[c]!)},µV`),
    "",
  ].join("\r\n");
  const markers = [
    "BrainVision Data Exchange Marker File Version 1.0",
    "",
    "[Common Infos]",
    "Codepage=UTF-8",
    `DataFile=${name}.eeg`,
    "",
    "[Marker Infos]",
    ...markerLines(recording, refuse),
    "",
  ].join("\r\n");
  return { header, markers, data: new Uint8Array(out.buffer) };
}

/** Without an exponent, which the format does not have. */
function plainNumber(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(20).replace(/\.?0+$/, "") : text;
}

function markerLines(recording: Recording, refuse: (reason: string) => never): string[] {
  const { stim, annotations = [], sampleRateHz } = recording;
  const textOf = (code: number): string =>
    code > 0
      ? `Stimulus/S${String(code).padStart(3)}`
      : refuse(`event code ${code} cannot be written: only those above 0 can`);
  const events = markersOfStim(stim, { annotations, sampleRateHz, textOf });
  const all: Annotation[] = [...annotations, ...events].sort(byOnset);
  if (!all.some(({ text }) => text.startsWith("New Segment/")))
    all.unshift({ onsetSeconds: 0, durationSeconds: 1 / sampleRateHz, text: "New Segment/" });
  return all.map(({ text, onsetSeconds, durationSeconds }, i) => {
    if (!Number.isFinite(onsetSeconds) || !Number.isFinite(durationSeconds))
      throw new OptionError("annotation", `at ${onsetSeconds} s`, "finite times");
    const known =
      /^(Stimulus|Response|New Segment|Comment|SyncStatus|Bad Interval|Time 0|Peak|Event|Marker)\/(.*)$/s.exec(text);
    const [type, description] = known ? [known[1]!, known[2]!] : ["Comment", text];
    const position = roundHalfEven(onsetSeconds * sampleRateHz) + 1;
    const size = Math.max(known?.[1] === "Comment" || !known ? 0 : 1, roundHalfEven(durationSeconds * sampleRateHz));
    return `Mk${i + 1}=${type},${description.replaceAll(/[\r\n]+/g, " ").replaceAll(",", "\\1")},${position},${size},0`;
  });
}
