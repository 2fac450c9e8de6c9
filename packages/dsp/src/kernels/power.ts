import { fftTables, hasPlan } from "./fft-plan";
import { claimRowBench } from "./row-wasm";
import { layOut } from "./wasm";

export interface PowerPlan {
  /** Adds the power of each of a row's windowed segments to `sums`, which has floor(nFft / 2) + 1 bins: |X[k]|², not yet
   * scaled nor doubled. @returns false when there is no WebAssembly, and nothing was done. */
  addRow(sums: Float64Array, data: Float64Array, from: number, nSamples: number): boolean;
}

export interface PowerOptions {
  /** Its length is that of a segment. */
  readonly window: Float64Array;
  /** Samples from one segment to the next. */
  readonly step: number;
  readonly nSegments: number;
  /** Segments are filled up with zeros to this length. */
  readonly nFft: number;
  /** Subtract each segment's mean before the window. */
  readonly centre: boolean;
}

/** Plans the summed power spectra of overlapping segments, four of them at a time. Of two real segments in one complex
 * transform the powers of bin k and of its mirror image add up to twice the sum of theirs, so they need not be parted.
 * @returns undefined for a length that the kernel has no plan for. */
export function planPower({ window, step, nSegments, nFft, centre }: PowerOptions): PowerPlan | undefined {
  if (!hasPlan(nFft)) return undefined;
  const owner = {};
  const nWindow = window.length;
  const tables = fftTables(nFft);
  const at = layOut({
    plan: tables.bytes.length,
    window: 8 * nWindow,
    x: 32 * nFft,
    powers: 16 * nFft,
    last: 32 * nWindow,
  });
  const { positions } = tables;
  return {
    addRow(sums, data, from, nSamples) {
      const bench = claimRowBench(owner, at.end + 8 * nSamples);
      if (!bench) return false;
      const { kernels, rowKernels, f64, u8, fresh } = bench;
      if (fresh) {
        u8.set(tables.bytes, at.plan);
        f64.set(window, at.window / 8);
      }
      f64.set(data.subarray(from, from + nSamples), at.end / 8);
      f64.fill(0, at.powers / 8, at.powers / 8 + 2 * nFft);
      for (let segment = 0; segment < nSegments; segment += 4) {
        let rows = at.end + 8 * segment * step;
        let stride = 8 * step;
        if (segment + 4 > nSegments) {
          // the last ones, and silence to make them four
          f64.fill(0, at.last / 8, at.last / 8 + 4 * nWindow);
          for (let lane = 0; segment + lane < nSegments; lane++) {
            const start = rows / 8 + lane * step;
            f64.copyWithin(at.last / 8 + lane * nWindow, start, start + nWindow);
          }
          rows = at.last;
          stride = 8 * nWindow;
        }
        kernels.pack(at.x, rows, stride, nWindow);
        rowKernels.taper(at.x, nWindow, at.window, centre ? 1 : 0);
        if (nFft > nWindow) f64.fill(0, at.x / 8 + 4 * nWindow, at.x / 8 + 4 * nFft);
        kernels.forward(at.x, at.plan, at.plan);
        rowKernels.addPower(at.powers, at.x, nFft);
      }
      for (let k = 0; 2 * k <= nFft; k++) {
        const here = at.powers / 8 + 2 * positions[k]!;
        const there = at.powers / 8 + 2 * positions[(nFft - k) % nFft]!;
        sums[k]! += (f64[here]! + f64[here + 1]! + (f64[there]! + f64[there + 1]!)) / 2;
      }
      return true;
    },
  };
}
