import { NumericalError } from "../errors";
import { choleskyInto, choleskySolveInto } from "../linalg/cholesky";
import { eighInto, eighWork } from "../linalg/eigh";
import { openSpdPairs } from "../linalg/spd-pairs";
import { addOuterInto, mirrorInto, multiplyInto, spectrumOf, type Spectrum } from "./functions";
import { matrixAt, notPositiveDefinite, takeMatrices, type SpdMatrices } from "./matrices";

const MEMORY = 5;
const SUBSET = 8;
/** A mean logarithm this small is as near as the rounding of ill-conditioned matrices may let it come. */
const ROUNDING_FLOOR = 1e-6;

interface Limits {
  readonly iterationsMax: number;
  /** Of the Frobenius norm of the mean logarithm. */
  readonly tolerance: number;
}

/** The affine-invariant mean, found from `start` by steps along the mean logarithm.
 *
 * With M = L·Lᵀ, and J = Σ w ln(L⁻¹·X·L⁻ᵀ), the step is M ← L·exp(D)·Lᵀ: no root of M is needed, as M^(1/2) is L turned.
 * D = ν·J gets there at a steady rate. How J answered to the last few steps tells the way much better, so D comes by
 * Anderson's rule from those, which are carried from frame to frame by parallel transport; ν stands in where they fail.
 * @see D. Bini, B. Iannazzo, Linear Algebra and its Applications 438(4), 2013, doi:10.1016/j.laa.2011.08.052 (ν)
 * @see D. Anderson, J. ACM 12(4), 1965, doi:10.1145/321296.321305 */
export function riemannianMean(
  matrices: SpdMatrices,
  weights: Float64Array,
  start: Float64Array,
  { iterationsMax, tolerance }: Limits,
): Float64Array {
  const n = matrices.nChannels;
  const spectrum = spectrumOf(n);
  const lower = factorOf(nearer(matrices, weights, start, iterationsMax), n);
  const logs = meanLogarithm(n);
  let past: Past[] = [];
  let before: { readonly logarithm: Float64Array; readonly size: number; step: Float64Array } | null = null;
  for (let round = 0; round < iterationsMax; round++) {
    const { logarithm, nu } = logs.at(lower, matrices, weights);
    const size = frobenius(logarithm);
    if (before !== null) {
      // Without Anderson's rule the size shrinks each round, down to where rounding makes up what is left.
      if (size >= before.size && size <= ROUNDING_FLOOR) return productOf(lower, n);
      if (size > 2 * before.size) past = [];
      else past.push({ step: before.step, change: before.logarithm.map((value, i) => value - logarithm[i]!) });
      if (past.length > MEMORY) past.shift();
    }
    const step = stepFrom(logarithm, past, nu);
    const turn = advance(lower, step, spectrum, n);
    if (size <= tolerance) return productOf(lower, n);
    past = past.map((entry) => ({ step: turned(entry.step, turn, n), change: turned(entry.change, turn, n) }));
    before = { logarithm: turned(logarithm, turn, n), size, step: turned(step, turn, n) };
  }
  throw new NumericalError(
    `the Riemannian mean did not converge in ${iterationsMax} rounds: the matrices are too ill-conditioned, estimate them with "lwf" or "oas"`,
  );
}

/** Where to begin: of many matrices, near the mean of every eighth, which costs as much as a round with all of them. */
function nearer(
  matrices: SpdMatrices,
  weights: Float64Array,
  start: Float64Array,
  iterationsMax: number,
): Float64Array {
  const count = Math.floor(matrices.nMatrices / SUBSET);
  if (count < SUBSET) return start;
  const picked = Int32Array.from({ length: count }, (_, i) => i * SUBSET);
  const sum = picked.reduce((total, m) => total + weights[m]!, 0);
  if (!(sum > 0)) return start;
  const share = Float64Array.from(picked, (m) => weights[m]! / sum);
  return riemannianMean(takeMatrices(matrices, picked), share, start, { iterationsMax, tolerance: 0.02 });
}

/** A step taken, and by how much the mean logarithm fell for it; n × n, in the present frame. */
interface Past {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/** Σ γ·step + ν·(J - Σ γ·change), with the γ that leave least of J. */
function stepFrom(logarithm: Float64Array, past: readonly Past[], nu: number): Float64Array {
  const step = logarithm.map((value) => nu * value);
  const m = past.length;
  if (m === 0) return step;
  const gram = new Float64Array(m * m);
  const gamma = Float64Array.from(past, ({ change }) => dot(change, logarithm));
  for (let a = 0; a < m; a++) for (let b = 0; b <= a; b++) gram[a * m + b] = dot(past[a]!.change, past[b]!.change);
  for (let a = 0; a < m; a++) gram[a * m + a]! *= 1 + 1e-12; // old changes are tiny beside new ones
  if (!(choleskyInto(gram, m) > 0)) return step;
  choleskySolveInto(gamma, gram, m);
  past.forEach(({ step: taken, change }, a) => {
    for (let i = 0; i < step.length; i++) step[i]! += gamma[a]! * (taken[i]! - nu * change[i]!);
  });
  // A direction that goes far beyond J, or away from it, was made up of rounding.
  const sound = dot(step, logarithm) > 0 && frobenius(step) <= 2 * frobenius(logarithm);
  return sound ? step : logarithm.map((value) => nu * value);
}

/** L := the Cholesky factor of L·exp(step)·Lᵀ. @returns the rotation R with L·exp(step / 2)·R the new L. */
function advance(lower: Float64Array, step: Float64Array, spectrum: Spectrum, n: number): Float64Array {
  const half = new Float64Array(n * n);
  spectrum.mapInto(half, step, (value) => Math.exp(value / 2), null);
  const frame = new Float64Array(n * n);
  multiplyInto(frame, lower, half, n);
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += frame[i * n + k]! * frame[j * n + k]!;
      product[i * n + j] = sum;
    }
  const next = factorOf(product, n);
  // R = F⁻¹·L = Fᵀ·L⁻ᵀ, and L⁻¹·F is solved for row by row
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) for (let j = 0; j < n; j++) frame[i * n + j]! -= next[i * n + k]! * frame[k * n + j]!;
    for (let j = 0; j < n; j++) frame[i * n + j]! /= next[i * n + i]!;
  }
  lower.set(next);
  return frame; // Rᵀ
}

