/** MATLAB's MAT-files of version 5 (also called 6 and 7): what `save` writes unless told -v7.3. */
import { ByteReader, latin1, type Refuse } from "./bytes";
import { inflate } from "./inflate";
import type { MatValue } from "./mat-value";

const COMPRESSED = 15;
const MATRIX = 14;
const [CELL, STRUCT, OBJECT, CHAR, SPARSE, LAST_NUMERIC] = [1, 2, 3, 4, 5, 15];
/** Bytes of each data type, by its number in the file. */
const SIZES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 2,
  5: 4,
  6: 4,
  7: 4,
  9: 8,
  12: 8,
  13: 8,
  16: 1,
  17: 2,
  18: 4,
};

/** Reads all variables. Sparse arrays, objects and function handles are named, not read; an imaginary part is left out.
 * @param options.only - names of the variables to read; the others are skipped.
 * @see MATLAB, "MAT-File Format", R2024a */
export async function readMat5(bytes: Uint8Array, refuse: Refuse): Promise<Map<string, MatValue>> {
  if (bytes.length < 128) return refuse(`ends within its header, ${bytes.length} bytes long: it is cut off`);
  const mark = latin1(bytes, 126, 128);
  if (mark !== "IM" && mark !== "MI") return refuse("has no byte order in its header: it is damaged, or of version 4");
  const file = new ByteReader(bytes, refuse, mark === "IM");
  file.skip(124, "the header");
  const version = file.u16("the version");
  if (version !== 0x0100) return refuse(`is of version 0x${version.toString(16)}: save it with -v7`);
  file.skip(2, "the header");
  const variables = new Map<string, MatValue>();
  while (file.left > 0) {
    if (file.left < 8) return refuse(`ends within a variable's tag, ${file.left} bytes long: it is cut off`);
    const element = nextElement(file, "a variable");
    let reader = element.reader;
    if (element.type === COMPRESSED) {
      const inner = await inflate(element.bytes, { kind: "deflate", refuse });
      reader = new ByteReader(inner, refuse, file.littleEndian);
      const matrix = nextElement(reader, "a compressed variable");
      if (matrix.type !== MATRIX) continue;
      reader = matrix.reader;
    } else if (element.type !== MATRIX) continue;
    const { name, value } = readMatrix(reader, 0);
    if (name !== "") variables.set(name, value);
  }
  return variables;
}

interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly reader: ByteReader;
}

function nextElement(file: ByteReader, what: string): Element {
  const first = file.u32(`the tag of ${what}`);
  const small = first >>> 16;
  let bytes: Uint8Array;
  let type = first;
  if (small !== 0) {
    // up to four bytes are packed into the tag itself
    type = first & 0xffff;
    if (small > 4) file.refuse(`has a packed element of ${small} bytes in ${what}: it is damaged`);
    bytes = file.take(4, what).subarray(0, small);
  } else {
    const length = file.u32(`the length of ${what}`);
    bytes = file.take(length, what);
    const pad = type === COMPRESSED ? 0 : -length & 7;
    file.skip(Math.min(pad, file.left), what);
  }
  return { type, bytes, reader: new ByteReader(bytes, file.refuse, file.littleEndian) };
}

