import { NumericalError } from "./errors";
import { solveSymmetricInto } from "./linalg/solve";

/** A convex function of several parameters. */
export interface Objective {
  readonly length: number;
  /** Writes the gradient at a point and returns the value there. */
  gradientInto(gradient: Float64Array, at: Float64Array): number;
  /** Second derivatives, length × length, where they are worth having. */
  hessian?(at: Float64Array): Float64Array;
}

export interface Minimum {
  readonly at: Float64Array;
  readonly nIter: number;
  readonly converged: boolean;
}

const CORRECTIONS_MAX = 10;
/** L-BFGS steps before Newton's take over, where there are second derivatives. */
const DESCENT_STEPS = 20;
const HALVINGS_MAX = 60;

interface Point {
  at: Float64Array;
  value: number;
  gradient: Float64Array;
}

/** Minimises from zero until no entry of the gradient exceeds `tol`: by L-BFGS, then by damped Newton steps.
 * @throws {NumericalError} when value or gradient do not fit a double at the start.
 * @see J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., algorithms 3.2 and 7.4 */
export function minimise(objective: Objective, { tol, maxIter }: { tol: number; maxIter: number }): Minimum {
  const { length, hessian } = objective;
  const evaluate = (at: Float64Array): Point => {
    const gradient = new Float64Array(length);
    return { at, value: objective.gradientInto(gradient, at), gradient };
  };
  let point = evaluate(new Float64Array(length));
  if (!Number.isFinite(point.value) || !point.gradient.every(Number.isFinite))
    throw new NumericalError("the loss does not fit a double: rescale the features");
  const history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let nIter = 0;
  while (largest(point.gradient) > tol && nIter < maxIter) {
    const newton = hessian !== undefined && nIter >= DESCENT_STEPS;
    const direction = newton
      ? newtonDirection(point, hessian.call(objective, point.at))
      : descentDirection(point.gradient, history);
    const next = search(point, direction, evaluate, nIter === 0 ? 1 / Math.max(1, norm(point.gradient)) : 1);
    nIter += 1;
    if (next === undefined) {
      // No step is better to the last digit. Newton's may still be; after those, this is as near as doubles come.
      if (newton || hessian === undefined) return { at: point.at, nIter, converged: largest(point.gradient) <= 1e-6 };
      nIter = Math.max(nIter, DESCENT_STEPS);
      continue;
    }
    const s = next.at.map((value, i) => value - point.at[i]!);
    const y = next.gradient.map((value, i) => value - point.gradient[i]!);
    const curvature = dot(s, y);
    if (curvature > 1e-300) {
      history.push({ s, y, rho: 1 / curvature });
      if (history.length > CORRECTIONS_MAX) history.shift();
    }
    point = next;
  }
  return { at: point.at, nIter, converged: largest(point.gradient) <= tol };
}

/** The two-loop recursion: minus the inverse curvature, as the last steps saw it, times the gradient. */
function descentDirection(
  gradient: Float64Array,
  history: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (let h = history.length - 1; h >= 0; h--) {
    const { s, y, rho } = history[h]!;
    const alpha = rho * dot(s, q);
    alphas[h] = alpha;
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const last = history.at(-1);
  if (last !== undefined) {
    const gamma = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i]! *= gamma;
  }
  history.forEach(({ s, y, rho }, h) => {
    const beta = alphas[h]! - rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i]! += beta * s[i]!;
  });
  return q;
}

function newtonDirection({ gradient }: Point, hessian: Float64Array): Float64Array {
  const direction = gradient.map((g) => -g);
  solveSymmetricInto([direction], hessian, gradient.length);
  return direction;
}

/** The first of the step, half of it, a quarter … that lowers the value enough; or, where the value has no digits left
 * to tell by, that lowers the gradient. undefined when none does. */
function search(
  from: Point,
  direction: Float64Array,
  evaluate: (at: Float64Array) => Point,
  first: number,
): Point | undefined {
  const slope = dot(direction, from.gradient);
  if (!(slope < 0)) return undefined;
  const noise = 1e-14 * Math.abs(from.value);
  for (let halving = 0, step = first; halving < HALVINGS_MAX; halving++, step /= 2) {
    const next = evaluate(from.at.map((value, i) => value + step * direction[i]!));
    if (!Number.isFinite(next.value)) continue;
    const isTold = Math.abs(next.value - from.value) > noise;
    if (isTold ? next.value <= from.value + 1e-4 * step * slope : norm(next.gradient) < 0.99 * norm(from.gradient))
      return next;
  }
  return undefined;
}

function largest(values: Float64Array): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]!));
  return max;
}

function norm(values: Float64Array): number {
  return Math.sqrt(dot(values, values));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
