import { OptionError, ShapeError } from "../errors";
import { sosRowsInto } from "../kernels/sos-rows";
import { checkNumbers, checkRows } from "../rows";

/** Coefficients of a section: b0 b1 b2 a0 a1 a2. */
export const SECTION = 6;

/** Checks second-order sections.
 * @returns how many they are.
 * @throws {OptionError} when they are not 6 finite numbers each, with a0 = 1. */
export function checkSections(sos: Float64Array): number {
  checkNumbers("sos", sos, SECTION);
  if (sos.length % SECTION !== 0) throw new OptionError("sos.length", sos.length, "6 coefficients a section");
  for (let i = 3; i < sos.length; i += SECTION)
    if (sos[i] !== 1) throw new OptionError(`sos[${i}]`, sos[i], "1: divide the section by its a0");
  return sos.length / SECTION;
}

export interface SosFilterOptions {
  /** What the filter remembers of what came before: nRows × nSections × 2, as the last call gave it. Default: silence. */
  readonly state?: Float64Array | undefined;
}

/** Filters rows forwards through second-order sections, causally. Fed in pieces, with the state handed on, the output is
 * that of the whole, bit for bit. Agrees with SciPy 1.17's `sosfilt` (`test/golden/iir-filter.json`).
 * @param data - nRows × nSamples, row-major, in any unit.
 * @param sos - nSections × 6, as from `designButterworth`.
 * @returns `data`, nRows × nSamples, and the `state` to go on with.
 * @throws {ShapeError} when `data` or `state` does not fit.
 * @throws {NotFiniteError} when a sample is no number. */
export function sosFilter(
  data: Float64Array,
  nSamples: number,
  sos: Float64Array,
  { state }: SosFilterOptions = {},
): { data: Float64Array; state: Float64Array } {
  const nRows = checkRows(data, nSamples);
  const nSections = checkSections(sos);
  const size = 2 * nSections;
  // Rows cannot be counted when they are empty, but their state can.
  const nStates = nSamples === 0 && state ? state.length / size : nRows;
  if (state && state.length !== nStates * size) throw new ShapeError("state.length", state.length, nStates * size);
  if (state) checkNumbers("state", state, 0);
  const out = new Float64Array(data.length);
  const next = state ? state.slice() : new Float64Array(nStates * size);
  if (nRows > 1 && sosRowsInto(out, data, nRows, nSamples, sos, next)) return { data: out, state: next };
  for (let row = 0; row < nRows; row++) sosFilterInto(out, data, row * nSamples, nSamples, 1, sos, next, row * size);
  return { data: out, state: next };
}

/** Filters `n` samples from `start` on, `step` apart (1 or -1: forwards or backwards), and moves on the state at
 * `stateStart`. `out` may be `data`.
 *
 * Four sections run interleaved, their state in locals: each waits for its own last output, and while it waits the others
 * work. A longer cascade takes several rounds. */
export function sosFilterInto(
  out: Float64Array,
  data: Float64Array,
  start: number,
  n: number,
  step: 1 | -1,
  sos: Float64Array,
  state: Float64Array,
  stateStart: number,
): void {
  const nSections = sos.length / SECTION;
  let from = data;
  for (let section = 0; section < nSections;) {
    const take = nSections - section >= 4 ? 4 : nSections - section >= 2 ? 2 : 1;
    const kernel = take === 4 ? filter4Into : take === 2 ? filter2Into : filter1Into;
    kernel(out, from, start, n, step, sos, SECTION * section, state, stateStart + 2 * section);
    section += take;
    from = out;
  }
}

function filter1Into(
  out: Float64Array,
  data: Float64Array,
  start: number,
  n: number,
  step: number,
  sos: Float64Array,
  at: number,
  state: Float64Array,
  stateAt: number,
): void {
  const b0 = sos[at]!,
    b1 = sos[at + 1]!,
    b2 = sos[at + 2]!,
    a1 = sos[at + 4]!,
    a2 = sos[at + 5]!;
  let z0 = state[stateAt]!,
    z1 = state[stateAt + 1]!;
  for (let k = 0, i = start; k < n; k++, i += step) {
    const x = data[i]!;
    const y = b0 * x + z0;
    z0 = b1 * x - a1 * y + z1;
    z1 = b2 * x - a2 * y;
    out[i] = y;
  }
  state[stateAt] = z0;
  state[stateAt + 1] = z1;
}

