import { OptionError, TooShortError } from "../../errors";
import { roundHalfEven } from "../../round";

/** What clean EEG looks like among amplitudes that artefacts have a share in. */
export interface EegDistribution {
  readonly mean: number;
  readonly std: number;
}

export interface EegDistributionOptions {
  /** Least share of the values that is clean EEG. Default 0.25. */
  readonly cleanShareMin?: number | undefined;
  /** Largest share of the values that is too small, as while an electrode is off. Default 0.1. */
  readonly dropoutShareMax?: number | undefined;
}

/** The part of the clean distribution that is fitted: artefacts live above it. */
const QUANTILES = [0.022, 0.6] as const;
const STEP = 0.01;
const VALUES_MIN = 50;

/** Γ, to about 1e-14 (Lanczos, g = 7). */
function gamma(x: number): number {
  const lanczos = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const t = x + 6.5;
  const sum = lanczos.reduce((total, c, i) => total + c / (x + i), 0.99999999999980993);
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * sum;
}

/** The quantile of the density `exp(-|z|^shape)`, by Newton's steps on the integral's power series; for |z| up to 2. */
function standardQuantile(quantile: number, shape: number): number {
  const wanted = (Math.abs(2 * quantile - 1) * gamma(1 / shape)) / shape;
  let z = wanted;
  for (let step = 0; step < 60; step++) {
    let power = z;
    let integral = 0;
    for (let k = 0; k < 80; k++) {
      integral += power / (shape * k + 1);
      power *= -(z ** shape) / (k + 1);
    }
    const change = (wanted - integral) * Math.exp(z ** shape);
    z += change;
    if (Math.abs(change) < 1e-15 * z) break;
  }
  return Math.sign(quantile - 0.5) * z;
}

/** Generalized Gaussians from pointed to boxy: their bounds at the two quantiles, and their standard deviation. */
const SHAPES = Array.from({ length: 12 }, (_, i) => {
  const shape = 1.7 + 0.15 * i;
  const [low, high] = [standardQuantile(QUANTILES[0], shape), standardQuantile(QUANTILES[1], shape)];
  return { shape, low, high, std: Math.sqrt(gamma(3 / shape) / gamma(1 / shape)) };
});

/** Mean and standard deviation of the clean EEG among `amplitudes` (one for each of many short windows), whatever else is
 * among them: the truncated generalized Gaussian that fits the histogram best, by Kullback-Leibler divergence, over a grid of
 * places, widths and shapes. The search of the ASR reference (`fit_eeg_distribution`); agrees with asrpy 0.0.8.
 * @throws {TooShortError} for fewer than 50 values.
 * @throws {OptionError} when they don't differ, or are not finite.
 * @see T. R. Mullen et al., IEEE Trans. Biomed. Eng. 62(11), 2015, doi:10.1109/TBME.2015.2481482 */
export function fitEegDistribution(
  amplitudes: Float64Array,
  { cleanShareMin = 0.25, dropoutShareMax = 0.1 }: EegDistributionOptions = {},
): EegDistribution {
  const n = amplitudes.length;
  if (n < VALUES_MIN)
    throw new TooShortError("the number of windows", n, VALUES_MIN, "a distribution is fitted to them: give more data");
  if (!(cleanShareMin > 0 && cleanShareMin <= 1))
    throw new OptionError("cleanShareMin", cleanShareMin, "a number above 0, at most 1");
  if (!(dropoutShareMax >= 0 && dropoutShareMax <= 0.4))
    throw new OptionError("dropoutShareMax", dropoutShareMax, "a number from 0 to 0.4");
  const x = amplitudes.toSorted();
  if (!(x[0]! >= -Infinity && Number.isFinite(x[n - 1]! - x[0]!)))
    throw new OptionError("amplitudes", x[n - 1], "finite numbers");

  const width = QUANTILES[1] - QUANTILES[0];
  const starts: number[] = [];
  for (let i = 0; i * STEP <= dropoutShareMax + STEP * 1e-9; i++)
    starts.push(roundHalfEven(n * (QUANTILES[0] + i * STEP)));
  let best = { divergence: Infinity, low: 0, high: 0, shape: SHAPES[0]! };
  for (let i = 0; width - i * STEP > cleanShareMin * width; i++) {
    const m = roundHalfEven(n * (width - i * STEP));
    const nBins = roundHalfEven(3 * Math.log2(1 + m / 2));
    const expected = SHAPES.map((shape) => ({ shape, ...binsOf(shape, nBins) }));
    for (const start of starts) {
      const low = x[start]!;
      const range = x[start + m - 1]! - low;
      if (!(range > 0)) continue;
      const counts = new Float64Array(nBins);
      for (let k = start; k < start + m; k++)
        counts[Math.min(nBins - 1, Math.floor(((x[k]! - low) * nBins) / range))]!++;
      const logs = counts.map((count) => Math.log(count + 0.01));
      for (const { shape, p, entropy } of expected) {
        let divergence = entropy + Math.log(m);
        for (let bin = 0; bin < nBins; bin++) divergence -= p[bin]! * logs[bin]!;
        if (divergence < best.divergence) best = { divergence, low, high: low + range, shape };
      }
    }
  }
  if (best.divergence === Infinity) throw new OptionError("amplitudes", x[0], "values that differ: is a channel flat?");
  const { low, high, shape } = best;
  const scale = (high - low) / (shape.high - shape.low);
  return { mean: low - shape.low * scale, std: scale * shape.std };
}

/** The density's share in each of `nBins` equal bins between its bounds, taken at their middles, and `Σ p·log p`. */
function binsOf({ shape, low, high }: (typeof SHAPES)[number], nBins: number): { p: Float64Array; entropy: number } {
  const p = Float64Array.from({ length: nBins }, (_, i) =>
    Math.exp(-(Math.abs(low + ((i + 0.5) / nBins) * (high - low)) ** shape)),
  );
  const total = p.reduce((sum, value) => sum + value, 0);
  let entropy = 0;
  for (let i = 0; i < nBins; i++) {
    p[i]! /= total;
    entropy += p[i]! * Math.log(p[i]!);
  }
  return { p, entropy };
}
