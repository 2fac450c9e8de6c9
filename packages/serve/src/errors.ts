/** Stable codes: switch on these, since two copies of a package break `instanceof`. */
export type ServeErrorCode =
  | "ERR_SERVE_BODY"
  | "ERR_SERVE_FEATURE_COUNT"
  | "ERR_SERVE_FEATURE_VALUE"
  | "ERR_SERVE_NOT_FINITE"
  | "ERR_SERVE_API_KEY"
  | "ERR_SERVE_NO_ROUTE"
  | "ERR_SERVE_METHOD"
  | "ERR_SERVE_BODY_TOO_LARGE"
  | "ERR_SERVE_MEDIA_TYPE"
  | "ERR_SERVE_NOT_LOADED"
  | "ERR_SERVE_OVERLOADED"
  | "ERR_SERVE_INTERNAL"
  | "ERR_SERVE_MODEL_CHECK"
  | "ERR_SERVE_MODEL_URI"
  | "ERR_SERVE_MODEL_ABSENT"
  | "ERR_SERVE_DEADLINE"
  | "ERR_SERVE_PEER"
  | "ERR_SERVE_OPTION"
  | "ERR_SERVE_LISTEN";

export abstract class ServeError extends Error {
  abstract readonly code: ServeErrorCode;
}

/** An error that is the answer to a request: `status` is HTTP's, the message is sent to the caller. */
export abstract class HttpError extends ServeError {
  abstract readonly status: number;
  /** Header fields that belong to the answer. */
  readonly headers: Readonly<Record<string, string>> = {};
}

/** The body is not what the route takes: not JSON, not an object, a broken encoding. */
export class BodyError extends HttpError {
  override readonly name = "BodyError";
  readonly code = "ERR_SERVE_BODY";
  readonly status = 400;
}

/** A row has another number of features than the model. */
export class FeatureCountError extends HttpError {
  override readonly name = "FeatureCountError";
  readonly code = "ERR_SERVE_FEATURE_COUNT";
  readonly status = 400;
  constructor(
    readonly got: number,
    readonly expected: number,
    readonly path = "features",
  ) {
    super(`${path}: expected ${expected} numbers, got ${got}: send one number for each feature of the model`);
  }
}

/** One value among the features is not a finite number. */
export class FeatureValueError extends HttpError {
  override readonly name = "FeatureValueError";
  readonly code = "ERR_SERVE_FEATURE_VALUE";
  readonly status = 400;
  constructor(
    readonly path: string,
    readonly got: string,
    readonly expected = "a finite number",
  ) {
    super(`${path}: expected ${expected}, got ${got}`);
  }
}

/** The features are finite but the model's answer to them is not: no JSON can carry it. */
export class NotFiniteError extends HttpError {
  override readonly name = "NotFiniteError";
  readonly code = "ERR_SERVE_NOT_FINITE";
  readonly status = 400;
  constructor(readonly row: number) {
    super(
      `row ${row}: the model's probability is not finite, since the features are too large for it: send microvolts`,
    );
  }
}

export class ApiKeyError extends HttpError {
  override readonly name = "ApiKeyError";
  readonly code = "ERR_SERVE_API_KEY";
  readonly status = 401;
  override readonly headers = { "www-authenticate": 'ApiKey realm="p300", header="x-api-key"' };
  constructor(readonly given: boolean) {
    super(
      `${given ? "the key in the header x-api-key is not known" : "the header x-api-key is missing"}: send a valid API key in x-api-key`,
    );
  }
}

export class RouteNotFoundError extends HttpError {
  override readonly name = "RouteNotFoundError";
  readonly code = "ERR_SERVE_NO_ROUTE";
  readonly status = 404;
  constructor(path: string) {
    super(`no such route: ${path.length > 200 ? `${path.slice(0, 200)}…` : path}: see /docs for those that exist`);
  }
}

export class MethodNotAllowedError extends HttpError {
  override readonly name = "MethodNotAllowedError";
  readonly code = "ERR_SERVE_METHOD";
  readonly status = 405;
  override readonly headers: Readonly<Record<string, string>>;
  constructor(
    readonly method: string,
    readonly route: string,
    readonly allowed: readonly string[],
  ) {
    super(`${route}: expected ${allowed.join(" or ")}, got ${method}`);
    this.headers = { allow: allowed.join(", ") };
  }
}

