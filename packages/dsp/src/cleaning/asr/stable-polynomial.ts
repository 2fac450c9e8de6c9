interface Complex {
  readonly re: number;
  readonly im: number;
}

const times = (a: Complex, b: Complex): Complex => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re });
const over = (a: Complex, b: Complex): Complex => {
  const size = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
};
const minus = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });

/** Whether all roots lie within the unit circle, by Schur and Cohn's recursion. */
export function isStable(polynomial: Float64Array): boolean {
  let a = polynomial;
  while (a.length > 1) {
    const current = a;
    const order = current.length - 1;
    const k = current[order]!;
    if (!(Math.abs(k) < 1)) return false;
    a = Float64Array.from({ length: order }, (_, i) => (current[i]! - k * current[order - i]!) / (1 - k * k));
  }
  return true;
}

/** The polynomial (1 first) whose roots outside of the unit circle are mirrored into it, which leaves the shape of the filter's
 * gain as it is. The roots by Weierstrass' simultaneous iteration. */
export function stablePolynomial(polynomial: Float64Array): Float64Array {
  const order = polynomial.length - 1;
  const roots = Array.from({ length: order }, (_, k): Complex => {
    const angle = (2 * Math.PI * (k + 0.37)) / order;
    return { re: 0.9 * Math.cos(angle), im: 0.9 * Math.sin(angle) };
  });
  for (let step = 0; step < 500; step++) {
    let moved = 0;
    for (let k = 0; k < order; k++) {
      const z = roots[k]!;
      let value: Complex = { re: 1, im: 0 };
      let others: Complex = { re: 1, im: 0 };
      for (let i = 1; i <= order; i++) value = minus(times(value, z), { re: -polynomial[i]!, im: 0 });
      roots.forEach((root, j) => {
        if (j !== k) others = times(others, minus(z, root));
      });
      const change = over(value, others);
      roots[k] = minus(z, change);
      moved = Math.max(moved, Math.abs(change.re) + Math.abs(change.im));
    }
    if (!(moved > 1e-15)) break;
  }
  let out: Complex[] = [{ re: 1, im: 0 }];
  for (const root of roots) {
    const inside = root.re ** 2 + root.im ** 2 > 1 ? over({ re: 1, im: 0 }, { re: root.re, im: -root.im }) : root;
    out = [...out, { re: 0, im: 0 }].map((c, i) => (i === 0 ? c : minus(c, times(inside, out[i - 1]!))));
  }
  return Float64Array.from(out, ({ re }) => re);
}
