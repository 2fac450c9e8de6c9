/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** Zeros, poles and gain of a filter; complex ones come with their conjugates. */
export interface ZerosPoles {
  readonly zeros: readonly Complex[];
  readonly poles: readonly Complex[];
  readonly gain: number;
}

const ORIGIN: Complex = { re: 0, im: 0 };
/** A root counts as real when its imaginary part is below this share of it. */
const REAL_LIMIT = 100 * Number.EPSILON;

/** Deals zeros and poles out to second-order sections as SciPy's `zpk2sos(pairing="nearest")` does: the pole nearest to
 * the unit circle goes last and takes the zero nearest to it, so that no section amplifies more than it must.
 * @returns nSections × 6, row-major: b0 b1 b2 a0 a1 a2. The gain is in the first section. */
export function pairSections({ zeros, poles, gain }: ZerosPoles): Float64Array {
  const nSections = Math.ceil(Math.max(zeros.length, poles.length) / 2);
  if (nSections === 0) return Float64Array.of(gain, 0, 0, 1, 0, 0);
  const filled = (roots: readonly Complex[]): Complex[] =>
    onePerPair([...roots, ...Array.from({ length: 2 * nSections - roots.length }, () => ORIGIN)]);
  const p = filled(poles);
  const z = filled(zeros);
  const sos = new Float64Array(6 * nSections);
  for (let section = nSections - 1; section >= 0; section--) {
    const p1 = take(
      p,
      worst(p, () => true),
    );
    const nRealPoles = p.filter(isReal).length;
    let p2 = conjugate(p1);
    let z1: Complex;
    let z2: Complex = ORIGIN;
    if (isReal(p1) && nRealPoles === 0) {
      z1 = take(z, nearest(z, p1, isReal));
      p2 = ORIGIN;
    } else if (!isReal(p1) && p.length + 1 === z.length && nRealPoles === 1 && z.filter(isReal).length === 1) {
      // the one real zero is left for the one real pole
      z1 = take(
        z,
        nearest(z, p1, (root) => !isReal(root)),
      );
      z2 = conjugate(z1);
    } else {
      if (isReal(p1)) p2 = take(p, worst(p, isReal));
      z1 = take(
        z,
        nearest(z, p1, () => true),
      );
      z2 = isReal(z1) ? take(z, nearest(z, p1, isReal)) : conjugate(z1);
    }
    sos.set([...monicQuadratic(z1, z2), ...monicQuadratic(p1, p2)], 6 * section);
  }
  for (let i = 0; i < 3; i++) sos[i]! *= gain;
  return sos;
}

const isReal = ({ im }: Complex): boolean => im === 0;
const conjugate = ({ re, im }: Complex): Complex => ({ re, im: -im });
const monicQuadratic = (a: Complex, b: Complex): number[] => [1, -(a.re + b.re), a.re * b.re - a.im * b.im];

/** The complex roots with a positive imaginary part, then the real ones, each by their real parts. */
function onePerPair(roots: readonly Complex[]): Complex[] {
  const size = ({ re, im }: Complex): number => Math.hypot(re, im);
  const sorted = roots.toSorted((a, b) =>
    Math.abs(a.re - b.re) <= REAL_LIMIT * size(a) ? Math.abs(a.im) - Math.abs(b.im) : a.re - b.re,
  );
  const real = (root: Complex): boolean => Math.abs(root.im) <= REAL_LIMIT * size(root);
  return [
    ...sorted.filter((root) => !real(root) && root.im > 0),
    ...sorted.filter(real).map(({ re }): Complex => ({ re, im: 0 })),
  ];
}

function take(roots: Complex[], index: number): Complex {
  return roots.splice(index, 1)[0]!;
}

function smallest(
  roots: readonly Complex[],
  of: (root: Complex) => boolean,
  measure: (root: Complex) => number,
): number {
  let best = -1;
  let least = Infinity;
  for (const [i, root] of roots.entries()) {
    if (!of(root) || !(measure(root) < least)) continue;
    least = measure(root);
    best = i;
  }
  return best;
}

const worst = (roots: readonly Complex[], of: (root: Complex) => boolean): number =>
  smallest(roots, of, ({ re, im }) => Math.abs(1 - Math.hypot(re, im)));

const nearest = (roots: readonly Complex[], to: Complex, of: (root: Complex) => boolean): number =>
  smallest(roots, of, ({ re, im }) => Math.hypot(re - to.re, im - to.im));
