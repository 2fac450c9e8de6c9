import { Message } from "./protobuf";

// Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).

/** Numbers of TensorProto.DataType. */
export const FLOAT = 1;
export const INT64 = 7;
export const DOUBLE = 11;

/** Old enough for every runtime of the last years; opset 13 is the first with all operators used here. */
const IR_VERSION = 8;
const OPSET = 13;

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly Message[];
}

export interface OnnxValue {
  readonly name: string;
  readonly type: number;
  /** A number, or a name for what is known only when it runs. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly Message[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly description: string;
}

export function encodeOnnx({ nodes, constants, inputs, outputs, metadata, description }: OnnxGraph): Uint8Array {
  const graph = new Message();
  nodes.forEach(({ op, inputs: from, outputs: to, attributes = [] }, i) => {
    const node = new Message();
    for (const name of from) node.string(1, name);
    for (const name of to) node.string(2, name);
    node.string(3, `${op.toLowerCase()}_${i}`).string(4, op);
    for (const attribute of attributes) node.message(5, attribute);
    graph.message(1, node);
  });
  graph.string(2, "classifier");
  for (const constant of constants) graph.message(5, constant);
  for (const value of inputs) graph.message(11, valueInfo(value));
  for (const value of outputs) graph.message(12, valueInfo(value));
  const model = new Message().int(1, IR_VERSION).string(2, "@p300/lda").string(6, description).message(7, graph);
  model.message(8, new Message().string(1, "").int(2, OPSET));
  for (const [key, value] of Object.entries(metadata)) model.message(14, new Message().string(1, key).string(2, value));
  return model.encode();
}

export function intAttribute(name: string, value: number): Message {
  return new Message().string(1, name).int(3, value).int(20, 2);
}

/** A constant of the graph. */
export function tensor(name: string, type: number, shape: readonly number[], values: ArrayLike<number>): Message {
  const width = type === FLOAT ? 4 : 8;
  const raw = new DataView(new ArrayBuffer(width * values.length));
  for (let i = 0; i < values.length; i++) {
    if (type === FLOAT) raw.setFloat32(4 * i, values[i]!, true);
    else if (type === DOUBLE) raw.setFloat64(8 * i, values[i]!, true);
    else raw.setBigInt64(8 * i, BigInt(values[i]!), true);
  }
  const message = new Message();
  for (const size of shape) message.int(1, size);
  return message.int(2, type).string(8, name).bytes(9, new Uint8Array(raw.buffer));
}

function valueInfo({ name, type, shape }: OnnxValue): Message {
  const dimensions = new Message();
  for (const size of shape)
    dimensions.message(1, typeof size === "number" ? new Message().int(1, size) : new Message().string(2, size));
  const ofTensor = new Message().int(1, type).message(2, dimensions);
  return new Message().string(1, name).message(2, new Message().message(1, ofTensor));
}
