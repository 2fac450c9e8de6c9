import { EmptyError, NonFiniteError, NumericalError, ShapeError } from "../errors";

/** Symmetric positive definite matrices of one order: what the covariance steps give. */
export interface SpdMatrices {
  /** nMatrices × nChannels × nChannels. */
  readonly data: Float64Array;
  readonly nMatrices: number;
  /** Their order. */
  readonly nChannels: number;
}

/** Checks counts, finite entries and symmetry; whether they are positive definite shows when they are used.
 * @throws {ShapeError | EmptyError | NonFiniteError}; {NumericalError} for one that is not symmetric. */
export function checkMatrices(matrices: SpdMatrices): void {
  const { data, nMatrices, nChannels } = matrices ?? {};
  if (!(data instanceof Float64Array)) throw new ShapeError("matrices.data is not a Float64Array", 0, 0);
  for (const [name, count] of Object.entries({ nMatrices, nChannels }))
    if (!Number.isSafeInteger(count) || count < 0)
      throw new ShapeError(`${name} ${String(count)} must be a whole number, 0 or more`, Number(count), 1);
  const size = nMatrices * nChannels * nChannels;
  if (data.length !== size)
    throw new ShapeError(
      `data has ${data.length} values, ${nMatrices} matrices of ${nChannels} × ${nChannels} are ${size}`,
      data.length,
      size,
    );
  if (size === 0) throw new EmptyError("no matrices: at least one is needed");
  const n = nChannels;
  for (let m = 0, at = 0; m < nMatrices; m++, at += n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const below = data[at + i * n + j]!;
        const above = data[at + j * n + i]!;
        if (below === above && below - below === 0) continue;
        const bad = below - below !== 0 ? below : above;
        if (bad - bad !== 0) throw new NonFiniteError(m, i * n + j, bad, "matrices");
        const size = Math.sqrt(Math.abs(data[at + i * n + i]! * data[at + j * n + j]!));
        if (Math.abs(below - above) > 1e-8 * Math.max(size, Math.abs(below)))
          throw new NumericalError(
            `matrix ${m} is not symmetric: entry (${i}, ${j}) is ${below}, (${j}, ${i}) ${above}`,
          );
      }
}

/** The order of one matrix given as its entries. @throws {ShapeError} when they are no square; else as `checkMatrices`. */
export function checkMatrix(matrix: Float64Array, name: string): number {
  const n = Math.round(Math.sqrt(matrix?.length ?? 0));
  if (!(matrix instanceof Float64Array) || n * n !== matrix.length)
    throw new ShapeError(`${name} has ${matrix?.length} entries, which make no square matrix`, matrix?.length, n * n);
  checkMatrices({ data: matrix, nMatrices: 1, nChannels: n });
  return n;
}

/** @throws {ShapeError} when the matrices are not of the order fitted. */
export function checkOrder(got: number, wanted: number, fitted: string): void {
  if (got !== wanted)
    throw new ShapeError(`matrices of ${got} × ${got}, ${fitted} is of ${wanted} × ${wanted}`, got, wanted);
}

/** Matrix `index` as a view. */
export function matrixAt({ data, nChannels }: SpdMatrices, index: number): Float64Array {
  return data.subarray(index * nChannels * nChannels, (index + 1) * nChannels * nChannels);
}

/** The matrices at `indices`, in that order, as new ones. */
export function takeMatrices(matrices: SpdMatrices, indices: ArrayLike<number>): SpdMatrices {
  const { nChannels } = matrices;
  const size = nChannels * nChannels;
  const data = new Float64Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(Number.isInteger(index) && index >= 0 && index < matrices.nMatrices))
      throw new ShapeError(`matrix ${index} asked of ${matrices.nMatrices}`, index, matrices.nMatrices);
    data.set(matrixAt(matrices, index), i * size);
  }
  return { data, nMatrices: indices.length, nChannels };
}

/** A new set with each matrix put through `map`, which writes into its first argument. */
export function mapMatrices(
  { data, nMatrices, nChannels }: SpdMatrices,
  map: (out: Float64Array, matrix: Float64Array, index: number) => void,
): SpdMatrices {
  const out: SpdMatrices = { data: new Float64Array(data.length), nMatrices, nChannels };
  for (let m = 0; m < nMatrices; m++) map(matrixAt(out, m), matrixAt({ data, nMatrices, nChannels }, m), m);
  return out;
}

/** A positive definite matrix was needed. */
export function notPositiveDefinite(what: string): NumericalError {
  return new NumericalError(
    `${what} is not positive definite: estimate covariances with "lwf" or "oas", use fewer filters, or leave out channels that are sums of others`,
  );
}
