import { OptionError } from "../errors";
import type { Matrix } from "../matrix";
import { takeRows } from "../matrix";

/** What model selection asks of a classifier of rows, or of anything else that a `take` can pick from. */
export interface Estimator<X = Matrix> {
  readonly classes: readonly number[];
  fit(x: X, y: ArrayLike<number>, options?: { readonly sampleWeight?: ArrayLike<number> | undefined }): unknown;
  predict(x: X): Int32Array;
  /** nRows × nClasses. */
  predictProba?(x: X): Float64Array;
  /** One score a row for two classes; nRows × nClasses for more. */
  decisionFunction?(x: X): Float64Array;
}

/** Picks items, in the order of the indices. */
export type Take<X> = (x: X, indices: Int32Array) => X;

/** Rows are picked from a Matrix; for anything else the caller says how. */
export function takeOf<X>(x: X, take: Take<X> | undefined): Take<X> {
  if (take !== undefined) return take;
  if (typeof x === "object" && x !== null && "data" in x && "nRows" in x && "nFeatures" in x)
    return takeRows as unknown as Take<X>;
  throw new OptionError("take", undefined, "a function that picks items, as x is no matrix of rows");
}
