/** The pages of a flat column of numbers, straight into a Float64Array: what pandas, pyarrow and this package write. A
 * general reader makes an object of each value on the way when a column may hold nulls or has a dictionary. */
import type { ColumnMetaData } from "hyparquet";
import { unsnappy } from "./snappy";
import { ThriftReader, type ThriftStruct } from "./thrift";

type Decompress = (input: Uint8Array, length: number) => Uint8Array;

/** Thrown for what is left to the general reader: another encoding or type, or bytes that make no sense. */
class NotPlain extends Error {}

const WIDTHS: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };
const [DATA_PAGE, INDEX_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2] = [0, 1, 2, 3];
const [PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY, BYTE_STREAM_SPLIT] = [0, 2, 3, 8, 9];

export interface PlainColumn {
  readonly meta: ColumnMetaData;
  /** Values may be missing; they become NaN. */
  readonly optional: boolean;
  /** Of the codec, when it is another than Snappy. */
  readonly decompress?: Decompress | undefined;
}

/** Decodes a column chunk to `out[at .. at + num_values)`.
 * @param bytes - the whole chunk, from its first page on.
 * @returns false when it is left to the general reader; `out` may then hold anything. */
export function decodeColumnInto(out: Float64Array, at: number, bytes: Uint8Array, column: PlainColumn): boolean {
  const width = WIDTHS[column.meta.type];
  if (width === undefined) return false;
  try {
    const end = at + Number(column.meta.num_values);
    if (end > out.length) return false;
    const reader = new ThriftReader(bytes);
    let dictionary: Float64Array | undefined;
    while (at < end) {
      const page = readPage(reader, bytes, column, end - at);
      if (page.type === DICTIONARY_PAGE) {
        if (page.values.length < page.nValues * width) return false; // before so many are made room for
        dictionary = new Float64Array(page.nValues);
        plainInto(dictionary, 0, page.nValues, page.values, column.meta.type, width);
      } else if (page.type !== INDEX_PAGE) {
        valuesInto(out, at, page, dictionary, column.meta.type, width);
        at += page.nValues;
      }
    }
    return true;
  } catch {
    return false;
  }
}

/** Whether the pages of a column chunk say of themselves that they hold as many values as the chunk has. The general
 * reader believes each of them, and makes room for what it claims. */
export function pagesHold(bytes: Uint8Array, nValues: number): boolean {
  try {
    const reader = new ThriftReader(bytes);
    let left = nValues;
    while (left > 0) {
      const header = reader.struct();
      const type = integer(header, 1);
      const about = header.get({ [DATA_PAGE]: 5, [DATA_PAGE_V2]: 8, [DICTIONARY_PAGE]: 7 }[type] ?? 0);
      const n = about instanceof Map ? integer(about as ThriftStruct, 1) : 0;
      if (n > (type === DICTIONARY_PAGE ? nValues : left)) return false;
      if (type !== DICTIONARY_PAGE) left -= n;
      reader.at += integer(header, 3);
    }
    return left === 0;
  } catch {
    return false;
  }
}

interface Page {
  readonly type: number;
  readonly encoding: number;
  readonly nValues: number;
  /** 1 for each value that is there; undefined when all are. */
  readonly present: Uint8Array | undefined;
  readonly values: Uint8Array;
}

