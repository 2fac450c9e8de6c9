import { MetricUndefinedError, OptionError } from "../errors";
import type { Matrix } from "../matrix";
import { accuracy } from "../metrics/accuracy";
import { averagePrecision } from "../metrics/average-precision";
import { balancedAccuracy } from "../metrics/balanced-accuracy";
import { brierScore } from "../metrics/brier";
import { cohenKappa } from "../metrics/cohen-kappa";
import { logLoss } from "../metrics/log-loss";
import { matthewsCorrelation } from "../metrics/matthews";
import { rocAuc } from "../metrics/roc-auc";
import type { Estimator } from "./estimator";

/** A number that is higher for a better classifier, from one that is fitted and rows it may not have seen. */
export type Scorer<X = Matrix> = (fitted: Estimator<X>, x: X, y: ArrayLike<number>) => number;

/** The metrics by name; losses are negated, as in scikit-learn. All but the first four are of two classes, the higher
 * code being the positive one. */
export type ScorerName =
  | "accuracy"
  | "balancedAccuracy"
  | "kappa"
  | "matthews"
  | "rocAuc"
  | "averagePrecision"
  | "negLogLoss"
  | "negBrierScore";

/** One scorer, or several by the name they are to have in the result. */
export type Scoring<X = Matrix> =
  | ScorerName
  | Scorer<X>
  | Readonly<Record<string, ScorerName | Scorer<X>>>
  | readonly ScorerName[];

const BY_PREDICTION = {
  accuracy,
  balancedAccuracy,
  kappa: cohenKappa,
  matthews: matthewsCorrelation,
} as const;

const BY_SCORE = { rocAuc, averagePrecision } as const;

const BY_PROBABILITY = {
  negLogLoss: (y: ArrayLike<number>, p: ArrayLike<number>, options: { positive: number }) => -logLoss(y, p, options),
  negBrierScore: (y: ArrayLike<number>, p: ArrayLike<number>, options: { positive: number }) =>
    -brierScore(y, p, options),
} as const;

/** Scorers by name. @throws {OptionError} for a name that is none. */
export function scorersOf<X>(scoring: Scoring<X>): [string, Scorer<X>][] {
  if (typeof scoring === "function") return [["score", scoring]];
  if (typeof scoring === "string") return [[scoring, scorerNamed(scoring)]];
  const entries: [string, ScorerName | Scorer<X>][] = Array.isArray(scoring)
    ? (scoring as readonly ScorerName[]).map((name) => [name, name])
    : Object.entries(scoring as Readonly<Record<string, ScorerName | Scorer<X>>>);
  if (entries.length === 0) throw new OptionError("scoring", "nothing", "one scorer at least");
  return entries.map(([name, scorer]) => [name, typeof scorer === "function" ? scorer : scorerNamed(scorer)]);
}

function scorerNamed<X>(name: ScorerName): Scorer<X> {
  if (Object.hasOwn(BY_PREDICTION, name)) {
    const metric = BY_PREDICTION[name as keyof typeof BY_PREDICTION];
    return (fitted, x, y) => metric(y, fitted.predict(x));
  }
  if (Object.hasOwn(BY_SCORE, name)) {
    const metric = BY_SCORE[name as keyof typeof BY_SCORE];
    return (fitted, x, y) => {
      const positive = positiveOf(fitted, name);
      return metric(y, fitted.decisionFunction?.(x) ?? probabilitiesOfSecond(fitted, x, name), { positive });
    };
  }
  if (Object.hasOwn(BY_PROBABILITY, name)) {
    const metric = BY_PROBABILITY[name as keyof typeof BY_PROBABILITY];
    return (fitted, x, y) => {
      const positive = positiveOf(fitted, name);
      return metric(y, probabilitiesOfSecond(fitted, x, name), { positive });
    };
  }
  const names = [BY_PREDICTION, BY_SCORE, BY_PROBABILITY].flatMap((metrics) => Object.keys(metrics));
  throw new OptionError("scoring", name, `${names.map((other) => `"${other}"`).join(", ")}, or a function`);
}

function positiveOf<X>({ classes }: Estimator<X>, name: string): number {
  if (classes.length !== 2) throw new MetricUndefinedError(name, `it is of two classes, these are ${classes.length}`);
  return classes[1]!;
}

function probabilitiesOfSecond<X>(fitted: Estimator<X>, x: X, name: string): Float64Array {
  const probabilities = fitted.predictProba?.(x);
  if (probabilities === undefined)
    throw new OptionError("scoring", name, "a metric of predictions, as the estimator gives no probabilities");
  return probabilities.filter((_, i) => i % 2 === 1);
}
