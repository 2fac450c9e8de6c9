import { KERNELS_WASM } from "./wasm-bytes";

/** What `wasm/kernels.ts` exports. Addresses and strides are in bytes, counts in elements. */
export interface Kernels {
  forward(x: number, level: number, plan: number): void;
  inverse(x: number, level: number, plan: number): void;
  convolveReal(x: number, level: number, plan: number, response: number): void;
  convolveComplex(x: number, level: number, plan: number, response: number): void;
  pack(x: number, rows: number, stride: number, n: number): void;
  unpack(rows: number, stride: number, x: number, n: number): void;
  gather(out: number, x: number, table: number, weights: number, n: number): void;
  splitForward(x: number, input: number, half: number, twiddles: number): void;
  mergeForward(output: number, x: number, half: number, table: number): void;
  splitInverse(x: number, input: number, half: number, table: number): void;
  mergeInverse(output: number, x: number, half: number, twiddles: number, scale: number): void;
}

/** The kernels with the one memory that all of them share, lent to whoever claimed it last. */
export interface Workbench {
  readonly kernels: Kernels;
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  readonly u8: Uint8Array;
  /** Somebody else has used the memory since: its tables must be written again. */
  readonly fresh: boolean;
  /** Another module's kernels on this memory; undefined when it can't be had. */
  readonly also: <Others>(module: WasmModule) => Others | undefined;
}

/** A module in base64, compiled when it is first wanted. */
export class WasmModule {
  #compiled: object | null | undefined;
  readonly #base64: string;

  constructor(base64: string) {
    this.#base64 = base64;
  }

  /** null where there is no WebAssembly SIMD, or a page's content security policy forbids it. */
  get compiled(): object | null {
    if (this.#compiled === undefined) this.#compiled = compile(this.#base64);
    return this.#compiled;
  }
}

/** The parts of WebAssembly used here; without the DOM's types there are none. */
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
  Memory: new (size: { initial: number }) => Memory;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const { WebAssembly: wasm, atob } = globalThis as { WebAssembly?: Wasm; atob?: (base64: string) => string };

const PAGE = 65_536;
/** Larger jobs are left to plain JavaScript. */
const BYTES_MAX = 1_000_000_000;
/** A memory that has grown beyond this is given back when a small job comes along. */
const KEPT_BYTES_MAX = 64_000_000;

const main = new WasmModule(KERNELS_WASM);
let bench:
  | { readonly kernels: Kernels; readonly memory: Memory; readonly others: Map<WasmModule, unknown> }
  | undefined;
let views: { f64: Float64Array; u32: Uint32Array; u8: Uint8Array } | undefined;
let lastOwner: object | undefined;

/** There is WebAssembly with 128-bit vectors here, and it may be used. */
export function hasKernels(): boolean {
  return main.compiled !== null;
}

/** Lends the kernels and at least `nBytes` of their memory to `owner`, until the next claim. Undefined where there is no
 * WebAssembly SIMD, where a page's content security policy forbids it, or when there is no such memory to be had: then
 * the same is to be computed in plain JavaScript. */
export function claimWorkbench(owner: object, nBytes: number): Workbench | undefined {
  if (!hasKernels() || nBytes > BYTES_MAX) return undefined;
  try {
    if (bench && bench.memory.buffer.byteLength > KEPT_BYTES_MAX && nBytes <= KEPT_BYTES_MAX) bench = undefined;
    if (!bench) {
      const memory = new wasm!.Memory({ initial: Math.ceil(nBytes / PAGE) + 1 });
      const instance = new wasm!.Instance(main.compiled!, { env: { memory } });
      bench = { kernels: instance.exports as Kernels, memory, others: new Map() };
      views = undefined;
    }
    const { kernels, memory, others } = bench;
    const missing = nBytes - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / PAGE));
      views = undefined; // growing takes the old buffer away
    }
    const fresh = !views || lastOwner !== owner;
    views ??= {
      f64: new Float64Array(memory.buffer),
      u32: new Uint32Array(memory.buffer),
      u8: new Uint8Array(memory.buffer),
    };
    lastOwner = owner;
    const also = <Others>(module: WasmModule): Others | undefined => {
      if (!others.has(module)) others.set(module, instantiate(module, memory));
      return others.get(module) as Others | undefined;
    };
    return { kernels, ...views, fresh, also };
  } catch {
    return undefined;
  }
}

function compile(base64: string): object | null {
  if (!wasm || !atob) return null;
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    return new wasm.Module(bytes);
  } catch {
    return null;
  }
}

function instantiate(module: WasmModule, memory: Memory): unknown {
  try {
    return module.compiled ? new wasm!.Instance(module.compiled, { env: { memory } }).exports : undefined;
  } catch {
    return undefined;
  }
}

/** Hands out the addresses of consecutive stretches of memory, each on a multiple of 64 bytes. */
export function layOut<Name extends string>(sizes: Readonly<Record<Name, number>>): Record<Name | "end", number> {
  const at: Record<string, number> = {};
  let end = 64; // address 0 stays free
  for (const [name, nBytes] of Object.entries<number>(sizes)) {
    at[name] = end;
    end += Math.ceil(nBytes / 64) * 64;
  }
  at["end"] = end;
  return at as Record<Name | "end", number>;
}
