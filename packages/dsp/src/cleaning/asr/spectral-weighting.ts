import { OptionError } from "../../errors";
import { planFft } from "../../fft";
import type { Hertz } from "../../units";
import { leastSquares } from "../linear-algebra";
import { isStable, stablePolynomial } from "./stable-polynomial";

const ORDER = 8;
/** The gains are laid down at this many frequencies from 0 to Nyquist, both included. */
const N_FREQUENCIES = 513;
const N_ALL = 2 * (N_FREQUENCIES - 1);
const N_LAGS = 4 * ORDER;

/** The filter through which ASR looks at a signal: less of alpha and beta, in which clean EEG is strong, and more of the
 * lowest and highest frequencies, in which blinks, movements and muscles are. Of order 8, by the modified Yule-Walker
 * method; agrees with asrpy 0.0.8's design.
 * @returns `b` and `a`, 9 numbers each, a[0] being 1.
 * @throws {OptionError} below 40 Hz and above 5 kHz, where no good filter of this order comes of it.
 * @see B. Friedlander, B. Porat, IEEE Trans. Aerosp. Electron. Syst. 20(2), 1984, doi:10.1109/TAES.1984.310437 */
export function spectralWeighting(sampleRateHz: Hertz): { b: Float64Array; a: Float64Array } {
  const refused = new OptionError("sampleRateHz", sampleRateHz, "one from 40 to 5000 Hz: resample");
  if (!(sampleRateHz >= 40 && sampleRateHz <= 5000)) throw refused;
  const gains = gainsOnGrid(sampleRateHz);
  const gainAt = (k: number): number => gains[k < N_FREQUENCIES ? k : N_ALL - k]!;
  const correlations = Float64Array.from({ length: N_LAGS }, (_, lag) => {
    let sum = 0;
    for (let k = 0; k < N_ALL; k++) sum += gainAt(k) ** 2 * Math.cos((2 * Math.PI * ((k * lag) % N_ALL)) / N_ALL);
    return (sum / N_ALL) * (0.54 + 0.46 * Math.cos((Math.PI * lag) / (N_LAGS - 1)));
  });

  // Beyond lag 8 each correlation is a linear combination of the eight before it.
  const nRows = N_LAGS - ORDER - 1;
  const before = new Float64Array(nRows * ORDER);
  for (let i = 0; i < nRows; i++) for (let j = 0; j < ORDER; j++) before[i * ORDER + j] = correlations[ORDER + i - j]!;
  const after = correlations.subarray(ORDER + 1).map((value) => -value);
  const fitted = Float64Array.of(1, ...(leastSquares(before, after, nRows, ORDER, 1) ?? [NaN]));
  const a = isStable(fitted) ? fitted : stablePolynomial(fitted);
  if (!isStable(a)) throw refused;

  correlations[0]! /= 2;
  const additive = numerator(correlations, a);
  return { b: numerator(minimumPhase(additive, a), a), a };
}

/** The amplification wanted, in straight lines between a few frequencies. */
function gainsOnGrid(sampleRateHz: Hertz): Float64Array {
  const nyquist = sampleRateHz / 2;
  const known = [[0, 3], [2, 0.75], [3, 0.33], [13, 0.33], [16, 1], [40, 1]] as const; // prettier-ignore
  const points: (readonly [Hertz, number])[] = known.filter(([frequency]) => frequency < nyquist - 1);
  const last = points.length === known.length ? 3 : points.at(-1)![1];
  if (last === 3) points.push([Math.min(80, nyquist - 1), 3]);
  points.push([nyquist, last]);
  const gains = new Float64Array(N_FREQUENCIES);
  gains[0] = points[0]![1];
  let begin = 0;
  for (let i = 1; i < points.length; i++) {
    const end = Math.floor((points[i]![0] / nyquist) * N_FREQUENCIES) - 1;
    const [from, to] = [points[i - 1]![1], points[i]![1]];
    for (let k = begin; k <= end; k++) {
      const share = end === begin ? 0 : (k - begin) / (end - begin);
      gains[k] = share * to + (1 - share) * from;
    }
    begin = end + 1;
  }
  return gains;
}

/** The b for which the impulse response of b/a comes nearest to `response`. */
function numerator(response: Float64Array, a: Float64Array): Float64Array {
  const n = response.length;
  const impulse = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = i === 0 ? 1 : 0;
    for (let k = 1; k <= Math.min(i, ORDER); k++) sum -= a[k]! * impulse[i - k]!;
    impulse[i] = sum;
  }
  const shifted = new Float64Array(n * (ORDER + 1));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= Math.min(i, ORDER); j++) shifted[i * (ORDER + 1) + j] = impulse[i - j]!;
  return leastSquares(shifted, response, n, ORDER + 1, 1)!;
}

/** The first samples of the minimum-phase response whose power spectrum is twice the real part of b/a: by its cepstrum. */
function minimumPhase(b: Float64Array, a: Float64Array): Float64Array {
  const plan = planFft(N_ALL);
  const spectrumOf = (polynomial: Float64Array): Float64Array => {
    const input = new Float64Array(2 * N_ALL);
    polynomial.forEach((value, i) => (input[2 * i] = value));
    const output = new Float64Array(2 * N_ALL);
    plan.forward(input, output);
    return output;
  };
  const top = spectrumOf(b);
  const bottom = spectrumOf(a);
  const logs = new Float64Array(2 * N_ALL);
  for (let k = 0; k < 2 * N_ALL; k += 2) {
    const [re, im] = [bottom[k]!, bottom[k + 1]!];
    const power = (2 * (top[k]! * re + top[k + 1]! * im)) / (re * re + im * im);
    // Where the fit went below 0 the logarithm is complex, as in the reference.
    logs[k] = Math.log(Math.max(Math.abs(power), Number.MIN_VALUE));
    logs[k + 1] = power < 0 ? Math.PI : 0;
  }
  const cepstrum = new Float64Array(2 * N_ALL);
  plan.inverse(logs, cepstrum);
  for (let k = 0; k < 2 * N_ALL; k++) cepstrum[k]! *= k < 2 ? 0.5 : k < N_ALL ? 1 : 0;
  plan.forward(cepstrum, logs);
  for (let k = 0; k < 2 * N_ALL; k += 2) {
    const size = Math.exp(logs[k]!);
    const angle = logs[k + 1]!;
    logs[k] = size * Math.cos(angle);
    logs[k + 1] = size * Math.sin(angle);
  }
  plan.inverse(logs, cepstrum);
  return Float64Array.from({ length: N_LAGS }, (_, i) => cepstrum[2 * i]!);
}
