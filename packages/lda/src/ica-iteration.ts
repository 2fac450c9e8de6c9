import { eigh } from "./linalg/eigh";

export type Contrast = "logcosh" | "exp" | "cube";

export interface IterationOptions {
  readonly fun: Contrast;
  readonly alpha: number;
  readonly maxIter: number;
  readonly tol: number;
}

export interface Unmixing {
  /** n × n: a source a row. */
  readonly w: Float64Array;
  readonly nIter: number;
  readonly converged: boolean;
}

/** All sources at once, kept at right angles to each other by the inverse root of their products.
 * @param white - nRows × n, of variance 1 and no correlation; `start` is overwritten. */
export function parallel(
  white: Float64Array,
  nRows: number,
  n: number,
  start: Float64Array,
  { fun, alpha, maxIter, tol }: IterationOptions,
): Unmixing {
  let w = decorrelated(start, n);
  const slopes = contrastOf(fun, alpha);
  for (let round = 1; ; round++) {
    const next = new Float64Array(n * n);
    for (let k = 0; k < n; k++)
      updateInto(next.subarray(k * n, (k + 1) * n), w.subarray(k * n, (k + 1) * n), white, nRows, slopes);
    const turned = decorrelated(next, n);
    let moved = 0;
    for (let k = 0; k < n; k++) {
      let cosine = 0;
      for (let l = 0; l < n; l++) cosine += turned[k * n + l]! * w[k * n + l]!;
      moved = Math.max(moved, Math.abs(Math.abs(cosine) - 1));
    }
    w = turned;
    if (moved < tol || round === maxIter) return { w, nIter: round, converged: moved < tol };
  }
}

/** One source after another, each at right angles to those before it. `start` is not changed. */
export function deflation(
  white: Float64Array,
  nRows: number,
  n: number,
  start: Float64Array,
  { fun, alpha, maxIter, tol }: IterationOptions,
): Unmixing {
  const w = new Float64Array(n * n);
  const slopes = contrastOf(fun, alpha);
  let nIter = 0;
  let converged = true;
  for (let k = 0; k < n; k++) {
    let source = normalised(start.slice(k * n, (k + 1) * n));
    let moved = Infinity;
    let round = 0;
    while (round < maxIter && !(moved < tol)) {
      round += 1;
      const next = new Float64Array(n);
      updateInto(next, source, white, nRows, slopes);
      const shares = Array.from({ length: k }, (_, l) => dot(next, w.subarray(l * n, (l + 1) * n)));
      shares.forEach((share, l) => {
        for (let j = 0; j < n; j++) next[j]! -= share * w[l * n + j]!;
      });
      normalised(next);
      moved = Math.abs(Math.abs(dot(next, source)) - 1);
      source = next;
    }
    nIter = Math.max(nIter, round);
    converged &&= moved < tol;
    w.set(source, k * n);
  }
  return { w, nIter, converged };
}

type Slopes = (projection: number) => void;
interface ContrastState {
  g: number;
  slope: number;
  at: Slopes;
}

/** The contrast's derivative `g` and second derivative `slope` at a projection. */
function contrastOf(fun: Contrast, alpha: number): ContrastState {
  const state: ContrastState = { g: 0, slope: 0, at: () => {} };
  if (fun === "logcosh")
    state.at = (u) => {
      state.g = Math.tanh(alpha * u);
      state.slope = alpha * (1 - state.g * state.g);
    };
  else if (fun === "exp")
    state.at = (u) => {
      const e = Math.exp((-u * u) / 2);
      state.g = u * e;
      state.slope = (1 - u * u) * e;
    };
  else
    state.at = (u) => {
      state.g = u * u * u;
      state.slope = 3 * u * u;
    };
  return state;
}

/** next = mean of x·g(w·x) - mean of g′(w·x) times w. */
function updateInto(
  next: Float64Array,
  w: Float64Array,
  white: Float64Array,
  nRows: number,
  contrast: ContrastState,
): void {
  const n = w.length;
  let slope = 0;
  for (let i = 0, row = 0; i < nRows; i++, row += n) {
    let projection = 0;
    for (let j = 0; j < n; j++) projection += w[j]! * white[row + j]!;
    contrast.at(projection);
    const { g } = contrast;
    slope += contrast.slope;
    for (let j = 0; j < n; j++) next[j]! += g * white[row + j]!;
  }
  for (let j = 0; j < n; j++) next[j] = next[j]! / nRows - (slope / nRows) * w[j]!;
}

/** (W·Wᵀ)^(-1/2)·W */
function decorrelated(w: Float64Array, n: number): Float64Array {
  const products = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let l = 0; l < n; l++)
      products[k * n + l] = dot(w.subarray(k * n, (k + 1) * n), w.subarray(l * n, (l + 1) * n));
  const { values, vectors } = eigh(products, n);
  const out = new Float64Array(n * n);
  for (let r = 0; r < n; r++) {
    const root = 1 / Math.sqrt(Math.max(values[r]!, 2 ** -1022));
    const u = vectors.subarray(r * n, (r + 1) * n);
    const row = new Float64Array(n);
    for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) row[j]! += u[k]! * w[k * n + j]!;
    for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) out[k * n + j]! += root * u[k]! * row[j]!;
  }
  return out;
}

function normalised(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v));
  for (let j = 0; j < v.length; j++) v[j]! /= length;
  return v;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
