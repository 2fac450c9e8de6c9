import type { Epochs } from "../epochs";
import { BandError, OptionError, ShapeError, TooShortError } from "../errors";
import { nextPowerOfTwo, planFft } from "../fft";
import { checkCount, checkNumbers, checkPositive, checkRate, checkRows } from "../rows";
import type { Hertz, Seconds } from "../units";

export interface MorletOptions {
  readonly sampleRateHz: Hertz;
  readonly frequenciesHz: ArrayLike<Hertz>;
  /** Cycles in a wavelet, one number for all or one for each frequency: more of them tell frequencies apart, fewer times.
   * Default 7. */
  readonly nCycles?: number | ArrayLike<number>;
  /** Make the sum of each wavelet 0, so that it does not see an offset. Default true. */
  readonly zeroMean?: boolean;
}

/** A complex wavelet, real and imaginary parts in turn; an odd number of points. */
export type Wavelet = Float64Array;

/** Morlet wavelets, reaching five standard deviations to either side, of norm √2, as MNE 1.13's
 * `morlet(sfreq, freqs, n_cycles, zero_mean=True)` to 1e-12 (`test/golden/spectra.json`).
 * @throws {BandError} when a frequency is not above 0 and at most Nyquist.
 * @see C. Tallon-Baudry et al., J. Neurosci. 17(2), 1997, doi:10.1523/JNEUROSCI.17-02-00722.1997 */
export function makeMorlets(options: MorletOptions): Wavelet[] {
  const { sampleRateHz, frequenciesHz, nCycles = 7, zeroMean = true } = options;
  checkRate(sampleRateHz);
  checkNumbers("frequenciesHz", frequenciesHz, 1);
  const cycles = typeof nCycles === "number" ? [nCycles] : nCycles;
  checkNumbers("nCycles", cycles, 1);
  if (cycles.length !== 1 && cycles.length !== frequenciesHz.length)
    throw new ShapeError("nCycles.length", cycles.length, frequenciesHz.length);
  return Array.from(frequenciesHz, (hz, i) => {
    const n = cycles[cycles.length === 1 ? 0 : i]!;
    checkPositive("nCycles", n);
    if (!(hz > 0 && hz <= sampleRateHz / 2))
      throw new BandError(hz, hz, sampleRateHz / 2, `a frequency must lie above 0 Hz and not above Nyquist`);
    return makeMorlet(hz, n / (2 * Math.PI * hz), sampleRateHz, zeroMean);
  });
}

function makeMorlet(hz: Hertz, sigma: Seconds, sampleRateHz: Hertz, zeroMean: boolean): Wavelet {
  const step = 1 / sampleRateHz;
  const half = Math.ceil((5 * sigma) / step) - 1;
  checkCount("the wavelet's length", 2 * half + 1, 1, 2 ** 24);
  const offset = zeroMean ? Math.exp(-2 * (Math.PI * hz * sigma) ** 2) : 0;
  const wavelet = new Float64Array(2 * (2 * half + 1));
  let squares = 0;
  for (let i = -half; i <= half; i++) {
    const t = i * step;
    const height = Math.exp(-(t * t) / (2 * sigma * sigma));
    const at = 2 * (i + half);
    wavelet[at] = (Math.cos(2 * Math.PI * hz * t) - offset) * height;
    wavelet[at + 1] = Math.sin(2 * Math.PI * hz * t) * height;
    squares += wavelet[at]! ** 2 + wavelet[at + 1]! ** 2;
  }
  const size = Math.sqrt(0.5) * Math.sqrt(squares);
  return wavelet.map((value) => value / size);
}

/** Power by frequency and time. */
export interface MorletPower {
  /** nRows × nFrequencies × nTimes, row-major, in the data's unit squared. */
  readonly power: Float64Array;
  readonly nFrequencies: number;
  readonly nTimes: number;
}

export interface MorletPowerOptions extends MorletOptions {
  /** Keep every so many-th time. Default 1. */
  readonly decimation?: number;
}

/** Power of rows by Morlet wavelets, as MNE 1.13's `tfr_array_morlet(output="power")` to 1e-11 (`test/golden/spectra.json`).
 * Beyond its ends a row is thought to be zero, so less than half a wavelet from them power is missing.
 * @param data - nRows × nSamples, row-major, in any unit.
 * @throws {TooShortError} when a wavelet is longer than a row: give fewer cycles or a longer row. */
