import { OptionError } from "../errors";

// W. J. Cody's rational approximations, Mathematics of Computation 23(107), 1969, doi:10.1090/S0025-5718-1969-0247736-4:
// one for small arguments, one for the middle, one for the tail; relative error around 1e-16 throughout.
const SMALL_P = [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315];
const SMALL_Q = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const MIDDLE_P = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
  2051.0783778260716, 1230.3393547979972, 2.1531153547440383e-8,
];
const MIDDLE_Q = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
  3439.3676741437216, 1230.3393548037495,
];
const TAIL_P = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378,
  0.016315387137302097,
];
const TAIL_Q = [2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918];
const ROOT_OF_PI = Math.sqrt(Math.PI);

/** The complementary error function. */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) {
    const z = y * y;
    let top = SMALL_P[4]! * z;
    let bottom = z;
    for (let i = 0; i < 3; i++) {
      top = (top + SMALL_P[i]!) * z;
      bottom = (bottom + SMALL_Q[i]!) * z;
    }
    return 1 - (x * (top + SMALL_P[3]!)) / (bottom + SMALL_Q[3]!);
  }
  const upper = y <= 4 ? middle(y) : y < 26.6 ? tail(y) : 0;
  return x < 0 ? 2 - upper : upper;
}

function middle(y: number): number {
  let top = MIDDLE_P[8]! * y;
  let bottom = y;
  for (let i = 0; i < 7; i++) {
    top = (top + MIDDLE_P[i]!) * y;
    bottom = (bottom + MIDDLE_Q[i]!) * y;
  }
  return (expOfMinusSquare(y) * (top + MIDDLE_P[7]!)) / (bottom + MIDDLE_Q[7]!);
}

function tail(y: number): number {
  const z = 1 / (y * y);
  let top = TAIL_P[5]! * z;
  let bottom = z;
  for (let i = 0; i < 4; i++) {
    top = (top + TAIL_P[i]!) * z;
    bottom = (bottom + TAIL_Q[i]!) * z;
  }
  const fraction = (z * (top + TAIL_P[4]!)) / (bottom + TAIL_Q[4]!);
  return (expOfMinusSquare(y) * (1 / ROOT_OF_PI - fraction)) / y;
}

// y² in two parts, the first exact: a rounded y² would cost the tail its digits.
function expOfMinusSquare(y: number): number {
  const head = Math.trunc(y * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(y - head) * (y + head));
}

/** Chance of a standard normal deviate at or above `z`. */
export const normalTail = (z: number): number => erfc(z / Math.SQRT2) / 2;

/** Chance of a standard normal deviate at least as far from 0 as `z`. */
export const twoSided = (z: number): number => erfc(Math.abs(z) / Math.SQRT2);

/** The z that a standard normal deviate exceeds with chance `p`.
 * @throws {OptionError} unless `p` is between 0 and 1. */
export function normalQuantileOfTail(p: number): number {
  if (!(p > 0 && p < 1)) throw new OptionError("p", p, "a number between 0 and 1");
  if (p > 0.5) return -normalQuantileOfTail(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  // Newton with Halley's term: the start is good to 4.5e-4, each round cubes the error.
  for (let i = 0; i < 3; i++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const step = (normalTail(z) - p) / density;
    z += step / (1 - (step * z) / 2);
  }
  return z;
}
