import { openEstimator, sealEstimator, type EstimatorJson } from "./estimator-json";
import { NotFittedError, OptionError } from "./errors";
import { stepFromJson, classifierFromJson } from "./from-json";
import type { LinearScores } from "./linear";
import { accuracyOf, type LinearClassifier } from "./linear-classifier";
import type { Matrix } from "./matrix";
import type { Estimator } from "./selection/estimator";
import type { FitOptions } from "./weights";

/** A step before the classifier. `fold` is there for those that are linear: scores of what the step gives, as scores of
 * what it takes. */
export interface PipelineStep {
  fit(x: Matrix, y?: ArrayLike<number>): unknown;
  transform(x: Matrix): Matrix;
  fold?(scores: LinearScores): LinearScores;
  toJSON?(): EstimatorJson;
}

export interface PipelineOptions<E extends Estimator> {
  /** In the order they are applied; copies are not made. */
  readonly steps: readonly PipelineStep[];
  readonly classifier: E;
}

/** Steps and a classifier as one predictor, fitted and used as a whole.
 *
 * With linear steps, which `StandardScaler`, `PCA` and `FastICA` are, and a linear classifier it is itself one linear
 * classifier of the rows: `createModel({ classifier: pipeline })` saves it.
 * @example new Pipeline({ steps: [new StandardScaler(), new PCA({ nComponents: 20 })], classifier: new LogisticRegression() }).fit(x, y) */
export class Pipeline<E extends Estimator = Estimator> {
  readonly steps: readonly PipelineStep[];
  readonly classifier: E;
  #isFitted = false;

  /** @throws {OptionError} */
  constructor({ steps, classifier }: PipelineOptions<E>) {
    const odd = steps.findIndex((step) => typeof step?.fit !== "function" || typeof step.transform !== "function");
    if (odd >= 0) throw new OptionError(`steps[${odd}]`, steps[odd], "something with fit and transform");
    if (typeof classifier?.fit !== "function" || typeof classifier.predict !== "function")
      throw new OptionError("classifier", classifier, "something with fit and predict");
    this.steps = [...steps];
    this.classifier = classifier;
  }

  /** Fits each step on what the ones before give, and the classifier on what comes out. `sampleWeight` is the
   * classifier's. Throws as they do. */
  fit(x: Matrix, y: ArrayLike<number>, options: FitOptions = {}): this {
    this.#isFitted = false;
    let rows = x;
    for (const step of this.steps) {
      step.fit(rows, y);
      rows = step.transform(rows);
    }
    if (options.sampleWeight === undefined) this.classifier.fit(rows, y);
    else this.classifier.fit(rows, y, options);
    this.#isFitted = true;
    return this;
  }

  get classes(): readonly number[] {
    return this.#fitted().classes;
  }

  /** What the classifier was, such as "lda". */
  get kind(): string {
    return (this.classifier as Partial<LinearClassifier>).kind ?? "pipeline";
  }

  get calibrated(): boolean {
    return (this.classifier as { calibrated?: boolean }).calibrated ?? true;
  }

  /** The whole as one linear classifier of the rows it takes.
   * @throws {OptionError} when a step or the classifier is not linear. */
  get linear(): LinearScores {
    const { linear } = this.#fitted() as Partial<LinearClassifier>;
    if (linear === undefined)
      throw new OptionError("classifier", this.kind, "a linear one, to be one linear classifier");
    return this.steps.reduceRight((scores, step, i) => {
      if (step.fold === undefined) throw new OptionError(`steps[${i}]`, step.constructor.name, "a linear step");
      return step.fold(scores);
    }, linear);
  }

  get nFeatures(): number {
    return this.linear.nFeatures;
  }

  predict(x: Matrix): Int32Array {
    return this.#fitted().predict(this.#transformed(x));
  }

  /** nRows × nClasses. @throws {OptionError} when the classifier gives no probabilities; and as it does. */
  predictProba(x: Matrix): Float64Array {
    const classifier = this.#fitted();
    if (classifier.predictProba === undefined) throw new OptionError("classifier", this.kind, "one with probabilities");
    return classifier.predictProba(this.#transformed(x));
  }

  /** @throws {OptionError} when the classifier gives no decisions; and as it does. */
  decisionFunction(x: Matrix): Float64Array {
    const classifier = this.#fitted();
    if (classifier.decisionFunction === undefined) throw new OptionError("classifier", this.kind, "one with decisions");
    return classifier.decisionFunction(this.#transformed(x));
  }

  score(x: Matrix, y: ArrayLike<number>, { sampleWeight }: { sampleWeight?: ArrayLike<number> } = {}): number {
    return accuracyOf(this.predict(x), y, sampleWeight);
  }

  toJSON(): EstimatorJson {
    const classifier = this.#fitted();
    const json = (part: { toJSON?: () => EstimatorJson }, name: string): EstimatorJson => {
      if (part.toJSON === undefined) throw new OptionError(name, part.constructor.name, "one with toJSON");
      return part.toJSON();
    };
    return sealEstimator("Pipeline", {
      steps: this.steps.map((step, i) => json(step, `steps[${i}]`)),
      classifier: json(classifier as { toJSON?: () => EstimatorJson }, "classifier"),
    });
  }

  /** @throws {EstimatorJsonError} for JSON that is no Pipeline, was altered, or has parts that are not this package's. */
  static fromJSON(json: unknown): Pipeline {
    const fields = openEstimator(json, "Pipeline");
    const pipeline = new Pipeline({
      steps: fields.list("steps").map((step) => stepFromJson(step, "Pipeline")),
      classifier: classifierFromJson(fields.raw("classifier"), "Pipeline"),
    });
    pipeline.#isFitted = true;
    return pipeline;
  }

  #transformed(x: Matrix): Matrix {
    return this.steps.reduce((rows, step) => step.transform(rows), x);
  }

  #fitted(): E {
    if (!this.#isFitted) throw new NotFittedError("Pipeline");
    return this.classifier;
  }
}