export function morletPower(data: Float64Array, nSamples: number, options: MorletPowerOptions): MorletPower {
  const nRows = checkRows(data, nSamples);
  const { decimation = 1 } = options;
  checkCount("decimation", decimation, 1);
  const wavelets = makeMorlets(options);
  const nTimes = Math.ceil(nSamples / decimation);
  const power = new Float64Array(nRows * wavelets.length * nTimes);
  eachPower(data, nSamples, wavelets, (row, frequency, values) => {
    const to = (row * wavelets.length + frequency) * nTimes;
    for (let t = 0; t < nTimes; t++) power[to + t] = values[t * decimation]!;
  });
  return { power, nFrequencies: wavelets.length, nTimes };
}

/** Convolves each row with each wavelet and hands on the squared modulus. */
function eachPower(
  data: Float64Array,
  nSamples: number,
  wavelets: readonly Wavelet[],
  take: (row: number, frequency: number, power: Float64Array) => void,
): void {
  const longest = Math.max(...wavelets.map((wavelet) => wavelet.length / 2));
  if (data.length > 0 && longest > nSamples)
    throw new TooShortError(
      "nSamples",
      nSamples,
      longest,
      "a wavelet is longer: give fewer cycles or a higher frequency",
    );
  const plan = planFft(nextPowerOfTwo(nSamples + longest - 1));
  const buffer = new Float64Array(2 * plan.size);
  const spectrum = new Float64Array(2 * plan.size);
  const product = new Float64Array(2 * plan.size);
  const power = new Float64Array(nSamples);
  const responses = wavelets.map((wavelet) => {
    const response = new Float64Array(2 * plan.size);
    buffer.fill(0);
    buffer.set(wavelet);
    plan.forward(buffer, response);
    return response;
  });
  buffer.fill(0);
  for (let row = 0; row * nSamples < data.length; row++) {
    buffer.fill(0);
    for (let i = 0; i < nSamples; i++) buffer[2 * i] = data[row * nSamples + i]!;
    plan.forward(buffer, spectrum);
    for (const [f, response] of responses.entries()) {
      for (let k = 0; k < spectrum.length; k += 2) {
        product[k] = spectrum[k]! * response[k]! - spectrum[k + 1]! * response[k + 1]!;
        product[k + 1] = spectrum[k]! * response[k + 1]! + spectrum[k + 1]! * response[k]!;
      }
      plan.inverse(product, buffer);
      const delay = wavelets[f]!.length / 2 - 1; // twice half a wavelet, as parts alternate
      for (let i = 0; i < nSamples; i++) power[i] = buffer[delay + 2 * i]! ** 2 + buffer[delay + 2 * i + 1]! ** 2;
      take(row, f, power);
    }
  }
}

export interface MorletEpochsOptions extends Omit<MorletPowerOptions, "sampleRateHz"> {
  /** Give the mean over epochs, nChannels × nFrequencies × nTimes, rather than every epoch's. Default false. */
  readonly average?: boolean;
}

/** Power of epochs by Morlet wavelets: nEpochs × nChannels × nFrequencies × nTimes, or its mean over epochs.
 * @throws {OptionError} when a mean is asked for of no epoch. @see morletPower */
export function morletEpochs(epochs: Epochs, { average = false, ...options }: MorletEpochsOptions): MorletPower {
  const { data, nEpochs, nChannels, nTimes, sampleRateHz } = epochs;
  checkCount("nEpochs", nEpochs, 0);
  checkCount("nChannels", nChannels, 1);
  const nRows = checkRows(data, nTimes);
  if (nRows !== nEpochs * nChannels)
    throw new ShapeError("epochs.data.length", data.length, nEpochs * nChannels * nTimes);
  const all = { ...options, sampleRateHz };
  if (!average) return morletPower(data, nTimes, all);
  if (nEpochs < 1) throw new OptionError("epochs", "empty", "at least one epoch to average");
  const size = nChannels * nTimes;
  const first = morletPower(data.subarray(0, size), nTimes, all);
  for (let epoch = 1; epoch < nEpochs; epoch++) {
    const { power } = morletPower(data.subarray(epoch * size, (epoch + 1) * size), nTimes, all);
    for (let i = 0; i < power.length; i++) first.power[i]! += power[i]!;
  }
  for (let i = 0; i < first.power.length; i++) first.power[i]! /= nEpochs;
  return first;
}
