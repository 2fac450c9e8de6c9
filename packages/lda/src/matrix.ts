import { EmptyError, LabelError, NonFiniteError, ShapeError } from "./errors";

/** Rows of features, the shape that @p300/dsp's `flatten` gives. */
export interface Matrix {
  /** nRows × nFeatures, row-major. */
  readonly data: Float64Array;
  readonly nRows: number;
  readonly nFeatures: number;
}

/** A matrix of the rows given, all of one length.
 * @throws {ShapeError} when a row's length differs from the first's. */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const nFeatures = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * nFeatures);
  rows.forEach((row, i) => {
    if (row.length !== nFeatures)
      throw new ShapeError(`row ${i} has ${row.length} values, row 0 has ${nFeatures}`, row.length, nFeatures);
    data.set(row, i * nFeatures);
  });
  return { data, nRows: rows.length, nFeatures };
}

/** Checks that the buffer holds what the counts say, and that there is something in it.
 * @throws {ShapeError | EmptyError} */
export function checkMatrix(x: Matrix): void {
  const { data, nRows, nFeatures } = x;
  if (!Number.isInteger(nRows) || !Number.isInteger(nFeatures) || nRows < 0 || nFeatures < 0)
    throw new ShapeError(
      `nRows ${nRows} and nFeatures ${nFeatures} must be whole numbers, 0 or more`,
      nRows,
      nFeatures,
    );
  if (data.length !== nRows * nFeatures)
    throw new ShapeError(
      `data has ${data.length} values, ${nRows} rows × ${nFeatures} features are ${nRows * nFeatures}`,
      data.length,
      nRows * nFeatures,
    );
  if (nRows === 0) throw new EmptyError("no rows: at least one is needed");
  if (nFeatures === 0) throw new EmptyError("no features: at least one is needed");
}

/** @throws {NonFiniteError} naming the first row and feature that is NaN or infinite. */
export function checkFinite({ data, nFeatures }: Matrix, source?: string): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value - value !== 0) throw new NonFiniteError(Math.floor(i / nFeatures), i % nFeatures, value, source);
  }
}

/** @throws {ShapeError} when there is not one label a row; {LabelError} when one is not an integer. */
export function checkLabels(y: ArrayLike<number>, nRows: number): void {
  if (y.length !== nRows)
    throw new ShapeError(`${y.length} labels for ${nRows} rows: give one label a row`, y.length, nRows);
  for (let i = 0; i < y.length; i++)
    if (!Number.isInteger(y[i])) throw new LabelError(i, y[i], "an integer class code");
}

/** @throws {ShapeError} when the rows are not as wide as what was fitted. */
export function checkWidth(x: Matrix, nFeatures: number, fitted: string): void {
  if (x.nFeatures !== nFeatures)
    throw new ShapeError(
      `rows have ${x.nFeatures} features, ${fitted} was fitted on ${nFeatures}`,
      x.nFeatures,
      nFeatures,
    );
}

/** The rows at `indices`, in that order, as a new matrix. */
export function takeRows(x: Matrix, indices: ArrayLike<number>): Matrix {
  const { nFeatures } = x;
  const data = new Float64Array(indices.length * nFeatures);
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i]!;
    if (!(row >= 0 && row < x.nRows)) throw new ShapeError(`row ${row} asked of ${x.nRows}`, row, x.nRows);
    data.set(x.data.subarray(row * nFeatures, (row + 1) * nFeatures), i * nFeatures);
  }
  return { data, nRows: indices.length, nFeatures };
}

/** The labels at `indices`, in that order. */
export function takeLabels(y: ArrayLike<number>, indices: ArrayLike<number>): Int32Array {
  const out = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = y[indices[i]!]!;
  return out;
}

/** Names as integer codes, 0 for the first in alphabetical order, as scikit-learn's `LabelEncoder`; estimators take
 * codes, and a model takes the names: `createModel({ classifier, classNames: classes })`.
 * @throws {EmptyError} for no labels; {LabelError} for one that is no text. */
export function encodeLabels(labels: readonly string[]): { codes: Int32Array; classes: string[] } {
  if (labels.length === 0) throw new EmptyError("no labels to encode: give one a row");
  labels.forEach((label, i) => {
    if (typeof label !== "string") throw new LabelError(i, label, "text");
  });
  const classes = [...new Set(labels)].sort((a, b) => (a < b ? -1 : 1));
  const codeOf = new Map(classes.map((name, code) => [name, code]));
  return { codes: Int32Array.from(labels, (name) => codeOf.get(name)!), classes };
}

/** Distinct labels, ascending, with the rows of each, ascending. */
export function groupByClass(y: ArrayLike<number>): { classes: number[]; rows: Int32Array[] } {
  const byLabel = new Map<number, number[]>();
  for (let i = 0; i < y.length; i++) {
    const rows = byLabel.get(y[i]!);
    if (rows) rows.push(i);
    else byLabel.set(y[i]!, [i]);
  }
  const classes = [...byLabel.keys()].toSorted((a, b) => a - b);
  return { classes, rows: classes.map((label) => Int32Array.from(byLabel.get(label)!)) };
}
