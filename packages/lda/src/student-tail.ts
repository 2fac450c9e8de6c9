const TINY = 1e-300;

/** The probability that a Student's t of `df` degrees of freedom lies farther from 0 than the root of `square`:
 * the regularised incomplete beta function of df / (df + square) with df/2 and 1/2.
 * @see W. H. Press et al., Numerical Recipes, 3rd ed., 6.4 */
export function studentTail(square: number, df: number): number {
  if (square === Infinity) return 0;
  if (square === 0) return 1;
  const x = df / (df + square);
  const y = square / (df + square); // 1 - x, with all its digits
  const [a, b] = [df / 2, 0.5];
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(y, b, a)) / b;
}

/** The continued fraction of the incomplete beta function, by Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;
}

function guarded(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** ln Γ(z) for z > 0, by Stirling's series above 15. */
function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < 15; x++) shift -= Math.log(x);
  const inverse = 1 / x;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
