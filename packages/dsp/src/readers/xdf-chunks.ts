import type { Hertz } from "../units";
import { ByteReader, type Refuse } from "./bytes";
import { findXml, parseXml, textAt, type XmlElement } from "./xml";

/** A stream as it lies in the file. */
export interface XdfRawStream {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly format: XdfFormat;
  readonly nChannels: number;
  readonly nominalHz: Hertz;
  readonly header: XmlElement;
  /** Samples that the footer counts. */
  footerCount: number | undefined;
  readonly nSamples: number;
  /** In the clock of the stream's own computer. */
  readonly timeStamps: Float64Array;
  /** nSamples × nChannels, sample by sample; empty for a stream of strings. */
  readonly values: Float64Array;
  /** The same for strings; empty for a stream of numbers. */
  readonly strings: readonly string[];
  readonly clockTimes: readonly number[];
  readonly clockValues: readonly number[];
}

const SIZES = { float32: 4, double64: 8, int8: 1, int16: 2, int32: 4, int64: 8, string: 0 } as const;
export type XdfFormat = keyof typeof SIZES;

interface Growing {
  readonly stream: Omit<XdfRawStream, "nSamples" | "timeStamps" | "values" | "strings">;
  readonly chunks: { timeStamps: Float64Array; values: Float64Array; strings: string[] }[];
  readonly clockTimes: number[];
  readonly clockValues: number[];
  lastTimeStamp: number;
}

const FILE_HEADER = 1;
const STREAM_HEADER = 2;
const SAMPLES = 3;
const CLOCK_OFFSET = 4;
const STREAM_FOOTER = 6;

/** Reads all chunks of an XDF 1.0 file; boundary chunks and unknown ones are skipped.
 * @see https://github.com/sccn/xdf/wiki/Specifications */
export function readXdfChunks(bytes: Uint8Array, refuse: Refuse): XdfRawStream[] {
  const file = new ByteReader(bytes, refuse);
  if (bytes.length < 4 || String.fromCharCode(...file.take(4, "the first bytes")) !== "XDF:")
    return refuse("does not begin with XDF:");
  const streams = new Map<number, Growing>();
  while (file.left > 0) {
    const start = file.offset;
    const length = varLength(file, "a chunk's length");
    if (length < 2 || length > file.left)
      refuse(
        `ends within the chunk at byte ${start}: it claims ${length} bytes, ${file.left} are left: it is cut off or damaged`,
      );
    const chunk = new ByteReader(file.take(length, "a chunk"), refuse);
    const tag = chunk.u16("a chunk's tag");
    if (tag === FILE_HEADER || tag < STREAM_HEADER || tag === 5 || tag > STREAM_FOOTER) continue;
    const id = chunk.u32("a stream's number");
    if (tag === STREAM_HEADER) {
      if (streams.has(id)) refuse(`has two headers for stream ${id}`);
      streams.set(id, newStream(id, xmlOf(chunk, refuse), refuse));
      continue;
    }
    const stream = streams.get(id) ?? refuse(`has a chunk of stream ${id}, which has no header`);
    if (tag === SAMPLES) readSamples(chunk, stream, refuse);
    else if (tag === CLOCK_OFFSET) {
      stream.clockTimes.push(chunk.f64("a clock's time"));
      stream.clockValues.push(chunk.f64("a clock's offset"));
    } else if (tag === STREAM_FOOTER) {
      const count = textAt(xmlOf(chunk, refuse), "info", "sample_count");
      if (/^\d+$/.test(count)) stream.stream.footerCount = Number(count);
    }
  }
  return [...streams.values()].map((growing) => joined(growing, refuse));
}

function xmlOf(chunk: ByteReader, refuse: Refuse): XmlElement {
  return parseXml(new TextDecoder().decode(chunk.take(chunk.left, "XML")), refuse);
}

/** A length in 1, 4 or 8 bytes, as the byte before says. */
function varLength(reader: ByteReader, what: string): number {
  const nBytes = reader.u8(what);
  if (nBytes === 1) return reader.u8(what);
  if (nBytes === 4) return reader.u32(what);
  if (nBytes === 8) return reader.u64(what);
  return reader.refuse(`says ${what} has ${nBytes} bytes at byte ${reader.offset - 1}: it is damaged`);
}

