/** Types and pure parts of serving: nothing here needs Node. The router is `@p300/serve/express`. */
export * from "./errors";
export { checkPredictor, loadedModel, type LoadedModel, type ModelOrigin, type Predictor } from "./predictor";
export { Slot, type SlotName, type SlotProblem } from "./slot";
export { parseModelUri, type ModelSource, type ModelSpec, type VersionRef } from "./source";
export { parseJson, parsePredict, parsePredictBatch, type Signature } from "./schemas";
