import {
  ClassTooSmallError,
  NotFittedError,
  NumericalError,
  OptionError,
  ShapeError,
  SingleClassError,
} from "./errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { solveLsqr } from "./lda-solvers";
import type { LinearScores } from "./linear";
import { LinearClassifier, linearFrom, linearState } from "./linear-classifier";
import { checkFinite, checkLabels, checkMatrix, groupByClass, type Matrix } from "./matrix";
import { momentsOf, scalesOf } from "./moments";
import { range } from "./random";
import { centreRows, ledoitWolfSums, scatterOf } from "./scatter";

export interface ToeplitzLdaOptions {
  /** Of the epochs that the features are made of. */
  readonly nChannels: number;
  /** "channel": all times of the first channel first, as `flatten` of @p300/dsp (default); "time": all channels of the
   * first time first. */
  readonly order?: "channel" | "time";
  /** How covariances of two times weigh as they lie farther apart: falling in a line (default), or all the same. */
  readonly tapering?: "linear" | "none";
  /** "auto" (Ledoit and Wolf, default) or a share in [0, 1]. */
  readonly shrinkage?: "auto" | number;
}

interface Fitted {
  readonly linear: LinearScores;
  readonly shrinkage: number;
  readonly means: Float64Array;
}

/** LDA of epochs whose noise is taken to be stationary: the covariance of two channels depends on how far apart in time
 * they are seen, and not on when. Far fewer numbers are estimated, so that few epochs are enough.
 *
 * The pooled covariance is shrunk, as the `toeplitzlda` package shrinks it, then each block diagonal is averaged and
 * tapered. Agrees with a NumPy version of that to 1e-9 (`test/golden/toeplitz-lda.json`).
 * @see J. Sosulski, M. Tangermann, J. Neural Eng. 19(6), 2022, doi:10.1088/1741-2552/ac9c98
 * @example new ToeplitzLda({ nChannels: 16 }).fit(x, y).predictProba(x) */
