import { claimRowBench, type RowKernels } from "./row-wasm";
import { layOut } from "./wasm";

/** Elements that stay in the first-level cache while one pair of sections after another goes over them. */
const CHUNK = 512;
/** Where in an element, and in a state, each of the four rows lies. */
const SLOTS = [0, 2, 1, 3] as const;
const LANES = 4;
const SECTION = 6;
const ELEMENT = 32;

const owner = {};

/** Filters rows forwards through second-order sections, four rows at a time, and moves their states on: the same bits as
 * row by row. `out` may be `data`.
 * @param state - nRows × nSections × 2.
 * @returns false when there is no WebAssembly, and nothing was done. */
export function sosRowsInto(
  out: Float64Array,
  data: Float64Array,
  nRows: number,
  nSamples: number,
  sos: Float64Array,
  state: Float64Array,
): boolean {
  const n = Math.min(nSamples, 8 * CHUNK);
  const at = layOut({ ...sizesOf(sos), rows: 8 * LANES * n, x: ELEMENT * n });
  const bench = claimRowBench(owner, at.end);
  if (!bench) return false;
  const { kernels, f64 } = bench;
  writeCoefficients(f64, at.coefficients, sos);
  const nStates = (sos.length / SECTION) * 2;
  for (let row = 0; row < nRows; row += LANES) {
    const lanes = Math.min(LANES, nRows - row);
    f64.fill(0, at.rows / 8, at.rows / 8 + LANES * n);
    moveStates(at.states, lanes, nStates, (slot, lane, i) => (f64[slot] = state[(row + lane) * nStates + i]!));
    for (let from = 0; from < nSamples; from += n) {
      const take = Math.min(n, nSamples - from);
      for (let lane = 0; lane < lanes; lane++) {
        const start = (row + lane) * nSamples + from;
        f64.set(data.subarray(start, start + take), at.rows / 8 + lane * n);
      }
      kernels.pack(at.x, at.rows, 8 * n, take);
      cascade(bench, at, sos, at.x, take, 1);
      kernels.unpack(at.rows, 8 * n, at.x, take);
      for (let lane = 0; lane < lanes; lane++) {
        const start = at.rows / 8 + lane * n;
        out.set(f64.subarray(start, start + take), (row + lane) * nSamples + from);
      }
    }
    moveStates(at.states, lanes, nStates, (slot, lane, i) => (state[(row + lane) * nStates + i] = f64[slot]!));
  }
  return true;
}

/** Filters rows forwards and backwards, four at a time, each from rest at its first and at its last sample.
 * @param rest - the state of a filter at rest at 1, nSections × 2.
 * @param load - writes a row's nPadded samples to `into` from `at` on.
 * @param take - takes the filtered ones.
 * @returns false when there is no WebAssembly, and nothing was done. */
export function sosRowsBothWays(
  nRows: number,
  nPadded: number,
  sos: Float64Array,
  rest: Float64Array,
  load: (into: Float64Array, at: number, row: number) => void,
  take: (from: Float64Array, at: number, row: number) => void,
): boolean {
  const at = layOut({ ...sizesOf(sos), rows: 8 * LANES * nPadded, x: ELEMENT * nPadded });
  const bench = claimRowBench(owner, at.end);
  if (!bench) return false;
  const { kernels, f64 } = bench;
  writeCoefficients(f64, at.coefficients, sos);
  const last = at.x + ELEMENT * (nPadded - 1);
  const restAt = (element: number): void =>
    moveStates(at.states, LANES, rest.length, (slot, lane, i) => {
      f64[slot] = rest[i]! * f64[element / 8 + SLOTS[lane]!]!;
    });
  for (let row = 0; row < nRows; row += LANES) {
    const lanes = Math.min(LANES, nRows - row);
    for (let lane = 0; lane < lanes; lane++) load(f64, at.rows / 8 + lane * nPadded, row + lane);
    f64.fill(0, at.rows / 8 + lanes * nPadded, at.rows / 8 + LANES * nPadded);
    kernels.pack(at.x, at.rows, 8 * nPadded, nPadded);
    restAt(at.x);
    cascade(bench, at, sos, at.x, nPadded, 1);
    restAt(last);
    cascade(bench, at, sos, last, nPadded, -1);
    kernels.unpack(at.rows, 8 * nPadded, at.x, nPadded);
    for (let lane = 0; lane < lanes; lane++) take(f64, at.rows / 8 + lane * nPadded, row + lane);
  }
  return true;
}

const sizesOf = (sos: Float64Array) => ({
  coefficients: 40 * (sos.length / SECTION),
  states: 2 * ELEMENT * (sos.length / SECTION),
});

/** All but a0, which is 1. */
function writeCoefficients(f64: Float64Array, address: number, sos: Float64Array): void {
  for (let i = 0, to = address / 8; i < sos.length; i++) if (i % SECTION !== 3) f64[to++] = sos[i]!;
}

/** Visits each lane's states: one element holds the same state of four rows. */
function moveStates(
  address: number,
  lanes: number,
  nStates: number,
  move: (slot: number, lane: number, i: number) => void,
): void {
  for (let lane = 0; lane < lanes; lane++)
    for (let i = 0; i < nStates; i++) move(address / 8 + LANES * i + SLOTS[lane]!, lane, i);
}

function cascade(
  { rowKernels }: { readonly rowKernels: RowKernels },
  at: { readonly coefficients: number; readonly states: number },
  sos: Float64Array,
  x: number,
  n: number,
  direction: 1 | -1,
): void {
  const nSections = sos.length / SECTION;
  const step = direction * ELEMENT;
  for (let done = 0; done < n; done += CHUNK) {
    const take = Math.min(CHUNK, n - done);
    for (let section = 0; section < nSections; section += 2) {
      const kernel = section + 1 < nSections ? rowKernels.sosTwo : rowKernels.sosOne;
      kernel(x + done * step, take, step, at.coefficients + 40 * section, at.states + 2 * ELEMENT * section);
    }
  }
}
