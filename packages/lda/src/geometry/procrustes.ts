import { NotFittedError, OptionError, ShapeError } from "../errors";
import { checkLabels, groupByClass } from "../matrix";
import { distances } from "./distance";
import { congruenceInto, multiplyInto, powm, spectrumOf } from "./functions";
import { checkMatrices, checkOrder, mapMatrices, matrixAt, takeMatrices, type SpdMatrices } from "./matrices";
import { meanOf } from "./mean";
import { groupByDomain, mapDomains, recentre, type Domain } from "./recentre";

/** How far matrices scatter: the mean squared Riemannian distance from `centre`. */
export function dispersionOf(matrices: SpdMatrices, centre: Float64Array): number {
  const squared = distances(matrices, centre, { squared: true });
  return squared.reduce((sum, d2) => sum + d2, 0) / squared.length;
}

/** Matrices centred on the identity, each raised to the power that takes their dispersion from `from` to `to`.
 * @throws {ShapeError | EmptyError | NonFiniteError | OptionError}; {NumericalError} for matrices not positive definite. */
export function stretch(matrices: SpdMatrices, { from, to = 1 }: { from: number; to?: number }): SpdMatrices {
  checkMatrices(matrices);
  for (const [name, value] of Object.entries({ from, to }))
    if (!(value > 0 && value < Infinity)) throw new OptionError(name, value, "a number above 0");
  const exponent = Math.sqrt(to / from);
  return mapMatrices(matrices, (out, matrix) => out.set(powm(matrix, exponent)));
}

/** The orthogonal Q for which Q·S·Qᵀ comes nearest to T, over pairs of matrices, by least squares: n × n.
 *
 * Q ← the rotation in Σ w T·Q·S, which never makes the sum of squares larger, from several starts: the axes of each pair
 * laid on each other, the way they point decided by the other pairs. pyRiemann descends from one such start, whose
 * axes point as LAPACK gives them, and may end higher.
 * @throws {ShapeError | EmptyError | NonFiniteError}
 * @see P. Rodrigues et al., IEEE Trans. Biomedical Engineering 66(8), 2019, doi:10.1109/TBME.2018.2889705 */
export function rotationBetween(
  source: SpdMatrices,
  target: SpdMatrices,
  { weights }: { weights?: ArrayLike<number> | undefined } = {},
): Float64Array {
  checkMatrices(source);
  checkMatrices(target);
  checkOrder(source.nChannels, target.nChannels, "the target");
  const count = source.nMatrices;
  if (count !== target.nMatrices)
    throw new ShapeError(`${count} matrices to turn onto ${target.nMatrices}`, count, target.nMatrices);
  const share = Float64Array.from({ length: count }, (_, k) => (weights === undefined ? 1 : weights[k]!));
  const pairs: Pair[] = Array.from(share, (weight, k) => ({
    weight,
    source: matrixAt(source, k),
    target: matrixAt(target, k),
  }));
  const n = source.nChannels;
  let best: Float64Array | undefined;
  let most = -Infinity;
  for (const pair of pairs) {
    const q = climb(axesOnAxes(pair, pairs, n), pairs, n);
    const overlap = overlapOf(q, pairs, n);
    if (best === undefined || overlap > most) [best, most] = [q, overlap];
  }
  return best!;
}

interface Pair {
  readonly weight: number;
  readonly source: Float64Array;
  readonly target: Float64Array;
}

/** Σ w tr(T·Q·S·Qᵀ): the larger, the smaller the sum of squares. */
function overlapOf(q: Float64Array, pairs: readonly Pair[], n: number): number {
  const turned = new Float64Array(n * n);
  const work = new Float64Array(n * n);
  let sum = 0;
  for (const { weight, source, target } of pairs) {
    congruenceInto(turned, q, source, n, work);
    for (let i = 0; i < turned.length; i++) sum += weight * turned[i]! * target[i]!;
  }
  return sum;
}

/** The eigenvectors of one pair laid on each other; each axis turned round while that helps the others. */
function axesOnAxes({ source, target }: Pair, pairs: readonly Pair[], n: number): Float64Array {
  const [from, to] = [spectrumOf(n), spectrumOf(n)];
  from.decompose(source, null);
  to.decompose(target, null);
  const signs = new Float64Array(n).fill(1);
  const rotation = (): Float64Array => {
    const q = new Float64Array(n * n);
    for (let k = 0; k < n; k++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) q[i * n + j]! += signs[k]! * to.vectors[k * n + i]! * from.vectors[k * n + j]!;
    return q;
  };
  let most = overlapOf(rotation(), pairs, n);
  for (let improved = true; improved;) {
    improved = false;
    for (let k = 0; k < n; k++) {
      signs[k]! *= -1;
      const overlap = overlapOf(rotation(), pairs, n);
      if (overlap > most * (1 + 1e-12)) {
        most = overlap;
        improved = true;
      } else signs[k]! *= -1;
    }
  }
  return rotation();
}

