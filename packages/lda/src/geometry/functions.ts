import { OptionError } from "../errors";
import { eighInto, eighWork, type EighWork } from "../linalg/eigh";
import { checkMatrix, notPositiveDefinite } from "./matrices";

/** √A of a symmetric positive definite matrix: Vᵀ·f(values)·V from its eigenvectors, as all functions here.
 * They agree with pyRiemann's of the same name to 1e-10 relative up to a condition of 1e3 (`test/golden/geometry.json`).
 * @throws {ShapeError | EmptyError | NonFiniteError} for what is no matrix; {NumericalError} when it is not symmetric,
 * or not positive definite where it must be. */
export function sqrtm(a: Float64Array): Float64Array {
  return applied(a, Math.sqrt);
}

/** A^(-1/2); see `sqrtm`. */
export function invsqrtm(a: Float64Array): Float64Array {
  return applied(a, (value) => 1 / Math.sqrt(value));
}

/** ln A; see `sqrtm`. */
export function logm(a: Float64Array): Float64Array {
  return applied(a, Math.log);
}

/** A^exponent; see `sqrtm`. @throws {OptionError} when the exponent is not finite. */
export function powm(a: Float64Array, exponent: number): Float64Array {
  if (!Number.isFinite(exponent)) throw new OptionError("exponent", exponent, "a finite number");
  return applied(a, (value) => value ** exponent);
}

/** e^A of any symmetric matrix; see `sqrtm`. */
export function expm(a: Float64Array): Float64Array {
  const n = checkMatrix(a, "the matrix");
  const out = new Float64Array(n * n);
  spectrumOf(n).mapInto(out, a, Math.exp, null);
  checkMatrix(out, "the exponential");
  return out;
}

function applied(a: Float64Array, f: (value: number) => number): Float64Array {
  const n = checkMatrix(a, "the matrix");
  const out = new Float64Array(n * n);
  spectrumOf(n).mapInto(out, a, f, "the matrix");
  return out;
}

/** One matrix after another through eigenvalues, in memory made once. */
export interface Spectrum {
  /** n, ascending; of the last matrix. */
  readonly values: Float64Array;
  /** n × n, an eigenvector a row; of the last matrix. */
  readonly vectors: Float64Array;
  /** @param spd - names a matrix that must be positive definite in the error; null when any symmetric one will do. */
  decompose(a: Float64Array, spd: string | null): void;
  /** out = Vᵀ·f(values)·V, of the last matrix. */
  composeInto(out: Float64Array, f: (value: number) => number): void;
  /** Both; `out` may be `a`. */
  mapInto(out: Float64Array, a: Float64Array, f: (value: number) => number, spd: string | null): void;
}

export function spectrumOf(n: number): Spectrum {
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  const work: EighWork = eighWork(n);
  const decompose: Spectrum["decompose"] = (a, spd) => {
    eighInto(values, vectors, a, n, work);
    // An eigenvalue within rounding of zero has no logarithm worth the name.
    if (spd !== null && !(values[0]! > n * Number.EPSILON * values[n - 1]!)) throw notPositiveDefinite(spd);
  };
  const composeInto: Spectrum["composeInto"] = (out, f) => {
    out.fill(0);
    for (let k = 0; k < n; k++) addOuterInto(out, vectors, k * n, f(values[k]!), n);
    mirrorInto(out, n);
  };
  return {
    values,
    vectors,
    decompose,
    composeInto,
    mapInto(out, a, f, spd) {
      decompose(a, spd);
      composeInto(out, f);
    },
  };
}

/** Adds to the lower triangle weight · v·vᵀ, v being n entries of `vectors` from `at`. */
export function addOuterInto(out: Float64Array, vectors: Float64Array, at: number, weight: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const scaled = weight * vectors[at + i]!;
    for (let j = 0, row = i * n; j <= i; j++) out[row + j]! += scaled * vectors[at + j]!;
  }
}

/** Copies the lower triangle to the upper one. */
export function mirrorInto(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]!;
}

/** out = A·B, n × n each; `out` is neither. */
export function multiplyInto(out: Float64Array, a: Float64Array, b: Float64Array, n: number): void {
  out.fill(0);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      for (let j = 0, from = k * n, to = i * n; j < n; j++, from++, to++) out[to]! += factor * b[from]!;
    }
}

/** out = S·A·Sᵀ of a symmetric A, exactly symmetric; `work` is another n × n, `out` may be `a`. */
export function congruenceInto(
  out: Float64Array,
  s: Float64Array,
  a: Float64Array,
  n: number,
  work: Float64Array,
): void {
  multiplyInto(work, s, a, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += work[i * n + k]! * s[j * n + k]!;
      out[i * n + j] = sum;
    }
  mirrorInto(out, n);
}
