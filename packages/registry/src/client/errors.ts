import { RegistryError } from "../errors";

/** A refusal by the server, in its own words. */
export class MlflowApiError extends RegistryError {
  override readonly name = "MlflowApiError";
  readonly code = "ERR_REGISTRY_API";
  constructor(
    /** HTTP's status. */
    readonly status: number,
    /** MLflow's code, such as `RESOURCE_DOES_NOT_EXIST`; made from the status when the answer was not MLflow's. */
    readonly errorCode: string,
    message: string,
    /** The method and path asked for. */
    readonly request: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** No answer from the server: nothing listens there, or it did not answer in time. */
export class RegistryUnreachableError extends RegistryError {
  override readonly name = "RegistryUnreachableError";
  readonly code = "ERR_REGISTRY_UNREACHABLE";
  constructor(
    readonly url: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(
      `no answer from the registry at ${url} (${reason}): start it with \`p300-registry server\`, or set MLFLOW_TRACKING_URI`,
      options,
    );
  }
}

/** An answer that no MLflow server gives: something else listens there. */
export class RegistryAnswerError extends RegistryError {
  override readonly name = "RegistryAnswerError";
  readonly code = "ERR_REGISTRY_ANSWER";
  constructor(
    readonly request: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`the answer to ${request} is not an MLflow server's (${reason}): check the address of the registry`, options);
  }
}

/** A tracking or registry address that is not a server's. */
export class TrackingUriError extends RegistryError {
  override readonly name = "TrackingUriError";
  readonly code = "ERR_REGISTRY_TRACKING_URI";
  constructor(
    readonly uri: string,
    options?: ErrorOptions,
  ) {
    super(
      `${JSON.stringify(uri)} is not the address of an MLflow server: give http://HOST:PORT or https://HOST, and for a database or folder start \`p300-registry server\` on it`,
      options,
    );
  }
}

export type ModelUriProblem =
  | "malformed"
  | "no-such-model"
  | "no-such-alias"
  | "no-such-version"
  | "no-such-run"
  | "no-such-artifact";

/** A model URI that cannot be read, or that leads to nothing. */
export class ModelUriError extends RegistryError {
  override readonly name = "ModelUriError";
  readonly code = "ERR_REGISTRY_MODEL_URI";
  constructor(
    readonly uri: string,
    readonly problem: ModelUriProblem,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`model URI ${JSON.stringify(uri)}: ${detail}`, options);
  }
}

/** A name that no alias can have. */
export class AliasNameError extends RegistryError {
  override readonly name = "AliasNameError";
  readonly code = "ERR_REGISTRY_ALIAS_NAME";
  constructor(readonly alias: string) {
    super(
      `${JSON.stringify(alias)} cannot be an alias: give letters, digits, _ and -, but neither 'latest' nor 'v' and a number`,
    );
  }
}

/** A promotion or rollback for which something is missing. */
export class PromotionError extends RegistryError {
  override readonly name = "PromotionError";
  readonly code = "ERR_REGISTRY_PROMOTION";
  constructor(
    readonly model: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`model ${JSON.stringify(model)}: ${detail}`, options);
  }
}

/** A folder to download into that has something in it already. */
export class FolderNotEmptyError extends RegistryError {
  override readonly name = "FolderNotEmptyError";
  readonly code = "ERR_REGISTRY_FOLDER_NOT_EMPTY";
  constructor(readonly folder: string) {
    super(`folder ${folder} is not empty: give one that is, so that two models do not mix`);
  }
}
