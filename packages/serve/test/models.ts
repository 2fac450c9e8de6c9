import { encodeModel, saveModel, trainModel, type Model } from "@p300/lda";

/** A small LDA fitted on numbers from a fixed generator; another seed gives other weights. */
export function smallModel(seed: number, nFeatures = 8): Model {
  const nRows = 40 * nFeatures;
  const data = new Float64Array(nRows * nFeatures);
  const labels = new Int32Array(nRows);
  let state = (seed * 2654435761) >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  for (let row = 0; row < nRows; row++) {
    labels[row] = row % 4 === 0 ? 2 : 1;
    for (let i = 0; i < nFeatures; i++) data[row * nFeatures + i] = uniform() + (labels[row] === 2 ? 0.3 : 0);
  }
  const features = { data, nRows, nFeatures };
  return trainModel({ features, labels, testSize: 0, seed: 1, standardize: true, solver: "lsqr", shrinkage: "auto" })
    .model;
}

export const saveSmallModel = (dir: string, seed = 1, nFeatures?: number): Promise<void> =>
  saveModel(smallModel(seed, nFeatures), dir);

export const smallModelFiles = (seed: number, nFeatures?: number): Record<string, Uint8Array> =>
  encodeModel(smallModel(seed, nFeatures));
