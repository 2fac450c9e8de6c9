import type { Annotation } from "../recording";
import type { Hertz } from "../units";
import { latin1, type Refuse } from "./bytes";
import type { ChannelHeader } from "./channels";

export type BrainVisionSample = "INT_16" | "INT_32" | "IEEE_FLOAT_32";

/** What a .vhdr file says. */
export interface BrainVisionHeader {
  readonly dataFile: string;
  readonly markerFile: string | undefined;
  readonly sample: BrainVisionSample;
  readonly vectorized: boolean;
  readonly sampleRateHz: Hertz;
  /** Per channel in `unit`s. */
  readonly resolutions: readonly number[];
  readonly channels: readonly ChannelHeader[];
  /** When the header says it. */
  readonly nSamples: number | undefined;
}

/** Whether text begins as a BrainVision header, or marker file, does. */
export const brainVisionKind = (text: string): "header" | "marker" | undefined => {
  const match = /^\uFEFF?\s*Brain ?Vision (V-Amp )?Data Exchange (Header|Marker) File/i.exec(text.slice(0, 200));
  return match ? (match[2]!.toLowerCase() as "header" | "marker") : undefined;
};

/** Text in the code page that it names: UTF-8, or else latin-1, which is what "ANSI" was in most laboratories. */
export function decodeBrainVisionText(bytes: Uint8Array): string {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = latin1(bytes);
  return hasMark || /^Codepage\s*=\s*UTF-8\s*$/im.test(text)
    ? new TextDecoder("utf-8").decode(bytes)
    : new TextDecoder("windows-1252").decode(bytes);
}

type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

function sectionsOf(text: string): Sections {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const head = /^\s*\[(.+)\]\s*$/.exec(line);
    if (head) {
      // [Comment] is free text up to the end of the file: amplifiers write tables into it
      if (/^comment$/i.test(head[1]!)) break;
      current = new Map();
      sections.set(head[1]!.toLowerCase(), current);
    } else if (current && !/^\s*;/.test(line)) {
      const equals = line.indexOf("=");
      if (equals > 0) current.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
    }
  }
  return sections;
}

/** A comma within a field is written \1. */
const fieldsOf = (value: string): string[] => value.split(",").map((field) => field.replaceAll("\\1", ",").trim());

/** @param baseName - the header's file name without its ending, which `$b` stands for. */
export function readBrainVisionHeader(text: string, baseName: string, refuse: Refuse): BrainVisionHeader {
  if (brainVisionKind(text) !== "header") return refuse("is no header file: open the .vhdr file");
  const sections = sectionsOf(text);
  const common = sections.get("common infos") ?? refuse("has no section [Common Infos]");
  const value = (key: string): string => common.get(key.toLowerCase()) ?? refuse(`has no ${key} in [Common Infos]`);
  const number = (key: string): number => {
    const said = value(key);
    const n = /^\d+(\.\d+)?$/.test(said) ? Number(said) : Number.NaN;
    return n > 0 ? n : refuse(`says ${key}=${said}: it must be a number above 0`);
  };
  const oneOf = <Word extends string>(key: string, said: string | undefined, words: readonly Word[]): Word =>
    words.find((word) => word === said?.toUpperCase()) ??
    refuse(`says ${key}=${said ?? ""}, which is not read: save it as ${words.join(" or ")}`);

  oneOf("DataFormat", common.get("dataformat") ?? "BINARY", ["BINARY"]);
  const orientation = oneOf("DataOrientation", value("DataOrientation"), ["MULTIPLEXED", "VECTORIZED"]);
  oneOf("DataType", common.get("datatype") ?? "TIMEDOMAIN", ["TIMEDOMAIN"]);
  const binary = sections.get("binary infos");
  const sample = oneOf("BinaryFormat", binary?.get("binaryformat"), ["INT_16", "INT_32", "IEEE_FLOAT_32"]);
  oneOf("UseBigEndianOrder", binary?.get("usebigendianorder") ?? "NO", ["NO"]);
  if ((common.get("segmentationtype") ?? "NOTSEGMENTED").toUpperCase() !== "NOTSEGMENTED")
    refuse("is segmented into epochs: export it without segmentation");
  const nChannels = number("NumberOfChannels");
  if (!Number.isInteger(nChannels) || nChannels > 100_000) refuse(`says NumberOfChannels=${nChannels}`);
  const sampleRateHz = 1e6 / number("SamplingInterval");
  const infos = sections.get("channel infos") ?? new Map<string, string>();
  const channels: ChannelHeader[] = [];
  const resolutions: number[] = [];
  for (let i = 1; i <= nChannels; i++) {
    const info = infos.get(`ch${i}`) ?? refuse(`names ${nChannels} channels, but has no Ch${i} in [Channel Infos]`);
    const [name = "", , resolution = "", unit = ""] = fieldsOf(info);
    const size = resolution === "" ? 1 : Number(resolution);
    if (!Number.isFinite(size) || size === 0) refuse(`says resolution ${resolution} for channel ${name}`);
    channels.push({ name: name || `Ch${i}`, unit, sampleRateHz });
    resolutions.push(size);
  }
  const points = common.get("datapoints");
  const named = (key: string): string | undefined => {
    const file = common.get(key)?.replaceAll("$b", baseName).trim();
    return file === "" ? undefined : file;
  };
  return {
    dataFile: named("datafile") ?? refuse("has no DataFile in [Common Infos]"),
    markerFile: named("markerfile"),
    sample,
    vectorized: orientation === "VECTORIZED",
    sampleRateHz: sampleRateHz,
    resolutions,
    channels,
    nSamples: points !== undefined && /^\d+$/.test(points) && Number(points) > 0 ? Number(points) : undefined,
  };
}

/** The markers of a .vmrk file, as MNE names them: `Stimulus/S  1`. */
export function readBrainVisionMarkers(text: string, sampleRateHz: Hertz, refuse: Refuse): Annotation[] {
  if (brainVisionKind(text) !== "marker") return refuse("has a marker file that is none: it should be the .vmrk file");
  const annotations: Annotation[] = [];
  for (const [key, value] of sectionsOf(text).get("marker infos") ?? []) {
    if (!/^mk\d+$/.test(key)) continue;
    // the description is what is left between the type and three whole numbers: some writers leave its commas bare
    const fields = /^([^,]*),(.*?),\s*([+-]?\d+)\s*,\s*(\d*)\s*,\s*(\d+)\s*(,.*)?$/.exec(value);
    if (!fields)
      return refuse(`has a marker ${key}=${value.slice(0, 60)}: it should be type,description,position,size,channel`);
    const [, type = "", description = "", first, length, , date] = fields;
    if (type === "New Segment" && first === "1" && /\d/.test(date ?? "")) continue; // it only dates the recording
    annotations.push({
      onsetSeconds: (Number(first) - 1) / sampleRateHz, // the file counts from 1
      durationSeconds: Number(length) / sampleRateHz,
      text: `${type.trim()}/${description.replaceAll("\\1", ",")}`,
    });
  }
  return annotations;
}