function readMatrix(reader: ByteReader, depth: number): { name: string; value: MatValue } {
  const { refuse } = reader;
  if (reader.left === 0) return { name: "", value: { kind: "numeric", dims: [0, 0], data: new Float64Array(0) } };
  if (depth > 50) return refuse("nests its variables beyond 50 levels");
  const flags = nextElement(reader, "array flags");
  if (flags.type !== 6 || flags.bytes.length !== 8)
    return refuse("has no array flags where a variable begins: it is damaged");
  const arrayClass = flags.reader.u32("array flags") & 0xff;
  if (arrayClass > LAST_NUMERIC || arrayClass === 0) {
    // function handles and opaque objects keep no dimensions
    return { name: "", value: { kind: "other", dims: [], what: `class ${arrayClass}` } };
  }
  const dims = Array.from(numbersIn(nextElement(reader, "dimensions"), refuse));
  if (dims.length < 2 || dims.length > 32 || dims.some((n) => !(n >= 0)))
    return refuse(`has a variable of size ${dims.slice(0, 8).join(" x ")}: it is damaged`);
  const count = dims.reduce((product, n) => product * n, 1);
  const name = latin1(nextElement(reader, "a name").bytes);
  const counted = (left: number): void => {
    // each member takes eight bytes at least, so a claim beyond that is no truth
    if (!(count * 8 <= left)) refuse(`claims ${dims.join(" x ")} members for ${name || "a variable"}: it is damaged`);
  };
  const member = (): MatValue => {
    const element = nextElement(reader, `a member of ${name || "a variable"}`);
    if (element.type !== MATRIX) return refuse(`has no array where a member of ${name || "a variable"} should be`);
    return readMatrix(element.reader, depth + 1).value;
  };
  if (arrayClass === CELL) {
    counted(reader.left);
    return { name, value: { kind: "cell", dims, cells: Array.from({ length: count }, member) } };
  }
  if (arrayClass === STRUCT || arrayClass === OBJECT) {
    if (arrayClass === OBJECT) nextElement(reader, "a class name");
    const fields = fieldNames(reader);
    counted(fields.length === 0 ? 800 : reader.left);
    const elements = Array.from({ length: count }, () => new Map(fields.map((field) => [field, member()] as const)));
    return { name, value: { kind: "struct", dims, elements } };
  }
  if (arrayClass === SPARSE) return { name, value: { kind: "other", dims, what: "a sparse array" } };
  const content = nextElement(reader, name || "a variable");
  if (arrayClass === CHAR) return { name, value: { kind: "char", dims, text: charsIn(content, dims, refuse) } };
  const data = numbersIn(content, refuse);
  if (data.length !== count)
    return refuse(
      `holds ${data.length} numbers for ${name || "a variable"} of size ${dims.join(" x ")}: it is damaged`,
    );
  return { name, value: { kind: "numeric", dims, data } };
}

function fieldNames(reader: ByteReader): string[] {
  const [length = 0] = numbersIn(nextElement(reader, "the length of field names"), reader.refuse);
  const { bytes } = nextElement(reader, "field names");
  if (bytes.length === 0) return [];
  if (!(length > 0 && length <= 1024) || bytes.length % length !== 0)
    return reader.refuse(`has field names of ${length} bytes each in ${bytes.length}: it is damaged`);
  return Array.from({ length: bytes.length / length }, (_, i) => {
    const text = latin1(bytes, i * length, (i + 1) * length);
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
  });
}

function numbersIn({ type, bytes, reader }: Element, refuse: Refuse): Float64Array {
  const size = SIZES[type];
  if (size === undefined || bytes.length % size !== 0)
    return refuse(`has ${bytes.length} bytes of the data type ${type}: it is damaged`);
  const n = bytes.length / size;
  const { view, littleEndian } = reader;
  const data = new Float64Array(n);
  switch (type) {
    case 9:
      for (let i = 0; i < n; i++) data[i] = view.getFloat64(i * 8, littleEndian);
      break;
    case 7:
      for (let i = 0; i < n; i++) data[i] = view.getFloat32(i * 4, littleEndian);
      break;
    case 1:
      for (let i = 0; i < n; i++) data[i] = view.getInt8(i);
      break;
    case 3:
      for (let i = 0; i < n; i++) data[i] = view.getInt16(i * 2, littleEndian);
      break;
    case 5:
      for (let i = 0; i < n; i++) data[i] = view.getInt32(i * 4, littleEndian);
      break;
    case 12:
      for (let i = 0; i < n; i++) data[i] = Number(view.getBigInt64(i * 8, littleEndian));
      break;
    case 13:
      for (let i = 0; i < n; i++) data[i] = Number(view.getBigUint64(i * 8, littleEndian));
      break;
    default: // unsigned, and the code units of text
      for (let i = 0; i < n; i++)
        data[i] =
          size === 1
            ? bytes[i]!
            : size === 2
              ? view.getUint16(i * 2, littleEndian)
              : view.getUint32(i * 4, littleEndian);
  }
  return data;
}

/** Text, row after row with line feeds between, out of its columns. */
function charsIn(element: Element, dims: readonly number[], refuse: Refuse): string {
  const nRows = dims[0]!;
  if (element.type === 16 && nRows === 1) return new TextDecoder().decode(element.bytes);
  const codes = numbersIn(element, refuse);
  if (nRows === 0 || codes.length === 0) return "";
  if (nRows > codes.length) return refuse(`claims ${nRows} rows of text in ${codes.length} characters: it is damaged`);
  const nColumns = Math.floor(codes.length / nRows);
  const rows = Array.from({ length: nRows }, (_, row) => {
    let text = "";
    for (let column = 0; column < nColumns; column++) {
      const code = codes[column * nRows + row]!;
      text += code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD";
    }
    return text.trimEnd();
  });
  return rows.join("\n");
}
