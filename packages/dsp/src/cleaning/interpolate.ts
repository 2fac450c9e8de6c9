import { ChannelError, OptionError, ShapeError, TooShortError } from "../errors";
import { type Position, positionOf } from "../montage";
import { leastSquares, multiply } from "./linear-algebra";
import { channelIndices, checkSignals, type Signals } from "./signals";

/** Terms of the Legendre series, its smoothness, and what is added to its diagonal: MNE's. */
const N_TERMS = 50;
const STIFFNESS = 4;
const REGULARIZATION = 1e-5;

export interface SplineOptions {
  /** Where each channel lies, in the channels' order and any one unit, or by channel name. Default: the standard montage. */
  readonly positions?: readonly Position[] | Readonly<Record<string, Position>> | undefined;
  /** The centre of the sphere that the positions are seen from, in their unit. Default: 0, 0, 0. */
  readonly origin?: Position | undefined;
}

export interface InterpolateOptions extends SplineOptions {
  /** Names of the channels to make anew from all others. */
  readonly badChannels: readonly string[];
  /** Channels that are left as they are and that nothing is made of, as those at the eyes. Default: none. */
  readonly excludeChannels?: readonly string[] | undefined;
}

/** Replaces bad channels by what the others say at their places: a spherical spline through the good channels, as MNE
 * 1.13's `interpolate_bads(method=dict(eeg="spline"))`, to 1e-9 of the largest value given the same positions and origin
 * (`test/golden/cleaning-interpolate.json`). Takes a recording, epochs or an evoked response, and gives one of its kind.
 * Standard deviations and errors that an evoked response carries are left as they are.
 * @throws {ChannelError} when a channel is not there, or has no place on the head.
 * @throws {TooShortError} when no good channel is left.
 * @see F. Perrin et al., Electroencephalogr. Clin. Neurophysiol. 72(2), 1989, doi:10.1016/0013-4694(89)90180-6 */
export function interpolateBadChannels<T extends Signals>(signals: T, options: InterpolateOptions): T {
  const { nBlocks, nChannels, nTimes } = checkSignals(signals);
  const bad = channelIndices(signals.channelNames, options.badChannels, "badChannels");
  if (bad.length === 0) return { ...signals, data: signals.data.slice() };
  const excluded = channelIndices(signals.channelNames, options.excludeChannels ?? [], "excludeChannels");
  const good = [...signals.channelNames.keys()].filter((index) => !bad.includes(index) && !excluded.includes(index));
  const directionsOf = (indices: readonly number[]): Position[] =>
    channelDirections(signals.channelNames, indices, options);
  const weights = splineWeights(directionsOf(good), directionsOf(bad));
  const data = signals.data.slice();
  for (let block = 0; block < nBlocks; block++)
    combineRowsInto(data, signals.data, block * nChannels * nTimes, nTimes, weights, good, bad);
  return { ...signals, data };
}

/** Writes into rows `to` of the block at `start` the weighted sums of rows `from` of `data`; `weights` is to × from. */
export function combineRowsInto(
  out: Float64Array,
  data: Float64Array,
  start: number,
  nTimes: number,
  weights: Float64Array,
  from: readonly number[],
  to: readonly number[],
): void {
  for (const [i, row] of to.entries()) {
    const sum = out.subarray(start + row * nTimes, start + (row + 1) * nTimes).fill(0);
    for (const [j, source] of from.entries()) {
      const weight = weights[i * from.length + j]!;
      const at = start + source * nTimes;
      for (let t = 0; t < nTimes; t++) sum[t]! += weight * data[at + t]!;
    }
  }
}

/** The matrix that makes values at the places `to` of values at the places `from`, all unit vectors: nTo × nFrom.
 * @throws {TooShortError} when there is no place to go by. */
export function splineWeights(from: readonly Position[], to: readonly Position[]): Float64Array {
  const n = from.length;
  if (n === 0) throw new TooShortError("the number of good channels", 0, 1, "a bad channel is made of the good ones");
  const basis = new Float64Array(to.length * (n + 1)).fill(1);
  legendreInto(basis, to, from, n + 1, STIFFNESS);
  return multiply(basis, splineCoefficients(from, REGULARIZATION), to.length, n + 1, n);
}

/** What makes the coefficients of the spline, and in the last row its constant, of values at the places: (n + 1) × n. */
export function splineCoefficients(places: readonly Position[], regularization: number): Float64Array {
  const n = places.length;
  const system = new Float64Array((n + 1) * (n + 1)).fill(1);
  legendreInto(system, places, places, n + 1, STIFFNESS);
  for (let i = 0; i < n; i++) system[i * (n + 2)]! += regularization;
  system[(n + 1) * (n + 1) - 1] = 0;
  const right = new Float64Array((n + 1) * n);
  for (let i = 0; i < n; i++) right[i * n + i] = 1;
  const solved = leastSquares(system, right, n + 1, n + 1, n);
  if (solved === undefined) throw new OptionError("positions", n, "places on the head that differ");
  return solved;
}

/** Writes `Σ (2n + 1) / (4π · (n · (n + 1))^stiffness) · P_n(cos)` for each pair of places, by Clenshaw's recurrence. */
export function legendreInto(
  out: Float64Array,
  rows: readonly Position[],
  columns: readonly Position[],
  width: number,
  stiffness: number,
): void {
  const factors = Float64Array.from({ length: N_TERMS + 1 }, (_, n) =>
    n === 0 ? 0 : (2 * n + 1) / (4 * Math.PI * (n * (n + 1)) ** stiffness),
  );
  for (const [i, a] of rows.entries())
    for (const [j, b] of columns.entries()) {
      const x = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
      let above = 0;
      let next = 0;
      for (let n = N_TERMS; n >= 1; n--) {
        const value = factors[n]! + ((2 * n + 1) / (n + 1)) * x * above - ((n + 1) / (n + 2)) * next;
        next = above;
        above = value;
      }
      out[i * width + j] = x * above - next / 2;
    }
}

/** Unit vectors from the origin to each of these channels.
 * @throws {ChannelError} when a place is not known, not finite, or at the origin. */
export function channelDirections(
  channelNames: readonly string[],
  indices: readonly number[],
  { positions, origin = [0, 0, 0] }: SplineOptions,
): Position[] {
  if (positions !== undefined && (positions === null || typeof positions !== "object"))
    throw new OptionError("positions", positions, "one position for each channel");
  if (!(Array.isArray(origin) && origin.length === 3 && origin.every(Number.isFinite)))
    throw new OptionError("origin", origin, "three finite numbers");
  const byIndex = Array.isArray(positions) ? (positions as readonly Position[]) : undefined;
  const byName = byIndex === undefined ? (positions as Readonly<Record<string, Position>> | undefined) : undefined;
  if (byIndex !== undefined && byIndex.length !== channelNames.length)
    throw new ShapeError("positions.length", byIndex.length, channelNames.length);
  return indices.map((index): Position => {
    const name = channelNames[index]!;
    const own = byName && Object.hasOwn(byName, name) ? byName[name] : byIndex?.[index];
    const [x, y, z] = (own ?? positionOf(name)).map((value, axis) => value - origin[axis]!);
    const length = Math.hypot(x ?? NaN, y ?? NaN, z ?? NaN);
    if (!(length > 0 && length < Infinity))
      throw new ChannelError(name, "its position is no place off the origin: give three finite numbers");
    return [x! / length, y! / length, z! / length];
  });
}
