import type { EstimatorFields, EstimatorState } from "./estimator-json";
import { decisionsOf, predictionsOf, probabilitiesOf, type LinearScores } from "./linear";
import { checkLabels, checkMatrix, checkWidth, type Matrix } from "./matrix";
import { checkSampleWeight } from "./weights";

/** What every linear classifier can do once it is fitted; how it is fitted is its own. */
export abstract class LinearClassifier {
  abstract readonly kind: string;

  /** The form predictions are made with. */
  abstract get linear(): LinearScores;

  /** Ascending class codes. */
  get classes(): readonly number[] {
    return this.linear.classes;
  }

  get nFeatures(): number {
    return this.linear.nFeatures;
  }

  /** nScores × nFeatures, scikit-learn's `coef_`; nScores is 1 for two classes, else one a class. */
  get coef(): Float64Array {
    return this.linear.coef;
  }

  /** nScores, scikit-learn's `intercept_`: the score of a row of zeros. */
  get intercept(): Float64Array {
    const { linear } = this;
    return decisionsOf({ data: new Float64Array(linear.nFeatures), nRows: 1, nFeatures: linear.nFeatures }, linear);
  }

  /** One score a row for two classes, positive for the second; nRows × nClasses for more. */
  decisionFunction(x: Matrix): Float64Array {
    return decisionsOf(this.#checked(x), this.linear);
  }

  /** nRows × nClasses. */
  predictProba(x: Matrix): Float64Array {
    return probabilitiesOf(this.#checked(x), this.linear);
  }

  /** The likelier class of each row. */
  predict(x: Matrix): Int32Array {
    return predictionsOf(this.#checked(x), this.linear);
  }

  /** The share of rows predicted right, as scikit-learn's `score`. */
  score(x: Matrix, y: ArrayLike<number>, { sampleWeight }: { sampleWeight?: ArrayLike<number> } = {}): number {
    return accuracyOf(this.predict(x), y, sampleWeight);
  }

  #checked(x: Matrix): Matrix {
    checkMatrix(x);
    checkWidth(x, this.nFeatures, "the classifier");
    return x;
  }
}

/** The weighted share of labels that are the predicted ones. */
export function accuracyOf(predicted: Int32Array, y: ArrayLike<number>, sampleWeight?: ArrayLike<number>): number {
  checkLabels(y, predicted.length);
  if (sampleWeight !== undefined) checkSampleWeight(sampleWeight, predicted.length);
  let right = 0;
  let total = 0;
  for (let i = 0; i < predicted.length; i++) {
    const weight = sampleWeight === undefined ? 1 : sampleWeight[i]!;
    total += weight;
    if (predicted[i] === y[i]) right += weight;
  }
  return right / total;
}

export function linearState({ classes, centre, coef, offset, commonOffset }: LinearScores): EstimatorState {
  return { classes, centre, coef, offset, common_offset: commonOffset };
}

export function linearFrom(fields: EstimatorFields): LinearScores {
  const classes = fields.classes("classes");
  const centre = fields.numbers("centre");
  const nFeatures = centre.length;
  if (nFeatures === 0) fields.refuse("centre", "one number a feature");
  const nScores = classes.length === 2 ? 1 : classes.length;
  return {
    classes,
    nFeatures,
    centre,
    coef: fields.numbers("coef", nScores * nFeatures),
    offset: fields.numbers("offset", nScores),
    commonOffset: fields.number("common_offset"),
  };
}
