import { DENSE_WASM } from "./dense-wasm";

/** Room for matrices, and the kernels that work in it. Places and strides count doubles. */
export interface Dense {
  readonly f64: Float64Array;
  /** C(i, j) += alpha · Σₖ A(i, k)·B(k, j), where A(i, k) lies at a.at + i·a.row + k·a.col, and so on. With `lower`, most
   * of what is above C's diagonal is left as it was. */
  gemm(m: number, n: number, k: number, alpha: number, a: Strided, b: Strided, c: Rows, lower?: boolean): void;
  /** For `count` (at most 32) columns u of U: v = L⁻¹u for a banded L; |v|² to `norms`, v·w for each target to `fits`.
   * Rows of U, `norms` and rows of `fits` have room for columns up to the next multiple of 8, which are not defined. */
  bandLeverage(l: Band, u: Rows, count: number, w: number, nTargets: number, norms: number, fits: Rows): void;
}

export interface Strided {
  readonly at: number;
  readonly row: number;
  readonly col: number;
}

/** A matrix whose rows are contiguous. */
export interface Rows {
  readonly at: number;
  readonly row: number;
}

/** L(k, k - d) at `at` + k·(width + 1) + d, for d up to `width`; the diagonal is inverted. */
export interface Band {
  readonly at: number;
  readonly order: number;
  readonly width: number;
}

interface Exports {
  gemm(...numbers: number[]): void;
  bandLeverage(...numbers: number[]): void;
  linearScores(...numbers: number[]): void;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The parts of WebAssembly used here; without the DOM's types there are none. */
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Exports };
  Memory: new (size: { initial: number }) => WasmMemory;
}

/** Doubles of working memory: a spare tile, a block of either operand, the last columns of a banded solve. */
const WORK = 16 + 64 * 128 + 128 * 512;
const COLUMNS = 32;

let compiled: object | undefined;

/** `length` zeros and the kernels, in WebAssembly where it has 128-bit vectors and the memory, else in JavaScript, some
 * five times slower and not equal in the last bits. `width` is that of the widest band to be solved. */
export function openDense(length: number, width = 0): Dense {
  return openWasmDense(length, width) ?? openJsDense(length);
}

/** undefined where WebAssembly, its vectors or the memory are not to be had. */
export function openWasmDense(length: number, width = 0): Dense | undefined {
  const work = 8 * (length + (length & 1)); // vectors are read two doubles at a time
  const bytes = work + 8 * Math.max(WORK, (width + 1) * COLUMNS);
  const opened = denseModule(Math.ceil(bytes / 65536));
  if (opened === undefined) return undefined;
  const { memory, exports } = opened;
  const { gemm, bandLeverage } = exports;
  return {
    f64: new Float64Array(memory.buffer, 0, length),
    gemm: (m, n, k, alpha, a, b, c, lower = false) =>
      gemm(m, n, k, alpha, 8 * a.at, a.row, a.col, 8 * b.at, b.row, b.col, 8 * c.at, c.row, lower ? 1 : 0, work),
    bandLeverage: (l, u, count, w, nTargets, norms, fits) =>
      bandLeverage(
        8 * l.at,
        l.order,
        l.width,
        8 * u.at,
        u.row,
        count,
        8 * w,
        nTargets,
        8 * norms,
        8 * fits.at,
        fits.row,
        work,
      ),
  };
}

/** The module with `pages` of memory, 64 kB each; undefined where there is no WebAssembly with vectors, or no memory. */
export function denseModule(pages: number): { memory: WasmMemory; exports: Exports } | undefined {
  const { WebAssembly: wasm, atob } = globalThis as { WebAssembly?: Wasm; atob?: (base64: string) => string };
  if (wasm === undefined || atob === undefined) return undefined;
  try {
    compiled ??= new wasm.Module(Uint8Array.from(atob(DENSE_WASM), (char) => char.charCodeAt(0)));
    const memory = new wasm.Memory({ initial: pages });
    return { memory, exports: new wasm.Instance(compiled, { env: { memory } }).exports };
  } catch {
    return undefined;
  }
}

export function openJsDense(length: number): Dense {
  const f64 = new Float64Array(length);
  return {
    f64,
    gemm(m, n, k, alpha, a, b, c, lower = false) {
      for (let i = 0; i < m; i++) {
        const to = c.at + i * c.row;
        const last = lower ? Math.min(n, i + 1) : n;
        for (let l = 0; l < k; l++) {
          const factor = alpha * f64[a.at + i * a.row + l * a.col]!;
          if (factor === 0) continue;
          let from = b.at + l * b.row;
          for (let j = 0; j < last; j++, from += b.col) f64[to + j]! += factor * f64[from]!;
        }
      }
    },
    bandLeverage({ at, order, width }, u, count, w, nTargets, norms, fits) {
      const v = new Float64Array(order);
      for (let i = 0; i < count; i++) {
        let norm = 0;
        for (let k = 0; k < order; k++) {
          const row = at + k * (width + 1);
          let value = f64[u.at + k * u.row + i]!;
          for (let d = Math.min(width, k); d > 0; d--) value -= f64[row + d]! * v[k - d]!;
          value *= f64[row]!;
          v[k] = value;
          norm += value * value;
          for (let t = 0; t < nTargets; t++) f64[fits.at + t * fits.row + i]! += f64[w + t * order + k]! * value;
        }
        f64[norms + i]! += norm;
      }
    },
  };
}
