import type { Epochs } from "./epochs";
import { ShapeError } from "./errors";

/** Rows for a classifier. */
export interface Features {
  /** nRows × nFeatures, row-major, microvolts. */
  readonly data: Float64Array;
  readonly nRows: number;
  readonly nFeatures: number;
}

/** Lays each epoch out as one row, all samples of the first channel first: feature `channel · nTimes + time`. The numbers
 * are not copied. @throws {ShapeError} when `data` does not fit its shape. */
export function flatten(epochs: Pick<Epochs, "data" | "nEpochs" | "nChannels" | "nTimes">): Features {
  const { data, nEpochs, nChannels, nTimes } = epochs ?? {};
  if (data?.length !== nEpochs * nChannels * nTimes)
    throw new ShapeError("epochs.data.length", data?.length ?? Number.NaN, nEpochs * nChannels * nTimes);
  return { data, nRows: nEpochs, nFeatures: nChannels * nTimes };
}

/** Puts the rows of several runs or subjects one after another, in the order given, with their labels.
 * @throws {ShapeError} when the parts do not all have as many features, or labels, as they should. */
export function concatenateFeatures(parts: readonly { readonly features: Features; readonly labels: Int32Array }[]): {
  features: Features;
  labels: Int32Array;
} {
  const nFeatures = parts[0]?.features.nFeatures ?? 0;
  const nRows = parts.reduce((n, { features }) => n + features.nRows, 0);
  const data = new Float64Array(nRows * nFeatures);
  const labels = new Int32Array(nRows);
  let row = 0;
  for (const [i, part] of parts.entries()) {
    if (part.features.nFeatures !== nFeatures)
      throw new ShapeError(`nFeatures of part ${i + 1}`, part.features.nFeatures, nFeatures);
    if (part.labels.length !== part.features.nRows)
      throw new ShapeError(`labels.length of part ${i + 1}`, part.labels.length, part.features.nRows);
    data.set(part.features.data.subarray(0, part.features.nRows * nFeatures), row * nFeatures);
    labels.set(part.labels, row);
    row += part.features.nRows;
  }
  return { features: { data, nRows, nFeatures }, labels };
}
