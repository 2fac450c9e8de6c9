import { EstimatorJsonError } from "./errors";
import { estimatorTypeOf } from "./estimator-json";
import { FastICA } from "./fast-ica";
import { LinearDiscriminantAnalysis } from "./lda";
import { LogisticRegression } from "./logreg";
import { PCA } from "./pca";
import { RidgeClassifier } from "./ridge";
import { RidgeClassifierCV } from "./ridge-cv";
import { StandardScaler } from "./scaler";
import { StepwiseLda } from "./stepwise-lda";
import { ToeplitzLda } from "./toeplitz-lda";

const STEPS = { StandardScaler, PCA, FastICA };
const CLASSIFIERS = {
  LinearDiscriminantAnalysis,
  RidgeClassifier,
  RidgeClassifierCV,
  LogisticRegression,
  StepwiseLda,
  ToeplitzLda,
};

/** A step of a pipeline from its JSON. @throws {EstimatorJsonError} */
export function stepFromJson(json: unknown, within: string): InstanceType<(typeof STEPS)[keyof typeof STEPS]> {
  return found(STEPS, json, within).fromJSON(json);
}

/** A linear classifier from its JSON. @throws {EstimatorJsonError} */
export function classifierFromJson(
  json: unknown,
  within: string,
): InstanceType<(typeof CLASSIFIERS)[keyof typeof CLASSIFIERS]> {
  return found(CLASSIFIERS, json, within).fromJSON(json);
}

function found<T extends object>(known: T, json: unknown, within: string): T[keyof T] {
  const type = estimatorTypeOf(json);
  if (type === undefined || !Object.hasOwn(known, type))
    throw new EstimatorJsonError(
      within,
      `it holds a ${type ?? "part without type"}, where ${Object.keys(known).join(", ")} may be`,
    );
  return known[type as keyof T];
}
