import { OptionError } from "../errors";
import { mirrorInto, spectrumOf } from "../geometry/functions";
import { groupByDomain, type Domain } from "../geometry/recentre";
import { applyFilters } from "../spatial/xdawn";
import { takeEpochs, type Epochs } from "../spatial/epochs";

/** What is known of one subject's epochs: Σ X·Xᵀ / nTimes over nEpochs of them, nChannels × nChannels. */
export interface Spread {
  readonly sum: Float64Array;
  readonly nEpochs: number;
}

/** The spread of these epochs, added to what was seen before. */
export function addSpread({ data, nEpochs, nChannels: n, nTimes }: Epochs, before: Spread | null): Spread {
  const sum = before?.sum.slice() ?? new Float64Array(n * n);
  for (let epoch = 0; epoch < nEpochs; epoch++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const a = (epoch * n + i) * nTimes;
        const b = (epoch * n + j) * nTimes;
        let product = 0;
        for (let t = 0; t < nTimes; t++) product += data[a + t]! * data[b + t]!;
        sum[i * n + j]! += product / nTimes;
      }
  mirrorInto(sum, n);
  return { sum, nEpochs: nEpochs + (before?.nEpochs ?? 0) };
}

/** Epochs whitened by the inverse root of a subject's mean spread: Euclidean alignment.
 * @throws {NumericalError} when channels are linearly dependent.
 * @see H. He, D. Wu, IEEE Trans. Biomedical Engineering 67(2), 2020, doi:10.1109/TBME.2019.2913914 */
export function whitenEpochs(epochs: Epochs, { sum, nEpochs }: Spread): Epochs {
  const n = epochs.nChannels;
  const whitening = new Float64Array(n * n);
  spectrumOf(n).mapInto(
    whitening,
    sum.map((value) => value / nEpochs),
    (value) => 1 / Math.sqrt(value),
    "the mean covariance of the epochs",
  );
  return applyFilters(whitening, epochs);
}

/** Each domain's epochs whitened by themselves, in the order given; and the spread of all, every domain counting alike. */
export function alignDomains(
  epochs: Epochs,
  domains: ArrayLike<Domain> | undefined,
): { aligned: Epochs; spread: Spread } {
  const { nEpochs, nChannels, nTimes } = epochs;
  const groups = groupByDomain(domains ?? new Int32Array(nEpochs), nEpochs);
  const data = new Float64Array(epochs.data.length);
  const sum = new Float64Array(nChannels * nChannels);
  const size = nChannels * nTimes;
  for (const members of groups.values()) {
    const own = takeEpochs(epochs, members);
    const spread = addSpread(own, null);
    const white = whitenEpochs(own, spread);
    members.forEach((epoch, i) => data.set(white.data.subarray(i * size, (i + 1) * size), epoch * size));
    for (let i = 0; i < sum.length; i++) sum[i]! += spread.sum[i]! / spread.nEpochs;
  }
  return { aligned: { data, nEpochs, nChannels, nTimes }, spread: { sum, nEpochs: groups.size } };
}

/** @throws {OptionError} when there is not one domain an epoch. */
export function checkDomains(domains: ArrayLike<Domain> | undefined, nEpochs: number): void {
  if (domains !== undefined && domains.length !== nEpochs)
    throw new OptionError("domains", `${domains.length} names`, `${nEpochs}, one an epoch`);
}
