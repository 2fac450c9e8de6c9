import { FormatError, OptionError } from "../errors";

/** Refuses a file: throws a FormatError that names the format and the file. */
export type Refuse = (reason: string, cause?: unknown) => never;

export const refuseAs =
  (format: string, source: string | undefined): Refuse =>
  (reason, cause) => {
    throw new FormatError(format, source, reason, cause === undefined ? undefined : { cause });
  };

/** What a reader takes for bytes. */
export type Bytes = Uint8Array | ArrayBuffer;

/** The same memory as a bare Uint8Array: a Node Buffer is one too, but its own `slice` copies nothing.
 * @throws {OptionError} when it is neither a Uint8Array nor an ArrayBuffer. */
export function asBytes(bytes: unknown, what = "bytes"): Uint8Array {
  // not `instanceof`, which does not know those of another window
  const kind = Object.prototype.toString.call(bytes);
  if (kind === "[object ArrayBuffer]") return new Uint8Array(bytes as ArrayBuffer);
  if (kind === "[object Uint8Array]" && ArrayBuffer.isView(bytes))
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  throw new OptionError(what, typeof bytes, "a Uint8Array or an ArrayBuffer with the file's content");
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Text of one byte a character, as the binary formats' headers hold it. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = "";
  for (let start = from; start < to; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, Math.min(to, start + 8192)));
  return text;
}

/** UTF-8, without its byte order mark; what is no UTF-8 is read as latin-1. */
export function utf8OrLatin1(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

/** Reads forward through bytes, and refuses to read past their end. */
export class ByteReader {
  offset = 0;
  readonly view: DataView;
  constructor(
    readonly bytes: Uint8Array,
    readonly refuse: Refuse,
    readonly littleEndian = true,
  ) {
    this.view = viewOf(bytes);
  }
  get left(): number {
    return this.bytes.length - this.offset;
  }
  /** Moves on by n bytes. @returns where they began. */
  skip(n: number, what: string): number {
    if (!(n >= 0 && n <= this.left))
      this.refuse(`ends within ${what}: ${n} bytes wanted at byte ${this.offset}, ${this.left} left: copy it again`);
    const start = this.offset;
    this.offset += n;
    return start;
  }
  take(n: number, what: string): Uint8Array {
    const start = this.skip(n, what);
    return this.bytes.subarray(start, start + n);
  }
  u8(what: string): number {
    return this.view.getUint8(this.skip(1, what));
  }
  u16(what: string): number {
    return this.view.getUint16(this.skip(2, what), this.littleEndian);
  }
  u32(what: string): number {
    return this.view.getUint32(this.skip(4, what), this.littleEndian);
  }
  i32(what: string): number {
    return this.view.getInt32(this.skip(4, what), this.littleEndian);
  }
  f64(what: string): number {
    return this.view.getFloat64(this.skip(8, what), this.littleEndian);
  }
  /** An unsigned 64-bit integer; one above 2^53 is no length that a file could have. */
  u64(what: string): number {
    const value = Number(this.view.getBigUint64(this.skip(8, what), this.littleEndian));
    if (!Number.isSafeInteger(value)) this.refuse(`claims ${value} for ${what}: it is damaged`);
    return value;
  }
}
