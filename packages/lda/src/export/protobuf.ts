// The few pieces of protocol buffers' wire format that an ONNX file is made of
// (https://protobuf.dev/programming-guides/encoding/).

const text = new TextEncoder();

/** A message being written, field after field. */
export class Message {
  readonly #parts: Uint8Array[] = [];

  /** An int32, int64 or enum. */
  int(field: number, value: number): this {
    this.#parts.push(varint(field * 8), varint(value));
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, text.encode(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.encode());
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint(field * 8 + 2), varint(value.length), value);
    return this;
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // Negative numbers are written as 64-bit two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A field as it was read; which of the two it holds depends on its wire type. */
export interface Field {
  readonly number: number;
  /** A varint, as a signed 64-bit integer. */
  readonly int: number;
  /** A string, message, or packed numbers; or the 4 or 8 bytes of a fixed number. */
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array(0);

/** The fields of a message, in their order. @throws {Error} when it is damaged. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const tag = readVarint(reader);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (number === 0) throw new Error("a field has number 0");
    if (wire === 0) fields.push({ number, int: readVarint(reader), bytes: NONE });
    else if (wire === 1 || wire === 5 || wire === 2) {
      const length = wire === 2 ? readVarint(reader) : wire === 1 ? 8 : 4;
      if (length < 0 || length > bytes.length - reader.at) throw new Error("a field is longer than what holds it");
      fields.push({ number, int: 0, bytes: bytes.subarray(reader.at, reader.at + length) });
      reader.at += length;
    } else throw new Error(`a field has wire type ${wire}`);
  }
  return fields;
}

/** Varints one after another, as packed integers are. */
export function packedInts(bytes: Uint8Array): number[] {
  const reader = { bytes, at: 0 };
  const values: number[] = [];
  while (reader.at < bytes.length) values.push(readVarint(reader));
  return values;
}

function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new Error("it ends within a number");
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return Number(BigInt.asIntN(64, value));
  }
  throw new Error("a number has no end");
}
