/** Stable codes to switch on: two copies of a package in one program break `instanceof`, a code survives. */
export type LdaErrorCode =
  | "ERR_LDA_SHAPE"
  | "ERR_LDA_EMPTY"
  | "ERR_LDA_NON_FINITE"
  | "ERR_LDA_LABEL"
  | "ERR_LDA_SINGLE_CLASS"
  | "ERR_LDA_CLASS_TOO_SMALL"
  | "ERR_LDA_OPTION"
  | "ERR_LDA_NUMERICAL"
  | "ERR_LDA_NOT_FITTED"
  | "ERR_LDA_METRIC_UNDEFINED"
  | "ERR_LDA_FEATURES_FILE"
  | "ERR_LDA_MODEL_FILE"
  | "ERR_LDA_MODEL_FORMAT"
  | "ERR_LDA_ESTIMATOR_JSON"
  | "ERR_LDA_OUTPUT";

/** Base of every error this package throws on purpose. */
export abstract class LdaError extends Error {
  abstract readonly code: LdaErrorCode;
}

/** Two sizes that must agree do not: rows against labels, a matrix against its buffer, a row against the model. */
export class ShapeError extends LdaError {
  override readonly name = "ShapeError";
  readonly code = "ERR_LDA_SHAPE";
  constructor(
    message: string,
    readonly got: number,
    readonly expected: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Nothing to work on. */
export class EmptyError extends LdaError {
  override readonly name = "EmptyError";
  readonly code = "ERR_LDA_EMPTY";
}

/** A feature value that is NaN or infinite. */
export class NonFiniteError extends LdaError {
  override readonly name = "NonFiniteError";
  readonly code = "ERR_LDA_NON_FINITE";
  constructor(
    readonly row: number,
    readonly feature: number,
    readonly value: number,
    readonly source?: string,
    options?: ErrorOptions,
  ) {
    super(
      `${source === undefined ? "" : `${source}: `}row ${row}, feature ${feature} is ${value}: drop or repair that row first, every value must be finite`,
      options,
    );
  }
}

/** A label that is not an integer, or that the model does not know. */
export class LabelError extends LdaError {
  override readonly name = "LabelError";
  readonly code = "ERR_LDA_LABEL";
  constructor(
    readonly row: number,
    readonly value: unknown,
    expected: string,
    options?: ErrorOptions,
  ) {
    super(
      `label ${String(value)} in row ${row}: expected ${expected}${typeof value === "string" ? "; encodeLabels turns text into codes" : ""}`,
      options,
    );
  }
}

/** All rows bear one label, so there is nothing to tell apart. */
export class SingleClassError extends LdaError {
  override readonly name = "SingleClassError";
  readonly code = "ERR_LDA_SINGLE_CLASS";
  constructor(
    readonly label: number,
    readonly nRows: number,
    what = "a classifier",
    options?: ErrorOptions,
  ) {
    super(`all ${nRows} rows bear label ${label}: ${what} needs rows of at least two classes`, options);
  }
}

/** A class with too few rows for what was asked. */
export class ClassTooSmallError extends LdaError {
  override readonly name = "ClassTooSmallError";
  readonly code = "ERR_LDA_CLASS_TOO_SMALL";
  constructor(
    readonly label: number,
    readonly count: number,
    readonly needed: number,
    options?: ErrorOptions,
  ) {
    super(
      `class ${label} has ${count} row${count === 1 ? "" : "s"}, at least ${needed} are needed: add recordings of it, or leave the class out`,
      options,
    );
  }
}

/** An option outside of what it may be. */
export class OptionError extends LdaError {
  override readonly name = "OptionError";
  readonly code = "ERR_LDA_OPTION";
  constructor(
    readonly option: string,
    readonly value: unknown,
    expected: string,
    options?: ErrorOptions,
  ) {
    super(
      `${option} is ${typeof value === "string" ? JSON.stringify(value) : String(value)}: expected ${expected}`,
      options,
    );
  }
}

/** Finite input whose result does not fit a double. */
export class NumericalError extends LdaError {
  override readonly name = "NumericalError";
  readonly code = "ERR_LDA_NUMERICAL";
}

/** An estimator was asked before `fit`. */
export class NotFittedError extends LdaError {
  override readonly name = "NotFittedError";
  readonly code = "ERR_LDA_NOT_FITTED";
  constructor(
    readonly estimator: string,
    options?: ErrorOptions,
  ) {
    super(`${estimator} is not fitted yet: call fit(x, y) first`, options);
  }
}

/** A metric that has no value on these rows, such as an AUC with one class only. */
export class MetricUndefinedError extends LdaError {
  override readonly name = "MetricUndefinedError";
  readonly code = "ERR_LDA_METRIC_UNDEFINED";
  constructor(
    readonly metric: string,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`${metric} is undefined: ${why}`, options);
  }
}

/** features.parquet or labels.parquet is missing, unreadable, or not what it should be. */
export class FeaturesFileError extends LdaError {
  override readonly name = "FeaturesFileError";
  readonly code = "ERR_LDA_FEATURES_FILE";
  constructor(
    readonly path: string,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${what}`, options);
  }
}

/** A file of a model folder is missing, damaged, or not a model. `file` is the name inside the folder. */
export class ModelFileError extends LdaError {
  override readonly name = "ModelFileError";
  readonly code = "ERR_LDA_MODEL_FILE";
  constructor(
    readonly file: string,
    readonly what: string,
    options?: ErrorOptions & { dir?: string | undefined },
  ) {
    super(`${options?.dir === undefined ? "" : `${options.dir}/`}${file}: ${what}`, options);
  }
}

/** A model folder of a format or kind that this version does not read. */
export class ModelFormatError extends LdaError {
  override readonly name = "ModelFormatError";
  readonly code = "ERR_LDA_MODEL_FORMAT";
  constructor(
    readonly file: string,
    readonly what: string,
    options?: ErrorOptions & { dir?: string | undefined },
  ) {
    super(`${options?.dir === undefined ? "" : `${options.dir}/`}${file}: ${what}`, options);
  }
}

/** JSON that is no estimator of the type asked for, or was altered since it was written. */
export class EstimatorJsonError extends LdaError {
  override readonly name = "EstimatorJsonError";
  readonly code = "ERR_LDA_ESTIMATOR_JSON";
  constructor(
    readonly type: string,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`not the JSON of a ${type}: ${what}`, options);
  }
}

/** A place that may not be written to. */
export class OutputError extends LdaError {
  override readonly name = "OutputError";
  readonly code = "ERR_LDA_OUTPUT";
  constructor(
    readonly path: string,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${what}`, options);
  }
}
