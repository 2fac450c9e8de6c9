import { ClassTooSmallError, OptionError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import { notPositiveDefinite } from "../geometry/matrices";
import { groupByDomain } from "../geometry/recentre";
import { ledoitWolf } from "../ledoit-wolf";
import { choleskyInto } from "../linalg/cholesky";
import { eigh } from "../linalg/eigh";
import { groupByClass, takeRows, type Matrix } from "../matrix";
import { checkEpochs, checkEpochShape, type Epochs } from "../spatial/epochs";
import { learnResponse, logistic, logOddsOf, type Response, type ResponsePrior } from "./mixture";
import { checkAlignment, type FittedRecipe, type RecipeOptions } from "./recipe";

/** 50 ms each, of the 0.7 s that a P300 epoch usually has. */
const BINS = 14;
const DOMAINS_MIN = 3;
/** The share of the variance between subjects that may lie along any direction, not along those seen in training. */
const UNSEEN_SHARE = 0.2;
/** The training subjects' mean epoch counts as so many of a new subject's, until there are enough. */
const MEAN_WEIGHT = 20;

interface Parts {
  readonly classes: readonly number[];
  readonly nChannels: number;
  readonly nTimes: number;
  /** Cholesky factor of the covariance within classes, nFeatures × nFeatures. */
  readonly lower: Float64Array;
  /** nFeatures: the mean of the training subjects' epochs, whitened. */
  readonly mean: Float64Array;
  readonly prior: ResponsePrior;
  /** Whitened features of the unlabelled epochs seen so far. */
  readonly seen: Float64Array;
  readonly response: Response;
}

/** LDA on means of 50 ms, whose class difference has a prior learned across subjects, so that unlabelled epochs can tell
 * a new subject's own. */
export class AdaptiveRecipe implements FittedRecipe {
  readonly name = "adaptive-lda";
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  static fit(epochs: Epochs, y: ArrayLike<number>, { alignment = "none", domains }: RecipeOptions): AdaptiveRecipe {
    checkAlignment(alignment, ["none"], "adaptive-lda");
    const { classes } = groupByClass(y);
    if (classes.length !== 2)
      throw new OptionError("y", `${classes.length} classes`, "two, for the recipe adaptive-lda");
    const groups = groupByDomain(domains ?? new Int32Array(epochs.nEpochs), epochs.nEpochs);
    if (groups.size < DOMAINS_MIN)
      throw new OptionError(
        "domains",
        `${groups.size} of them`,
        `${DOMAINS_MIN} subjects or more, for the recipe adaptive-lda to learn how they differ`,
      );
    const rows = binned(epochs);
    const { nFeatures } = rows;
    const residuals = rows.data.slice();
    const differences = new Float64Array(groups.size * nFeatures);
    const mean = new Float64Array(nFeatures);
    let noise = 0;
    [...groups].forEach(([domain, members], k) => {
      const own = takeRows(rows, members);
      const byClass = groupByClass(Int32Array.from(members, (i) => y[i]!));
      if (byClass.classes.length < 2)
        throw new OptionError(
          "domains",
          domain,
          `a name of epochs of both classes; it has class ${byClass.classes[0]} alone`,
        );
      const means = byClass.rows.map((of, c) => {
        if (of.length < 2) throw new ClassTooSmallError(classes[c]!, of.length, 2);
        noise += 1 / of.length / groups.size;
        const average = meanOf(own, of);
        for (const i of of) for (let j = 0; j < nFeatures; j++) residuals[members[i]! * nFeatures + j]! -= average[j]!;
        return average;
      });
      const overall = meanOf(
        own,
        Int32Array.from({ length: own.nRows }, (_, i) => i),
      );
      for (let j = 0; j < nFeatures; j++) {
        differences[k * nFeatures + j] = means[1]![j]! - means[0]![j]!;
        mean[j]! += overall[j]! / groups.size;
      }
    });
    const lower = ledoitWolf({ ...rows, data: residuals }).covariance;
    if (!(choleskyInto(lower, nFeatures) > 0)) throw notPositiveDefinite("the covariance within classes");
    whitenRowsInto(differences, lower, nFeatures);
    whitenRowsInto(mean, lower, nFeatures);
    const targets = Array.from(y).filter((label) => label === classes[1]).length;
    const prior = priorOf(differences, nFeatures, noise, targets / epochs.nEpochs);
    const { nChannels, nTimes } = epochs;
    const response = { difference: prior.centre, offset: 0 };
    return new AdaptiveRecipe({ classes, nChannels, nTimes, lower, mean, prior, seen: new Float64Array(0), response });
  }

  get classes(): readonly number[] {
    return this.#parts.classes;
  }

  get nChannels(): number {
    return this.#parts.nChannels;
  }

  get nTimes(): number {
    return this.#parts.nTimes;
  }

  get nAdapted(): number {
    return this.#parts.seen.length / this.#parts.prior.nFeatures;
  }

  decisionFunction(epochs: Epochs): Float64Array {
    const { prior, response } = this.#parts;
    const rows = centred(this.#whitened(epochs), this.#centre());
    return logOddsOf(rows, response.difference, prior.share).map((value) => value + response.offset);
  }

  predictProba(epochs: Epochs): Float64Array {
    const scores = this.decisionFunction(epochs);
    return Float64Array.from({ length: 2 * scores.length }, (_, at) =>
      logistic(at % 2 === 1 ? scores[(at - 1) / 2]! : -scores[at / 2]!),
    );
  }

  predict(epochs: Epochs): Int32Array {
    const { classes } = this.#parts;
    return Int32Array.from(this.decisionFunction(epochs), (score) => classes[score > 0 ? 1 : 0]!);
  }

  adapt(epochs: Epochs): AdaptiveRecipe {
    const arrived = this.#whitened(epochs);
    const seen = new Float64Array(this.#parts.seen.length + arrived.length);
    seen.set(this.#parts.seen);
    seen.set(arrived, this.#parts.seen.length);
    const next = new AdaptiveRecipe({ ...this.#parts, seen });
    const response = learnResponse(centred(seen, next.#centre()), this.#parts.prior);
    return new AdaptiveRecipe({ ...this.#parts, seen, response });
  }

  toJSON(): EstimatorJson {
    const { classes, nChannels, nTimes, lower, mean, prior, seen, response } = this.#parts;
    return sealEstimator("AdaptiveRecipe", {
      classes,
      n_channels: nChannels,
      n_times: nTimes,
      lower,
      mean,
      centre: prior.centre,
      subjects: prior.subjects,
      directions: prior.directions,
      variances: prior.variances,
      other_variance: prior.otherVariance,
      share: prior.share,
      seen,
      difference: response.difference,
      offset: response.offset,
    });
  }

  static fromJSON(json: unknown): AdaptiveRecipe {
    const fields = openEstimator(json, "AdaptiveRecipe");
    const mean = fields.numbers("mean");
    const nFeatures = mean.length;
    const [subjects, seen, variances] = [
      fields.numbers("subjects"),
      fields.numbers("seen"),
      fields.numbers("variances"),
    ];
    for (const [name, rows] of Object.entries({ subjects, seen }))
      if (rows.length % nFeatures !== 0) fields.refuse(name, "rows of the features' length");
    return new AdaptiveRecipe({
      classes: fields.classes("classes"),
      nChannels: fields.count("n_channels"),
      nTimes: fields.count("n_times"),
      lower: fields.numbers("lower", nFeatures * nFeatures),
      mean,
      prior: {
        nFeatures,
        centre: fields.numbers("centre", nFeatures),
        subjects,
        directions: fields.numbers("directions", variances.length * nFeatures),
        variances,
        otherVariance: fields.number("other_variance"),
        share: fields.number("share"),
      },
      seen,
      response: { difference: fields.numbers("difference", nFeatures), offset: fields.number("offset") },
    });
  }

  #whitened(epochs: Epochs): Float64Array {
    checkEpochs(epochs);
    const { nChannels, nTimes, lower } = this.#parts;
    checkEpochShape(epochs, nChannels, nTimes, "the recipe");
    const { data, nFeatures } = binned(epochs);
    whitenRowsInto(data, lower, nFeatures);
    return data;
  }

  /** The mean of the epochs seen, leaning on the training subjects' while they are few. */
  #centre(): Float64Array {
    const { mean, seen } = this.#parts;
    const sum = mean.map((value) => MEAN_WEIGHT * value);
    for (let at = 0; at < seen.length; at++) sum[at % mean.length]! += seen[at]!;
    return sum.map((value) => value / (MEAN_WEIGHT + this.nAdapted));
  }
}

/** Means over BINS stretches of time, or all times when there are no more: nEpochs × (nChannels · nBins). */
function binned({ data, nEpochs, nChannels, nTimes }: Epochs): Matrix {
  const nBins = Math.min(BINS, nTimes);
  const out = new Float64Array(nEpochs * nChannels * nBins);
  for (let row = 0; row < nEpochs * nChannels; row++)
    for (let bin = 0; bin < nBins; bin++) {
      const from = Math.floor((bin * nTimes) / nBins);
      const to = Math.floor(((bin + 1) * nTimes) / nBins);
      let sum = 0;
      for (let t = from; t < to; t++) sum += data[row * nTimes + t]!;
      out[row * nBins + bin] = sum / (to - from);
    }
  return { data: out, nRows: nEpochs, nFeatures: nChannels * nBins };
}

function meanOf({ data, nFeatures }: Matrix, members: Int32Array): Float64Array {
  const sum = new Float64Array(nFeatures);
  for (const i of members) for (let j = 0; j < nFeatures; j++) sum[j]! += data[i * nFeatures + j]!;
  return sum.map((value) => value / members.length);
}

/** Each row x := L⁻¹·x. */
function whitenRowsInto(rows: Float64Array, lower: Float64Array, n: number): void {
  for (let at = 0; at < rows.length; at += n)
    for (let i = 0; i < n; i++) {
      let sum = rows[at + i]!;
      for (let k = 0, l = i * n; k < i; k++, l++) sum -= lower[l]! * rows[at + k]!;
      rows[at + i] = sum / lower[i * n + i]!;
    }
}

function centred(rows: Float64Array, centre: Float64Array): Float64Array {
  return rows.map((value, at) => value - centre[at % centre.length]!);
}

/** @param noise - the variance that each feature of a subject's difference has from its few epochs alone. */
function priorOf(subjects: Float64Array, nFeatures: number, noise: number, share: number): ResponsePrior {
  const m = subjects.length / nFeatures;
  const centre = new Float64Array(nFeatures);
  for (let at = 0; at < subjects.length; at++) centre[at % nFeatures]! += subjects[at]! / m;
  const apart = centred(subjects, centre);
  const gram = new Float64Array(m * m);
  for (let a = 0; a < m; a++)
    for (let b = 0; b <= a; b++)
      for (let j = 0; j < nFeatures; j++) gram[a * m + b]! += apart[a * nFeatures + j]! * apart[b * nFeatures + j]!;
  const { values, vectors } = eigh(gram, m);
  const scatter = values.reduce((sum, value) => sum + value, 0) / (m - 1);
  // What is left of the subjects' scatter when the noise of their averages is taken off, and at least a fifth of it
  const spread = Math.max(scatter - noise * nFeatures, 0.2 * scatter, Number.MIN_VALUE);
  const otherVariance = (UNSEEN_SHARE * spread) / nFeatures;
  const kept = Array.from(values.keys()).filter((k) => values[k]! > 1e-10 * values[m - 1]!);
  const directions = new Float64Array(kept.length * nFeatures);
  const variances = new Float64Array(kept.length);
  kept.forEach((k, row) => {
    const length = Math.sqrt(values[k]!);
    for (let a = 0; a < m; a++)
      for (let j = 0; j < nFeatures; j++)
        directions[row * nFeatures + j]! += (vectors[k * m + a]! / length) * apart[a * nFeatures + j]!;
    variances[row] = otherVariance + ((1 - UNSEEN_SHARE) * spread * values[k]!) / (m - 1) / scatter;
  });
  return { nFeatures, centre, subjects, directions, variances, otherVariance, share };
}
