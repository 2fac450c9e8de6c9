import { type FftPlan, nextPowerOfTwo, planFft } from "../fft";
import { fftTables, nextQuickLength } from "./fft-plan";
import { claimWorkbench, hasKernels, layOut } from "./wasm";

/** A stretch to filter: `out[to + i] = Σ taps[k] · input[from + nTaps - 1 + i - k]` for i below n. Input beyond its end
 * counts as zero. */
export interface FilterBlock {
  readonly input: Float64Array;
  readonly from: number;
  readonly out: Float64Array;
  readonly to: number;
  /** At most the filter's `step`. */
  readonly n: number;
}

/** Convolution with fixed taps, block by block: overlap-save. */
export interface BlockFilter {
  /** Samples that one transform takes. */
  readonly size: number;
  /** Samples that it gives: `size - nTaps + 1`. */
  readonly step: number;
  /** Filters up to four blocks at once; one takes as long as four. No input may overlap another's output. */
  filter(blocks: readonly FilterBlock[]): void;
}

/** The smallest size of block, not below `n`, whose transforms are quick here. */
export const nextBlockLength = (n: number): number => (hasKernels() ? nextQuickLength(n) : nextPowerOfTwo(n));

/** Blocks that one call filters. */
export const LANES = 4;

/** Plans the convolution by transforms of `size` samples, in WebAssembly where there is any, else by fft.js: four real
 * rows, or two, share a complex transform. The two agree to 1e-14 of the largest value. */
export function planBlockFilter(taps: Float64Array, size: number): BlockFilter {
  const step = size - taps.length + 1;
  const quick = planByWasm(taps, size);
  let plain: BlockFilter | undefined;
  return {
    size,
    step,
    filter(blocks) {
      if (quick?.(blocks)) return;
      plain ??= planByPairs(taps, planFft(size));
      plain.filter(blocks);
    },
  };
}

/** Centred on sample 0, so that symmetric taps have a real response. */
function centred(taps: Float64Array, size: number): Float64Array {
  const half = (taps.length - 1) / 2;
  const out = new Float64Array(size);
  for (let k = 0; k < taps.length; k++) out[(k - half + size) % size] = taps[k]!;
  return out;
}

function isSymmetric(taps: Float64Array): boolean {
  for (let k = 0; 2 * k < taps.length; k++) if (taps[k] !== taps[taps.length - 1 - k]) return false;
  return true;
}

/** @returns undefined when there is no WebAssembly; what it returns is false when there is none any more. */
function planByWasm(taps: Float64Array, size: number): ((blocks: readonly FilterBlock[]) => boolean) | undefined {
  const tables = fftTables(size);
  const real = isSymmetric(taps);
  const half = (taps.length - 1) / 2;
  const at = layOut({ plan: tables.bytes.length, response: (real ? 8 : 16) * size, x: 32 * size, rows: 32 * size });
  const response = new Float64Array(real ? size : 2 * size);
  const owner = {};

  const first = claimWorkbench(owner, at.end);
  if (!first) return undefined;
  first.u8.set(tables.bytes, at.plan);
  first.f64.fill(0, at.rows / 8, at.rows / 8 + LANES * size);
  first.f64.set(centred(taps, size), at.rows / 8);
  first.kernels.pack(at.x, at.rows, 8 * size, size);
  first.kernels.forward(at.x, at.plan, at.plan);
  const perBin = response.length / size;
  for (let k = 0; k < size; k++)
    for (let part = 0; part < perBin; part++)
      response[perBin * k + part] = first.f64[at.x / 8 + 4 * k + 2 * part]! / size;
  first.f64.set(response, at.response / 8);

  return (blocks) => {
    const bench = claimWorkbench(owner, at.end);
    if (!bench) return false;
    const { kernels, f64, u8, fresh } = bench;
    if (fresh) {
      u8.set(tables.bytes, at.plan);
      f64.set(response, at.response / 8);
    }
    for (let lane = 0; lane < LANES; lane++) {
      const to = at.rows / 8 + lane * size;
      const block = blocks[lane];
      const part = block?.input.subarray(block.from, block.from + size);
      if (part) f64.set(part, to);
      f64.fill(0, to + (part?.length ?? 0), to + size);
    }
    kernels.pack(at.x, at.rows, 8 * size, size);
    (real ? kernels.convolveReal : kernels.convolveComplex)(at.x, at.plan, at.plan, at.response);
    kernels.unpack(at.rows, 8 * size, at.x, size);
    for (const [lane, { out, to, n }] of blocks.entries()) {
      const from = at.rows / 8 + lane * size + half;
      out.set(f64.subarray(from, from + n), to);
    }
    return true;
  };
}

/** Two blocks share a complex transform: the taps are real, so one may ride as the imaginary part of the other. */
function planByPairs(taps: Float64Array, plan: FftPlan): BlockFilter {
  const { size } = plan;
  const half = (taps.length - 1) / 2;
  const block = new Float64Array(2 * size);
  const spectrum = new Float64Array(2 * size);
  const response = new Float64Array(2 * size);
  for (const [k, tap] of centred(taps, size).entries()) block[2 * k] = tap;
  plan.forward(block, response);
  return {
    size,
    step: size - taps.length + 1,
    filter(blocks) {
      for (let first = 0; first < blocks.length; first += 2) {
        const pair = blocks.slice(first, first + 2);
        block.fill(0);
        for (const [lane, { input, from }] of pair.entries()) {
          const n = Math.min(size, input.length - from);
          for (let i = 0; i < n; i++) block[2 * i + lane] = input[from + i]!;
        }
        plan.forward(block, spectrum);
        multiplyInto(spectrum, response);
        plan.inverse(spectrum, block);
        for (const [lane, { out, to, n }] of pair.entries())
          for (let i = 0; i < n; i++) out[to + i] = block[2 * (half + i) + lane]!;
      }
    },
  };
}

function multiplyInto(a: Float64Array, b: Float64Array): void {
  for (let k = 0; k < a.length; k += 2) {
    const re = a[k]! * b[k]! - a[k + 1]! * b[k + 1]!;
    a[k + 1] = a[k]! * b[k + 1]! + a[k + 1]! * b[k]!;
    a[k] = re;
  }
}
