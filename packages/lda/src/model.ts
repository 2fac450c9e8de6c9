import { OptionError } from "./errors";
import { decisionsOf, foldScaler, predictionsOf, probabilitiesOf, type LinearScores } from "./linear";
import { checkMatrix, checkWidth, type Matrix } from "./matrix";

/** A linear classifier that was fitted; `LinearDiscriminantAnalysis` is one. */
export interface FittedClassifier {
  readonly kind: string;
  readonly linear: LinearScores;
  /** nClasses. */
  readonly priors?: Float64Array;
  /** false where the scores are no log-odds, so that probabilities only rank: ridge. Default true. */
  readonly calibrated?: boolean;
}

/** A scaler that was fitted; `StandardScaler` is one. */
export interface FittedScaler {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  /** What is taken off, where that is not the mean. */
  readonly centre?: Float64Array;
}

/** What is known of how a model came about. Unknown fields are kept through a file and back. */
export interface TrainingSummary {
  readonly [field: string]: unknown;
}

/** A fitted model: rows of raw features in, probabilities out. Immutable. */
export interface Model {
  /** What was fitted: "lda", "ridge", "logreg" … */
  readonly kind: string;
  /** Whether probabilities are meant as such; else they only rank. */
  readonly calibrated: boolean;
  /** Ascending class codes. */
  readonly classes: readonly number[];
  /** One a class. */
  readonly classNames: readonly string[];
  /** The class code that counts as positive. */
  readonly positive: number;
  readonly nFeatures: number;
  readonly featureNames: readonly string[];
  /** The owner's name for this state of the model. */
  readonly version?: string | undefined;
  readonly training: TrainingSummary;
  readonly scaler?: FittedScaler | undefined;
  readonly classifier: FittedClassifier;
  /** nRows × nClasses. @throws {ShapeError | EmptyError | NonFiniteError | NumericalError} */
  predictProba(x: Matrix): Float64Array;
  /** The likelier class code of each row; throws as `predictProba`. */
  predict(x: Matrix): Int32Array;
  /** One score a row for two classes, positive for the second; nRows × nClasses for more. Throws as `predictProba`. */
  decisionFunction(x: Matrix): Float64Array;
}

export interface ModelParts {
  readonly classifier: FittedClassifier;
  /** When the classifier was fitted on scaled rows: the model takes raw ones. */
  readonly scaler?: FittedScaler | undefined;
  /** One a class, ascending class order. Default "NonTarget" and "Target" for classes 1 and 2, else the codes. */
  readonly classNames?: readonly string[] | undefined;
  /** Default the highest class code. */
  readonly positive?: number | undefined;
  /** One a feature. Default feature_0, feature_1, … */
  readonly featureNames?: readonly string[] | undefined;
  readonly training?: TrainingSummary | undefined;
  readonly version?: string | undefined;
}

/** Puts fitted parts together to a model. The scaler is folded into the coefficients, so scaling costs nothing at prediction.
 * @throws {OptionError} when names, positive class or scaler do not fit the classifier. */
export function createModel({
  classifier,
  scaler,
  classNames,
  positive,
  featureNames,
  training = {},
  version,
}: ModelParts): Model {
  const { classes, nFeatures } = classifier.linear;
  const names = classNames ?? defaultClassNames(classes);
  const features = featureNames ?? Array.from({ length: nFeatures }, (_, j) => `feature_${j}`);
  const positiveClass = positive ?? classes.at(-1)!;
  if (names.length !== classes.length)
    throw new OptionError("classNames", `${names.length} names`, `${classes.length}, one a class`);
  if (features.length !== nFeatures)
    throw new OptionError("featureNames", `${features.length} names`, `${nFeatures}, one a feature`);
  if (!classes.includes(positiveClass))
    throw new OptionError("positive", positiveClass, `one of the classes ${classes.join(", ")}`);
  if (scaler && (scaler.mean.length !== nFeatures || scaler.scale.length !== nFeatures))
    throw new OptionError("scaler", `${scaler.mean.length} features`, `the classifier's ${nFeatures}`);
  const scaling = scaler && { mean: scaler.centre ?? scaler.mean, scale: scaler.scale };
  const linear = scaling ? foldScaler(classifier.linear, scaling) : classifier.linear;
  const checked = (x: Matrix): Matrix => {
    checkMatrix(x);
    checkWidth(x, nFeatures, "the model");
    return x;
  };
  return Object.freeze({
    kind: classifier.kind,
    calibrated: classifier.calibrated ?? true,
    classes: [...classes],
    classNames: [...names],
    positive: positiveClass,
    nFeatures,
    featureNames: [...features],
    version,
    training,
    scaler: scaling,
    classifier,
    predictProba: (x: Matrix) => probabilitiesOf(checked(x), linear),
    predict: (x: Matrix) => predictionsOf(checked(x), linear),
    decisionFunction: (x: Matrix) => decisionsOf(checked(x), linear),
  });
}

function defaultClassNames(classes: readonly number[]): string[] {
  return classes.length === 2 && classes[0] === 1 && classes[1] === 2 ? ["NonTarget", "Target"] : classes.map(String);
}