/** @param nLeft - values that the column still lacks: a page that claims more is none. */
function readPage(reader: ThriftReader, bytes: Uint8Array, column: PlainColumn, nLeft: number): Page {
  const header = reader.struct();
  const type = integer(header, 1);
  const [size, sizeHere] = [integer(header, 2), integer(header, 3)];
  const from = reader.at;
  if (from + sizeHere > bytes.length) throw new NotPlain();
  const body = bytes.subarray(from, from + sizeHere);
  reader.at = from + sizeHere;
  const unpack = (input: Uint8Array, length: number): Uint8Array => decompress(input, length, column);
  if (type === DICTIONARY_PAGE) {
    const about = struct(header, 7);
    return { type, encoding: PLAIN, nValues: integer(about, 1), present: undefined, values: unpack(body, size) };
  }
  if (type === DATA_PAGE) {
    const about = struct(header, 5);
    const [nValues, encoding] = [integer(about, 1), integer(about, 2)];
    if (nValues > nLeft) throw new NotPlain();
    const page = unpack(body, size);
    if (!column.optional) return { type, encoding, nValues, present: undefined, values: page };
    if (integer(about, 3) !== RLE || page.length < 4) throw new NotPlain();
    const nLevels = new DataView(page.buffer, page.byteOffset, 4).getUint32(0, true);
    if (4 + nLevels > page.length) throw new NotPlain();
    const present = readLevels(page.subarray(4, 4 + nLevels), nValues);
    return { type, encoding, nValues, present, values: page.subarray(4 + nLevels) };
  }
  if (type === DATA_PAGE_V2) {
    const about = struct(header, 8);
    const [nValues, encoding, nLevels] = [integer(about, 1), integer(about, 4), integer(about, 5)];
    if (nValues > nLeft || integer(about, 6) !== 0 || nLevels > body.length) throw new NotPlain();
    const present = column.optional ? readLevels(body.subarray(0, nLevels), nValues) : undefined;
    const rest = body.subarray(nLevels);
    const values = about.get(7) === false ? rest : unpack(rest, size - nLevels);
    return { type, encoding, nValues, present, values };
  }
  return { type: INDEX_PAGE, encoding: PLAIN, nValues: 0, present: undefined, values: body };
}

function decompress(input: Uint8Array, length: number, { meta, decompress: other }: PlainColumn): Uint8Array {
  const out =
    meta.codec === "UNCOMPRESSED" ? input : meta.codec === "SNAPPY" ? unsnappy(input, length) : other?.(input, length);
  if (out?.length !== length) throw new NotPlain();
  return out;
}

/** Levels of a column that is not nested are 0 or 1. */
function readLevels(bytes: Uint8Array, nValues: number): Uint8Array | undefined {
  const present = new Uint8Array(nValues);
  let missing = false;
  eachRun(bytes, 1, nValues, (from, to, level) => {
    if (level === 0) missing = true;
    present.fill(level, from, to);
  });
  return missing ? present : undefined;
}

function valuesInto(
  out: Float64Array,
  at: number,
  { encoding, nValues, present, values }: Page,
  dictionary: Float64Array | undefined,
  type: string,
  width: number,
): void {
  const n = present ? present.reduce((sum, level) => sum + level, 0) : nValues;
  if (encoding === PLAIN) plainInto(out, at, n, values, type, width);
  else if (encoding === BYTE_STREAM_SPLIT) plainInto(out, at, n, joinStreams(values, n, width), type, width);
  else if ((encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY) && dictionary)
    lookUpInto(out, at, n, values, dictionary);
  else throw new NotPlain();
  if (!present) return;
  // spread them out, from the last on, so that none is overwritten before it has been moved
  for (let i = nValues - 1, from = at + n - 1; i >= 0; i--) out[at + i] = present[i] === 1 ? out[from--]! : Number.NaN;
}

/** Numbers one after another, little-endian, as the processors that this runs on have them. */
function plainInto(out: Float64Array, at: number, n: number, bytes: Uint8Array, type: string, width: number): void {
  if (bytes.length < n * width) throw new NotPlain();
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice(0, n * width);
  const { buffer, byteOffset } = aligned;
  if (type === "DOUBLE") out.set(new Float64Array(buffer, byteOffset, n), at);
  else if (type === "FLOAT") out.set(new Float32Array(buffer, byteOffset, n), at);
  else if (type === "INT32") out.set(new Int32Array(buffer, byteOffset, n), at);
  else {
    const halves = new Int32Array(buffer, byteOffset, 2 * n);
    for (let i = 0; i < n; i++) out[at + i] = halves[2 * i + 1]! * 2 ** 32 + (halves[2 * i]! >>> 0);
  }
}

