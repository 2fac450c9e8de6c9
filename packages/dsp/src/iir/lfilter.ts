import { OptionError, ShapeError } from "../errors";
import { checkNumbers, checkRows } from "../rows";
import { checkPadding, type FiltFiltOptions, padInto } from "./sosfiltfilt";

/** A filter by its two polynomials: `Σ a[k]·y[n-k] = Σ b[k]·x[n-k]`. Beyond order 4 or so its digits run out: take
 * second-order sections. */
export interface TransferFunction {
  readonly b: ArrayLike<number>;
  readonly a: ArrayLike<number>;
}

export interface LfilterOptions {
  /** What the filter remembers: nRows × (max(length of b, length of a) - 1), as the last call gave it. Default: silence. */
  readonly state?: Float64Array | undefined;
}

/** Both polynomials of one length, divided by a[0]. */
function normalise({ b, a }: TransferFunction): { b: Float64Array; a: Float64Array; order: number } {
  checkNumbers("b", b, 1);
  checkNumbers("a", a, 1);
  if (a[0] === 0) throw new OptionError("a[0]", 0, "a polynomial whose first coefficient is not 0");
  const length = Math.max(b.length, a.length);
  const filled = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length }, (_, i) => (i < values.length ? values[i]! / a[0]! : 0));
  return { b: filled(b), a: filled(a), order: length - 1 };
}

/** Filters rows by difference equation, as SciPy 1.17's `lfilter(b, a, x)` (`test/golden/iir-filter.json`): direct form II
 * transposed. Fed in pieces, with the state handed on, the output is that of the whole, bit for bit.
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns `data`, nRows × nSamples, and the `state` to go on with.
 * @throws {ShapeError} when `data` or `state` does not fit. */
export function lfilter(
  data: Float64Array,
  nSamples: number,
  filter: TransferFunction,
  { state }: LfilterOptions = {},
): { data: Float64Array; state: Float64Array } {
  const nRows = checkRows(data, nSamples);
  const { b, a, order } = normalise(filter);
  const nStates = nSamples === 0 && state && order > 0 ? state.length / order : nRows;
  if (state && state.length !== nStates * order) throw new ShapeError("state.length", state.length, nStates * order);
  if (state) checkNumbers("state", state, 0);
  const out = new Float64Array(data.length);
  const next = state ? state.slice() : new Float64Array(nStates * order);
  for (let row = 0; row < nRows; row++)
    lfilterInto(out, data, row * nSamples, nSamples, 1, b, a, next.subarray(row * order, (row + 1) * order));
  return { data: out, state: next };
}

/** Filters `n` samples from `start` on, `step` apart, and moves `state` on. `out` may be `data`. */
function lfilterInto(
  out: Float64Array,
  data: Float64Array,
  start: number,
  n: number,
  step: 1 | -1,
  b: Float64Array,
  a: Float64Array,
  state: Float64Array,
): void {
  const order = state.length;
  if (order <= 3) return shortFilterInto(out, data, start, n, step, b, a, state);
  for (let k = 0, i = start; k < n; k++, i += step) {
    const x = data[i]!;
    const y = b[0]! * x + state[0]!;
    for (let j = 1; j < order; j++) state[j - 1] = b[j]! * x - a[j]! * y + state[j]!;
    state[order - 1] = b[order]! * x - a[order]! * y;
    out[i] = y;
  }
}

/** The same for an order of up to 3, its state in locals. */
function shortFilterInto(
  out: Float64Array,
  data: Float64Array,
  start: number,
  n: number,
  step: 1 | -1,
  b: Float64Array,
  a: Float64Array,
  state: Float64Array,
): void {
  const b0 = b[0]!;
  const [b1 = 0, b2 = 0, b3 = 0] = b.subarray(1);
  const [a1 = 0, a2 = 0, a3 = 0] = a.subarray(1);
  let [z0 = 0, z1 = 0, z2 = 0] = state;
  for (let k = 0, i = start; k < n; k++, i += step) {
    const x = data[i]!;
    const y = b0 * x + z0;
    z0 = b1 * x - a1 * y + z1;
    z1 = b2 * x - a2 * y + z2;
    z2 = b3 * x - a3 * y;
    out[i] = y;
  }
  state.set([z0, z1, z2].slice(0, state.length));
}

/** The state in which a step of height 1 leaves no transient, as SciPy's `lfilter_zi(b, a)`.
 * @returns max(length of b, length of a) - 1 numbers.
 * @throws {OptionError} when a pole lies at 1, which never settles. */
export function lfilterState(filter: TransferFunction): Float64Array {
  const { b, a, order } = normalise(filter);
  const atRest = a.reduce((sum, value) => sum + value, 0);
  if (atRest === 0) throw new OptionError("a", "a polynomial with a root at 1", "a stable filter");
  const gain = b.reduce((sum, value) => sum + value, 0) / atRest;
  const state = new Float64Array(order);
  for (let k = order; k > 0; k--) state[k - 1] = b[k]! - a[k]! * gain + (k < order ? state[k]! : 0);
  return state;
}

/** Filters rows forwards and then backwards by difference equation. Agrees with SciPy 1.17's `filtfilt(b, a, x)` to 1e-9
 * (`test/golden/iir-filter.json`).
 * @param data - nRows × nSamples, row-major, in any unit.
 * @returns nRows × nSamples.
 * @throws {TooShortError} when a row is not longer than its padding, by default `3 · max(length of b, length of a)`. */
export function filtFilt(
  data: Float64Array,
  nSamples: number,
  filter: TransferFunction,
  options: FiltFiltOptions = {},
): Float64Array {
  const nRows = checkRows(data, nSamples);
  const { b, a, order } = normalise(filter);
  const { pad, nPad } = checkPadding(options, 3 * (order + 1), nSamples, nRows);
  const rest = lfilterState(filter);
  const out = new Float64Array(data.length);
  const length = nSamples + 2 * nPad;
  const padded = new Float64Array(length);
  const scaled = (value: number): Float64Array => rest.map((at) => at * value);
  for (let row = 0; row < nRows; row++) {
    padInto(padded, data, row * nSamples, nSamples, nPad, pad);
    lfilterInto(padded, padded, 0, length, 1, b, a, scaled(padded[0]!));
    lfilterInto(padded, padded, length - 1, nSamples + nPad, -1, b, a, scaled(padded[length - 1]!));
    out.set(padded.subarray(nPad, nPad + nSamples), row * nSamples);
  }
  return out;
}
