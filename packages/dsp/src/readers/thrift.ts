/** Thrift's compact protocol, as far as Parquet's headers need it. */

/** A struct's fields by number: integers, bytes, lists and structs. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;
export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;

const DEPTH_MAX = 16;

/** Reads structs one after another. @throws {RangeError} {Error} when the bytes end too early or are none of Thrift's. */
export class ThriftReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  struct(depth = 0): ThriftStruct {
    if (depth > DEPTH_MAX) throw new Error("a header is nested too deeply");
    const fields = new Map<number, ThriftValue>();
    for (let id = 0; ;) {
      const head = this.view.getUint8(this.at++);
      const type = head & 15;
      if (type === 0) return fields;
      id = head >> 4 === 0 ? this.zigzag() : id + (head >> 4);
      fields.set(id, type <= 2 ? type === 1 : this.value(type, depth + 1));
    }
  }

  private value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return this.view.getUint8(this.at++) === 1; // within a list
      case 3:
        return this.view.getInt8(this.at++);
      case 4:
      case 5:
      case 6:
        return this.zigzag();
      case 7:
        this.at += 8;
        return this.view.getFloat64(this.at - 8, true);
      case 8: {
        const n = this.varint();
        if (this.at + n > this.bytes.length) throw new RangeError("a header ends too early");
        this.at += n;
        return this.bytes.subarray(this.at - n, this.at);
      }
      case 9:
      case 10: {
        const head = this.view.getUint8(this.at++);
        const n = head >> 4 === 15 ? this.varint() : head >> 4;
        if (this.at + n > this.bytes.length) throw new RangeError("a header ends too early");
        return Array.from({ length: n }, () => this.value(head & 15, depth + 1));
      }
      case 12:
        return this.struct(depth);
      default:
        throw new Error(`a header holds a value of type ${type}`);
    }
  }

  /** Beyond 2⁵³ it is no longer exact, which no length of a file is. */
  private varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.view.getUint8(this.at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 56) throw new Error("a number in a header is too long");
    }
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

const encoder = new TextEncoder();

/** Writes structs: `field` before each value, `end` after the last. */
export class ThriftWriter {
  private bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  /** What has been written. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) {
      const grown = new Uint8Array(2 * this.bytes.length);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[this.length++] = value;
  }

  varint(value: number): void {
    for (; value >= 128; value = Math.floor(value / 128)) this.byte((value % 128) | 128);
    this.byte(value);
  }

  /** The head of field `id`, of a struct whose last field was `before`. */
  field(before: number, id: number, type: ThriftType): void {
    this.byte(((id - before) << 4) | type);
  }

  integer(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(value: string): void {
    const bytes = encoder.encode(value);
    this.varint(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.byte(bytes[i]!);
  }

  list(length: number, type: ThriftType): void {
    if (length < 15) this.byte((length << 4) | type);
    else {
      this.byte(0xf0 | type);
      this.varint(length);
    }
  }

  end(): void {
    this.byte(0);
  }
}

export const ThriftType = { I32: 5, I64: 6, BINARY: 8, LIST: 9, STRUCT: 12 } as const;
export type ThriftType = (typeof ThriftType)[keyof typeof ThriftType];
