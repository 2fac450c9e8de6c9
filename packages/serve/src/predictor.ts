import { ModelCheckError } from "./errors";

/** What serving asks of a model, by shape: a linear model, a network or a function of yours fits as well. */
export interface Predictor {
  readonly nFeatures: number;
  /** nFeatures names, in the order of a row. */
  readonly featureNames: readonly string[];
  /** The label codes, in the order of the columns of `predictProba`. */
  readonly classes: readonly number[];
  readonly classNames: readonly string[];
  /** The code, one of `classes`, whose probability is asked for: Target. */
  readonly positive: number;
  /**
   * @param data - nRows × nFeatures, row-major.
   * @returns nRows × classes.length probabilities, row-major.
   */
  predictProba(data: Float64Array, nRows: number): Float64Array;
}

/** A model's files or a predictor of one's own, together with where it came from. */
export interface ModelOrigin {
  /** The bare version: "3". */
  readonly version: string;
  /** Where its files came from: the registry's source of the version, or a folder. */
  readonly source: string;
  readonly name?: string;
  readonly runId?: string;
  /** What the registry says of the version, for /health; null for a folder. */
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** One version of a model, checked and ready: what a request holds on to from its start to its end. */
export interface LoadedModel extends ModelOrigin {
  readonly predictor: Predictor;
  /** Tells two fetched versions apart, also when a version number was deleted and given again. */
  readonly key: string;
  /** "v3" */
  readonly label: string;
  /** "v3 (source: …)" */
  readonly spoken: string;
  /** The column of `positive` in the probabilities. */
  readonly positiveColumn: number;
  readonly loadedAtMillis: number;
}

const SUM_TOLERANCE = 1e-6;

/**
 * Refuses a predictor that must not be served: inconsistent shapes, or a probe row (all zeros, all ones) that does not
 * give finite probabilities that add up to one. A NaN or an infinity among the weights of a linear model shows in the first.
 * @param servedWidth - the width now served, when there is one: callers send that width, so a version of another is refused.
 * @throws {ModelCheckError}
 */
export function checkPredictor(predictor: Predictor, servedWidth?: number): void {
  const { nFeatures, featureNames, classes, classNames, positive } = predictor;
  if (!Number.isInteger(nFeatures) || nFeatures < 1)
    throw new ModelCheckError(`nFeatures: expected a positive integer, got ${String(nFeatures)}`);
  if (servedWidth !== undefined && nFeatures !== servedWidth)
    throw new ModelCheckError(
      `width: expected ${servedWidth} features as in the version being served, got ${nFeatures}: restart the server to change the width`,
    );
  if (featureNames.length !== nFeatures)
    throw new ModelCheckError(`featureNames: expected ${nFeatures}, got ${featureNames.length}`);
  if (classes.length < 2) throw new ModelCheckError(`classes: expected at least 2, got ${classes.length}`);
  if (classNames.length !== classes.length)
    throw new ModelCheckError(`classNames: expected ${classes.length}, got ${classNames.length}`);
  if (!classes.includes(positive))
    throw new ModelCheckError(`positive: expected one of ${classes.join(", ")}, got ${positive}`);
  for (const value of [0, 1]) probe(predictor, value);
}

function probe(predictor: Predictor, value: number): void {
  const { nFeatures, classes } = predictor;
  let probabilities: Float64Array;
  try {
    probabilities = predictor.predictProba(new Float64Array(nFeatures).fill(value), 1);
  } catch (error) {
    throw new ModelCheckError(`probe row of ${value}s: the model threw: ${errorText(error)}`, { cause: error });
  }
  if (probabilities.length !== classes.length)
    throw new ModelCheckError(
      `probe row of ${value}s: expected ${classes.length} probabilities, got ${probabilities.length}`,
    );
  let sum = 0;
  for (const p of probabilities) {
    if (!(p >= 0 && p <= 1))
      throw new ModelCheckError(
        `probe row of ${value}s: expected a probability in [0, 1], got ${p}: are all weights finite?`,
      );
    sum += p;
  }
  if (Math.abs(sum - 1) > SUM_TOLERANCE)
    throw new ModelCheckError(`probe row of ${value}s: expected probabilities that add up to 1, got ${sum}`);
}

/**
 * Checks a predictor and dresses it as what a slot holds.
 * @throws {ModelCheckError} as `checkPredictor`.
 */
export function loadedModel(
  predictor: Predictor,
  origin: ModelOrigin,
  { key, servedWidth, nowMillis = Date.now() }: { key: string; servedWidth?: number | undefined; nowMillis?: number },
): LoadedModel {
  checkPredictor(predictor, servedWidth);
  const label = `v${origin.version}`;
  return {
    ...origin,
    predictor,
    key,
    label,
    spoken: `${label} (source: ${origin.source})`,
    positiveColumn: predictor.classes.indexOf(predictor.positive),
    loadedAtMillis: nowMillis,
  };
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
