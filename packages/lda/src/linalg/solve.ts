import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { choleskyInto, choleskySolveInto } from "./cholesky";

/** Solves A·x = b for each right side in place; A symmetric, positive semi-definite, n × n, not changed.
 *
 * A well-conditioned A goes by Cholesky. One that is singular or near it gives the solution of least norm in which
 * singular values below eps × the largest count as zero, which is what `scipy.linalg.lstsq` answers.
 * @returns the rank used: n, or less for a singular A. */
export function solveSymmetricInto(rightSides: readonly Float64Array[], a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, a[i * n + i]!);
  const factor = a.slice();
  // The smallest pivot bounds the smallest eigenvalue from above; the margin is for how far below it may lie.
  if (choleskyInto(factor, n) > 16 * n * Number.EPSILON * largest) {
    for (const b of rightSides) choleskySolveInto(b, factor, n);
    return n;
  }
  return leastNormInto(rightSides, a, n);
}

function leastNormInto(rightSides: readonly Float64Array[], a: Float64Array, n: number): number {
  const rows = Array.from({ length: n }, (_, i) => a.subarray(i * n, (i + 1) * n));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(rows), {
    assumeSymmetric: true,
  });
  const vectors = eigenvectorMatrix.to2DArray();
  const largest = realEigenvalues.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const kept = realEigenvalues.flatMap((value, k) => (Math.abs(value) > Number.EPSILON * largest ? [k] : []));
  for (const b of rightSides) {
    const x = new Float64Array(n);
    for (const k of kept) {
      let dot = 0;
      for (let i = 0; i < n; i++) dot += vectors[i]![k]! * b[i]!;
      dot /= realEigenvalues[k]!;
      for (let i = 0; i < n; i++) x[i]! += dot * vectors[i]![k]!;
    }
    b.set(x);
  }
  return kept.length;
}
