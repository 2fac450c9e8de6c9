import { NotFittedError, OptionError, ShapeError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import { congruenceInto } from "./functions";
import { geodesic } from "./geodesic";
import { invsqrtm } from "./functions";
import { checkMatrices, checkMatrix, checkOrder, mapMatrices, takeMatrices, type SpdMatrices } from "./matrices";
import { checkMeanMetric, MEAN_METRICS, meanOf, type MeanMetric } from "./mean";

/** Which subject, session or other domain a matrix comes from. */
export type Domain = string | number;

/** Matrices whitened by one of their own kind, R^(-1/2)·X·R^(-1/2): seen from R, which itself becomes the identity.
 * @throws {ShapeError | EmptyError | NonFiniteError}; {NumericalError} when the reference is not positive definite. */
export function recentre(matrices: SpdMatrices, reference: Float64Array): SpdMatrices {
  checkMatrices(matrices);
  const n = checkMatrix(reference, "the reference");
  checkOrder(matrices.nChannels, n, "the reference");
  const whitening = invsqrtm(reference);
  const work = new Float64Array(n * n);
  return mapMatrices(matrices, (out, matrix) => congruenceInto(out, whitening, matrix, n, work));
}

/** Moves the mean of each subject's matrices to the identity, so that what differs from head to head alone is gone. Needs
 * no labels.
 *
 * Agrees with pyRiemann's `TLCenter` to 1e-7 (`test/golden/transfer.json`): `fitTransform` for the domains trained on,
 * `transform` for one domain's matrices.
 * @example const all = new Recentring().fitTransform(covariances, subjects)
 * @see P. Zanini et al., IEEE Trans. Biomedical Engineering 65(5), 2018, doi:10.1109/TBME.2017.2742541 */
export class Recentring {
  readonly kind = "recentring";
  readonly metric: MeanMetric;
  readonly #centres = new Map<Domain, Float64Array>();

  /** @throws {OptionError} */
  constructor({ metric = "riemann" }: { metric?: MeanMetric } = {}) {
    checkMeanMetric(metric);
    this.metric = metric;
  }

  /** @param domains - one a matrix. @throws {ShapeError | EmptyError | NonFiniteError | NumericalError} */
  fit(matrices: SpdMatrices, domains: ArrayLike<Domain>): this {
    checkMatrices(matrices);
    this.#centres.clear();
    for (const [domain, members] of groupByDomain(domains, matrices.nMatrices))
      this.#centres.set(domain, meanOf(takeMatrices(matrices, members), { metric: this.metric }));
    return this;
  }

  /** The matrices of one domain that was fitted. @throws {OptionError} when it was not. */
  transform(matrices: SpdMatrices, domain: Domain): SpdMatrices {
    return recentre(matrices, this.centre(domain));
  }

  /** All matrices, each by its own domain's mean. */
  fitTransform(matrices: SpdMatrices, domains: ArrayLike<Domain>): SpdMatrices {
    this.fit(matrices, domains);
    return mapDomains(matrices, domains, (members, domain) => this.transform(members, domain));
  }

  /** Takes in matrices of a domain as they arrive: the first of a domain set its centre, later ones move it along the
   * geodesic towards their own mean, by their share of all seen so far (or by `weight`). @throws as `fit` */
  adapt(matrices: SpdMatrices, domain: Domain, seenBefore: number, weight?: number): this {
    const mean = meanOf(matrices, { metric: this.metric });
    const present = this.#centres.get(domain);
    if (present === undefined || (seenBefore === 0 && weight === undefined)) {
      this.#centres.set(domain, mean);
      return this;
    }
    if (!(Number.isSafeInteger(seenBefore) && seenBefore >= 0))
      throw new OptionError("seenBefore", seenBefore, "a count of matrices");
    const share = weight ?? matrices.nMatrices / (seenBefore + matrices.nMatrices);
    if (!(share >= 0 && share <= 1)) throw new OptionError("weight", share, "a number from 0 to 1");
    const metric = this.metric === "logeuclid" || this.metric === "euclid" ? this.metric : "riemann";
    this.#centres.set(domain, geodesic(present, mean, share, { metric }));
    return this;
  }

  /** @throws {NotFittedError | OptionError} */
  centre(domain: Domain): Float64Array {
    if (this.#centres.size === 0) throw new NotFittedError("Recentring");
    const centre = this.#centres.get(domain);
    if (centre === undefined) throw new OptionError("domain", domain, `one of ${this.domains.join(", ")}`);
    return centre;
  }

  get domains(): readonly Domain[] {
    return [...this.#centres.keys()];
  }

  toJSON(): EstimatorJson {
    const { domains } = this;
    if (domains.length === 0) throw new NotFittedError("Recentring");
    return sealEstimator("Recentring", {
      metric: this.metric,
      domains,
      centres: domains.map((domain) => [...this.centre(domain)]),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no Recentring, or was altered. */
  static fromJSON(json: unknown): Recentring {
    const fields = openEstimator(json, "Recentring");
    const out = new Recentring({ metric: fields.oneOf("metric", MEAN_METRICS) });
    const domains = fields.list("domains") as readonly Domain[];
    const centres = fields.list("centres") as readonly number[][];
    if (domains.length !== centres.length) fields.refuse("centres", "one a domain");
    domains.forEach((domain, k) => out.#centres.set(domain, Float64Array.from(centres[k]!)));
    return out;
  }
}

/** @throws {ShapeError | OptionError} */
export function groupByDomain(domains: ArrayLike<Domain>, nMatrices: number): Map<Domain, Int32Array> {
  if (domains?.length !== nMatrices)
    throw new ShapeError(
      `${domains?.length} domains for ${nMatrices} matrices: give one a matrix`,
      domains?.length,
      nMatrices,
    );
  const groups = new Map<Domain, number[]>();
  for (let i = 0; i < nMatrices; i++) {
    const domain = domains[i]!;
    if (typeof domain !== "string" && typeof domain !== "number")
      throw new OptionError(`domains[${i}]`, domain, "a name or a number");
    const members = groups.get(domain);
    if (members) members.push(i);
    else groups.set(domain, [i]);
  }
  return new Map([...groups].map(([domain, members]) => [domain, Int32Array.from(members)]));
}

/** A new set in which each domain's matrices are put through `map` together. */
export function mapDomains(
  matrices: SpdMatrices,
  domains: ArrayLike<Domain>,
  map: (members: SpdMatrices, domain: Domain) => SpdMatrices,
): SpdMatrices {
  const size = matrices.nChannels ** 2;
  const data = new Float64Array(matrices.data.length);
  for (const [domain, members] of groupByDomain(domains, matrices.nMatrices)) {
    const mapped = map(takeMatrices(matrices, members), domain);
    members.forEach((m, i) => data.set(mapped.data.subarray(i * size, (i + 1) * size), m * size));
  }
  return { ...matrices, data };
}
