import { OptionError, ShapeError } from "./errors";
import type { Matrix } from "./matrix";
import { delongTest, type DelongTest } from "./metrics/delong";
import { mcNemarTest, type McNemarTest } from "./metrics/mcnemar";
import type { Model } from "./model";
import { evaluateModel, positiveProbabilities, type Evaluation } from "./train";

export interface Comparison {
  readonly n: number;
  readonly a: Evaluation;
  readonly b: Evaluation;
  /** Whether the AUCs differ, by DeLong's paired test on the probabilities of the positive class. */
  readonly auc: DelongTest;
  /** Whether they are right equally often, by McNemar's paired test. */
  readonly accuracy: McNemarTest;
}

/** Two models on the same labelled rows, with the paired tests that tell a difference from chance. Rows of people whom
 * either model was trained on flatter it, and the tests can't see that.
 * @throws {ShapeError | OptionError} when the models differ in width or classes; and as `evaluateModel`. */
export function compareModels(a: Model, b: Model, features: Matrix, labels: ArrayLike<number>): Comparison {
  if (a.nFeatures !== b.nFeatures)
    throw new ShapeError(`model A takes ${a.nFeatures} features, model B ${b.nFeatures}`, b.nFeatures, a.nFeatures);
  const told = ({ classes, positive }: Model): string => `${classes.join(", ")} with ${positive} as positive`;
  if (told(a) !== told(b)) throw new OptionError("classes of model B", told(b), `those of model A, ${told(a)}`);
  const [scoredA, scoredB] = [evaluateModel(a, features, labels), evaluateModel(b, features, labels)];
  const { positive } = a;
  return {
    n: features.nRows,
    a: scoredA,
    b: scoredB,
    auc: delongTest(labels, positiveProbabilities(a, features), positiveProbabilities(b, features), { positive }),
    accuracy: mcNemarTest(labels, a.predict(features), b.predict(features)),
  };
}
