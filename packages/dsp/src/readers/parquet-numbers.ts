/** Writes a wide table of numbers as plain, uncompressed Parquet, a row group at a time. Features have a thousand columns
 * and more, and a general writer spends longer on what it says of each than on the numbers. */
import { ThriftType, ThriftWriter } from "./thrift";

const { I32, I64, BINARY, LIST, STRUCT } = ThriftType;
const TYPES = { INT32: { code: 1, width: 4 }, DOUBLE: { code: 5, width: 8 } } as const;
const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);
/** Row groups are kept below this, and the memory with them. */
const GROUP_BYTES = 32 * 2 ** 20;

export interface NumberTable {
  readonly columnNames: readonly string[];
  readonly type: keyof typeof TYPES;
  readonly nRows: number;
  /** nRows × number of columns, row-major. */
  readonly data: Float64Array | Int32Array;
}

interface Group {
  readonly nRows: number;
  readonly at: number;
  /** Bytes of a column, page header included. */
  readonly size: number;
}

/** The bytes of the file, piece by piece. Every reader takes them: one data page a column chunk, no nulls, no statistics. */
export function* encodeNumbers({ columnNames, type, nRows, data }: NumberTable): Generator<Uint8Array> {
  const nColumns = columnNames.length;
  const { code, width } = TYPES[type];
  const rowsMax = Math.max(1, Math.floor(GROUP_BYTES / (width * Math.max(nColumns, 1))));
  const groups: Group[] = [];
  let at = MAGIC.length;
  yield MAGIC;
  for (let from = 0; from < nRows; from += rowsMax) {
    const n = Math.min(rowsMax, nRows - from);
    const header = pageHeader(n, n * width);
    const size = header.length + n * width;
    const bytes = new Uint8Array(nColumns * size);
    const column = type === "DOUBLE" ? new Float64Array(n) : new Int32Array(n);
    const columnBytes = new Uint8Array(column.buffer);
    for (let c = 0; c < nColumns; c++) {
      for (let i = 0, p = from * nColumns + c; i < n; i++, p += nColumns) column[i] = data[p]!;
      bytes.set(header, c * size);
      bytes.set(columnBytes, c * size + header.length);
    }
    yield bytes;
    groups.push({ nRows: n, at, size });
    at += bytes.length;
  }
  const footer = footerOf(columnNames, code, nRows, groups);
  yield footer;
  const end = new Uint8Array(8);
  new DataView(end.buffer).setUint32(0, footer.length, true);
  end.set(MAGIC, 4);
  yield end;
}

function pageHeader(nValues: number, nBytes: number): Uint8Array {
  const out = new ThriftWriter(64);
  out.field(0, 1, I32); // type: data page
  out.integer(0);
  out.field(1, 2, I32); // bytes uncompressed
  out.integer(nBytes);
  out.field(2, 3, I32); // bytes here
  out.integer(nBytes);
  out.field(3, 5, STRUCT);
  out.field(0, 1, I32);
  out.integer(nValues);
  out.field(1, 2, I32); // encoding: plain
  out.integer(0);
  out.field(2, 3, I32); // levels, of which there are none: run lengths
  out.integer(3);
  out.field(3, 4, I32);
  out.integer(3);
  out.end();
  out.end();
  return out.written;
}

function footerOf(
  columnNames: readonly string[],
  typeCode: number,
  nRows: number,
  groups: readonly Group[],
): Uint8Array {
  const out = new ThriftWriter(1024 + 96 * columnNames.length);
  out.field(0, 1, I32); // version
  out.integer(1);
  out.field(1, 2, LIST);
  out.list(columnNames.length + 1, STRUCT);
  out.field(0, 4, BINARY);
  out.text("root");
  out.field(4, 5, I32); // children
  out.integer(columnNames.length);
  out.end();
  for (const name of columnNames) {
    out.field(0, 1, I32);
    out.integer(typeCode);
    out.field(1, 3, I32); // repetition: required
    out.integer(0);
    out.field(3, 4, BINARY);
    out.text(name);
    out.end();
  }
  out.field(2, 3, I64);
  out.integer(nRows);
  out.field(3, 4, LIST);
  out.list(groups.length, STRUCT);
  for (const group of groups) writeGroup(out, group, columnNames, typeCode);
  out.field(4, 6, BINARY);
  out.text("@p300/dsp");
  out.end();
  return out.written;
}

function writeGroup(out: ThriftWriter, { nRows, at, size }: Group, names: readonly string[], typeCode: number): void {
  out.field(0, 1, LIST);
  out.list(names.length, STRUCT);
  for (const [c, name] of names.entries()) {
    const from = at + c * size;
    out.field(0, 2, I64); // file offset
    out.integer(from);
    out.field(2, 3, STRUCT);
    out.field(0, 1, I32);
    out.integer(typeCode);
    out.field(1, 2, LIST); // encodings
    out.list(1, I32);
    out.integer(0);
    out.field(2, 3, LIST); // path
    out.list(1, BINARY);
    out.text(name);
    out.field(3, 4, I32); // codec: none
    out.integer(0);
    out.field(4, 5, I64);
    out.integer(nRows);
    out.field(5, 6, I64);
    out.integer(size);
    out.field(6, 7, I64);
    out.integer(size);
    out.field(7, 9, I64); // data page
    out.integer(from);
    out.end();
    out.end();
  }
  out.field(1, 2, I64);
  out.integer(names.length * size);
  out.field(2, 3, I64);
  out.integer(nRows);
  out.end();
}
