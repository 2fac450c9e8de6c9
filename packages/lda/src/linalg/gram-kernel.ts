import { GRAM_WASM } from "./gram-wasm";

/** Room for the packed panels and the tiles of a Gram matrix, and the product that fills the tiles. Places count doubles. */
export interface GramKernel {
  /** Panels of four columns, a panel's `rows` rows one after another. */
  readonly pack: Float64Array;
  /** 4 × 4 tiles, row-major, 16 numbers each. */
  readonly tiles: Float64Array;
  /** Adds to each of `nTiles` tiles from `tile` on the products of panel `p` with the next panel from `q` on. */
  addTiles(tile: number, p: number, q: number, rows: number, nTiles: number): void;
}

/** A kernel with zeroed tiles: WebAssembly where it has 128-bit vectors and the memory, else JavaScript. Both give the
 * same bits; the former is some four times faster. */
export function openGramKernel(packLength: number, tilesLength: number): GramKernel {
  return openWasmKernel(packLength, tilesLength) ?? openJsKernel(packLength, tilesLength);
}

export function openJsKernel(packLength: number, tilesLength: number): GramKernel {
  const pack = new Float64Array(packLength);
  const tiles = new Float64Array(tilesLength);
  return {
    pack,
    tiles,
    addTiles(tile, p, q, rows, nTiles) {
      for (let t = 0; t < nTiles; t++) addTile(tiles, tile + t * 16, pack, p, q + t * rows * 4, rows);
    },
  };
}

/** The parts of WebAssembly used here; without the DOM's types there are none. */
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { addTiles: GramKernel["addTiles"] } };
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
}

let compiled: object | undefined;

/** undefined where WebAssembly, its vectors or the memory are not to be had. */
export function openWasmKernel(packLength: number, tilesLength: number): GramKernel | undefined {
  const { WebAssembly: wasm, atob } = globalThis as { WebAssembly?: Wasm; atob?: (base64: string) => string };
  if (wasm === undefined || atob === undefined) return undefined;
  try {
    compiled ??= new wasm.Module(Uint8Array.from(atob(GRAM_WASM), (char) => char.charCodeAt(0)));
    // A memory of its own each time, which goes when the Gram matrix has been read: one kept would never shrink.
    const memory = new wasm.Memory({ initial: Math.ceil((8 * (packLength + tilesLength)) / 65536) });
    const { addTiles } = new wasm.Instance(compiled, { env: { memory } }).exports;
    const pack = new Float64Array(memory.buffer, 0, packLength);
    const tiles = new Float64Array(memory.buffer, 8 * packLength, tilesLength);
    return {
      pack,
      tiles,
      addTiles: (tile, p, q, rows, nTiles) => {
        if (rows > 0 && nTiles > 0) addTiles(8 * (packLength + tile), 8 * p, 8 * q, rows, nTiles);
      },
    };
  } catch {
    return undefined;
  }
}

function addTile(tiles: Float64Array, tile: number, pack: Float64Array, p: number, q: number, rows: number): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0,
    c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0,
    c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (const end = p + rows * 4; p < end; p += 4, q += 4) {
    const b0 = pack[q]!,
      b1 = pack[q + 1]!,
      b2 = pack[q + 2]!,
      b3 = pack[q + 3]!;
    const a0 = pack[p]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = pack[p + 1]!;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = pack[p + 2]!;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = pack[p + 3]!;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  tiles[tile]! += c00;
  tiles[tile + 1]! += c01;
  tiles[tile + 2]! += c02;
  tiles[tile + 3]! += c03;
  tiles[tile + 4]! += c10;
  tiles[tile + 5]! += c11;
  tiles[tile + 6]! += c12;
  tiles[tile + 7]! += c13;
  tiles[tile + 8]! += c20;
  tiles[tile + 9]! += c21;
  tiles[tile + 10]! += c22;
  tiles[tile + 11]! += c23;
  tiles[tile + 12]! += c30;
  tiles[tile + 13]! += c31;
  tiles[tile + 14]! += c32;
  tiles[tile + 15]! += c33;
}
