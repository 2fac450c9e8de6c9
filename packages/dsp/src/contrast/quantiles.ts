/** Quantiles of Student's t and of F, by bisection on the incomplete beta function: for thresholds, a few calls a test. */

/** ln Γ(x) for x above 0. @see C. Lanczos, SIAM J. Numer. Anal. B 1, 1964, doi:10.1137/0701008 (g = 607/128, 15 terms) */
function lnGamma(x: number): number {
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x + i);
  const t = x + 607 / 128 + 0.5;
  return (x + 0.5) * Math.log(t) - t + Math.log((Math.sqrt(2 * Math.PI) * sum) / x);
}

const LANCZOS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488,
  0.00021743961811521265, -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
];

/** The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction. */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** Where a falling function of values above 0 meets `p`. */
function upperQuantile(tail: (value: number) => number, p: number): number {
  let high = 1;
  while (tail(high) > p && high < 1e300) high *= 2;
  let low = 0;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (tail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The value that Student's t with `dof` degrees of freedom exceeds with probability `p`, below 0.5. */
export function studentUpper(p: number, dof: number): number {
  return upperQuantile((t) => incompleteBeta(dof / 2, 0.5, dof / (dof + t * t)) / 2, p);
}

/** The value that F with these degrees of freedom exceeds with probability `p`. */
export function fUpper(p: number, dofBetween: number, dofWithin: number): number {
  return upperQuantile(
    (f) => incompleteBeta(dofWithin / 2, dofBetween / 2, dofWithin / (dofWithin + dofBetween * f)),
    p,
  );
}
