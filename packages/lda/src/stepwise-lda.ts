import { ClassTooSmallError, NotFittedError, NumericalError, OptionError, SingleClassError } from "./errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { addClassCovarianceInto } from "./covariance";
import { solveLsqr } from "./lda-solvers";
import type { LinearScores } from "./linear";
import { LinearClassifier, linearFrom, linearState } from "./linear-classifier";
import { checkFinite, checkLabels, checkMatrix, groupByClass, type Matrix } from "./matrix";
import { range } from "./random";
import { centreRows, scatterOf } from "./scatter";
import { studentTail } from "./student-tail";

export interface StepwiseLdaOptions {
  /** A feature comes in while its p-value is below. Default 0.1. */
  readonly pEnter?: number;
  /** A feature goes out once its p-value is above; not below `pEnter`. Default 0.15. */
  readonly pRemove?: number;
  /** Default 60. */
  readonly maxFeatures?: number;
}

interface Fitted {
  readonly linear: LinearScores;
  readonly selected: Int32Array;
}

/** Two-class LDA on the few features that stepwise regression picks, the classifier of the first P300 spellers.
 *
 * A regression of the class (±1) on the features takes in, one at a time, the one of smallest p-value below `pEnter`;
 * after each, those above `pRemove` go out, the largest first. On what is picked the classifier is LDA without
 * shrinkage, whose direction is the regression's, so that scores are log-odds. With nothing picked it predicts the
 * priors. Agrees with a NumPy version of the same (`test/golden/stepwise-lda.json`).
 * @see D. J. Krusienski et al., J. Neural Eng. 3(4), 2006, doi:10.1088/1741-2560/3/4/007
 * @example new StepwiseLda({ maxFeatures: 60 }).fit(x, y).selected */
export class StepwiseLda extends LinearClassifier {
  readonly kind = "stepwise-lda";
  readonly pEnter: number;
  readonly pRemove: number;
  readonly maxFeatures: number;
  #fitted: Fitted | undefined;

  /** @throws {OptionError} */
  constructor({ pEnter = 0.1, pRemove = 0.15, maxFeatures = 60 }: StepwiseLdaOptions = {}) {
    super();
    if (!(pEnter > 0 && pEnter < 1)) throw new OptionError("pEnter", pEnter, "a number between 0 and 1");
    if (!(pRemove >= pEnter && pRemove <= 1))
      throw new OptionError(
        "pRemove",
        pRemove,
        `a number from pEnter, ${pEnter}, to 1: below it features would come and go forever`,
      );
    if (!Number.isSafeInteger(maxFeatures) || maxFeatures < 1)
      throw new OptionError("maxFeatures", maxFeatures, "an integer from 1");
    this.pEnter = pEnter;
    this.pRemove = pRemove;
    this.maxFeatures = maxFeatures;
  }

  /** @param y - an integer class code a row, of two classes.
   * @throws {ShapeError | EmptyError | NonFiniteError | LabelError} for what is not a training set; {SingleClassError |
   * ClassTooSmallError} for too few rows of a class; {OptionError} for more than two classes; {NumericalError}. */
  fit(x: Matrix, y: ArrayLike<number>): this {
    checkMatrix(x);
    checkLabels(y, x.nRows);
    checkFinite(x);
    const { nRows, nFeatures } = x;
    const { classes, rows } = groupByClass(y);
    if (classes.length < 2) throw new SingleClassError(classes[0]!, nRows);
    if (classes.length > 2)
      throw new OptionError("y", `${classes.length} classes`, "two: stepwise regression tells two apart");
    const small = rows.findIndex((members) => members.length < 2);
    if (small >= 0) throw new ClassTooSmallError(classes[small]!, rows[small]!.length, 2);

    const selected = this.#select(x, rows[1]!);
    const part = columnsOf(x, selected);
    const n = selected.length;
    const priors = Float64Array.from(rows, (members) => members.length / nRows);
    const [coef, centre] = [new Float64Array(nFeatures), new Float64Array(nFeatures)];
    let offset = Float64Array.of(Math.log(priors[1]!) - Math.log(priors[0]!));
    if (n > 0) {
      const sigma = new Float64Array(n * n);
      const means = new Float64Array(2 * n);
      rows.forEach((members, k) => {
        const centred = centreRows(part, members);
        means.set(centred.mean, k * n);
        addClassCovarianceInto(sigma, centred, priors[k]!, "none");
      });
      const { linear } = solveLsqr({ classes, nFeatures: n, means, priors, sigma });
      selected.forEach((feature, i) => {
        coef[feature] = linear.coef[i]!;
        centre[feature] = linear.centre[i]!;
      });
      offset = Float64Array.from(linear.offset);
    }
    if (!coef.every(Number.isFinite))
      throw new NumericalError("the coefficients do not fit a double: rescale the features");
    this.#fitted = { linear: { classes, nFeatures, centre, coef, offset, commonOffset: 0 }, selected };
    return this;
  }

