/** MATLAB's MAT-files of version 7.3: variables in HDF5. */
import { type Refuse, viewOf } from "./bytes";
import { H5File, type H5Object } from "./hdf5";
import type { MatValue } from "./mat-value";

/** Reads all variables but those whose names begin with #, which MATLAB keeps for itself. */
export async function readMat73(bytes: Uint8Array, refuse: Refuse): Promise<Map<string, MatValue>> {
  const file = new H5File(bytes, refuse);
  const root = file.object(file.root);
  if (!root.members) return refuse("has no root group: it is damaged");
  const variables = new Map<string, MatValue>();
  for (const [name, address] of root.members)
    if (!name.startsWith("#")) variables.set(name, await valueOf(file, file.object(address), refuse, 0));
  return variables;
}

async function valueOf(file: H5File, object: H5Object, refuse: Refuse, depth: number): Promise<MatValue> {
  if (depth > 20) return refuse("nests its variables beyond 20 levels");
  const { attributes, members, dataset } = object;
  if (members) return structOf(file, members, refuse, depth);
  const kind = String(attributes.get("MATLAB_class") ?? "");
  if (!dataset) return { kind: "other", dims: [], what: kind || "an object without data" };
  const { type } = dataset;
  // HDF5 counts the other way round: the same numbers in the same order, the sizes reversed
  const dims = dataset.dims.length === 1 ? [dataset.dims[0]!, 1] : dataset.dims.toReversed();
  const isEmpty = attributes.get("MATLAB_empty") === 1;
  if (isEmpty && kind === "char") return { kind: "char", dims: [0, 0], text: "" };
  if (isEmpty && kind === "cell") return { kind: "cell", dims: [0, 0], cells: [] };
  if (isEmpty && kind === "struct") return { kind: "struct", dims: [0, 0], elements: [] };
  if (isEmpty) return { kind: "numeric", dims: [0, 0], data: new Float64Array(0) };
  if (type.kind === "reference") {
    const cells: MatValue[] = [];
    for (const address of addressesIn(await file.read(dataset), type.size))
      cells.push(await valueOf(file, file.object(address), refuse, depth + 1));
    return { kind: "cell", dims, cells };
  }
  if (type.kind === "string") {
    const text = new TextDecoder().decode(await file.read(dataset));
    return { kind: "char", dims: [1, text.length], text: text.replace(/\0.*$/s, "") };
  }
  if (type.kind === "other") return { kind: "other", dims, what: kind || "data of another type" };
  const numbers = numbersIn(await file.read(dataset), type, refuse);
  if (kind !== "char") return { kind: "numeric", dims, data: numbers };
  let text = "";
  for (const code of numbers) text += code <= 0xffff ? String.fromCharCode(code) : "\uFFFD";
  const nRows = dims[0]!;
  if (nRows > 1 && nRows <= text.length) {
    const rows = Array.from({ length: nRows }, (_, row) => {
      let line = "";
      for (let i = row; i < text.length; i += nRows) line += text[i]!;
      return line.trimEnd();
    });
    text = rows.join("\n");
  }
  return { kind: "char", dims, text };
}

/** One struct, or an array of them: then every field is a list of references, all of one length. */
async function structOf(
  file: H5File,
  members: ReadonlyMap<string, number>,
  refuse: Refuse,
  depth: number,
): Promise<MatValue> {
  const fields = new Map<string, MatValue>();
  let isArray = members.size > 0;
  for (const [name, address] of members) {
    const object = file.object(address);
    // a field that is a cell says so; a list of references that says nothing holds the array's elements
    if (object.dataset?.type.kind !== "reference" || object.attributes.has("MATLAB_class")) isArray = false;
    fields.set(name, await valueOf(file, object, refuse, depth + 1));
  }
  if (!isArray) return { kind: "struct", dims: [1, 1], elements: [fields] };
  const columns = [...fields].map(([name, value]) => [name, value.kind === "cell" ? value.cells : []] as const);
  const n = columns[0]![1].length;
  if (columns.some(([, cells]) => cells.length !== n)) return refuse("has a struct whose fields differ in length");
  const elements = Array.from({ length: n }, (_, i) => new Map(columns.map(([name, cells]) => [name, cells[i]!])));
  return { kind: "struct", dims: [1, n], elements };
}

function addressesIn(bytes: Uint8Array, size: number): number[] {
  const view = viewOf(bytes);
  return Array.from({ length: Math.floor(bytes.length / Math.max(8, size)) }, (_, i) =>
    Number(view.getBigUint64(i * size, true)),
  );
}

function numbersIn(
  bytes: Uint8Array,
  type: { kind: string; size: number; signed: boolean },
  refuse: Refuse,
): Float64Array {
  const { kind, size, signed } = type;
  const view = viewOf(bytes);
  const readers: Readonly<Record<string, (at: number) => number>> = {
    float4: (at) => view.getFloat32(at, true),
    float8: (at) => view.getFloat64(at, true),
    integer1: (at) => (signed ? view.getInt8(at) : view.getUint8(at)),
    integer2: (at) => (signed ? view.getInt16(at, true) : view.getUint16(at, true)),
    integer4: (at) => (signed ? view.getInt32(at, true) : view.getUint32(at, true)),
    integer8: (at) => Number(signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true)),
  };
  const read = readers[`${kind}${size}`] ?? refuse(`has numbers of ${size} bytes, which are not read`);
  const data = new Float64Array(bytes.length / size);
  for (let i = 0; i < data.length; i++) data[i] = read(i * size);
  return data;
}
