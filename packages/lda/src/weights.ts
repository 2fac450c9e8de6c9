import { OptionError, ShapeError } from "./errors";

/** A weight a class: by code, or so that every class weighs the same in sum. */
export type ClassWeight = "balanced" | Readonly<Record<number, number>>;

export interface FitOptions {
  /** One a row, 0 or more; a row of weight 2 counts as two rows. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/** @throws {ShapeError} when there is not one a row; {OptionError} for one below 0 or not finite, or all 0. */
export function checkSampleWeight(weights: ArrayLike<number>, nRows: number): void {
  if (weights.length !== nRows)
    throw new ShapeError(`${weights.length} sample weights for ${nRows} rows`, weights.length, nRows);
  let total = 0;
  for (let i = 0; i < nRows; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Infinity))
      throw new OptionError(`sampleWeight[${i}]`, weight, "a finite number, 0 or more");
    total += weight;
  }
  if (!(total > 0 && total < Infinity)) throw new OptionError("the sum of sampleWeight", total, "a number above 0");
}

/** @throws {OptionError} */
export function checkClassWeight(weight: ClassWeight | undefined): void {
  if (weight === undefined || weight === "balanced") return;
  if (typeof weight !== "object" || weight === null)
    throw new OptionError("classWeight", weight, '"balanced" or a weight by class code');
  for (const [label, value] of Object.entries(weight))
    if (!(value >= 0 && value < Infinity)) throw new OptionError(`classWeight[${label}]`, value, "a number, 0 or more");
}

/** A weight a row from the caller's and the class's, or undefined when all rows weigh 1.
 *
 * "balanced" is scikit-learn's: total / (nClasses · weight of the class), the weight being the sum of its rows' for a
 * logistic regression, and how many rows there are for ridge. */
export function rowWeights(
  rows: readonly Int32Array[],
  classes: readonly number[],
  nRows: number,
  classWeight: ClassWeight | undefined,
  sampleWeight: ArrayLike<number> | undefined,
  balanceBy: "weights" | "rows",
): Float64Array | undefined {
  if (sampleWeight !== undefined) checkSampleWeight(sampleWeight, nRows);
  if (classWeight === undefined && sampleWeight === undefined) return undefined;
  const out = sampleWeight === undefined ? new Float64Array(nRows).fill(1) : Float64Array.from(sampleWeight);
  if (classWeight === undefined) return out;
  const byClass =
    classWeight === "balanced"
      ? balanced(rows, classes, balanceBy === "weights" ? sampleWeight : undefined)
      : listed(classes, classWeight);
  rows.forEach((members, k) => {
    for (const i of members) out[i]! *= byClass[k]!;
  });
  if (!out.some((weight) => weight > 0)) throw new OptionError("classWeight", "0 for every row", "a weight above 0");
  return out;
}

function balanced(
  rows: readonly Int32Array[],
  classes: readonly number[],
  countWith: ArrayLike<number> | undefined,
): number[] {
  const counts = rows.map((members) =>
    countWith === undefined ? members.length : members.reduce((sum, i) => sum + countWith[i]!, 0),
  );
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((count, k) => {
    if (count === 0)
      throw new OptionError("sampleWeight", `0 for every row of class ${classes[k]}`, "one above 0 to balance by");
    return total / (classes.length * count);
  });
}

function listed(classes: readonly number[], classWeight: Readonly<Record<number, number>>): number[] {
  // As scikit-learn has it: weights for other classes too are fine as long as none of these goes without.
  const unknown = Object.keys(classWeight).find((label) => !classes.includes(Number(label)));
  if (unknown !== undefined && classes.some((label) => classWeight[label] === undefined))
    throw new OptionError("classWeight", `of class ${unknown}`, `of ${classes.join(", ")}`);
  return classes.map((label) => classWeight[label] ?? 1);
}