function newStream(id: number, header: XmlElement, refuse: Refuse): Growing {
  const info = findXml(header, "info") ?? refuse(`has a header of stream ${id} without <info>`);
  const name = textAt(info, "name");
  const number = (key: string, test: RegExp): number => {
    const text = textAt(info, key);
    return test.test(text)
      ? Number(text)
      : refuse(`says ${key} ${JSON.stringify(text.slice(0, 40))} for stream ${name}`);
  };
  const format = textAt(info, "channel_format");
  if (!Object.hasOwn(SIZES, format))
    refuse(`says channel_format ${JSON.stringify(format.slice(0, 40))} for stream ${name}`);
  const nChannels = number("channel_count", /^\d{1,6}$/);
  if (nChannels < 1) refuse(`has no channel in stream ${name}`);
  const nominalHz = number("nominal_srate", /^\d+(\.\d*)?(e[+-]?\d+)?$/i);
  const clockTimes: number[] = [];
  const clockValues: number[] = [];
  return {
    stream: {
      id,
      name,
      type: textAt(info, "type"),
      format: format as XdfFormat,
      nChannels,
      nominalHz,
      header: info,
      footerCount: undefined,
      clockTimes,
      clockValues,
    },
    chunks: [],
    clockTimes,
    clockValues,
    lastTimeStamp: 0,
  };
}

function readSamples(chunk: ByteReader, growing: Growing, refuse: Refuse): void {
  const { nChannels, nominalHz, format, name } = growing.stream;
  const n = varLength(chunk, "the number of samples");
  const size = SIZES[format];
  // a string takes two bytes of length at least
  if (n * (1 + nChannels * (size || 2)) > chunk.left)
    refuse(`claims ${n} samples of stream ${name} in a chunk of ${chunk.left} bytes: it is damaged`);
  const timeStamps = new Float64Array(n);
  const values = new Float64Array(format === "string" ? 0 : n * nChannels);
  const strings: string[] = [];
  const interval = nominalHz > 0 ? 1 / nominalHz : 0;
  const decoder = new TextDecoder();
  for (let i = 0; i < n; i++) {
    // a sample without a time stamp follows the one before by the nominal interval
    growing.lastTimeStamp =
      chunk.u8("a time stamp") === 0 ? growing.lastTimeStamp + interval : chunk.f64("a time stamp");
    timeStamps[i] = growing.lastTimeStamp;
    if (format === "string")
      for (let c = 0; c < nChannels; c++)
        strings.push(decoder.decode(chunk.take(varLength(chunk, "a string's length"), "a string")));
    else readValuesInto(values, i * nChannels, chunk, nChannels, format);
  }
  if (chunk.left > 0) refuse(`has ${chunk.left} bytes too many in a chunk of stream ${name}: it is damaged`);
  growing.chunks.push({ timeStamps, values, strings });
}

function readValuesInto(
  values: Float64Array,
  from: number,
  chunk: ByteReader,
  n: number,
  format: Exclude<XdfFormat, "string">,
): void {
  const size = SIZES[format];
  let at = chunk.skip(n * size, "a sample");
  const { view } = chunk;
  for (let i = from; i < from + n; i++, at += size)
    values[i] =
      format === "float32"
        ? view.getFloat32(at, true)
        : format === "double64"
          ? view.getFloat64(at, true)
          : format === "int32"
            ? view.getInt32(at, true)
            : format === "int16"
              ? view.getInt16(at, true)
              : format === "int8"
                ? view.getInt8(at)
                : Number(view.getBigInt64(at, true));
}

function joined({ stream, chunks }: Growing, refuse: Refuse): XdfRawStream {
  const nSamples = chunks.reduce((sum, { timeStamps }) => sum + timeStamps.length, 0);
  const timeStamps = new Float64Array(nSamples);
  const values = new Float64Array(stream.format === "string" ? 0 : nSamples * stream.nChannels);
  let at = 0;
  for (const chunk of chunks) {
    timeStamps.set(chunk.timeStamps, at);
    values.set(chunk.values, at * stream.nChannels);
    at += chunk.timeStamps.length;
  }
  const bad = timeStamps.findIndex((time) => !Number.isFinite(time));
  if (bad >= 0) refuse(`has the time stamp ${timeStamps[bad]} at sample ${bad} of stream ${stream.name}`);
  if (stream.footerCount !== undefined && stream.footerCount > nSamples)
    refuse(
      `has ${nSamples} samples of stream ${stream.name}, where its footer counts ${stream.footerCount}: some are lost`,
    );
  return { ...stream, nSamples, timeStamps, values, strings: chunks.flatMap(({ strings }) => strings) };
}
