import { SPD_WASM } from "./spd-wasm";

/** Two symmetric matrices of one order at a time, in WebAssembly: each instruction works on both. */
export interface SpdPairs {
  /** Of both, in turn: 2 · n, in no order. Filled by `diagonalise`. */
  readonly values: Float64Array;
  /** In turn like `values`; what `addOuter` multiplies each eigenvector's outer product by. */
  readonly weights: Float64Array;
  /** L⁻¹ (n × n, lower triangular), by which matrices are whitened from now on; null: they are taken as they are. */
  whitenBy(inverse: Float64Array | null): void;
  /** Eigenvalues, and eigenvectors when they are asked for, of both whitened matrices; only finite ones may be given.
   * @returns false when they were not found: try each with `eighInto`. */
  diagonalise(first: Float64Array, second: Float64Array, withVectors: boolean): boolean;
  /** sum += Σ weight · v·vᵀ over the eigenvectors of both. */
  addOuter(): void;
  /** Adds that sum to `out` (n × n, lower triangle) and begins again at 0. */
  takeSumInto(out: Float64Array): void;
}

interface Exports {
  whiten(a: number, half: number, w: number, n: number): void;
  diagonalise(a: number, rows: number, d: number, e: number, t: number, n: number): number;
  addOuter(out: number, rows: number, weights: number, n: number): void;
}
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Exports };
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
}

let compiled: object | undefined;

/** undefined where WebAssembly, its 128-bit vectors or the memory are not to be had. */
export function openSpdPairs(n: number): SpdPairs | undefined {
  const { WebAssembly: wasm, atob } = globalThis as { WebAssembly?: Wasm; atob?: (base64: string) => string };
  if (wasm === undefined || atob === undefined || n === 0) return undefined;
  try {
    compiled ??= new wasm.Module(Uint8Array.from(atob(SPD_WASM), (char) => char.charCodeAt(0)));
    const [square, row] = [16 * n * n, 16 * n];
    const [matrix, half, vectors, sum] = [0, square, 2 * square, 3 * square];
    const [values, off, tau, weights] = [0, 1, 2, 3].map((k) => 4 * square + k * row) as [
      number,
      number,
      number,
      number,
    ];
    const inverse = 4 * square + 4 * row;
    const memory = new wasm.Memory({ initial: Math.ceil((inverse + 8 * n * n) / 65536) });
    const { exports } = new wasm.Instance(compiled, { env: { memory } });
    const view = (from: number, length: number) => new Float64Array(memory.buffer, from, length);
    const both = view(matrix, 2 * n * n);
    const whitening = view(inverse, n * n);
    const sums = view(sum, 2 * n * n);
    let whitens = false;
    return {
      values: view(values, 2 * n),
      weights: view(weights, 2 * n),
      whitenBy(w) {
        whitens = w !== null;
        if (w !== null) whitening.set(w);
      },
      diagonalise(first, second, withVectors) {
        for (let i = 0, to = 0; i < n * n; i++) {
          both[to++] = first[i]!;
          both[to++] = second[i]!;
        }
        if (whitens) exports.whiten(matrix, half, inverse, n);
        return exports.diagonalise(matrix, withVectors ? vectors : 0, values, off, tau, n) === 1;
      },
      addOuter: () => exports.addOuter(sum, vectors, weights, n),
      takeSumInto(out) {
        for (let i = 0; i < n; i++)
          for (let at = i * n, end = at + i; at <= end; at++) out[at]! += sums[2 * at]! + sums[2 * at + 1]!;
        sums.fill(0);
      },
    };
  } catch {
    return undefined;
  }
}
