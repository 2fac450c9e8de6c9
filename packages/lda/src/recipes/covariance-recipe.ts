import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import { geodesic } from "../geometry/geodesic";
import type { SpdMatrices } from "../geometry/matrices";
import { MDM } from "../geometry/mdm";
import { meanOf } from "../geometry/mean";
import { mapDomains, recentre, Recentring, type Domain } from "../geometry/recentre";
import { TangentSpace } from "../geometry/tangent-space";
import { LogisticRegression } from "../logreg";
import { checkEpochs, checkEpochShape, type Epochs } from "../spatial/epochs";
import { ERPCovariances } from "../spatial/erp-covariances";
import { XdawnCovariances } from "../spatial/xdawn-covariances";
import { addSpread, alignDomains, whitenEpochs, type Spread } from "./euclidean-alignment";
import { checkAlignment, type FittedRecipe, type RecipeOptions } from "./recipe";
import { spreadFrom, spreadState } from "./vector-recipe";

const NAMES = ["xdawncov-mdm", "erpcov-mdm", "xdawncov-ts-lr", "erpcov-ts-lr"] as const;
export type CovarianceName = (typeof NAMES)[number];

type Classifier = { readonly mdm: MDM } | { readonly tangent: TangentSpace; readonly regression: LogisticRegression };

interface Parts {
  readonly name: CovarianceName;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly covariances: XdawnCovariances | ERPCovariances;
  readonly classifier: Classifier;
  /** With Euclidean alignment: what epochs are whitened by. */
  readonly spread: Spread | null;
  /** With re-centring: what covariances are whitened by. */
  readonly centre: Float64Array | null;
  readonly nAdapted: number;
}

/** Covariances of xDAWN filters or of whole epochs below the classes' averages, told apart by their geometry. */
export class CovarianceRecipe implements FittedRecipe {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  static fit(
    name: CovarianceName,
    epochs: Epochs,
    y: ArrayLike<number>,
    { nFilter, alignment = "none", domains }: RecipeOptions & { nFilter: number },
  ): CovarianceRecipe {
    checkAlignment(alignment, ["none", "euclidean", "recentring"], name);
    const { aligned, spread } =
      alignment === "euclidean" ? alignDomains(epochs, domains) : { aligned: epochs, spread: null };
    const covariances = name.startsWith("xdawn")
      ? new XdawnCovariances({ nFilter, estimator: "lwf", xdawnEstimator: "scm" })
      : new ERPCovariances({ estimator: "lwf" });
    const matrices = covariances.fitTransform(aligned, y);
    const { centred, centre } =
      alignment === "recentring" ? centreDomains(matrices, domains) : { centred: matrices, centre: null };
    const { nChannels, nTimes } = epochs;
    const classifier = classifierOf(name, centred, y);
    return new CovarianceRecipe({ name, nChannels, nTimes, covariances, classifier, spread, centre, nAdapted: 0 });
  }

  get name(): CovarianceName {
    return this.#parts.name;
  }

  get classes(): readonly number[] {
    const { classifier } = this.#parts;
    return "mdm" in classifier ? classifier.mdm.classes : classifier.regression.classes;
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
    const { classifier } = this.#parts;
    const matrices = this.#matrices(epochs);
    if (!("mdm" in classifier)) return classifier.regression.decisionFunction(classifier.tangent.transform(matrices));
    const distances = classifier.mdm.transform(matrices);
    const nClasses = classifier.mdm.classes.length;
    if (nClasses > 2) return distances.map((d) => -d * d);
    // the log-odds of the softmax of -distance²
    return Float64Array.from({ length: epochs.nEpochs }, (_, i) => distances[2 * i]! ** 2 - distances[2 * i + 1]! ** 2);
  }

  predictProba(epochs: Epochs): Float64Array {
    const { classifier } = this.#parts;
    const matrices = this.#matrices(epochs);
    return "mdm" in classifier
      ? classifier.mdm.predictProba(matrices)
      : classifier.regression.predictProba(classifier.tangent.transform(matrices));
  }

