import { ShapeError } from "../errors";

type Direction = readonly [x: number, y: number, z: number];

const STIFFNESS = 4;
const N_TERMS = 50;
/** How finely the kernel is tabulated over the cosine; linear between, 1e-7 of its largest value. */
const N_TABLE = 4000;

/** Spreads values of electrodes over the head: Perrin's spherical spline of order 4, which goes through the values but for a
 * little smoothing that keeps electrodes on one place from being a contradiction.
 * @param directions - unit vectors of the electrodes.
 * @returns a function of values that gives a function of a place.
 * @see F. Perrin and others, Electroencephalography and Clinical Neurophysiology 72, 1989, 184-187. */
export function planSpline(
  directions: readonly Direction[],
): (values: ArrayLike<number>) => (place: Direction) => number {
  const n = directions.length;
  const table = kernelTable();
  const size = n + 1;
  const system = new Float64Array(size * size);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) system[i * size + j] = lookUp(table, dot(directions[i]!, directions[j]!));
    system[i * size + i]! += 1e-9;
    system[i * size + n] = 1;
    system[n * size + i] = 1;
  }
  const order = factorInto(system, size);
  return (values) => {
    if (values.length !== n) throw new ShapeError("values.length", values.length, n);
    const right = Float64Array.from({ length: size }, (_, i) => (i < n ? values[i]! : 0));
    const weights = solve(system, size, order, right);
    return (place) => {
      let sum = weights[n]!;
      for (let i = 0; i < n; i++) sum += weights[i]! * lookUp(table, dot(directions[i]!, place));
      return sum;
    };
  };
}

const dot = (a: Direction, b: Direction): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

let tabulated: Float64Array | undefined;

/** g(x) = 1/4π Σ (2n + 1) / (n(n + 1))^m · Pₙ(x), at cosines from -1 to 1. */
function kernelTable(): Float64Array {
  tabulated ??= Float64Array.from({ length: N_TABLE + 1 }, (_, i) => {
    const x = (2 * i) / N_TABLE - 1;
    let before = 1;
    let legendre = x;
    let sum = 0;
    for (let n = 1; n <= N_TERMS; n++) {
      sum += ((2 * n + 1) / (n * (n + 1)) ** STIFFNESS) * legendre;
      [before, legendre] = [legendre, ((2 * n + 1) * x * legendre - n * before) / (n + 1)];
    }
    return sum / (4 * Math.PI);
  });
  return tabulated;
}

function lookUp(table: Float64Array, cosine: number): number {
  const at = Math.max(0, Math.min(N_TABLE, ((cosine + 1) / 2) * N_TABLE));
  const lower = Math.min(Math.floor(at), N_TABLE - 1);
  return table[lower]! + (at - lower) * (table[lower + 1]! - table[lower]!);
}

/** LU with partial pivoting, in place. */
function factorInto(matrix: Float64Array, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(matrix[i * n + k]!) > Math.abs(matrix[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      for (let j = 0; j < n; j++) {
        const kept = matrix[k * n + j]!;
        matrix[k * n + j] = matrix[pivot * n + j]!;
        matrix[pivot * n + j] = kept;
      }
      const kept = order[k]!;
      order[k] = order[pivot]!;
      order[pivot] = kept;
    }
    const divisor = matrix[k * n + k]!;
    for (let i = k + 1; i < n; i++) {
      const factor = (matrix[i * n + k]! /= divisor);
      if (factor !== 0) for (let j = k + 1; j < n; j++) matrix[i * n + j]! -= factor * matrix[k * n + j]!;
    }
  }
  return order;
}

function solve(lu: Float64Array, n: number, order: Int32Array, right: Float64Array): Float64Array {
  const x = Float64Array.from(order, (i) => right[i]!);
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) x[i]! -= lu[i * n + j]! * x[j]!;
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i]! -= lu[i * n + j]! * x[j]!;
    x[i]! /= lu[i * n + i]!;
  }
  return x;
}
