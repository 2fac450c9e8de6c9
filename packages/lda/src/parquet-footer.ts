import { parquetMetadata, type FileMetaData } from "hyparquet";

// A features file has a thousand columns and may have a hundred row groups: a hundred thousand column chunks, whose
// descriptions take some hundred megabytes as objects. So the footer stays in bytes, cut into its row groups, and one
// group at a time is looked at. The footer is thrift's compact protocol; field 4 of FileMetaData is the row groups
// (https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift).

/** A footer in which each row group can be looked at alone. */
export interface Footer {
  readonly nRowGroups: number;
  /** As hyparquet gives it, with this row group as the only one. */
  metadataOf(group: number): FileMetaData;
}

const ROW_GROUPS = 4;
const [STRUCT, LIST, SET, MAP, BINARY, DOUBLE] = [12, 9, 10, 11, 8, 7];

/** @param footer - the bytes between the pages and the closing length. @throws {Error} when it is damaged. */
export function splitFooter(footer: Uint8Array): Footer {
  const reader = { bytes: footer, at: 0 };
  let field = 0;
  for (;;) {
    const start = reader.at;
    const header = byte(reader);
    if (header === 0) throw new Error("its footer lists no row groups");
    const delta = header >> 4;
    field = delta === 0 ? unzigzag(varint(reader)) : field + delta;
    if (field === ROW_GROUPS) {
      const head = footer.subarray(0, start);
      const fieldHeader = footer.subarray(start, reader.at);
      const ends = groupEnds(reader);
      return {
        nRowGroups: ends.length - 1,
        metadataOf: (group) =>
          parquetMetadata(
            tailOf([head, fieldHeader, [0x10 | STRUCT], footer.subarray(ends[group], ends[group + 1]), [0]]),
          ),
      };
    }
    if (field > ROW_GROUPS) throw new Error("its footer has its fields out of order");
    skip(reader, header & 15);
  }
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** Where each row group begins, and the last one ends. */
function groupEnds(reader: Reader): number[] {
  const { size, type } = listHeader(reader);
  if (type !== STRUCT) throw new Error("its footer's row groups are none");
  const ends = [reader.at];
  for (let i = 0; i < size; i++) {
    skip(reader, type);
    ends.push(reader.at);
  }
  return ends;
}

/** A file that is nothing but its footer. */
function tailOf(parts: readonly ArrayLike<number>[]): ArrayBuffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const file = new Uint8Array(length + 8);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  new DataView(file.buffer).setUint32(length, length, true);
  file.set([0x50, 0x41, 0x52, 0x31], length + 4); // PAR1
  return file.buffer;
}

function skip(reader: Reader, type: number, inList = false): void {
  if (type === STRUCT) {
    for (let header = byte(reader); header !== 0; header = byte(reader)) {
      if (header >> 4 === 0) varint(reader);
      skip(reader, header & 15);
    }
  } else if (type === LIST || type === SET) {
    const { size, type: inner } = listHeader(reader);
    for (let i = 0; i < size; i++) skip(reader, inner, true);
  } else if (type === MAP) {
    const size = varint(reader);
    const types = size === 0 ? 0 : byte(reader);
    for (let i = 0; i < size; i++) {
      skip(reader, types >> 4, true);
      skip(reader, types & 15, true);
    }
  } else if (type === BINARY) advance(reader, varint(reader));
  else if (type === DOUBLE) advance(reader, 8);
  else if (type === 3) advance(reader, 1);
  else if (type >= 4 && type <= 6) varint(reader);
  else if (type === 1 || type === 2) advance(reader, inList ? 1 : 0);
  else throw new Error(`its footer holds a field of type ${type}`);
}

function listHeader(reader: Reader): { size: number; type: number } {
  const header = byte(reader);
  const size = header >> 4 === 15 ? varint(reader) : header >> 4;
  // every element takes a byte at least
  if (size > reader.bytes.length - reader.at) throw new Error("its footer ends early");
  return { size, type: header & 15 };
}

function varint(reader: Reader): number {
  let value = 0;
  for (let scale = 1; scale < 2 ** 64; scale *= 128) {
    const next = byte(reader);
    value += (next & 127) * scale;
    if (next < 128) return value;
  }
  throw new Error("its footer holds a number without end");
}

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

function advance(reader: Reader, n: number): void {
  reader.at += n;
  if (reader.at > reader.bytes.length) throw new Error("its footer ends early");
}

function byte(reader: Reader): number {
  const value = reader.bytes[reader.at];
  if (value === undefined) throw new Error("its footer ends early");
  reader.at += 1;
  return value;
}
