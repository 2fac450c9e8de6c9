import { OptionError, TooShortError } from "../errors";
import { checkCount, checkPositive } from "../rows";
import type { Hertz, Seconds } from "../units";
import { channelDirections, splineWeights, type SplineOptions } from "./interpolate";
import { medianInto } from "./robust";

export interface RansacOptions extends SplineOptions {
  /** Random sets of channels that each channel is foretold from. Default 50. */
  readonly nSamples?: number | undefined;
  /** Share of the channels in a set. Default 0.25. */
  readonly share?: number | undefined;
  /** Default 5. */
  readonly windowSeconds?: Seconds | undefined;
  /** A window is bad when foretold and real channel correlate less than this. Default 0.75. */
  readonly correlationMin?: number | undefined;
  /** Bad when more than this share of windows is. Default 0.4. */
  readonly unpredictableShareMax?: number | undefined;
  /** Of the random sets. Default 0. */
  readonly seed?: number | undefined;
}

/** For each row the share of windows that the median of splines through random sets of other rows does not foretell.
 * @throws {TooShortError} for fewer than 16 channels, or a recording shorter than one window.
 * @throws {ChannelError} when a channel has no place on the head. */
export function ransacShares(
  data: Float64Array,
  nTimes: number,
  sampleRateHz: Hertz,
  channelNames: readonly string[],
  options: Omit<RansacOptions, "unpredictableShareMax">,
): Float64Array {
  const { nSamples = 50, share = 0.25, windowSeconds = 5, correlationMin = 0.75, seed = 0 } = options;
  const nRows = channelNames.length;
  checkCount("ransac.nSamples", nSamples, 1, 1000);
  checkCount("ransac.seed", seed, 0, 0xffff_ffff);
  checkPositive("ransac.windowSeconds", windowSeconds);
  if (!(share > 0 && share < 1)) throw new OptionError("ransac.share", share, "a number above 0 and below 1");
  if (nRows < 16)
    throw new TooShortError(
      "the number of channels that are not flat",
      nRows,
      16,
      "RANSAC foretells each from a quarter",
    );
  const window = Math.max(2, Math.round(windowSeconds * sampleRateHz));
  const nWindows = Math.floor(nTimes / window);
  if (nWindows < 1) throw new TooShortError("the number of samples", nTimes, window, "a window of RANSAC has as many");
  const sets = randomSets(nRows, Math.max(2, Math.round(share * nRows)), nSamples, seed);
  const places = channelDirections(channelNames, [...channelNames.keys()], options);
  const weights = sets.map((set) =>
    splineWeights(
      set.map((row) => places[row]!),
      places,
    ),
  );

  const shares = new Float64Array(nRows);
  const guesses = new Float64Array(nSamples * window);
  const predicted = new Float64Array(window);
  for (let row = 0; row < nRows; row++) {
    const foretelling = [...sets.keys()].filter((s) => !sets[s]!.includes(row));
    const values = new Float64Array(foretelling.length);
    for (let w = 0; w < nWindows && values.length > 0; w++) {
      guesses.fill(0);
      foretelling.forEach((s, i) => {
        const set = sets[s]!;
        const out = guesses.subarray(i * window, (i + 1) * window);
        for (let k = 0; k < set.length; k++) {
          const weight = weights[s]![row * set.length + k]!;
          const from = set[k]! * nTimes + w * window;
          for (let t = 0; t < window; t++) out[t]! += weight * data[from + t]!;
        }
      });
      for (let t = 0; t < window; t++) {
        for (let i = 0, at = t; i < values.length; i++, at += window) values[i] = guesses[at]!;
        predicted[t] = medianInto(values);
      }
      if (!(cosine(predicted, data, row * nTimes + w * window) >= correlationMin)) shares[row]! += 1 / nWindows;
    }
  }
  return shares;
}

/** As PREP's correlation: of both as they are, whose means the high-pass took away. */
function cosine(a: Float64Array, b: Float64Array, start: number): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[start + i]!;
    aa += a[i]! ** 2;
    bb += b[start + i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Sets of `size` different rows, by Fisher and Yates over a 32-bit generator (mulberry32). */
function randomSets(nRows: number, size: number, nSets: number, seed: number): number[][] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: nSets }, () => {
    const rows = Array.from({ length: nRows }, (_, row) => row);
    for (let i = 0; i < size; i++) {
      const j = i + Math.floor(next() * (nRows - i));
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    return rows.slice(0, size);
  });
}
