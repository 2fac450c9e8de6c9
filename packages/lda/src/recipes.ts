export { fitRecipe, recipeFromJSON } from "./recipes/fit-recipe";
export {
  type AlignmentName,
  alignments,
  type FittedRecipe,
  type RecipeName,
  type RecipeOptions,
  recipes,
} from "./recipes/recipe";
export type { EstimatorJson } from "./estimator-json";
export type { Domain } from "./geometry/recentre";
export { type Epochs, joinEpochs, takeEpochs } from "./spatial/epochs";
