import { OptionError, TooShortError } from "../errors";
import { combineRowsInto } from "./interpolate";
import { leastSquares, transpose } from "./linear-algebra";
import { channelIndices, checkSignals, type Signals } from "./signals";

/** How much of each artefact channel is found in each other one. */
export interface EogWeights {
  readonly channelNames: readonly string[];
  readonly eogNames: readonly string[];
  /** nChannels × nEogs, row-major, microvolts a microvolt. */
  readonly weights: Float64Array;
}

export interface FitEogOptions {
  /** Names of the channels that see the eyes. Two frontal ones will do where there are none, but take brain with them. */
  readonly eog: readonly string[];
  /** Fit to epochs less the mean of all of their code, so that what is evoked is not taken for the eyes' doing (Gratton).
   * Default true for epochs with codes, and of no meaning for others. */
  readonly subtractEvoked?: boolean | undefined;
}

export interface RegressEogOptions extends FitEogOptions {
  /** Weights from `fitEog`, of a calibration run perhaps. Default: fitted to these signals. */
  readonly weights?: EogWeights | undefined;
}

type SignalsWithCodes = Signals & { readonly codes?: ArrayLike<number> | undefined };

/** Takes from every channel what the eye channels say of it, by linear regression. As MNE 1.13's `EOGRegression`, to 1e-9 of
 * the largest value (`test/golden/cleaning-regression.json`), and for epochs after `subtract_evoked`, code by code. The eye
 * channels stay as they are.
 * @throws {ChannelError} when an eye channel is not there.
 * @throws {OptionError} when the eye channels are constant, or copies of each other.
 * @throws {TooShortError} when no channel is left to mend.
 * @see G. Gratton et al., Electroencephalogr. Clin. Neurophysiol. 55(4), 1983, doi:10.1016/0013-4694(83)90135-9 */
export function regressEog<T extends SignalsWithCodes>(signals: T, options: RegressEogOptions): T {
  const { nBlocks, nChannels, nTimes } = checkSignals(signals);
  const { channelNames, eogNames, weights } = options.weights ?? fitEog(signals, options);
  if (!(Array.isArray(channelNames) && Array.isArray(eogNames) && weights instanceof Float64Array))
    throw new OptionError("weights", options.weights, "what fitEog gives");
  const eog = eogNames.map((name) => channelIndices(signals.channelNames, [name], "weights.eogNames")[0]!);
  const others = channelNames.map((name) => channelIndices(signals.channelNames, [name], "weights.channelNames")[0]!);
  if (weights.length !== eog.length * others.length || !weights.every(Number.isFinite))
    throw new OptionError("weights", weights.length, `${eog.length * others.length} finite numbers, as fitEog gives`);
  const centred = centre(signals.data, nTimes);
  const taken = new Float64Array(signals.data.length);
  for (let block = 0; block < nBlocks; block++)
    combineRowsInto(taken, centred, block * nChannels * nTimes, nTimes, weights, eog, others);
  return { ...signals, data: signals.data.map((value, i) => value - taken[i]!) };
}

/** The weights that `regressEog` applies: of each channel's regression on all eye channels, each row less its mean.
 * @throws as `regressEog`. */
export function fitEog(signals: SignalsWithCodes, { eog: eogNames, subtractEvoked }: FitEogOptions): EogWeights {
  const { nBlocks, nChannels, nTimes } = checkSignals(signals);
  const eog = channelIndices(signals.channelNames, eogNames, "eog");
  if (eog.length === 0) throw new OptionError("eog", "empty", "the name of at least one channel");
  const others = [...signals.channelNames.keys()].filter((index) => !eog.includes(index));
  if (others.length === 0)
    throw new TooShortError("the number of channels besides eog", 0, 1, "there is nothing to take the eyes from");
  const codes = signals.codes;
  if (codes !== undefined && codes.length !== nBlocks)
    throw new OptionError("codes.length", codes.length, `one code for each of the ${nBlocks} epochs`);
  const centred = centre(signals.data, nTimes);
  if (codes !== undefined && subtractEvoked !== false) subtractMeans(centred, codes, nChannels * nTimes);

  const covariances = (rows: readonly number[]): Float64Array => {
    const out = new Float64Array(rows.length * eog.length);
    for (let block = 0; block < nBlocks; block++)
      for (const [i, row] of rows.entries())
        for (const [j, column] of eog.entries())
          out[i * eog.length + j]! += dot(
            centred,
            (block * nChannels + row) * nTimes,
            (block * nChannels + column) * nTimes,
            nTimes,
          );
    return out;
  };
  const right = transpose(covariances(others), others.length, eog.length);
  const solved = leastSquares(covariances(eog), right, eog.length, eog.length, others.length, 1e-12);
  if (solved === undefined)
    throw new OptionError("eog", eogNames.join(", "), "channels that move, and not copies of each other");
  return {
    channelNames: others.map((index) => signals.channelNames[index]!),
    eogNames: eog.map((index) => signals.channelNames[index]!),
    weights: transpose(solved, eog.length, others.length),
  };
}

function dot(data: Float64Array, a: number, b: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[a + i]! * data[b + i]!;
  return sum;
}

function centre(data: Float64Array, nTimes: number): Float64Array {
  const centred = data.slice();
  for (let row = 0; row < data.length; row += nTimes) {
    const first = data[row]!;
    let sum = 0;
    // From the first sample on, so that a constant row becomes 0 and not what rounding leaves.
    for (let i = row; i < row + nTimes; i++) sum += data[i]! - first;
    const mean = sum / nTimes;
    for (let i = row; i < row + nTimes; i++) centred[i] = data[i]! - first - mean;
  }
  return centred;
}

/** Takes from each epoch the mean of all epochs of its code. */
function subtractMeans(data: Float64Array, codes: ArrayLike<number>, size: number): void {
  for (const code of new Set(Array.from(codes))) {
    const epochs = Array.from(codes, (_, index) => index).filter((index) => codes[index] === code);
    const mean = new Float64Array(size);
    for (const epoch of epochs) for (let i = 0; i < size; i++) mean[i]! += data[epoch * size + i]! / epochs.length;
    for (const epoch of epochs) for (let i = 0; i < size; i++) data[epoch * size + i]! -= mean[i]!;
  }
}
