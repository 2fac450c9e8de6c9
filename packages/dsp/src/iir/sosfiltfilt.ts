import { OptionError, TooShortError } from "../errors";
import { copyInto } from "../kernels/copy";
import { sosRowsBothWays } from "../kernels/sos-rows";
import { checkChoice, checkCount, checkRows } from "../rows";
import { checkSections, SECTION, sosFilterInto } from "./sosfilt";

/** How a row goes on beyond its ends while it is filtered both ways: mirrored about the end point, mirrored, or held. */
export type FiltFiltPad = "odd" | "even" | "constant" | "none";

export interface FiltFiltOptions {
  /** Default "odd". */
  readonly pad?: FiltFiltPad | undefined;
  /** Samples added at either end. Default: SciPy's, some three times the filter's length. */
  readonly padLength?: number | undefined;
}

/** The state in which a step of height 1 leaves no transient: times the first sample, it starts a filter as if that
 * sample had lasted for ever. Agrees with SciPy 1.17's `sosfilt_zi` to 1e-9 (`test/golden/iir-filter.json`).
 * @returns nSections × 2.
 * @throws {OptionError} when a section has a pole at 1, which never settles. */
export function sosFilterState(sos: Float64Array): Float64Array {
  const nSections = checkSections(sos);
  const state = new Float64Array(2 * nSections);
  let scale = 1;
  for (let section = 0; section < nSections; section++) {
    const at = SECTION * section;
    const [b0, b1, b2, , a1, a2] = sos.subarray(at, at + SECTION) as unknown as Section;
    const atRest = 1 + a1 + a2;
    if (atRest === 0) throw new OptionError(`sos[${at}]`, "a section with a pole at 1", "a stable filter");
    const gain = (b0 + b1 + b2) / atRest;
    const z1 = b2 - a2 * gain;
    state[2 * section] = scale * (b1 - a1 * gain + z1);
    state[2 * section + 1] = scale * z1;
    scale *= gain;
  }
  return state;
}

type Section = readonly [number, number, number, number, number, number];

/** Filters rows forwards and then backwards, which shifts nothing in time and applies the gain twice. Agrees with SciPy
 * 1.17's `sosfiltfilt` to 1e-9 (`test/golden/iir-filter.json`).
 * @param data - nRows × nSamples, row-major, in any unit.
 * @param sos - nSections × 6, as from `designButterworth`.
 * @returns nRows × nSamples.
 * @throws {TooShortError} when a row is not longer than its padding.
 * @throws {ShapeError} when `data.length` is not a multiple of `nSamples`. */
export function sosFiltFilt(
  data: Float64Array,
  nSamples: number,
  sos: Float64Array,
  options: FiltFiltOptions = {},
): Float64Array {
  const nRows = checkRows(data, nSamples);
  const nSections = checkSections(sos);
  const { pad, nPad } = checkPadding(options, defaultPad(sos, nSections), nSamples, nRows);
  const rest = sosFilterState(sos);
  const out = new Float64Array(data.length);
  const length = nSamples + 2 * nPad;
  const done =
    nRows > 1 &&
    sosRowsBothWays(
      nRows,
      length,
      sos,
      rest,
      (into, at, row) => padInto(into.subarray(at, at + length), data, row * nSamples, nSamples, nPad, pad),
      (from, at, row) => out.set(from.subarray(at + nPad, at + nPad + nSamples), row * nSamples),
    );
  if (done) return out;
  const padded = new Float64Array(length);
  const state = new Float64Array(rest.length);
  const startAt = (value: number): void => {
    for (let i = 0; i < rest.length; i++) state[i] = rest[i]! * value;
  };
  for (let row = 0; row < nRows; row++) {
    padInto(padded, data, row * nSamples, nSamples, nPad, pad);
    startAt(padded[0]!);
    sosFilterInto(padded, padded, 0, length, 1, sos, state, 0);
    startAt(padded[length - 1]!);
    // what comes before the row is padding, which the way back need not reach
    sosFilterInto(padded, padded, length - 1, nSamples + nPad, -1, sos, state, 0);
    out.set(padded.subarray(nPad, nPad + nSamples), row * nSamples);
  }
  return out;
}

function defaultPad(sos: Float64Array, nSections: number): number {
  let [b2Zero, a2Zero] = [0, 0];
  for (let at = 0; at < sos.length; at += SECTION) {
    if (sos[at + 2] === 0) b2Zero++;
    if (sos[at + 5] === 0) a2Zero++;
  }
  return 3 * (2 * nSections + 1 - Math.min(b2Zero, a2Zero));
}

/** Settles how far rows are padded.
 * @throws {TooShortError} when that is not below their length. */
export function checkPadding(
  { pad = "odd", padLength }: FiltFiltOptions,
  padDefault: number,
  nSamples: number,
  nRows: number,
): { pad: FiltFiltPad; nPad: number } {
  checkChoice("pad", pad, ["odd", "even", "constant", "none"]);
  if (padLength !== undefined) checkCount("padLength", padLength, 0);
  const nPad = pad === "none" ? 0 : (padLength ?? padDefault);
  if (nRows > 0 && nSamples <= nPad)
    throw new TooShortError(
      "nSamples",
      nSamples,
      nPad + 1,
      "a row must be longer than its padding; or lower padLength",
    );
  return { pad, nPad };
}

/** Writes row `data[from .. from + n)` with `nPad` samples on either side to the start of `padded`. */
export function padInto(
  padded: Float64Array,
  data: Float64Array,
  from: number,
  n: number,
  nPad: number,
  pad: FiltFiltPad,
): void {
  const first = data[from]!;
  const last = data[from + n - 1]!;
  copyInto(padded, nPad, data, from, n);
  for (let k = 1; k <= nPad; k++) {
    const [left, right] = pad === "constant" ? [first, last] : [data[from + k]!, data[from + n - 1 - k]!];
    padded[nPad - k] = pad === "odd" ? 2 * first - left : left;
    padded[nPad + n - 1 + k] = pad === "odd" ? 2 * last - right : right;
  }
}
