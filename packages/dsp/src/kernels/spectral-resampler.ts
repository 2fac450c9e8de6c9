import { copyInto } from "./copy";
import { fftTables, hasPlan } from "./fft-plan";
import { claimWorkbench, layOut } from "./wasm";

/** Writes a row's nPadded samples from `into[at]` on, or takes its nResampled ones from `from[at]` on. */
export type RowMover = (samples: Float64Array, at: number, row: number) => void;

/** Resamples rows by transform, four at a time. */
export interface SpectralResampler {
  /** @param load - or the rows themselves, one after another. @returns false when there is no WebAssembly, and nothing was
   * done. */
  run(nRows: number, load: RowMover | Float64Array, take: RowMover): boolean;
}

/** Plans the resampling of rows of `nPadded` samples to `nResampled` by cropping, or filling up, their transforms.
 * @param weightOf - what bin k is multiplied by, its mirror image likewise, for every k with 2·k at most the shorter
 * length; where the two of them are one bin, both shares are added.
 * @returns undefined for lengths that the kernel has no plan for. */
export function planSpectralResampler(
  nPadded: number,
  nResampled: number,
  weightOf: (k: number) => number,
): SpectralResampler | undefined {
  if (!hasPlan(nPadded) || !hasPlan(nResampled)) return undefined;
  const owner = {};
  const wide = fftTables(nPadded);
  const narrow = fftTables(nResampled);
  const longest = Math.max(nPadded, nResampled);
  const at = layOut({
    wide: wide.bytes.length,
    narrow: narrow.bytes.length,
    table: 8 * nResampled,
    weights: 8 * nResampled,
    rows: 32 * longest,
    x: 32 * nPadded,
    zero: 64, // directly after x, whose length is a multiple of its alignment but for odd ones
    y: 32 * nResampled,
  });
  const nothing = at.zero - at.x;
  let made: { readonly table: Uint32Array; readonly weights: Float64Array } | undefined;

  return {
    run(nRows, load, take) {
      const bench = claimWorkbench(owner, at.end);
      if (!bench) return false;
      const { kernels, f64, u8, u32, fresh } = bench;
      if (fresh) {
        made ??= cropTable(wide.positions, narrow.positions, weightOf, nothing);
        u8.set(wide.bytes, at.wide);
        u8.set(narrow.bytes, at.narrow);
        u32.set(made.table, at.table / 4);
        f64.set(made.weights, at.weights / 8);
        f64.fill(0, at.zero / 8, at.zero / 8 + 8);
      }
      const rows = at.rows / 8;
      for (let row = 0; row < nRows; row += 4) {
        const lanes = Math.min(4, nRows - row);
        if (lanes === 4 && load instanceof Float64Array) packInto(f64, at.x / 8, load, row * nPadded, nPadded);
        else {
          for (let lane = 0; lane < lanes; lane++) {
            const to = rows + lane * nPadded;
            if (load instanceof Float64Array) copyInto(f64, to, load, (row + lane) * nPadded, nPadded);
            else load(f64, to, row + lane);
          }
          if (lanes < 4) f64.fill(0, rows + lanes * nPadded, rows + 4 * nPadded);
          kernels.pack(at.x, at.rows, 8 * nPadded, nPadded);
        }
        kernels.forward(at.x, at.wide, at.wide);
        kernels.gather(at.y, at.x, at.table, at.weights, nResampled);
        kernels.inverse(at.y, at.narrow, at.narrow);
        kernels.unpack(at.rows, 8 * nResampled, at.y, nResampled);
        for (let lane = 0; lane < lanes; lane++) take(f64, rows + lane * nResampled, row + lane);
      }
      return true;
    },
  };
}

/** As the kernel packs four rows of n, but from outside of its memory: one way instead of two. */
function packInto(f64: Float64Array, to: number, data: Float64Array, a: number, n: number): void {
  const b = a + n;
  const c = b + n;
  const d = c + n;
  for (let i = 0; i < n; i++, to += 4) {
    f64[to] = data[a + i]!;
    f64[to + 1] = data[c + i]!;
    f64[to + 2] = data[b + i]!;
    f64[to + 3] = data[d + i]!;
  }
}

/** For each place of the short transform the two places of the long one to add up there, in bytes, and the weight. The
 * inverse's scale is in it. */
function cropTable(
  wide: Uint32Array,
  narrow: Uint32Array,
  weightOf: (k: number) => number,
  nothing: number,
): { table: Uint32Array; weights: Float64Array } {
  const [nPadded, nResampled] = [wide.length, narrow.length];
  const table = new Uint32Array(2 * nResampled).fill(nothing);
  const weights = new Float64Array(nResampled);
  const move = (to: number, from: number, weight: number): void => {
    const place = narrow[to]!;
    table[table[2 * place] === nothing ? 2 * place : 2 * place + 1] = 32 * wide[from]!;
    weights[place] = weight / nPadded;
  };
  move(0, 0, weightOf(0));
  for (let k = 1; 2 * k <= Math.min(nPadded, nResampled); k++) {
    move(k, k, weightOf(k));
    move(nResampled - k, nPadded - k, weightOf(k));
  }
  return { table, weights };
}
