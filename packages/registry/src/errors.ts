/** Every error of this package: a stable `code` to switch on, the values as fields. */

export type RegistryErrorCode =
  | "ERR_REGISTRY_REQUEST"
  | "ERR_REGISTRY_BACKEND_URI"
  | "ERR_REGISTRY_BACKEND_UNSUPPORTED"
  | "ERR_REGISTRY_BACKEND_OPEN"
  | "ERR_REGISTRY_SCHEMA_HEAD"
  | "ERR_REGISTRY_PORT_IN_USE"
  | "ERR_REGISTRY_HOST"
  | (string & {}); // the client's codes are declared with its classes, below

export abstract class RegistryError extends Error {
  abstract readonly code: RegistryErrorCode;
}

/** MLflow's error codes, with the HTTP status that MLflow gives each. */
export const MLFLOW_ERROR_STATUS = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400, // not 409, which clients would not expect
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  RESOURCE_CONFLICT: 409,
  REQUEST_TOO_LARGE: 413,
  REQUEST_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const;

export type MlflowErrorCode = keyof typeof MLFLOW_ERROR_STATUS;

/** A request that the server refuses; it becomes `{error_code, message}` with the code's status. */
export class RequestError extends RegistryError {
  override readonly name = "RequestError";
  readonly code = "ERR_REGISTRY_REQUEST";
  readonly status: number;
  constructor(
    readonly errorCode: MlflowErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = MLFLOW_ERROR_STATUS[errorCode];
  }
}

export const invalidParameter = (message: string): RequestError => new RequestError("INVALID_PARAMETER_VALUE", message);
export const doesNotExist = (message: string): RequestError => new RequestError("RESOURCE_DOES_NOT_EXIST", message);
export const alreadyExists = (message: string): RequestError => new RequestError("RESOURCE_ALREADY_EXISTS", message);

/** A backend store URI that cannot be read as one. */
export class BackendUriError extends RegistryError {
  override readonly name = "BackendUriError";
  readonly code = "ERR_REGISTRY_BACKEND_URI";
  constructor(readonly uri: string) {
    super(
      `backend store URI ${JSON.stringify(uri)} is not understood: give sqlite:///relative.db or sqlite:////absolute.db`,
    );
  }
}

/** A database that MLflow knows and this server does not serve. */
export class BackendUnsupportedError extends RegistryError {
  override readonly name = "BackendUnsupportedError";
  readonly code = "ERR_REGISTRY_BACKEND_UNSUPPORTED";
  constructor(readonly scheme: string) {
    super(
      `a ${scheme} backend store is not supported by this version: give sqlite:///relative.db or sqlite:////absolute.db`,
    );
  }
}

/** A database file that cannot be opened, or is not a tracking database. */
export class BackendOpenError extends RegistryError {
  override readonly name = "BackendOpenError";
  readonly code = "ERR_REGISTRY_BACKEND_OPEN";
  constructor(
    readonly path: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`cannot open the database ${path}: ${reason}`, options);
  }
}

/** A database whose schema is another version's. */
export class SchemaHeadError extends RegistryError {
  override readonly name = "SchemaHeadError";
  readonly code = "ERR_REGISTRY_SCHEMA_HEAD";
  constructor(
    readonly uri: string,
    readonly found: string,
    readonly wanted: string,
    readonly mlflowVersion: string,
  ) {
    super(
      `the database ${uri} has schema version ${found}, this server needs ${wanted}: ` +
        `back the file up, then run \`mlflow db upgrade ${uri}\` with mlflow ${mlflowVersion}`,
    );
  }
}

export class PortInUseError extends RegistryError {
  override readonly name = "PortInUseError";
  readonly code = "ERR_REGISTRY_PORT_IN_USE";
  constructor(
    readonly host: string,
    readonly port: number,
    options?: ErrorOptions,
  ) {
    super(`port ${port} on ${host} is in use: stop what listens there, or give another --port`, options);
  }
}

export class LogLevelError extends RegistryError {
  override readonly name = "LogLevelError";
  readonly code = "ERR_REGISTRY_LOG_LEVEL";
  constructor(
    readonly level: string,
    readonly levels: readonly string[],
  ) {
    super(`log level ${JSON.stringify(level)} is none: set P300_LOG_LEVEL to one of ${levels.join(", ")}`);
  }
}

/** An address that this machine cannot listen on. */
export class HostError extends RegistryError {
  override readonly name = "HostError";
  readonly code = "ERR_REGISTRY_HOST";
  constructor(
    readonly host: string,
    readonly port: number,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`cannot listen on ${host} port ${port}: ${reason}`, options);
  }
}
