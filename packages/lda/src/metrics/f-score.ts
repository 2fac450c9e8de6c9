import { OptionError } from "../errors";
import { confusionMatrix } from "./confusion-matrix";
import { checkPairs, distinctLabels, positiveLabel, type PositiveOption } from "./pairs";

export interface FScoreOptions extends PositiveOption {
  /** Of the positive class; or the mean over all classes, plain, by their rows, or of the pooled counts. Default "binary". */
  readonly average?: "binary" | "macro" | "weighted" | "micro" | undefined;
}

interface Counts {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

/** Harmonic mean of precision and recall; scikit-learn's `f1_score`. 0 where nothing is positive nor called so.
 * @throws {ShapeError | EmptyError}; {MetricUndefinedError} for more than two classes and "binary" without `positive`. */
export const f1Score = (yTrue: ArrayLike<number>, yPredicted: ArrayLike<number>, options: FScoreOptions = {}): number =>
  averaged("F1", yTrue, yPredicted, options, ({ hits, predicted, actual }) => share(2 * hits, predicted + actual));

/** Share of what was called positive that is; scikit-learn's `precision_score`, 0 where nothing was. Throws as `f1Score`. */
export const precision = (
  yTrue: ArrayLike<number>,
  yPredicted: ArrayLike<number>,
  options: FScoreOptions = {},
): number => averaged("precision", yTrue, yPredicted, options, ({ hits, predicted }) => share(hits, predicted));

/** Share of what is positive that was called so; scikit-learn's `recall_score`, 0 where nothing is. Throws as `f1Score`. */
export const recall = (yTrue: ArrayLike<number>, yPredicted: ArrayLike<number>, options: FScoreOptions = {}): number =>
  averaged("recall", yTrue, yPredicted, options, ({ hits, actual }) => share(hits, actual));

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function averaged(
  metric: string,
  yTrue: ArrayLike<number>,
  yPredicted: ArrayLike<number>,
  { average = "binary", positive }: FScoreOptions,
  of: (counts: Counts) => number,
): number {
  checkPairs(metric, yTrue, yPredicted, "predictions");
  const { labels, counts } = confusionMatrix(yTrue, yPredicted);
  const k = labels.length;
  const perClass = labels.map((_, c): Counts => {
    let [predicted, actual] = [0, 0];
    for (let other = 0; other < k; other++) {
      actual += counts[c * k + other]!;
      predicted += counts[other * k + c]!;
    }
    return { hits: counts[c * k + c]!, predicted, actual };
  });
  const total = (f: (counts: Counts) => number): number => perClass.reduce((sum, c) => sum + f(c), 0);
  if (average === "binary") {
    const wanted = positive ?? positiveLabel(metric, distinctLabels(yTrue, yPredicted), undefined);
    const at = labels.indexOf(wanted);
    return at < 0 ? 0 : of(perClass[at]!);
  }
  if (average === "macro") return total(of) / k;
  if (average === "weighted") return total((c) => of(c) * c.actual) / yTrue.length;
  if (average === "micro")
    return of({ hits: total((c) => c.hits), predicted: total((c) => c.predicted), actual: total((c) => c.actual) });
  throw new OptionError("average", average, '"binary", "macro", "weighted" or "micro"');
}
