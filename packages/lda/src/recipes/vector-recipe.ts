import { openEstimator, sealEstimator, type EstimatorFields, type EstimatorJson } from "../estimator-json";
import { LinearDiscriminantAnalysis } from "../lda";
import { StandardScaler } from "../scaler";
import { checkEpochs, checkEpochShape, flattenEpochs, type Epochs } from "../spatial/epochs";
import { Xdawn } from "../spatial/xdawn";
import type { Matrix } from "../matrix";
import { addSpread, alignDomains, whitenEpochs, type Spread } from "./euclidean-alignment";
import { checkAlignment, type FittedRecipe, type RecipeOptions } from "./recipe";

type VectorName = "lda" | "xdawn-lda";

interface Parts {
  readonly name: VectorName;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly xdawn: Xdawn | null;
  readonly scaler: StandardScaler;
  readonly lda: LinearDiscriminantAnalysis;
  /** With Euclidean alignment: what epochs are whitened by. */
  readonly spread: Spread | null;
  readonly nAdapted: number;
}

/** Scaled features, perhaps of xDAWN filters, and a shrunk LDA. */
export class VectorRecipe implements FittedRecipe {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  static fit(
    name: VectorName,
    epochs: Epochs,
    y: ArrayLike<number>,
    { nFilter, alignment = "none", domains }: RecipeOptions & { nFilter: number },
  ): VectorRecipe {
    checkAlignment(alignment, ["none", "euclidean"], name);
    const { aligned, spread } =
      alignment === "none" ? { aligned: epochs, spread: null } : alignDomains(epochs, domains);
    const xdawn = name === "lda" ? null : new Xdawn({ nFilter }).fit(aligned, y);
    const rows = flattenEpochs(xdawn === null ? aligned : xdawn.transform(aligned));
    const scaler = new StandardScaler().fit(rows);
    const lda = new LinearDiscriminantAnalysis({ solver: "lsqr", shrinkage: "auto" }).fit(scaler.transform(rows), y);
    const { nChannels, nTimes } = epochs;
    return new VectorRecipe({ name, nChannels, nTimes, xdawn, scaler, lda, spread, nAdapted: 0 });
  }

  get name(): VectorName {
    return this.#parts.name;
  }

  get classes(): readonly number[] {
    return this.#parts.lda.classes;
  }

  get nChannels(): number {
    return this.#parts.nChannels;
  }

  get nTimes(): number {
    return this.#parts.nTimes;
  }

  get nAdapted(): number {
    return this.#parts.nAdapted;
  }

  decisionFunction(epochs: Epochs): Float64Array {
    return this.#parts.lda.decisionFunction(this.#rows(epochs));
  }

  predictProba(epochs: Epochs): Float64Array {
    return this.#parts.lda.predictProba(this.#rows(epochs));
  }

  predict(epochs: Epochs): Int32Array {
    return this.#parts.lda.predict(this.#rows(epochs));
  }

  adapt(epochs: Epochs): VectorRecipe {
    const { spread, nAdapted } = this.#parts;
    this.#check(epochs);
    if (spread === null) return this;
    return new VectorRecipe({
      ...this.#parts,
      spread: addSpread(epochs, nAdapted === 0 ? null : spread),
      nAdapted: nAdapted + epochs.nEpochs,
    });
  }

  toJSON(): EstimatorJson {
    const { name, nChannels, nTimes, xdawn, scaler, lda, spread, nAdapted } = this.#parts;
    return sealEstimator("VectorRecipe", {
      name,
      n_channels: nChannels,
      n_times: nTimes,
      xdawn: xdawn?.toJSON(),
      scaler: scaler.toJSON(),
      lda: lda.toJSON(),
      ...spreadState(spread),
      n_adapted: nAdapted,
    });
  }

  static fromJSON(json: unknown): VectorRecipe {
    const fields = openEstimator(json, "VectorRecipe");
    const nChannels = fields.count("n_channels");
    return new VectorRecipe({
      name: fields.oneOf("name", ["lda", "xdawn-lda"]),
      nChannels,
      nTimes: fields.count("n_times"),
      xdawn: fields.has("xdawn") ? Xdawn.fromJSON(fields.raw("xdawn")) : null,
      scaler: StandardScaler.fromJSON(fields.raw("scaler")),
      lda: LinearDiscriminantAnalysis.fromJSON(fields.raw("lda")),
      spread: spreadFrom(fields, nChannels),
      nAdapted: fields.count("n_adapted"),
    });
  }

  #check(epochs: Epochs): void {
    checkEpochs(epochs);
    checkEpochShape(epochs, this.#parts.nChannels, this.#parts.nTimes, "the recipe");
  }

  #rows(epochs: Epochs): Matrix {
    this.#check(epochs);
    const { xdawn, scaler, spread } = this.#parts;
    const aligned = spread === null ? epochs : whitenEpochs(epochs, spread);
    return scaler.transform(flattenEpochs(xdawn === null ? aligned : xdawn.transform(aligned)));
  }
}

export function spreadState(spread: Spread | null) {
  return spread === null ? {} : { spread: spread.sum, spread_epochs: spread.nEpochs };
}

export function spreadFrom(fields: EstimatorFields, nChannels: number): Spread | null {
  if (!fields.has("spread")) return null;
  return { sum: fields.numbers("spread", nChannels * nChannels), nEpochs: fields.count("spread_epochs") };
}