export class ToeplitzLda extends LinearClassifier {
  readonly kind = "toeplitz-lda";
  readonly nChannels: number;
  readonly order: "channel" | "time";
  readonly tapering: "linear" | "none";
  readonly shrinkage: "auto" | number;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ nChannels, order = "channel", tapering = "linear", shrinkage = "auto" }: ToeplitzLdaOptions) {
    super();
    if (!Number.isSafeInteger(nChannels) || nChannels < 1)
      throw new OptionError("nChannels", nChannels, "an integer from 1");
    if (order !== "channel" && order !== "time") throw new OptionError("order", order, '"channel" or "time"');
    if (tapering !== "linear" && tapering !== "none") throw new OptionError("tapering", tapering, '"linear" or "none"');
    if (shrinkage !== "auto" && !(shrinkage >= 0 && shrinkage <= 1))
      throw new OptionError("shrinkage", shrinkage, '"auto" or a number from 0 to 1');
    this.nChannels = nChannels;
    this.order = order;
    this.tapering = tapering;
    this.shrinkage = shrinkage;
  }

  /** @param y - an integer class code a row.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError} for what is not a training set, or features that
   * are not of so many channels; {SingleClassError | ClassTooSmallError | NumericalError} as LDA. */
  fit(x: Matrix, y: ArrayLike<number>): this {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    const { nRows, nFeatures } = x;
    if (nFeatures % this.nChannels !== 0)
      throw new ShapeError(
        `${nFeatures} features are not ${this.nChannels} channels with the same number of times`,
        nFeatures,
        this.nChannels * Math.max(1, Math.floor(nFeatures / this.nChannels)),
      );
    const { classes, rows } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, nRows);
    const small = rows.findIndex((members) => members.length < 2);
    if (small >= 0) throw new ClassTooSmallError(classes[small]!, rows[small]!.length, 2);

    const means = new Float64Array(classes.length * nFeatures);
    const pooled = new Float64Array(x.data.length);
    for (let k = 0, at = 0; k < classes.length; k++) {
      const centred = centreRows(x, rows[k]!);
      means.set(centred.mean, k * nFeatures);
      pooled.set(centred.data, at);
      at += centred.data.length;
    }
    const within = { data: pooled, nRows, nFeatures };
    const scale = scalesOf({
      ...momentsOf(x.data, nFeatures, range(nRows)),
      variance: momentsOf(pooled, nFeatures, range(nRows)).variance,
    });
    const { sigma, shrinkage } = shrunk(within, scale, this.shrinkage);
    stationaryInto(sigma, this.nChannels, nFeatures / this.nChannels, this.order, this.tapering);
    const priors = Float64Array.from(rows, (members) => members.length / nRows);
    const { linear } = solveLsqr({ classes, nFeatures, means, priors, sigma });
    if (!linear.coef.every(Number.isFinite))
      throw new NumericalError("the coefficients do not fit a double: rescale the features");
    this.#fitted = { linear, shrinkage, means };
    return this;
  }

  get linear(): LinearScores {
    return this.#get().linear;
  }

  /** The share the pooled covariance was shrunk by. */
  get shrinkageUsed(): number {
    return this.#get().shrinkage;
  }

  /** nClasses × nFeatures. */
  get means(): Float64Array {
    return this.#get().means;
  }

  toJSON(): EstimatorJson {
    const { nChannels, order, tapering, shrinkage } = this;
    const fitted = this.#get();
    return sealEstimator("ToeplitzLda", {
      n_channels: nChannels,
      order,
      tapering,
      shrinkage,
      shrinkage_used: fitted.shrinkage,
      means: fitted.means,
      ...linearState(fitted.linear),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no ToeplitzLda, or was altered. */
  static fromJSON(json: unknown): ToeplitzLda {
    const fields = openEstimator(json, "ToeplitzLda");
    const shrinkage = fields.raw("shrinkage") === "auto" ? "auto" : fields.number("shrinkage");
    const lda = new ToeplitzLda({
      nChannels: fields.count("n_channels"),
      order: fields.oneOf("order", ["channel", "time"]),
      tapering: fields.oneOf("tapering", ["linear", "none"]),
      shrinkage,
    });
    const linear = linearFrom(fields);
    lda.#fitted = {
      linear,
      shrinkage: fields.number("shrinkage_used"),
      means: fields.numbers("means", linear.classes.length * linear.nFeatures),
    };
    return lda;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("ToeplitzLda");
    return this.#fitted;
  }
}

/** Covariance over nRows - 1 of rows that are centred, shrunk towards its diagonal: the target is the mean variance of
 * the standardised rows, scaled back. Ledoit and Wolf's share as Blankertz and Schäfer have it, from unbiased variances. */
function shrunk(rows: Matrix, scale: Float64Array, given: "auto" | number) {
  const { nRows, nFeatures } = rows;
  const centred = { ...rows, mean: new Float64Array(nFeatures), scale };
  const sigma = scatterOf(centred);
  const sums = ledoitWolfSums(centred, sigma, scale);
  const nu = sums.trace / nFeatures;
  const spread = nRows * nRows * (sums.sumOfSquares - nFeatures * nu * nu);
  const noise = (sums.sumOfNorms - nRows * sums.sumOfSquares) / (nRows - 1);
  const auto = spread > 0 ? Math.min(Math.max((nRows * noise) / spread, 0), 1) : 0;
  const shrinkage = given === "auto" ? auto : given;
  const unbiased = nRows / (nRows - 1);
  for (let at = 0; at < sigma.length; at++) sigma[at]! *= (1 - shrinkage) * unbiased;
  for (let j = 0; j < nFeatures; j++) sigma[j * (nFeatures + 1)]! += shrinkage * unbiased * nu * scale[j]! * scale[j]!;
  return { sigma, shrinkage };
}

/** Each covariance of two channels at a lag becomes its mean over times, times (nTimes - |lag|) / nTimes. */
function stationaryInto(
  sigma: Float64Array,
  nChannels: number,
  nTimes: number,
  order: "channel" | "time",
  tapering: "linear" | "none",
): void {
  const n = nChannels * nTimes;
  const [channelStep, timeStep] = order === "channel" ? [nTimes, 1] : [1, nChannels];
  for (let a = 0; a < nChannels; a++)
    for (let b = 0; b < nChannels; b++)
      for (let lag = 0; lag < nTimes; lag++) {
        let sum = 0;
        const first = a * channelStep * n + b * channelStep + lag * timeStep;
        for (let t = 0; t < nTimes - lag; t++) sum += sigma[first + t * timeStep * (n + 1)]!;
        const mean = (sum / (nTimes - lag)) * (tapering === "linear" ? (nTimes - lag) / nTimes : 1);
        for (let t = 0; t < nTimes - lag; t++) sigma[first + t * timeStep * (n + 1)] = mean;
      }
  // Lags below 0 are the same numbers, channels exchanged.
  for (let a = 0; a < nChannels; a++)
    for (let b = 0; b < nChannels; b++)
      for (let s = 0; s < nTimes; s++)
        for (let t = 0; t < s; t++) {
          const [i, j] = [a * channelStep + s * timeStep, b * channelStep + t * timeStep];
          sigma[i * n + j] = sigma[j * n + i]!;
        }
}