export class BodyTooLargeError extends HttpError {
  override readonly name = "BodyTooLargeError";
  readonly code = "ERR_SERVE_BODY_TOO_LARGE";
  readonly status = 413;
  constructor(readonly limitBytes: number) {
    super(`body: expected at most ${limitBytes} bytes after decompression, got more: send fewer rows at a time`);
  }
}

/** The slot has no model (yet). */
export class NotLoadedError extends HttpError {
  override readonly name = "NotLoadedError";
  readonly code = "ERR_SERVE_NOT_LOADED";
  readonly status = 503;
  override readonly headers = { "retry-after": "1" };
  constructor(
    readonly slot: string,
    readonly uri: string | undefined,
    readonly why: string,
  ) {
    super(`${slot}: no model is loaded: ${why}`);
  }
}

/** More is in flight than this process will hold in memory. */
export class OverloadedError extends HttpError {
  override readonly name = "OverloadedError";
  readonly code = "ERR_SERVE_OVERLOADED";
  readonly status = 503;
  override readonly headers = { "retry-after": "1" };
  constructor(readonly limitBytes: number) {
    super(`overloaded: the bodies of the requests in flight exceed ${limitBytes} bytes: try again in a second`);
  }
}

/** Something of ours failed; what it was is in the log under the same request id, not in the answer. */
export class InternalError extends HttpError {
  override readonly name = "InternalError";
  readonly code = "ERR_SERVE_INTERNAL";
  readonly status = 500;
  constructor(options?: ErrorOptions) {
    super("internal error: the log of the server has it under this request id", options);
  }
}

/** A model was fetched but must not be served. */
export class ModelCheckError extends ServeError {
  override readonly name = "ModelCheckError";
  readonly code = "ERR_SERVE_MODEL_CHECK";
}

export class ModelUriError extends ServeError {
  override readonly name = "ModelUriError";
  readonly code = "ERR_SERVE_MODEL_URI";
  constructor(
    readonly uri: string,
    why: string,
  ) {
    super(`model URI ${JSON.stringify(uri)}: ${why}: use models:/NAME@alias, models:/NAME/VERSION or a model folder`);
  }
}

/** The registry answered, and it has no such alias, model or version. */
export class ModelAbsentError extends ServeError {
  override readonly name = "ModelAbsentError";
  readonly code = "ERR_SERVE_MODEL_ABSENT";
}

/** The registry, or a model's files, did not come in time. */
export class DeadlineError extends ServeError {
  override readonly name = "DeadlineError";
  readonly code = "ERR_SERVE_DEADLINE";
  constructor(
    readonly what: string,
    readonly millis: number,
  ) {
    super(`${what} took longer than ${millis} ms`);
  }
}

/** An optional package is needed for what was asked, and is not installed. */
export class PeerMissingError extends ServeError {
  override readonly name = "PeerMissingError";
  readonly code = "ERR_SERVE_PEER";
  constructor(
    readonly peer: string,
    readonly neededFor: string,
    options?: ErrorOptions,
  ) {
    super(`${peer} is not installed, but is needed for ${neededFor}: npm install ${peer}`, options);
  }
}

export class OptionError extends ServeError {
  override readonly name = "OptionError";
  readonly code = "ERR_SERVE_OPTION";
}

/** The server could not listen on its address. */
export class ListenError extends ServeError {
  override readonly name = "ListenError";
  readonly code = "ERR_SERVE_LISTEN";
  constructor(
    readonly host: string,
    readonly port: number,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`cannot listen on ${host}:${port}: ${listenAdvice(reason)}`, options);
  }
}

function listenAdvice(reason: string): string {
  if (reason === "EADDRINUSE") return "the port is in use: stop the other program or choose another --port";
  if (reason === "EACCES") return "not allowed: choose a --port above 1023";
  if (reason === "EADDRNOTAVAIL" || reason === "ENOTFOUND")
    return "no such address on this machine: give another --host";
  return reason;
}