  /** Features in the order they came in. */
  #select(x: Matrix, second: Int32Array): Int32Array {
    const { nRows, nFeatures } = x;
    const order = nFeatures + 1;
    // Correlations of the features with each other and with the class, the last row and column.
    const centred = centreRows(withClass(x, second), range(nRows));
    const a = scatterOf(centred);
    const { scale } = centred;
    for (let i = 0; i < order; i++) for (let j = 0; j < order; j++) a[i * order + j]! /= scale[i]! * scale[j]!;
    const selected: number[] = [];
    const y = nFeatures;
    const tailIn = (j: number) => {
      const gain = a[j * order + y]! ** 2 / a[j * order + j]!;
      const df = nRows - selected.length - 2;
      const left = a[y * order + y]! - gain;
      return df < 1 ? 1 : studentTail(left <= 0 ? Infinity : (gain * df) / left, df);
    };
    const tailOut = (j: number) => {
      const df = nRows - selected.length - 1;
      const loss = a[j * order + y]! ** 2 / -a[j * order + j]!;
      return df < 1 ? 1 : studentTail(a[y * order + y]! <= 0 ? Infinity : (loss * df) / a[y * order + y]!, df);
    };
    // With pRemove not below pEnter the fit gets better with every coming and going; the bound is for rounding.
    for (let step = 0; step < 10 * nFeatures + 100 && selected.length < this.maxFeatures; step++) {
      let best = -1;
      let gain = 0;
      for (let j = 0; j < nFeatures; j++) {
        // A pivot this small is a feature that those picked already tell: nothing but rounding is left of it.
        if (selected.includes(j) || !(a[j * order + j]! > 1e-10)) continue;
        const here = a[j * order + y]! ** 2 / a[j * order + j]!;
        if (here > gain) [best, gain] = [j, here];
      }
      if (best < 0 || !(tailIn(best) < this.pEnter)) break;
      sweepInto(a, order, best, 1);
      selected.push(best);
      for (;;) {
        const tails = selected.map(tailOut);
        const worst = tails.reduce((w, tail, i) => (tail > tails[w]! ? i : w), 0);
        if (selected.length === 0 || !(tails[worst]! > this.pRemove)) break;
        sweepInto(a, order, selected[worst]!, -1);
        selected.splice(worst, 1);
      }
    }
    return Int32Array.from(selected);
  }

  get linear(): LinearScores {
    return this.#get().linear;
  }

  /** The features picked, in the order they came in. */
  get selected(): Int32Array {
    return this.#get().selected;
  }

  toJSON(): EstimatorJson {
    const { pEnter, pRemove, maxFeatures, linear, selected } = this;
    return sealEstimator("StepwiseLda", {
      p_enter: pEnter,
      p_remove: pRemove,
      max_features: maxFeatures,
      selected,
      ...linearState(linear),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no StepwiseLda, or was altered. */
  static fromJSON(json: unknown): StepwiseLda {
    const fields = openEstimator(json, "StepwiseLda");
    const lda = new StepwiseLda({
      pEnter: fields.number("p_enter"),
      pRemove: fields.number("p_remove"),
      maxFeatures: fields.count("max_features"),
    });
    lda.#fitted = { linear: linearFrom(fields), selected: Int32Array.from(fields.numbers("selected")) };
    return lda;
  }

  #get(): Fitted {
    if (this.#fitted === undefined) throw new NotFittedError("StepwiseLda");
    return this.#fitted;
  }
}

/** Takes variable k into the regression (sign 1) or out of it (-1): rows and columns of the others become what is left
 * of them, k's diagonal minus the inverse.
 * @see J. H. Goodnight, The American Statistician 33(3), 1979, doi:10.1080/00031305.1979.10482685 */
function sweepInto(a: Float64Array, n: number, k: number, sign: 1 | -1): void {
  const pivot = a[k * n + k]!;
  const column = Float64Array.from({ length: n }, (_, i) => a[i * n + k]!);
  for (let i = 0; i < n; i++) {
    const factor = column[i]! / pivot;
    if (i !== k && factor !== 0) for (let j = 0; j < n; j++) a[i * n + j]! -= factor * column[j]!;
  }
  for (let i = 0; i < n; i++) a[i * n + k] = a[k * n + i] = (sign * column[i]!) / pivot;
  a[k * n + k] = -1 / pivot;
}

function withClass({ data, nRows, nFeatures }: Matrix, second: Int32Array): Matrix {
  const out = new Float64Array(nRows * (nFeatures + 1)).fill(-1);
  for (let i = 0; i < nRows; i++) out.set(data.subarray(i * nFeatures, (i + 1) * nFeatures), i * (nFeatures + 1));
  for (const i of second) out[i * (nFeatures + 1) + nFeatures] = 1;
  return { data: out, nRows, nFeatures: nFeatures + 1 };
}

function columnsOf({ data, nRows, nFeatures }: Matrix, columns: Int32Array): Matrix {
  const out = new Float64Array(nRows * columns.length);
  for (let i = 0; i < nRows; i++)
    columns.forEach((column, c) => {
      out[i * columns.length + c] = data[i * nFeatures + column]!;
    });
  return { data: out, nRows, nFeatures: columns.length };
}