function climb(start: Float64Array, pairs: readonly Pair[], n: number): Float64Array {
  const spectrum = spectrumOf(n);
  let q = start;
  const [product, sum, gram, work] = Array.from({ length: 4 }, () => new Float64Array(n * n)) as Four;
  for (let round = 0; round < 10_000; round++) {
    sum.fill(0);
    for (const { weight, source, target } of pairs) {
      multiplyInto(work, target, q, n);
      multiplyInto(product, work, source, n);
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * product[i]!;
    }
    // The polar factor G·(GᵀG)^(-1/2)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let entry = 0;
        for (let k = 0; k < n; k++) entry += sum[k * n + i]! * sum[k * n + j]!;
        gram[i * n + j] = entry;
      }
    spectrum.mapInto(gram, gram, (value) => 1 / Math.sqrt(value), "the source or target");
    const next = new Float64Array(n * n);
    multiplyInto(next, sum, gram, n);
    let moved = 0;
    for (let i = 0; i < next.length; i++) moved += (next[i]! - q[i]!) ** 2;
    q = next;
    if (Math.sqrt(moved) <= 1e-12) break;
  }
  return q;
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];

export interface ProcrustesOptions {
  /** Brings every domain to the same dispersion. Default true. */
  readonly stretch?: boolean;
  /** Turns every other domain onto the target's class means; needs some labels of the target. Default true. */
  readonly rotate?: boolean;
}

interface Alignment {
  readonly centre: Float64Array;
  readonly dispersion: number;
  rotation: Float64Array | null;
}

/** Riemannian Procrustes analysis: moves the domains' centres together, stretches them alike, and turns the others onto
 * the target, class mean on class mean.
 *
 * Agrees with pyRiemann's `TLCenter`, `TLScale(centered_data=True)` and `TLRotate` one after another to 1e-7
 * (`test/golden/transfer.json`), where those end in the same rotation.
 * @example new ProcrustesAlignment().fitTransform(covariances, y, subjects, { target: "subject_11" })
 * @see P. Rodrigues et al., IEEE Trans. Biomedical Engineering 66(8), 2019, doi:10.1109/TBME.2018.2889705 */
export class ProcrustesAlignment {
  readonly kind = "procrustes";
  readonly stretch: boolean;
  readonly rotate: boolean;
  #fitted: Map<Domain, Alignment> | undefined;

  constructor({ stretch = true, rotate = true }: ProcrustesOptions = {}) {
    this.stretch = stretch;
    this.rotate = rotate;
  }

  /** @param y - an integer class code a matrix; used by the rotation alone.
   * @param domains - one a matrix.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError | OptionError | NumericalError} */
  fit(matrices: SpdMatrices, y: ArrayLike<number>, domains: ArrayLike<Domain>, { target }: { target: Domain }): this {
    checkMatrices(matrices);
    checkLabels(y, matrices.nMatrices);
    const groups = groupByDomain(domains, matrices.nMatrices);
    if (!groups.has(target)) throw new OptionError("target", target, `one of ${[...groups.keys()].join(", ")}`);
    const fitted = new Map<Domain, Alignment>();
    const meansOf = (domain: Domain): { classes: number[]; means: SpdMatrices } => {
      const members = groups.get(domain)!;
      const aligned = this.#apply(takeMatrices(matrices, members), fitted.get(domain)!);
      const labels = Int32Array.from(members, (m) => y[m]!);
      const { classes, rows } = groupByClass(labels);
      const n = matrices.nChannels;
      const data = new Float64Array(classes.length * n * n);
      rows.forEach((of, k) => data.set(meanOf(takeMatrices(aligned, of)), k * n * n));
      return { classes, means: { data, nMatrices: classes.length, nChannels: n } };
    };
    for (const [domain, members] of groups) {
      const own = takeMatrices(matrices, members);
      const centre = meanOf(own);
      fitted.set(domain, { centre, dispersion: this.stretch ? dispersionOf(own, centre) : 1, rotation: null });
    }
    if (this.rotate) {
      const aim = meansOf(target);
      for (const [domain, entry] of fitted) {
        if (domain === target) continue;
        const { classes, means } = meansOf(domain);
        if (classes.join() !== aim.classes.join())
          throw new OptionError(
            `the classes of domain ${domain}`,
            classes,
            `those of the target: ${aim.classes.join(", ")}`,
          );
        entry.rotation = rotationBetween(means, aim.means);
      }
    }
    this.#fitted = fitted;
    return this;
  }

  /** The matrices of one domain that was fitted. @throws {NotFittedError | OptionError} */
  transform(matrices: SpdMatrices, domain: Domain): SpdMatrices {
    if (this.#fitted === undefined) throw new NotFittedError("ProcrustesAlignment");
    const entry = this.#fitted.get(domain);
    if (entry === undefined) throw new OptionError("domain", domain, `one of ${[...this.#fitted.keys()].join(", ")}`);
    return this.#apply(matrices, entry);
  }

  fitTransform(
    matrices: SpdMatrices,
    y: ArrayLike<number>,
    domains: ArrayLike<Domain>,
    options: { target: Domain },
  ): SpdMatrices {
    this.fit(matrices, y, domains, options);
    return mapDomains(matrices, domains, (members, domain) => this.transform(members, domain));
  }

  /** The rotation of a domain, n × n; null for the target, or without one. */
  rotation(domain: Domain): Float64Array | null {
    return this.#fitted?.get(domain)?.rotation ?? null;
  }

  #apply(matrices: SpdMatrices, { centre, dispersion, rotation }: Alignment): SpdMatrices {
    let out = recentre(matrices, centre);
    if (this.stretch) out = stretch(out, { from: dispersion });
    if (rotation === null) return out;
    const n = matrices.nChannels;
    const work = new Float64Array(n * n);
    return mapMatrices(out, (to, matrix) => congruenceInto(to, rotation, matrix, n, work));
  }
}