/** First bytes of all values, then second bytes, … */
function joinStreams(bytes: Uint8Array, n: number, width: number): Uint8Array {
  if (bytes.length < n * width) throw new NotPlain();
  const out = new Uint8Array(n * width);
  for (let part = 0; part < width; part++)
    for (let i = 0, from = part * n; i < n; i++) out[i * width + part] = bytes[from + i]!;
  return out;
}

function lookUpInto(out: Float64Array, at: number, n: number, bytes: Uint8Array, dictionary: Float64Array): void {
  const bits = bytes[0];
  if (bits === undefined || bits > 24) throw new NotPlain();
  if (bits === 0) {
    if (dictionary.length === 0) throw new NotPlain();
    out.fill(dictionary[0]!, at, at + n);
    return;
  }
  eachRun(
    bytes.subarray(1),
    bits,
    n,
    (from, to, index) => {
      if (index >= dictionary.length) throw new NotPlain();
      out.fill(dictionary[index]!, at + from, at + to);
    },
    (from, to, packed) => unpackInto(out, at + from, to - from, packed, bits, dictionary),
  );
}

/** Looks up `n` indices of so many bits each; up to 24 that begin anywhere in a byte lie within four. */
function unpackInto(
  out: Float64Array,
  at: number,
  n: number,
  packed: Uint8Array,
  bits: number,
  dictionary: Float64Array,
): void {
  const mask = 2 ** bits - 1;
  const padded = new Uint8Array(packed.length + 3);
  padded.set(packed);
  let largest = 0;
  for (let i = 0, bit = 0; i < n; i++, bit += bits) {
    const byte = bit >> 3;
    const word = padded[byte]! | (padded[byte + 1]! << 8) | (padded[byte + 2]! << 16) | (padded[byte + 3]! << 24);
    const index = (word >>> (bit & 7)) & mask;
    if (index > largest) largest = index;
    out[at + i] = dictionary[index]!;
  }
  if (largest >= dictionary.length) throw new NotPlain();
}

/** Goes through `n` values of Parquet's hybrid of runs and bit-packed groups of eight.
 * @param packedValues - without it, bit-packed values are handed on one by one. */
function eachRun(
  bytes: Uint8Array,
  bits: number,
  n: number,
  run: (from: number, to: number, value: number) => void,
  packedValues?: (from: number, to: number, packed: Uint8Array) => void,
): void {
  let at = 0;
  for (let done = 0; done < n;) {
    let head = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 28) throw new NotPlain();
      head += (byte & 127) * scale;
      if (byte < 128) break;
    }
    const count = Math.floor(head / 2);
    if (count === 0) throw new NotPlain();
    if (head % 2 === 0) {
      let value = 0;
      const nBytes = (bits + 7) >> 3;
      if (at + nBytes > bytes.length) throw new NotPlain();
      for (let i = 0; i < nBytes; i++) value += bytes[at + i]! * 256 ** i;
      at += nBytes;
      run(done, Math.min(done + count, n), value);
      done += count;
    } else {
      const packed = bytes.subarray(at, at + count * bits);
      const to = Math.min(done + 8 * count, n);
      if (packed.length * 8 < (to - done) * bits) throw new NotPlain();
      if (packedValues) packedValues(done, to, packed);
      else for (let i = done; i < to; i++) run(i, i + 1, (packed[(i - done) >> 3]! >> ((i - done) & 7)) & 1);
      at += count * bits;
      done = to;
    }
  }
}

function integer(of: ThriftStruct, id: number): number {
  const value = of.get(id);
  if (typeof value !== "number" || value < 0) throw new NotPlain();
  return value;
}

function struct(of: ThriftStruct, id: number): ThriftStruct {
  const value = of.get(id);
  if (!(value instanceof Map)) throw new NotPlain();
  return value;
}
