// Assembles the WebAssembly kernel of src/linalg/gram.ts and writes it, as base64, to src/linalg/gram-wasm.ts.
//
//   node wasm/gram.mjs
//
// One function, addTiles(tiles, p, q, rows, nTiles): for each of nTiles panels from q on, adds to the next 4 × 4 tile
// the products of panel p's columns with that panel's, over `rows` rows. Addresses are in bytes, panels as in gram.ts.
// It multiplies and adds in the order that the JavaScript kernel does, so that both give the same bits.
import { writeFileSync } from "node:fs";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const I32 = 0x7f;
const V128 = 0x7b;
const [tiles, p, q, rows, nTiles, at, end, b0, b1, a, accumulators] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const get = (local) => [0x20, local];
const set = (local, ...value) => [...value.flat(), 0x21, local];
const constant = (value) => [0x41, ...signed(value)];
const add = (x, y) => [...x, ...y, 0x6a];
const load = (address, offset) => [...address, 0xfd, 0x00, 0x03, ...unsigned(offset)];
const loadSplat = (address, offset) => [...address, 0xfd, 0x0a, 0x03, ...unsigned(offset)];
const store = (address, offset, value) => [...address, ...value, 0xfd, 0x0b, 0x03, ...unsigned(offset)];
const zero = [0xfd, 0x0c, ...Array(16).fill(0)];
const addF64x2 = (x, y) => [...x, ...y, 0xfd, 0xf0, 0x01];
const multiplyF64x2 = (x, y) => [...x, ...y, 0xfd, 0xf2, 0x01];
const loopWhile = (body, condition) => [0x03, 0x40, ...body, ...condition, 0x0d, 0x00, 0x0b];

const eight = Array.from({ length: 8 }, (_, k) => accumulators + k);
const aRow = [
  ...set(b0, load(get(q), 0)),
  ...set(b1, load(get(q), 16)),
  ...[0, 1, 2, 3].flatMap((r) => [
    ...set(a, loadSplat(get(at), 8 * r)),
    ...set(eight[2 * r], addF64x2(get(eight[2 * r]), multiplyF64x2(get(a), get(b0)))),
    ...set(eight[2 * r + 1], addF64x2(get(eight[2 * r + 1]), multiplyF64x2(get(a), get(b1)))),
  ]),
  ...set(q, add(get(q), constant(32))),
  ...set(at, add(get(at), constant(32))),
];
const aTile = [
  ...set(at, get(p)),
  ...set(end, add(get(p), [...get(rows), ...constant(5), 0x74])), // rows << 5: four doubles a row
  ...eight.flatMap((local) => set(local, zero)),
  ...loopWhile(aRow, [...get(at), ...get(end), 0x49]), // at < end
  ...eight.flatMap((local, k) => store(get(tiles), 16 * k, addF64x2(load(get(tiles), 16 * k), get(local)))),
  ...set(tiles, add(get(tiles), constant(128))),
  ...set(nTiles, [...get(nTiles), ...constant(1), 0x6b]),
];
const body = [2, 2, I32, 3 + 8, V128, ...loopWhile(aTile, get(nTiles)), 0x0b];

export const wasm = Uint8Array.from([
  ...HEADER,
  ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]), // one type: five integers in, nothing out
  ...section(2, [1, ...name("env"), ...name("memory"), 0x02, 0x00, 0]), // memory is the caller's
  ...section(3, [1, 0]),
  ...section(7, [1, ...name("addTiles"), 0x00, 0]),
  ...section(10, [1, ...unsigned(body.length), ...body]),
]);

const source = `// Written by wasm/gram.mjs, which is where it is explained.
export const GRAM_WASM =
${Buffer.from(wasm)
  .toString("base64")
  .match(/.{1,100}/g)
  .map((line) => `  "${line}"`)
  .join(" +\n")};
`;

function section(id, bytes) {
  return [id, ...unsigned(bytes.length), ...bytes];
}

function name(text) {
  return [text.length, ...Buffer.from(text)];
}

function unsigned(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value) {
  const [low, rest] = [value & 127, value >> 7];
  return (rest === 0 && low < 64) || (rest === -1 && low >= 64) ? [low] : [low | 128, ...signed(rest)];
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL("../src/linalg/gram-wasm.ts", import.meta.url), source);
