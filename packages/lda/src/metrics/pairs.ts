import { EmptyError, MetricUndefinedError, ShapeError } from "../errors";

/** Checks that there is one value a label and at least one of them.
 * @throws {ShapeError | EmptyError} */
export function checkPairs(metric: string, yTrue: ArrayLike<number>, other: ArrayLike<number>, what: string): void {
  if (yTrue.length !== other.length)
    throw new ShapeError(`${metric}: ${yTrue.length} labels and ${other.length} ${what}`, other.length, yTrue.length);
  if (yTrue.length === 0) throw new EmptyError(`${metric}: no rows`);
}

/** Distinct labels of both, ascending. */
export function distinctLabels(...lists: readonly ArrayLike<number>[]): number[] {
  const labels = new Set<number>();
  for (const list of lists) for (let i = 0; i < list.length; i++) labels.add(list[i]!);
  return [...labels].toSorted((a, b) => a - b);
}

/** The positive label: the one given, else the higher of at most two.
 * @throws {MetricUndefinedError} when there are more than two labels and none was named. */
export function positiveLabel(metric: string, yTrue: ArrayLike<number>, positive: number | undefined): number {
  if (positive !== undefined) return positive;
  const labels = distinctLabels(yTrue);
  if (labels.length > 2)
    throw new MetricUndefinedError(metric, `${labels.length} classes (${labels.join(", ")}): name the positive one`);
  return labels.at(-1)!;
}

export interface PositiveOption {
  /** The label that counts as positive. Default: the higher of the two present. */
  readonly positive?: number | undefined;
}