function filter2Into(
  out: Float64Array,
  data: Float64Array,
  start: number,
  n: number,
  step: number,
  sos: Float64Array,
  at: number,
  state: Float64Array,
  stateAt: number,
): void {
  const b00 = sos[at]!,
    b01 = sos[at + 1]!,
    b02 = sos[at + 2]!,
    a01 = sos[at + 4]!,
    a02 = sos[at + 5]!;
  const b10 = sos[at + 6]!,
    b11 = sos[at + 7]!,
    b12 = sos[at + 8]!,
    a11 = sos[at + 10]!,
    a12 = sos[at + 11]!;
  let z00 = state[stateAt]!,
    z01 = state[stateAt + 1]!,
    z10 = state[stateAt + 2]!,
    z11 = state[stateAt + 3]!;
  for (let k = 0, i = start; k < n; k++, i += step) {
    const x = data[i]!;
    const y0 = b00 * x + z00;
    z00 = b01 * x - a01 * y0 + z01;
    z01 = b02 * x - a02 * y0;
    const y1 = b10 * y0 + z10;
    z10 = b11 * y0 - a11 * y1 + z11;
    z11 = b12 * y0 - a12 * y1;
    out[i] = y1;
  }
  state[stateAt] = z00;
  state[stateAt + 1] = z01;
  state[stateAt + 2] = z10;
  state[stateAt + 3] = z11;
}

function filter4Into(
  out: Float64Array,
  data: Float64Array,
  start: number,
  n: number,
  step: number,
  sos: Float64Array,
  at: number,
  state: Float64Array,
  stateAt: number,
): void {
  const b00 = sos[at]!,
    b01 = sos[at + 1]!,
    b02 = sos[at + 2]!,
    a01 = sos[at + 4]!,
    a02 = sos[at + 5]!;
  const b10 = sos[at + 6]!,
    b11 = sos[at + 7]!,
    b12 = sos[at + 8]!,
    a11 = sos[at + 10]!,
    a12 = sos[at + 11]!;
  const b20 = sos[at + 12]!,
    b21 = sos[at + 13]!,
    b22 = sos[at + 14]!,
    a21 = sos[at + 16]!,
    a22 = sos[at + 17]!;
  const b30 = sos[at + 18]!,
    b31 = sos[at + 19]!,
    b32 = sos[at + 20]!,
    a31 = sos[at + 22]!,
    a32 = sos[at + 23]!;
  let z00 = state[stateAt]!,
    z01 = state[stateAt + 1]!,
    z10 = state[stateAt + 2]!,
    z11 = state[stateAt + 3]!;
  let z20 = state[stateAt + 4]!,
    z21 = state[stateAt + 5]!,
    z30 = state[stateAt + 6]!,
    z31 = state[stateAt + 7]!;
  for (let k = 0, i = start; k < n; k++, i += step) {
    const x = data[i]!;
    const y0 = b00 * x + z00;
    z00 = b01 * x - a01 * y0 + z01;
    z01 = b02 * x - a02 * y0;
    const y1 = b10 * y0 + z10;
    z10 = b11 * y0 - a11 * y1 + z11;
    z11 = b12 * y0 - a12 * y1;
    const y2 = b20 * y1 + z20;
    z20 = b21 * y1 - a21 * y2 + z21;
    z21 = b22 * y1 - a22 * y2;
    const y3 = b30 * y2 + z30;
    z30 = b31 * y2 - a31 * y3 + z31;
    z31 = b32 * y2 - a32 * y3;
    out[i] = y3;
  }
  state[stateAt] = z00;
  state[stateAt + 1] = z01;
  state[stateAt + 2] = z10;
  state[stateAt + 3] = z11;
  state[stateAt + 4] = z20;
  state[stateAt + 5] = z21;
  state[stateAt + 6] = z30;
  state[stateAt + 7] = z31;
}