/** Rᵀ·A·R of a symmetric A, `turn` being Rᵀ. */
function turned(a: Float64Array, turn: Float64Array, n: number): Float64Array {
  const half = new Float64Array(n * n);
  const out = new Float64Array(n * n);
  multiplyInto(half, turn, a, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += half[i * n + k]! * turn[j * n + k]!;
      out[i * n + j] = sum;
    }
  return out;
}

/** J = Σ w ln(L⁻¹·X·L⁻ᵀ), and a ν for which steps of ν·J converge: 2 / (1 + the mean of g(ln condition)), as the cost's
 * curvature lies between 1 and that mean, g(x) = (x / 2)·coth(x / 2). */
function meanLogarithm(n: number) {
  const inverse = new Float64Array(n * n);
  const half = new Float64Array(n * n);
  const whitened = new Float64Array(n * n);
  const work = eighWork(n);
  const single = new Float64Array(n);
  const pairs = openSpdPairs(n);
  let curvature = 0;

  /** Turns every `step`th of the eigenvalues from `from` on into weight · logarithm, written to `out`. */
  const logarithmsInto = (
    out: Float64Array,
    values: Float64Array,
    from: number,
    step: number,
    weight: number,
    name: number,
  ) => {
    let least = Infinity;
    let most = -Infinity;
    for (let k = 0, at = from; k < n; k++, at += step) {
      const value = values[at]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    // An eigenvalue within rounding of zero has no logarithm worth the name.
    if (!(least > n * Number.EPSILON * most)) throw notPositiveDefinite(`matrix ${name}`);
    for (let k = 0, at = from; k < n; k++, at += step) out[at] = weight * Math.log(values[at]!);
    const range = Math.log(most / least) / 2;
    curvature += weight * (range < 1e-4 ? 1 : range / Math.tanh(range));
  };

  const addOne = (logarithm: Float64Array, matrix: Float64Array, weight: number, name: number): void => {
    triangularCongruenceInto(whitened, inverse, matrix, n, half);
    eighInto(single, whitened, whitened, n, work);
    logarithmsInto(single, single, 0, 1, weight, name);
    for (let k = 0; k < n; k++) addOuterInto(logarithm, whitened, k * n, single[k]!, n);
  };

  return {
    at(lower: Float64Array, matrices: SpdMatrices, weights: Float64Array) {
      invertLowerInto(inverse, lower, n);
      pairs?.whitenBy(inverse);
      const logarithm = new Float64Array(n * n);
      curvature = 0;
      const { nMatrices } = matrices;
      for (let m = 0; m < nMatrices; m += 2) {
        const last = m + 1 === nMatrices;
        const [first, second] = [matrixAt(matrices, m), matrixAt(matrices, last ? m : m + 1)];
        const weightOfSecond = last ? 0 : weights[m + 1]!;
        if (pairs?.diagonalise(first, second, true)) {
          logarithmsInto(pairs.weights, pairs.values, 0, 2, weights[m]!, m);
          logarithmsInto(pairs.weights, pairs.values, 1, 2, weightOfSecond, last ? m : m + 1);
          pairs.addOuter();
        } else {
          addOne(logarithm, first, weights[m]!, m);
          if (!last) addOne(logarithm, second, weightOfSecond, m + 1);
        }
      }
      pairs?.takeSumInto(logarithm);
      mirrorInto(logarithm, n);
      return { logarithm, nu: 2 / (1 + curvature) };
    },
  };
}

/** The lower triangle of W·A·Wᵀ, W lower triangular, A symmetric. */
function triangularCongruenceInto(
  out: Float64Array,
  w: Float64Array,
  a: Float64Array,
  n: number,
  half: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < n; j++) half[row + j] = 0;
    for (let k = 0; k <= i; k++) {
      const factor = w[row + k]!;
      for (let j = 0, at = k * n; j <= i; j++, at++) half[row + j]! += factor * a[at]!;
    }
  }
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0, p = i * n, q = j * n; k <= j; k++, p++, q++) sum += half[p]! * w[q]!;
      out[i * n + j] = sum;
    }
}

function invertLowerInto(out: Float64Array, lower: Float64Array, n: number): void {
  out.fill(0);
  for (let j = 0; j < n; j++) {
    out[j * n + j] = 1 / lower[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += lower[i * n + k]! * out[k * n + j]!;
      out[i * n + j] = -sum / lower[i * n + i]!;
    }
  }
}

/** The Cholesky factor, zeros above its diagonal. */
function factorOf(a: Float64Array, n: number): Float64Array {
  const lower = a.slice();
  if (!(choleskyInto(lower, n) > 0)) throw notPositiveDefinite("the mean of the matrices");
  for (let i = 0; i < n; i++) lower.fill(0, i * n + i + 1, (i + 1) * n);
  return lower;
}

/** L·Lᵀ */
function productOf(lower: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += lower[i * n + k]! * lower[j * n + k]!;
      out[i * n + j] = sum;
    }
  mirrorInto(out, n);
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const frobenius = (a: Float64Array): number => Math.sqrt(dot(a, a));