  predict(epochs: Epochs): Int32Array {
    const { classifier } = this.#parts;
    const matrices = this.#matrices(epochs);
    return "mdm" in classifier
      ? classifier.mdm.predict(matrices)
      : classifier.regression.predict(classifier.tangent.transform(matrices));
  }

  adapt(epochs: Epochs): CovarianceRecipe {
    const { spread, centre, nAdapted } = this.#parts;
    this.#check(epochs);
    const seen = nAdapted + epochs.nEpochs;
    if (spread !== null)
      return new CovarianceRecipe({
        ...this.#parts,
        spread: addSpread(epochs, nAdapted === 0 ? null : spread),
        nAdapted: seen,
      });
    if (centre === null) return this;
    const arrived = meanOf(this.#parts.covariances.transform(epochs));
    const moved = nAdapted === 0 ? arrived : geodesic(centre, arrived, epochs.nEpochs / seen);
    return new CovarianceRecipe({ ...this.#parts, centre: moved, nAdapted: seen });
  }

  toJSON(): EstimatorJson {
    const { name, nChannels, nTimes, covariances, classifier, spread, centre, nAdapted } = this.#parts;
    return sealEstimator("CovarianceRecipe", {
      name,
      n_channels: nChannels,
      n_times: nTimes,
      covariances: covariances.toJSON(),
      ...("mdm" in classifier
        ? { mdm: classifier.mdm.toJSON() }
        : { tangent: classifier.tangent.toJSON(), regression: classifier.regression.toJSON() }),
      ...spreadState(spread),
      centre: centre ?? undefined,
      n_adapted: nAdapted,
    });
  }

  static fromJSON(json: unknown): CovarianceRecipe {
    const fields = openEstimator(json, "CovarianceRecipe");
    const name = fields.oneOf("name", NAMES);
    const nChannels = fields.count("n_channels");
    return new CovarianceRecipe({
      name,
      nChannels,
      nTimes: fields.count("n_times"),
      covariances: (name.startsWith("xdawn") ? XdawnCovariances : ERPCovariances).fromJSON(fields.raw("covariances")),
      classifier: name.endsWith("mdm")
        ? { mdm: MDM.fromJSON(fields.raw("mdm")) }
        : {
            tangent: TangentSpace.fromJSON(fields.raw("tangent")),
            regression: LogisticRegression.fromJSON(fields.raw("regression")),
          },
      spread: spreadFrom(fields, nChannels),
      centre: fields.has("centre") ? fields.numbers("centre") : null,
      nAdapted: fields.count("n_adapted"),
    });
  }

  #check(epochs: Epochs): void {
    checkEpochs(epochs);
    checkEpochShape(epochs, this.#parts.nChannels, this.#parts.nTimes, "the recipe");
  }

  #matrices(epochs: Epochs): SpdMatrices {
    this.#check(epochs);
    const { covariances, spread, centre } = this.#parts;
    const matrices = covariances.transform(spread === null ? epochs : whitenEpochs(epochs, spread));
    return centre === null ? matrices : recentre(matrices, centre);
  }
}

function classifierOf(name: CovarianceName, matrices: SpdMatrices, y: ArrayLike<number>): Classifier {
  if (name.endsWith("mdm")) return { mdm: new MDM().fit(matrices, y) };
  const tangent = new TangentSpace().fit(matrices);
  return { tangent, regression: new LogisticRegression({ C: 1 }).fit(tangent.transform(matrices), y) };
}

/** Each domain's matrices centred on their own mean; and the mean of those means, for whoever comes unannounced. */
function centreDomains(
  matrices: SpdMatrices,
  domains: ArrayLike<Domain> | undefined,
): { centred: SpdMatrices; centre: Float64Array } {
  const given = domains ?? new Int32Array(matrices.nMatrices);
  const step = new Recentring().fit(matrices, given);
  const centred = mapDomains(matrices, given, (members, domain) => step.transform(members, domain));
  const centres = step.domains.map((domain) => step.centre(domain));
  const data = new Float64Array(centres.length * centres[0]!.length);
  centres.forEach((centre, k) => data.set(centre, k * centre.length));
  const centre = meanOf({ data, nMatrices: centres.length, nChannels: matrices.nChannels });
  return { centred, centre };
}
