import { DOUBLE, FLOAT, INT64 } from "./onnx-format";
import { fieldsOf, packedInts, type Field } from "./protobuf";

export interface ReadTensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export interface ReadAttribute {
  readonly int: number;
  readonly float: number;
  readonly string: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly tensor: ReadTensor | undefined;
}

export interface ReadNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, ReadAttribute>;
}

export interface ReadGraph {
  readonly nodes: readonly ReadNode[];
  readonly constants: ReadonlyMap<string, ReadTensor>;
  /** Inputs that are not constants, with their last dimension where that is a number. */
  readonly inputs: readonly { readonly name: string; readonly width: number | undefined }[];
  readonly metadata: Readonly<Record<string, string>>;
}

const text = new TextDecoder();

/** What of an ONNX file matters for a linear model. @throws {Error} when it is damaged. */
export function readOnnx(bytes: Uint8Array): ReadGraph {
  const model = fieldsOf(bytes);
  const graphs = model.filter(({ number }) => number === 7);
  if (graphs.length !== 1) throw new Error("it holds no graph");
  const graph = fieldsOf(graphs[0]!.bytes);
  const of = (number: number): Field[] => graph.filter((field) => field.number === number);
  const constants = new Map(of(5).map((field) => readTensor(field.bytes)));
  return {
    nodes: of(1).map((field) => readNode(field.bytes)),
    constants,
    inputs: of(11)
      .map((field) => readInput(field.bytes))
      .filter(({ name }) => !constants.has(name)),
    metadata: Object.fromEntries(
      model
        .filter(({ number }) => number === 14)
        .map((field) => {
          const entry = fieldsOf(field.bytes);
          return [stringOf(entry, 1), stringOf(entry, 2)];
        }),
    ),
  };
}

function readNode(bytes: Uint8Array): ReadNode {
  const fields = fieldsOf(bytes);
  const strings = (number: number): string[] =>
    fields.filter((field) => field.number === number).map((field) => text.decode(field.bytes));
  return {
    op: stringOf(fields, 4),
    domain: stringOf(fields, 7),
    inputs: strings(1),
    outputs: strings(2),
    attributes: new Map(fields.filter(({ number }) => number === 5).map((field) => readAttribute(field.bytes))),
  };
}

function readAttribute(bytes: Uint8Array): [string, ReadAttribute] {
  const fields = fieldsOf(bytes);
  const inner = fields.find(({ number }) => number === 5);
  return [
    stringOf(fields, 1),
    {
      int: fields.find(({ number }) => number === 3)?.int ?? 0,
      float: floatsOf(fields, 2)[0] ?? 0,
      string: stringOf(fields, 4),
      ints: intsOf(fields, 8),
      floats: floatsOf(fields, 7),
      tensor: inner && readTensor(inner.bytes)[1],
    },
  ];
}

function readTensor(bytes: Uint8Array): [string, ReadTensor] {
  const fields = fieldsOf(bytes);
  const shape = intsOf(fields, 1);
  const type = fields.find(({ number }) => number === 2)?.int;
  const raw = fields.find(({ number }) => number === 9)?.bytes;
  let values: readonly number[];
  if (raw !== undefined && (type === FLOAT || type === DOUBLE || type === INT64)) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const width = type === FLOAT ? 4 : 8;
    values = Array.from({ length: Math.floor(raw.byteLength / width) }, (_, i) => {
      if (type === FLOAT) return view.getFloat32(4 * i, true);
      return type === DOUBLE ? view.getFloat64(8 * i, true) : Number(view.getBigInt64(8 * i, true));
    });
  } else values = [...floatsOf(fields, 4), ...doublesOf(fields, 10), ...intsOf(fields, 7)];
  const size = shape.reduce((product, side) => product * side, 1);
  const known = type === FLOAT || type === DOUBLE || type === INT64;
  // A tensor of another kind (names, flags) can't be a coefficient; it may still be in the graph.
  if (known && values.length !== size) throw new Error(`a tensor of ${size} numbers holds ${values.length}`);
  return [stringOf(fields, 8), { shape, values: Float64Array.from(values) }];
}

function readInput(bytes: Uint8Array): { name: string; width: number | undefined } {
  const fields = fieldsOf(bytes);
  const inside = (of: Field[], number: number): Field[] =>
    of.filter((field) => field.number === number).flatMap((field) => fieldsOf(field.bytes));
  const shape = inside(inside(inside(fields, 2), 1), 2);
  const last = shape.filter(({ number }) => number === 1).at(-1);
  const size = last && fieldsOf(last.bytes).find(({ number }) => number === 1)?.int;
  return { name: stringOf(fields, 1), width: size === undefined || size < 1 ? undefined : size };
}

const stringOf = (fields: Field[], number: number): string => {
  const field = fields.find((other) => other.number === number);
  return field === undefined ? "" : text.decode(field.bytes);
};

/** Packed or one by one, as both are allowed. */
function intsOf(fields: Field[], number: number): number[] {
  return fields
    .filter((field) => field.number === number)
    .flatMap(({ int, bytes }) => (bytes.length > 0 ? packedInts(bytes) : [int]));
}

function floatsOf(fields: Field[], number: number): number[] {
  return fields.filter((field) => field.number === number).flatMap(({ bytes }) => fixedNumbers(bytes, 4));
}

function doublesOf(fields: Field[], number: number): number[] {
  return fields.filter((field) => field.number === number).flatMap(({ bytes }) => fixedNumbers(bytes, 8));
}

function fixedNumbers(bytes: Uint8Array, width: 4 | 8): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) =>
    width === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
}
