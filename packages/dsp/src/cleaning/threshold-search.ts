import { medianInto } from "./robust";

/** Epochs that a threshold is searched for: some samples each, all channels or one. */
export interface SearchData {
  /** nEpochs × size. */
  readonly data: Float64Array;
  readonly nEpochs: number;
  readonly size: number;
  /** Each epoch's amplitude, which the threshold is for. */
  readonly amplitudes: Float64Array;
  /** The same epochs as the median takes them. Default: `data`. */
  readonly validationData?: Float64Array | undefined;
}

/** For each candidate, ascending, how far the mean of the training epochs that it keeps lies from the median of the
 * validation epochs, as a root mean square over samples, averaged over the folds. Each fold's running sum grows by the epochs
 * that the next candidate lets in, so all candidates together cost little more than one.
 * @param folds - of each, the epochs that validate.
 * @param keepSmallest - whether a candidate below all training epochs keeps the smallest of them; its loss is infinite
 * otherwise. */
export function validationLosses(
  { data, nEpochs, size, amplitudes, validationData = data }: SearchData,
  candidates: Float64Array,
  folds: readonly (readonly number[])[],
  keepSmallest: boolean,
): Float64Array {
  const losses = new Float64Array(candidates.length);
  const ordered = [...amplitudes.keys()].sort((a, b) => amplitudes[a]! - amplitudes[b]!);
  const sum = new Float64Array(size);
  for (const fold of folds) {
    const median = medianEpoch(validationData, size, fold);
    const validating = new Uint8Array(nEpochs);
    for (const epoch of fold) validating[epoch] = 1;
    const training = ordered.filter((epoch) => validating[epoch] === 0);
    const smallest = amplitudes[training[0]!]!;
    sum.fill(0);
    let nKept = 0;
    candidates.forEach((candidate, c) => {
      const limit = keepSmallest ? Math.max(candidate, smallest) : candidate;
      for (; nKept < training.length && amplitudes[training[nKept]!]! <= limit; nKept++) {
        const start = training[nKept]! * size;
        for (let i = 0; i < size; i++) sum[i]! += data[start + i]!;
      }
      let squares = 0;
      for (let i = 0; i < size; i++) squares += (median[i]! - sum[i]! / nKept) ** 2;
      losses[c]! += nKept === 0 ? Infinity : Math.sqrt(squares / size) / folds.length;
    });
  }
  return losses;
}

/** The median over some epochs of each sample. */
export function medianEpoch(data: Float64Array, size: number, epochs: readonly number[]): Float64Array {
  const values = new Float64Array(epochs.length);
  return Float64Array.from({ length: size }, (_, i) => {
    for (let k = 0; k < epochs.length; k++) values[k] = data[epochs[k]! * size + i]!;
    return medianInto(values);
  });
}

/** Consecutive folds as equal as can be, the first ones larger: scikit-learn's `KFold`. */
export function consecutiveFolds(nEpochs: number, nFolds: number): number[][] {
  const folds: number[][] = [];
  for (let f = 0, from = 0; f < nFolds; f++) {
    const n = Math.floor(nEpochs / nFolds) + (f < nEpochs % nFolds ? 1 : 0);
    folds.push(Array.from({ length: n }, (_, i) => from + i));
    from += n;
  }
  return folds;
}
