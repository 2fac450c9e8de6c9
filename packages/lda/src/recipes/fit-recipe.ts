import { EstimatorJsonError, OptionError, SingleClassError } from "../errors";
import { estimatorTypeOf } from "../estimator-json";
import { checkLabels, groupByClass } from "../matrix";
import { checkEpochs, type Epochs } from "../spatial/epochs";
import { AdaptiveRecipe } from "./adaptive-recipe";
import { CovarianceRecipe } from "./covariance-recipe";
import { checkDomains } from "./euclidean-alignment";
import { alignments, recipes, type FittedRecipe, type RecipeName, type RecipeOptions } from "./recipe";
import { RecommendedRecipe } from "./recommended-recipe";
import { VectorRecipe } from "./vector-recipe";

/** Epochs and their labels to a fitted recipe, in one call.
 *
 * The recipes "lda", "xdawn-lda", "xdawncov-mdm", "xdawncov-ts-lr" and "erpcov-ts-lr" reproduce pyRiemann's and
 * scikit-learn's on public recordings (`test/recipes/muse-p300.test.ts`).
 * @param y - an integer class code an epoch.
 * @example
 * const recipe = fitRecipe("xdawncov-ts-lr", epochs, labels, { alignment: "recentring", domains: subjects });
 * const forHer = recipe.adapt(unlabelled); // as often as more of her epochs arrive
 * forHer.predictProba(epochs);
 * @throws {OptionError} for a name or option it does not know;
 * {ShapeError | EmptyError | NonFiniteError | LabelError | SingleClassError | ClassTooSmallError} for what is no
 * training set; {NumericalError} when channels are linearly dependent. */
export function fitRecipe(
  name: RecipeName,
  epochs: Epochs,
  y: ArrayLike<number>,
  options: RecipeOptions = {},
): FittedRecipe {
  if (!recipes.includes(name)) throw new OptionError("the recipe", name, `one of ${recipes.join(", ")}`);
  const { alignment = "none", domains } = options;
  if (!alignments.includes(alignment)) throw new OptionError("alignment", alignment, `one of ${alignments.join(", ")}`);
  checkEpochs(epochs);
  checkLabels(y, epochs.nEpochs);
  checkDomains(domains, epochs.nEpochs);
  const { classes } = groupByClass(y);
  if (classes.length < 2) throw new SingleClassError(classes[0]!, epochs.nEpochs, "a recipe");
  const nFilter = options.nFilter ?? (epochs.nChannels < 8 ? 2 : 4);
  switch (name) {
    case "lda":
    case "xdawn-lda":
      return VectorRecipe.fit(name, epochs, y, { ...options, nFilter });
    case "adaptive-lda":
      return AdaptiveRecipe.fit(epochs, y, options);
    case "recommended":
      return RecommendedRecipe.fit(
        (candidate, part, labels, of) =>
          fitRecipe(candidate.name, part, labels, { nFilter, alignment: candidate.alignment, domains: of }),
        epochs,
        y,
        options,
      );
    default:
      return CovarianceRecipe.fit(name, epochs, y, { ...options, nFilter });
  }
}

/** A recipe from the JSON of its `toJSON`. @throws {EstimatorJsonError} for JSON that is none, or was altered. */
export function recipeFromJSON(json: unknown): FittedRecipe {
  const type = estimatorTypeOf(json);
  if (type === "VectorRecipe") return VectorRecipe.fromJSON(json);
  if (type === "CovarianceRecipe") return CovarianceRecipe.fromJSON(json);
  if (type === "AdaptiveRecipe") return AdaptiveRecipe.fromJSON(json);
  if (type === "RecommendedRecipe") return RecommendedRecipe.fromJSON(json, recipeFromJSON);
  throw new EstimatorJsonError("recipe", `it holds ${type === undefined ? "nothing of the kind" : `a ${type}`}`);
}
