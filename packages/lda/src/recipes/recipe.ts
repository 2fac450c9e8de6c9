import type { EstimatorJson } from "../estimator-json";
import { OptionError } from "../errors";
import type { Domain } from "../geometry/recentre";
import type { Epochs } from "../spatial/epochs";

/** What `fitRecipe` knows by name:
 *
 * - "lda": the features as they come, scaled, shrunk LDA.
 * - "xdawn-lda": the same on epochs seen through xDAWN filters.
 * - "xdawncov-mdm", "erpcov-mdm": (xDAWN or ERP) covariances, minimum distance to mean.
 * - "xdawncov-ts-lr", "erpcov-ts-lr": those covariances in tangent space, logistic regression.
 * - "adaptive-lda": LDA on 50 ms means, which learns a new subject's response from unlabelled epochs. Needs the epochs of
 *   three subjects or more, told apart by `domains`.
 * - "recommended": the mean of those that a validation within the training epochs cannot tell from the best; MDM is not
 *   among them, ERP covariances up to eight channels, "adaptive-lda" from three domains on. */
export const recipes = [
  "lda",
  "xdawn-lda",
  "xdawncov-mdm",
  "erpcov-mdm",
  "xdawncov-ts-lr",
  "erpcov-ts-lr",
  "adaptive-lda",
  "recommended",
] as const;
export type RecipeName = (typeof recipes)[number];

/** How subjects are made alike, without labels:
 *
 * - "none".
 * - "euclidean": epochs whitened by the subject's mean of X·Xᵀ / nTimes; any recipe.
 * - "recentring": covariances whitened by the subject's Riemannian mean; recipes of covariances. */
export const alignments = ["none", "euclidean", "recentring"] as const;
export type AlignmentName = (typeof alignments)[number];

export interface RecipeOptions {
  /** xDAWN filters a class. Default 2 below 8 channels, else 4. */
  readonly nFilter?: number | undefined;
  /** Default "none". "adaptive-lda" and "recommended" have their own way. */
  readonly alignment?: AlignmentName | undefined;
  /** The subject or session of each epoch: each is aligned by itself, and validation keeps it together. Default all one. */
  readonly domains?: ArrayLike<Domain> | undefined;
  /** Of the folds that "recommended" validates by. Default 42. */
  readonly seed?: number | undefined;
}

/** A fitted recipe: epochs in, probabilities out. Immutable; `adapt` gives another. */
export interface FittedRecipe {
  readonly name: RecipeName;
  /** Ascending class codes. */
  readonly classes: readonly number[];
  readonly nChannels: number;
  readonly nTimes: number;
  /** How many unlabelled epochs it has been adapted to. */
  readonly nAdapted: number;
  /** One score an epoch for two classes, higher for the second; nEpochs × nClasses for more.
   * @throws {ShapeError | EmptyError | NonFiniteError | NumericalError} */
  decisionFunction(epochs: Epochs): Float64Array;
  /** nEpochs × nClasses. Throws as `decisionFunction`. */
  predictProba(epochs: Epochs): Float64Array;
  /** The likelier class of each epoch. Throws as `decisionFunction`. */
  predict(epochs: Epochs): Int32Array;
  /** The recipe for the subject whose unlabelled epochs these are: aligned by them, and by all given to it before. The
   * first call turns from the training subjects to this one. A recipe without alignment returns itself.
   * Throws as `decisionFunction`. */
  adapt(epochs: Epochs): FittedRecipe;
  /** See `recipeFromJSON`. */
  toJSON(): EstimatorJson;
}

/** @throws {OptionError} */
export function checkAlignment(alignment: AlignmentName, allowed: readonly AlignmentName[], name: RecipeName): void {
  if (!allowed.includes(alignment))
    throw new OptionError("alignment", alignment, `one of ${allowed.join(", ")} for the recipe ${name}`);
}
