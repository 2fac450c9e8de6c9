import { OptionError } from "../errors";
import { choleskyInto } from "../linalg/cholesky";
import { whitenInto } from "../linalg/eigh";
import { congruenceInto, spectrumOf } from "./functions";
import { checkMatrix, checkOrder, notPositiveDefinite } from "./matrices";

export interface GeodesicOptions {
  /** Default "riemann". */
  readonly metric?: "riemann" | "logeuclid" | "euclid";
}

/** The point a share `t` of the way from one matrix to another: `a` at 0, `b` at 1.
 *
 * For "riemann" A^(1/2)·(A^(-1/2)·B·A^(-1/2))^t·A^(1/2). Agrees with pyRiemann's `geodesic` to 1e-10 relative
 * (`test/golden/geometry.json`).
 * @throws {ShapeError | EmptyError | NonFiniteError | OptionError}; {NumericalError} when one is not positive definite. */
export function geodesic(
  a: Float64Array,
  b: Float64Array,
  t: number,
  { metric = "riemann" }: GeodesicOptions = {},
): Float64Array {
  const n = checkMatrix(a, "the first matrix");
  checkOrder(checkMatrix(b, "the second matrix"), n, "the first");
  if (!Number.isFinite(t)) throw new OptionError("t", t, "a finite number");
  if (metric === "euclid") return a.map((value, i) => (1 - t) * value + t * b[i]!);
  const spectrum = spectrumOf(n);
  if (metric === "logeuclid") {
    const [from, to] = [new Float64Array(n * n), new Float64Array(n * n)];
    spectrum.mapInto(from, a, Math.log, "the first matrix");
    spectrum.mapInto(to, b, Math.log, "the second matrix");
    for (let i = 0; i < from.length; i++) from[i] = (1 - t) * from[i]! + t * to[i]!;
    spectrum.mapInto(from, from, Math.exp, null);
    return from;
  }
  if (metric !== "riemann") throw new OptionError("metric", metric, "one of riemann, logeuclid, euclid");
  const lower = a.slice();
  if (!(choleskyInto(lower, n) > 0)) throw notPositiveDefinite("the first matrix");
  const out = b.slice();
  whitenInto(out, lower, n);
  spectrum.mapInto(out, out, (value) => value ** t, "the second matrix");
  for (let i = 0; i < n; i++) lower.fill(0, i * n + i + 1, (i + 1) * n);
  congruenceInto(out, lower, out, n, new Float64Array(n * n));
  return out;
}
