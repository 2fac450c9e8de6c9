import { choleskyInto, choleskySolveInto } from "./cholesky";
import { blockedCholeskyInto } from "./cholesky-blocked";
import { leastNormInto } from "./least-norm";

/** Solves A·x = b for each right side in place; A symmetric, positive semi-definite, n × n, not changed.
 *
 * A well-conditioned A goes by Cholesky. One that is singular or near it gives the solution of least norm in which
 * singular values below eps × the largest count as zero, which is what `scipy.linalg.lstsq` answers.
 * @returns the rank used: n, or less for a singular A.
 * @throws {NumericalError} when the eigenvalues of a singular A do not converge. */
export function solveSymmetricInto(rightSides: readonly Float64Array[], a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, a[i * n + i]!);
  const factor = a.slice();
  // The smallest pivot bounds the smallest eigenvalue from above; the margin is for how far below it may lie.
  if (factorInto(factor, n) > 16 * n * Number.EPSILON * largest) {
    for (const b of rightSides) choleskySolveInto(b, factor, n);
    return n;
  }
  return leastNormInto(rightSides, a, n);
}

/** Solves A·x = b in the sense of least norm, eigenvalues of A that are not above `threshold` counting as zero; else as
 * `solveSymmetricInto`. @returns the rank used. */
export function solveAboveInto(
  rightSides: readonly Float64Array[],
  a: Float64Array,
  n: number,
  threshold: number,
): number {
  // A - threshold·I is positive definite just when every eigenvalue is above the threshold.
  const factor = a.slice();
  for (let i = 0; i < n; i++) factor[i * n + i]! -= threshold;
  if (factorInto(factor, n) < 0) return leastNormInto(rightSides, a, n, { above: threshold });
  return solveSymmetricInto(rightSides, a, n);
}

/** From this order on the products of a blocked factorisation are worth their setting up. */
const BLOCKED_FROM = 160;

/** As `choleskyInto`. */
export function factorInto(a: Float64Array, n: number): number {
  return n < BLOCKED_FROM ? choleskyInto(a, n) : blockedCholeskyInto(a, n);
}
