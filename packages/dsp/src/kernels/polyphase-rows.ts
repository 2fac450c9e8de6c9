import { claimRowBench } from "./row-wasm";
import { layOut } from "./wasm";

export interface PolyphaseSizes {
  readonly nRows: number;
  readonly nIn: number;
  readonly nOut: number;
  /** `perPhase` taps of each of `up` phases. */
  readonly phases: Float64Array;
  readonly perPhase: number;
  /** The first output is the dot product of phase `firstPhase` with the input from `start` on. */
  readonly start: number;
  readonly firstPhase: number;
  readonly up: number;
  readonly down: number;
}

type RowMover = (samples: Float64Array, at: number, row: number) => void;

const owner = {};

/** Filters rows by phases, four at a time: the same bits as one after another.
 * @param load - writes a row's nIn samples to `samples` from `at` on. @param take - takes its nOut ones from there.
 * @returns false when there is no WebAssembly, and nothing was done. */
export function polyphaseRows(sizes: PolyphaseSizes, load: RowMover, take: RowMover): boolean {
  const { nRows, nIn, nOut, phases, perPhase, start, firstPhase, up, down } = sizes;
  const at = layOut({
    phases: 8 * phases.length,
    rows: 32 * Math.max(nIn, nOut),
    x: 32 * nIn,
    out: 32 * nOut,
  });
  const bench = claimRowBench(owner, at.end);
  if (!bench) return false;
  const { kernels, rowKernels, f64 } = bench;
  const rows = at.rows / 8;
  f64.set(phases, at.phases / 8);
  const [advance, skip] = [down % up, Math.floor(down / up)];
  for (let row = 0; row < nRows; row += 4) {
    const lanes = Math.min(4, nRows - row);
    for (let lane = 0; lane < lanes; lane++) load(f64, rows + lane * nIn, row + lane);
    f64.fill(0, rows + lanes * nIn, rows + 4 * nIn);
    kernels.pack(at.x, at.rows, 8 * nIn, nIn);
    rowKernels.polyphase(at.out, nOut, at.x + 32 * start, at.phases, perPhase, up, firstPhase, advance, skip);
    kernels.unpack(at.rows, 8 * nOut, at.out, nOut);
    for (let lane = 0; lane < lanes; lane++) take(f64, rows + lane * nOut, row + lane);
  }
  return true;
}
