/** What is believed of a new subject's response before any of its epochs were seen, in whitened features: that it is
 * drawn around the mean of the training subjects', widely along the ways in which those differ and a little along all. */
export interface ResponsePrior {
  readonly nFeatures: number;
  /** nFeatures: target mean less non-target mean, of the average subject. */
  readonly centre: Float64Array;
  /** nSubjects × nFeatures: of each training subject; where the search starts from too. */
  readonly subjects: Float64Array;
  /** nDirections × nFeatures, orthonormal rows. */
  readonly directions: Float64Array;
  /** nDirections. */
  readonly variances: Float64Array;
  /** Along whatever is at right angles to all of them. */
  readonly otherVariance: number;
  /** The share of targets, between 0 and 1. */
  readonly share: number;
}

export interface Response {
  /** nFeatures: target mean less non-target mean. */
  readonly difference: Float64Array;
  /** Added to the log-odds, so that the mean probability is the share of targets. */
  readonly offset: number;
}

/** Few on purpose: a search that goes on begins to explain what is not the response. */
const ROUNDS = 12;
/** Starts that end within so many units of log posterior count alike: the model is not as right as its likelihood says. */
const TEMPERATURE = 100;

/** The response of a subject from unlabelled epochs: expectation-maximisation of a mixture of two normal distributions,
 * whose difference has a prior and whose shares are known, from the mean response and from each training subject's; the
 * results are averaged by how likely they are.
 * @param rows - nRows × nFeatures, whitened, mean removed.
 * @see P.-J. Kindermans et al., PLoS ONE 7(4), 2012, doi:10.1371/journal.pone.0033758
 * @see D. Hübner et al., PLoS ONE 12(4), 2017, doi:10.1371/journal.pone.0175856 (shares of targets as knowledge) */
export function learnResponse(rows: Float64Array, prior: ResponsePrior): Response {
  const { nFeatures, centre, subjects } = prior;
  const starts = [centre];
  for (let at = 0; at < subjects.length; at += nFeatures) starts.push(subjects.subarray(at, at + nFeatures));
  const ends = starts.map((start) => climb(rows, start, prior));
  const best = ends.reduce((most, { logPosterior }) => Math.max(most, logPosterior), -Infinity);
  const difference = new Float64Array(nFeatures);
  let total = 0;
  for (const end of ends) {
    const weight = Math.exp((end.logPosterior - best) / TEMPERATURE);
    total += weight;
    for (let j = 0; j < nFeatures; j++) difference[j]! += weight * end.difference[j]!;
  }
  for (let j = 0; j < nFeatures; j++) difference[j]! /= total;
  return { difference, offset: balance(logOddsOf(rows, difference, prior.share), prior.share) };
}

/** The log-odds of a target for each row, without offset. */
export function logOddsOf(rows: Float64Array, difference: Float64Array, share: number): Float64Array {
  const nFeatures = difference.length;
  const constant = (share - 0.5) * dot(difference, difference, 0) + Math.log(share / (1 - share));
  return Float64Array.from(
    { length: rows.length / nFeatures },
    (_, i) => dot(difference, rows, i * nFeatures) + constant,
  );
}

function climb(rows: Float64Array, start: Float64Array, prior: ResponsePrior) {
  const { nFeatures, share } = prior;
  const nRows = rows.length / nFeatures;
  let difference: Float64Array = start.slice();
  const sum = new Float64Array(nFeatures);
  for (let i = 0, at = 0; i < nRows; i++) for (let j = 0; j < nFeatures; j++) sum[j]! += rows[at++]!;
  const targets = new Float64Array(nFeatures);
  for (let round = 0; round < ROUNDS; round++) {
    const logOdds = logOddsOf(rows, difference, share);
    const offset = balance(logOdds, share);
    targets.fill(0);
    let count = 0;
    for (let i = 0, at = 0; i < nRows; i++) {
      const p = logistic(logOdds[i]! + offset);
      count += p;
      for (let j = 0; j < nFeatures; j++) targets[j]! += p * rows[at++]!;
    }
    const others = nRows - count;
    if (!(count > 1e-9 && others > 1e-9)) break;
    const found = targets.map((value, j) => value / count - (sum[j]! - value) / others);
    const next = towards(found, (count * others) / nRows, prior);
    let moved = 0;
    for (let j = 0; j < nFeatures; j++) moved += (next[j]! - difference[j]!) ** 2;
    difference = next;
    if (moved < 1e-8) break;
  }
  return { difference, logPosterior: logLikelihood(rows, difference, share) + logPrior(difference, prior) };
}

/** The posterior mean of a difference found from `weight` observations of variance 1. */
function towards(found: Float64Array, weight: number, prior: ResponsePrior): Float64Array {
  const { nFeatures, centre, directions, variances, otherVariance } = prior;
  const trust = (variance: number): number => (weight * variance) / (1 + weight * variance);
  const apart = found.map((value, j) => value - centre[j]!);
  const common = trust(otherVariance);
  const out = centre.map((value, j) => value + common * apart[j]!);
  for (let k = 0; k < variances.length; k++) {
    const along = (trust(variances[k]!) - common) * dot(apart, directions, k * nFeatures);
    for (let j = 0; j < nFeatures; j++) out[j]! += along * directions[k * nFeatures + j]!;
  }
  return out;
}

/** Up to a constant. */
function logPrior(difference: Float64Array, prior: ResponsePrior): number {
  const { nFeatures, centre, directions, variances, otherVariance } = prior;
  const apart = difference.map((value, j) => value - centre[j]!);
  let rest = dot(apart, apart, 0);
  let sum = 0;
  for (let k = 0; k < variances.length; k++) {
    const along = dot(apart, directions, k * nFeatures) ** 2;
    rest -= along;
    sum += along / variances[k]!;
  }
  return -(sum + Math.max(0, rest) / otherVariance) / 2;
}

/** Of the mixture against one normal distribution. */
function logLikelihood(rows: Float64Array, difference: Float64Array, share: number): number {
  const nFeatures = difference.length;
  const length = dot(difference, difference, 0);
  let sum = 0;
  for (let at = 0; at < rows.length; at += nFeatures) {
    const along = dot(difference, rows, at);
    const target = Math.log(share) + (1 - share) * along - ((1 - share) ** 2 * length) / 2;
    const other = Math.log(1 - share) - share * along - (share ** 2 * length) / 2;
    const larger = Math.max(target, other);
    sum += larger + Math.log(Math.exp(target - larger) + Math.exp(other - larger));
  }
  return sum;
}

/** What must be added to the log-odds for their mean probability to be `share`, by bisection. */
function balance(logOdds: Float64Array, share: number): number {
  let low = -40;
  let high = 40;
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (let i = 0; i < logOdds.length; i++) sum += logistic(logOdds[i]! + middle);
    if (sum > share * logOdds.length) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

export function logistic(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[from + j]!;
  return sum;
}
