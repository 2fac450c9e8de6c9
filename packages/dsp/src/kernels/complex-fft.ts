import { fftTables, hasPlan, unitRoots } from "./fft-plan";
import { claimWorkbench, layOut } from "./wasm";

/** A transform, or its inverse, in WebAssembly; false when there is none. */
export interface WasmFft {
  forward(input: Float64Array, output: Float64Array): boolean;
  inverse(input: Float64Array, output: Float64Array): boolean;
}

const MANY = 4;
const recent = new Map<number, Float64Array>();

/** The last few are remembered: sines take as long as the transform. */
function rootsOf(size: number): Float64Array {
  const known = recent.get(size);
  if (known) return known;
  const roots = unitRoots(size, size / 2);
  if (recent.size >= MANY) recent.delete(recent.keys().next().value!);
  recent.set(size, roots);
  return roots;
}

/** Plans transforms of one complex signal of even length. The kernel transforms two signals side by side, so the first
 * step halves the one into two: their bins are its even and its odd ones.
 * @returns undefined for a length that the kernel has no plan for. */
export function planWasmFft(size: number): WasmFft | undefined {
  const half = size / 2;
  if (!Number.isInteger(half) || !hasPlan(half)) return undefined;
  const owner = {};
  const tables = fftTables(half);
  const at = layOut({
    plan: tables.bytes.length,
    roots: 16 * half,
    table: 4 * half,
    x: 32 * half,
    input: 16 * size,
    output: 16 * size,
  });
  let roots: Float64Array | undefined;

  const claim = () => {
    const bench = claimWorkbench(owner, at.end);
    if (bench?.fresh) {
      roots ??= rootsOf(size);
      bench.u8.set(tables.bytes, at.plan);
      bench.f64.set(roots, at.roots / 8);
      for (let k = 0; k < half; k++) bench.u32[at.table / 4 + k] = 32 * tables.positions[k]!;
    }
    return bench;
  };
  return {
    forward(input, output) {
      const bench = claim();
      if (!bench) return false;
      const { kernels, f64 } = bench;
      f64.set(input.subarray(0, 2 * size), at.input / 8);
      kernels.splitForward(at.x, at.input, half, at.roots);
      kernels.forward(at.x, at.plan, at.plan);
      kernels.mergeForward(at.output, at.x, half, at.table);
      output.set(f64.subarray(at.output / 8, at.output / 8 + 2 * size));
      return true;
    },
    inverse(input, output) {
      const bench = claim();
      if (!bench) return false;
      const { kernels, f64 } = bench;
      f64.set(input.subarray(0, 2 * size), at.input / 8);
      kernels.splitInverse(at.x, at.input, half, at.table);
      kernels.inverse(at.x, at.plan, at.plan);
      kernels.mergeInverse(at.output, at.x, half, at.roots, 1 / size);
      output.set(f64.subarray(at.output / 8, at.output / 8 + 2 * size));
      return true;
    },
  };
}
