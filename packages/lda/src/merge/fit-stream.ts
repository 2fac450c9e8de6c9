import type { Shrinkage } from "../covariance";
import { ShapeError } from "../errors";
import { checkFinite, checkLabels, checkMatrix, groupByClass, type Matrix } from "../matrix";
import { absorb, scaleOf, statisticsOf, type ClassStatistics } from "./class-statistics";
import { solveClasses, type SolvedDiscriminant } from "./lda-statistics";

/** Some rows with their labels. */
export interface LabelledBlock {
  readonly x: Matrix;
  /** An integer class code a row. */
  readonly y: ArrayLike<number>;
}

export interface FitStreamOptions {
  /** Default "auto". */
  readonly shrinkage?: Shrinkage | undefined;
  /** One a class, ascending class order; default the classes' frequencies. */
  readonly priors?: ArrayLike<number> | undefined;
}

/** Fits linear discriminant analysis, as `LinearDiscriminantAnalysis` with solver "lsqr" does, on rows that come a block
 * at a time: memory depends on the number of features and classes, not of rows. "auto" shrinkage reads them twice, the
 * second time in O(rows · features), once the scales are known.
 * @param open - starts the rows from their beginning; called once or twice. The buffers may be used again between blocks.
 * @throws as `LinearDiscriminantAnalysis.fit`; {ShapeError} when blocks differ in width, or the second reading differs
 * from the first; and whatever the source throws. */
export async function fitStream(
  open: () => AsyncIterable<LabelledBlock> | Iterable<LabelledBlock>,
  { shrinkage = "auto", priors }: FitStreamOptions = {},
): Promise<SolvedDiscriminant> {
  const byClass = new Map<number, ClassStatistics>();
  let nFeatures = 0;
  for await (const block of checked(open())) {
    nFeatures = block.x.nFeatures;
    const { classes, rows } = groupByClass(block.y);
    classes.forEach((label, k) => {
      const part = statisticsOf(block.x, rows[k]!, false);
      const all = byClass.get(label);
      byClass.set(label, all === undefined ? part : absorb(all, part));
    });
  }
  const sorted = [...byClass].toSorted(([a], [b]) => a - b);
  const sums = new Map<number, number>();
  if (shrinkage === "auto" && sorted.length > 1) await addSumsOfNorms(open, sorted, sums);
  return solveClasses(nFeatures, sorted, { shrinkage, priors }, (_, _scale, label) => sums.get(label)!);
}

async function addSumsOfNorms(
  open: () => AsyncIterable<LabelledBlock> | Iterable<LabelledBlock>,
  byClass: readonly (readonly [number, ClassStatistics])[],
  sums: Map<number, number>,
): Promise<void> {
  const known = new Map(
    byClass.map(([label, one]) => [label, { mean: one.mean, inverse: scaleOf(one).map((s) => 1 / s) }]),
  );
  const counts = new Map<number, number>();
  for await (const { x, y } of checked(open())) {
    for (let i = 0; i < x.nRows; i++) {
      const label = y[i]!;
      const of = known.get(label);
      if (of === undefined) break; // told below, by the count that some class lacks
      sums.set(label, (sums.get(label) ?? 0) + fourthPowerOfNorm(x, i, of));
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  for (const [label, { count }] of byClass) {
    const again = counts.get(label) ?? 0;
    if (again !== count)
      throw new ShapeError(
        `class ${label} had ${count} rows at the first reading and ${again} at the second: open() must give the same rows`,
        again,
        count,
      );
  }
}

function fourthPowerOfNorm(
  { data, nFeatures }: Matrix,
  row: number,
  { mean, inverse }: { mean: Float64Array; inverse: Float64Array },
): number {
  let norm = 0;
  for (let j = 0, at = row * nFeatures; j < nFeatures; j++, at++) {
    const z = (data[at]! - mean[j]!) * inverse[j]!;
    norm += z * z;
  }
  return norm * norm;
}

async function* checked(blocks: AsyncIterable<LabelledBlock> | Iterable<LabelledBlock>): AsyncGenerator<LabelledBlock> {
  let width: number | undefined;
  for await (const { x, y } of blocks) {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    width ??= x.nFeatures;
    if (x.nFeatures !== width)
      throw new ShapeError(`a block of ${x.nFeatures} features after one of ${width}`, x.nFeatures, width);
    yield { x, y };
  }
}
